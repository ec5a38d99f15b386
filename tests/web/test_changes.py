"""The page of changes tells what became of files, rules and tests, and takes one approval for hundreds of tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from milestones.models import Decision, Evidence, Measurement, Project, Role
from milestones.services import intake, log, tracking, verified
from milestones.services.evaluate import evidence_in_force
from tests.audit.ports import Port, ported
from tests.makers import make_project
from tests.repositories import Work
from tests.web.pages import member_client, text

pytestmark = pytest.mark.django_db

POLICY = """[migration]
start = "{start}"

[milestones.1]
done = ["tests.assertions_changed == 0", "tests.changed_otherwise == 0", "audit.read_only_touched == 0"]

[frozen]
tests     = ["tests/**"]
read_only = ["legacy/**"]
{more}
"""


@pytest.fixture
def port() -> Port:
    return ported(9, 36)


@pytest.fixture
def work(tmp_path: Path, port: Port) -> Work:
    made = Work(tmp_path / "work")
    start = made.commit({**port.old, "legacy/a.py": "x = 1\n"})
    made.commit({"legacy/a.py": "x = 2\n"}, "Touch what is frozen")
    made.commit({**port.new, "migration.toml": POLICY.format(start=start, more="")}, "Port")
    return made


@pytest.fixture
def project(work: Work) -> Project:
    found = tracking.register(tracking.Wish(str(work.folder)))
    tracking.look_now(found)
    found.refresh_from_db()
    return found


def measured(project: Project) -> dict[str, float]:
    rows = Measurement.objects.filter(evidence__in=[row.pk for row in evidence_in_force(project, project.sha)])
    return {row.name: row.value for row in rows}


def page(client: Client, project: Project, query: str = "", status: int = 200) -> str:
    answer = client.get(f"/projects/{project.slug}/changes/{query}")
    assert answer.status_code == status
    return answer.content.decode()


def test_what_was_sown_is_shown_side_by_side_and_the_touched_file_with_its_commit(project: Project, port: Port) -> None:
    shown = page(member_client(project), project)
    assert shown.count('class="ch-test is-fail"') == len(port.sown) == measured(project)["tests.assertions_changed"]
    assert "assert rv.status_code == 401" in shown
    assert "assert response.status_code == 403" in shown
    words = text(shown)
    assert "legacy/a.py:1 modified" in words
    assert "Ada" in words


def test_one_approval_is_logged_and_in_force_once_it_stands_in_the_policy(
    project: Project, port: Port, work: Work
) -> None:
    client = member_client(project, name="grace")
    shown = page(client, project)
    lines = [part.split('"')[0] for part in shown.split('name="line" value="')[1:]]
    values = [line.replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&") for line in lines]
    answer = client.post(f"/projects/{project.slug}/changes/approve", {"line": values})
    assert answer.status_code == 302
    [decision] = Decision.objects.filter(verb="approved a rewrite")
    assert decision.actor == "grace"
    assert ["client", "api"] in decision.data["rules"]
    assert log.first_broken() is None
    after = page(client, project)
    assert "approved by grace, not in force yet" in text(after)
    toml = after.split('<pre class="type">')[1].split("</pre>")[0].replace("&quot;", '"').replace("&#x27;", "'")
    assert measured(project)["tests.changed_otherwise"] > 250
    work.commit({"migration.toml": POLICY.format(start=project.start_sha, more=toml)}, "Approve")
    tracking.look_now(project)
    project.refresh_from_db()
    found = measured(project)
    assert found["frozen.plumbing"] == len(port.edited) - len(port.sown)
    assert found["tests.changed_otherwise"] == 0
    assert found["tests.assertions_changed"] == len(port.sown)
    assert "Approve" not in page(client, project)


def test_who_may_not_decide_sees_no_button_and_a_stale_approval_is_refused(project: Project) -> None:
    viewer = member_client(project, Role.VIEWER)
    assert "Approve these rewrites" not in page(viewer, project)
    assert viewer.post(f"/projects/{project.slug}/changes/approve", {"line": ["x"]}).status_code == 403
    answer = member_client(project).post(f"/projects/{project.slug}/changes/approve", {"line": ["no such rule"]})
    assert answer.status_code == 422
    assert "none of these rewrites is proposed any more" in text(answer)
    other = make_project("elsewhere")
    assert member_client(other).get(f"/projects/{project.slug}/changes/").status_code == 404


def test_a_range_and_a_commit_can_be_asked_for_and_what_is_not_there_is_said(project: Project) -> None:
    client = member_client(project)
    one = text(page(client, project, "?range=main~1"))
    assert "legacy/a.py:1 modified" in one
    assert "1 commit · 1 file" in one
    assert "no commit &#x27;gone&#x27;" in page(client, project, "?range=gone", 422)
    assert "The policy states none" not in one


def test_before_anything_was_audited_the_page_says_what_to_write() -> None:
    bare = make_project("bare")
    assert 'start = "v1.0"' in page(member_client(bare), bare)
    never = make_project("never", sha="")
    assert "not fetched yet" in page(member_client(never), never)


JUNIT = '<testsuite name="s" tests="{n}">{cases}</testsuite>'


def upload(project: Project, sha: str, job: str, names: list[str], failed: str = "") -> None:
    cases = "".join(
        f'<testcase classname="tests.test_a" name="{name}">{"<failure/>" if name == failed else ""}</testcase>'
        for name in names
    )
    body = JUNIT.format(n=len(names), cases=cases).encode()
    row = intake.receive_upload(project, intake.Upload(kind="junit", sha=sha, body=body, job=job))
    intake.process(row.pk)


def test_a_test_is_verified_where_both_jobs_saw_the_same_test_green(tmp_path: Path) -> None:
    made = Work(tmp_path / "work")
    old = "".join(f"def test_{n}(client):\n    assert client.get('/{n}').ok\n\n\n" for n in range(4))
    start = made.commit({"tests/test_a.py": old})
    policy = POLICY.format(start=start, more='legacy = { job = "tests-flask" }').replace(
        '"audit.read_only_touched == 0"', '"tests.verified >= 4"'
    )
    head = made.commit({"tests/test_a.py": old.replace("'/3'", "'/30'"), "migration.toml": policy})
    project = tracking.register(tracking.Wish(str(made.folder)))
    tracking.look_now(project)
    project.refresh_from_db()
    names = [f"test_{n}" for n in range(4)]

    def counted() -> Any:
        rows = [evidence_in_force(project, sha) for sha in (head, start)]
        return verified.verified_at(project, *rows, "tests-flask")

    assert counted() is None
    upload(project, start, "tests-flask", names)
    upload(project, head, "tests-flask", names)  # green on the legacy system's own route proves nothing of the new one
    assert counted() is None
    upload(project, head, "tests-fastapi", names[:3], failed="test_1")
    found = counted()
    assert (found.same, found.verified, found.unknown) == (3, 2, 0)
    upload(project, head, "more", ["test_other"])
    assert Evidence.objects.filter(project=project, kind="junit").count() == 4
