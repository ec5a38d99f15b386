"""A set of results: several files at once, shards, what is expected, and commits of the same tree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from milestones.facts import ParseError
from milestones.models import Delivery, Evidence, Judgement, Project
from milestones.results.manifest import Came, Part, lacking, read_manifest
from milestones.services import keys
from tests.example import ferry, junit, send, track
from tests.repositories import Work

pytestmark = pytest.mark.django_db(transaction=True)
SHA = "a" * 40


@pytest.fixture
def project() -> Project:
    return Project.objects.create(slug="ferry", name="Ferry", source="/nowhere")


@pytest.fixture
def post(project: Project, client: Client) -> Any:
    headers = {"Authorization": f"Bearer {keys.new_upload_token(project, 'CI')}"}

    def sent(path: str, body: Any, content_type: str | None = None, key: str = "") -> Any:
        extra = {"content_type": content_type} if content_type else {}
        given = headers | ({"Idempotency-Key": key} if key else {})
        return client.post(f"/api/projects/ferry/{path}", body, headers=given, **extra)

    return sent


def form(*bodies: bytes) -> dict[str, Any]:
    return {"file": [SimpleUploadedFile(f"junit-{n}.xml", body) for n, body in enumerate(bodies)]}


def test_several_files_come_in_one_request_and_each_is_followed(post: Any) -> None:
    answer = post(f"evidence/junit?sha={SHA}&job=unit", form(junit(), junit(failed=1)))
    assert answer.status_code == 202, answer.content
    found = answer.json()
    assert [one["delivery"] for one in found["deliveries"]] == list(
        Delivery.objects.order_by("pk").values_list("pk", flat=True)
    )
    assert found["address"] == found["deliveries"][0]["address"]
    assert sorted(Delivery.objects.values_list("file_name", flat=True)) == ["junit-0.xml", "junit-1.xml"]


def test_the_same_files_under_the_same_key_are_taken_once_and_others_are_a_conflict(post: Any) -> None:
    path = f"evidence/junit?sha={SHA}"
    first = post(path, form(junit(), junit(failed=1)), key="k")
    assert post(path, form(junit(), junit(failed=1)), key="k").json() == first.json()
    assert post(path, form(junit(), junit(failed=2)), key="k").status_code == 409
    assert post(path, form(junit(), junit(failed=1), junit(failed=3)), key="k").status_code == 409
    assert Delivery.objects.count() == 2, "of a request that is refused nothing is kept"


def test_a_form_without_a_file_is_refused_with_the_mend(post: Any) -> None:
    answer = post(f"evidence/junit?sha={SHA}", {"note": "hello"})
    assert answer.status_code == 422
    assert "--form file=@junit.xml" in answer.json()["detail"]


@pytest.mark.parametrize("shard", ["5/4", "0/4", "first", "1-4"])
def test_a_shard_that_is_no_part_is_refused(post: Any, shard: str) -> None:
    answer = post(f"evidence/junit?sha={SHA}&shard={shard}", junit(), "application/xml")
    assert answer.status_code == 422
    assert "1/4 for the first of four" in answer.json()["detail"]


MANIFESTS = [
    (b"{", "stops in the middle"),
    (b"[]", "an object"),
    (b'{"jobs": []}', "list of 1 to"),
    (b'{"jobs": ["a"], "shard": 4}', "unknown key 'shard'"),
    (b'{"jobs": [{"job": "a", "kind": "junti"}]}', "is no kind"),
    (b'{"jobs": ["a"], "shards": -1}', "is to be a count"),
    (b'{"jobs": ["a", "a"]}', "stands twice"),
    (b'{"jobs": ["a"], "suites": "x"}', "list of at most"),
]


@pytest.mark.parametrize(("body", "said"), MANIFESTS)
def test_a_manifest_that_cannot_be_is_refused_at_once(post: Any, body: bytes, said: str) -> None:
    answer = post(f"expected?sha={SHA}", body, "application/json")
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert not Delivery.objects.exists()
    with pytest.raises(ParseError):
        read_manifest(body)


def test_a_manifest_is_stored_and_followed_like_a_file(post: Any) -> None:
    answer = post(f"expected?sha={SHA}", b'{"jobs": ["unit"], "shards": 2}', "application/json")
    assert answer.status_code == 202
    assert Delivery.objects.get().kind == "expected"


def came(job: str, shard: str = "", *suites: str) -> Came:
    return Came("junit", job, shard, frozenset(suites))


def test_what_is_missing_is_named() -> None:
    parts = [Part("junit", "unit", 3), Part("junit", "web", 0, ("tests.pages",))]
    whole = [came("unit", f"{n}/3") for n in (1, 2, 3)] + [came("web", "", "tests.pages.Menu")]
    assert lacking(parts, whole) == {}
    assert lacking(parts, whole[1:])["junit"] == ["shard 1/3 of job 'unit' has not come"]
    assert lacking(parts, whole[2:])["junit"] == ["shards 1/3, 2/3 of job 'unit' have not come"]
    assert lacking(parts, whole[:3])["junit"] == ["junit of job 'web' has not come"]
    assert lacking(parts, [*whole[:3], came("web", "", "tests.api")])["junit"] == [
        "no test of the suite tests.pages came from job 'web'"
    ]
    assert lacking([], [came("x", "2/2")])["junit"] == ["shard 1/2 of job 'x' has not come"]
    assert "do not agree" in lacking([], [came("x", "1/2"), came("x", "2/3")])["junit"][0]


# --- judged -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def tracked(tmp_path: Path) -> tuple[Project, Work, str]:
    work, _legacy, ported = ferry(tmp_path / "ferry")
    return track(work), work, ported


def verdict(project: Project, sha: str) -> tuple[str, str]:
    rows = Judgement.objects.latest_at(project, sha).verdicts.filter(gate="tests.failed == 0")
    row = rows.first()
    return row.state, row.sentence


def test_a_missing_shard_is_unknown_and_a_late_one_reopens_the_verdict(tracked: tuple[Project, Work, str]) -> None:
    project, _work, ported = tracked
    assert send(project, "junit", ported, junit(), job="unit", shard="1/2").state == "done"
    state, said = verdict(project, ported)
    assert (state, "shard 2/2 of job unit has not come" in said) == ("unknown", True)
    send(project, "junit", ported, junit(passed=2), job="unit", shard="2/2")
    assert verdict(project, ported)[0] == "pass"


def test_what_is_expected_and_has_not_come_is_unknown_and_says_so(tracked: tuple[Project, Work, str]) -> None:
    project, _work, ported = tracked
    send(project, "junit", ported, junit(), job="unit")
    assert verdict(project, ported)[0] == "pass"
    manifest = json.dumps({"jobs": ["unit", {"job": "web", "kind": "pytest-json"}]}).encode()
    assert send(project, "expected", ported, manifest).state == "done"
    state, said = verdict(project, ported)
    assert state == "unknown"
    assert "pytest-json of job 'web' has not come" in said
    send(project, "junit", ported, junit(failed=1), job="unit", attempt=2)
    assert verdict(project, ported)[0] == "fail", "a failure stays one, whatever is missing"


def test_results_count_for_every_commit_of_the_same_tree(tracked: tuple[Project, Work, str]) -> None:
    project, work, ported = tracked
    same = work.repo.git.commit_tree("HEAD^{tree}", "-p", "HEAD~1", "-m", "Squashed")
    work.repo.git.branch("squashed", same)
    project = track(work)
    send(project, "junit", same, junit())
    assert verdict(project, same)[0] == "pass"
    assert verdict(project, ported)[0] == "pass"


def test_a_pull_request_counts_for_the_merge_that_it_ran_as(tracked: tuple[Project, Work, str]) -> None:
    """CI tests the merge of a pull request and names the commit that was pushed, with the merge's tree beside it."""
    project, work, ported = tracked
    work.repo.git.checkout("-q", "-b", "change")
    head = work.commit({"ferry/more.py": "x = 1\n"}, "A change")
    work.repo.git.checkout("-q", "-")
    work.commit({"notes.md": "hello\n"}, "Meanwhile")
    merge = work.repo.git.merge_tree("--write-tree", "HEAD", "change").split()[0]
    squashed = work.repo.git.commit_tree(merge, "-p", "HEAD", "-m", "A change, squashed")
    work.repo.git.branch("landed", squashed)
    project = track(work)
    row = send(project, "junit", head, junit(), tree=merge, branch="change", pull_request="7")
    assert row.state == "done", row.sentence
    assert verdict(project, head)[0] == "pass"
    send(project, "ruff", squashed, b"[]")
    assert verdict(project, squashed)[0] == "pass"
    assert Evidence.objects.get(kind="junit").tree == merge
    assert verdict(project, ported)[0] == "unknown", "what ran on another tree says nothing of this one"
