"""The page of endpoints, and that of one of them, as a person reads and filters them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from milestones.models import Measurement, Project, Role
from milestones.services.evaluate import policy_of
from milestones.services.paces import deadlines_of
from tests.example import send, track
from tests.makers import make_project
from tests.repositories import Work
from tests.road.test_endpoint_states import ALL, FLASK_DUMP, NEW, OLD, POLICY, TESTS, junit
from tests.web.pages import HTMX, member_client, text

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    work = Work(tmp_path / "ferry")
    start = work.commit({"old.py": OLD, "tests/test_ferry.py": TESTS}, "As it was")
    work.commit({"migration.toml": POLICY.format(start=start)}, "The plan")
    work.commit({"new.py": NEW, "old.py": None}, "Port two, lose one")
    yield work
    work.repo.close()


def told(project: Project) -> Project:
    send(project, "junit", project.start_sha, junit(*ALL))
    send(project, "junit", project.sha, junit(*ALL))
    return project


def test_the_page_tells_every_endpoint_its_state_and_what_is_wrong(work: Work) -> None:
    project = told(track(work))
    page = text(member_client(project).get(f"/projects/{project.slug}/endpoints/"))
    assert "1 of 3 still to move" in page
    assert "flask to fastapi" in page
    assert "1 answered by nobody" in page
    assert "GET /times times old.py:7 times new.py:7" in page
    assert "nobody answers" in page
    assert "@office" in page
    assert "“None seen” is not “none”" in page


def test_filters_are_plain_links_and_htmx_gets_the_table_alone(work: Work) -> None:
    project = told(track(work))
    client = member_client(project)
    address = f"/projects/{project.slug}/endpoints/"
    for query, wanted in [
        ("?state=retired", {"/times", "/tickets/{number}"}), ("?flag=missing", {"/tickets"}),
        ("?owner=@office", {"/tickets", "/tickets/{number}"}), ("?q=post+tick", {"/tickets"}),
        ("?state=retired&q=times", {"/times"}), ("?group=nothing", set()), ("?state=nonsense", set()),
    ]:  # fmt: skip
        answer = client.get(address + query, headers=HTMX)
        page = answer.content.decode()
        assert "<html" not in page
        assert {
            path for path in ("/times", "/tickets", "/tickets/{number}") if f"<code>{path}</code>" in page
        } == wanted
        whole = client.get(address + query).content.decode()
        assert "<html" in whole


def test_one_endpoint_shows_both_sides_its_tests_and_its_history(work: Work) -> None:
    project = told(track(work))
    client = member_client(project)
    page = text(client.get(f"/projects/{project.slug}/endpoints/GET/times"))
    assert "retired" in page
    assert "tests/test_ferry.py::test_times :2 success" in page
    assert "Port two, lose one" in page
    assert "1 thing proves it" in page
    assert "tests/test_ferry.py::test_times passed on both (junit)" in page
    lost = text(client.get(f"/projects/{project.slug}/endpoints/POST/tickets"))
    assert "Nobody answers." in lost
    assert "Answered by nobody since" in lost
    for path in ("GET/nowhere", "PUT/times", "GET/"):
        assert client.get(f"/projects/{project.slug}/endpoints/{path}").status_code == 404


def test_a_dump_that_disagrees_is_shown_with_both_sides(work: Work) -> None:
    project = track(work)
    send(project, "flask-routes", project.sha, FLASK_DUMP.encode())
    page = text(member_client(project).get(f"/projects/{project.slug}/endpoints/"))
    assert "GET /times is only in `flask routes`" in page
    assert "bounds on routes, guards and endpoints are unknown at this commit" in page
    one = text(member_client(project).get(f"/projects/{project.slug}/endpoints/GET/times"))
    assert "Disputed." in one


def test_what_was_ported_without_proof_has_its_age_and_the_plan_its_number(work: Work) -> None:
    plan = "# Milestone 7 - All of it\n\nDefinition of done:\n\n- All 5 public endpoints answer.\n"
    work.commit({"plan.md": plan, "notes.txt": "x"}, "A day later")
    page = text(member_client(project := track(work)).get(f"/projects/{project.slug}/endpoints/"))
    assert "2 ported without proof , the oldest for 1 day" in page
    assert "5 public endpoints plan.md:5 3 were served at the start" in page


def test_the_pace_kept_stands_beside_the_one_that_deadlines_ask_for(work: Work) -> None:
    page = text(member_client(track(work)).get("/projects/ferry/endpoints/"))
    assert "No deadline is known" in page
    soon, ahead = (date.today() + timedelta(days=days) for days in (7, 70))  # noqa: DTZ011 - days, not moments
    policy = (work.folder / "migration.toml").read_text().replace("[migration]", f"[migration]\ndue = {soon}")
    policy += '\n[milestones.3]\ndue = 2026-01-02\nendpoints = ["POST /tickets"]\n\n[milestones.4]\ngroups = ["old"]\n'
    plan = f"# Milestone 4 - Old pages\n\nStatus: in progress\nDue: {ahead}\n"
    work.commit({"migration.toml": policy, "plan.md": plan}, "Set days")
    project = track(work)
    page = text(member_client(project).get(f"/projects/{project.slug}/endpoints/"))
    assert "Pace kept, pace needed" in page
    assert "milestone 3 1 of 1 0.0 7.0 2 Jan 2026 migration.toml" in page
    assert "days late" in page
    assert "milestone 1 0 of 1" in page
    assert deadlines_of(project, policy_of(project), date.today()).milestones["4"].said == "plan.md:1"  # noqa: DTZ011
    rows = Measurement.objects.filter(evidence__project=project, evidence__sha=project.sha)
    values = {(one.name, one.subject): one.value for one in rows.filter(name__startswith="endpoints.pace")}
    assert values["endpoints.pace_needed [3]", ""] == values["endpoints.pace_needed", "old"] == 7
    assert values["endpoints.pace", ""] == 2
    assert values["endpoints.pace [1]", ""] == 1
    assert ("endpoints.pace_needed [1]", "") not in values, "nothing of it is left"


def test_who_is_no_member_sees_nothing(work: Work) -> None:
    project = track(work)
    stranger = member_client(make_project("elsewhere"), Role.OWNER)
    for path in ("", "GET/times"):
        assert stranger.get(f"/projects/{project.slug}/endpoints/{path}").status_code == 404
        assert Client().get(f"/projects/{project.slug}/endpoints/{path}").status_code == 302
        assert member_client(project, Role.VIEWER).get(f"/projects/{project.slug}/endpoints/{path}").status_code == 200


def test_without_a_start_the_page_says_what_to_write() -> None:
    project = make_project()
    page = text(member_client(project).get("/projects/harbour/endpoints/"))
    assert "Name its last commit in migration.toml" in page
    never = make_project("never", sha="")
    assert "was not read yet" in text(member_client(never).get("/projects/never/endpoints/"))


def test_five_hundred_endpoints_take_no_more_questions_than_three(tmp_path: Path) -> None:
    work = Work(tmp_path / "large")
    routes = "".join(f'@app.get("/n{n}/<int:x>")\ndef view_{n}(x): ...\n' for n in range(500))
    start = work.commit({"app.py": f"from flask import Flask\napp = Flask(__name__)\n{routes}"})
    work.commit({"migration.toml": f'[migration]\nstart = "{start}"\n'})
    project = track(work)
    client = member_client(project)
    from django.db import connection

    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get(f"/projects/{project.slug}/endpoints/")
    assert answer.content.decode().count("<tr>") > 500
    assert len(asked) < 25, [one["sql"][:100] for one in asked]
    work.repo.close()
