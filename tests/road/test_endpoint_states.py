"""An endpoint's road over the real program: legacy, tested, ported, verified, retired, and what an application says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from milestones.models import BlobFact, Evidence, Measurement, Project, RouteHistory
from milestones.services import endpoints, judging
from milestones.services.endpoints import Board
from tests.example import send, track
from tests.repositories import Work

pytestmark = pytest.mark.django_db(transaction=True)

OLD = """from flask import Flask, abort, session

app = Flask(__name__)


@app.get("/times")
def times():
    return {"departures": []}


@app.get("/tickets/<int:number>")
def ticket(number):
    if "user" not in session:
        abort(401)
    return {}


@app.post("/tickets")
def buy():
    return {}, 201
"""
NEW = """from fastapi import FastAPI

api = FastAPI()


@api.get("/times")
def times():
    return {"departures": []}


@api.get("/tickets/{number}")
def ticket(number: int):
    return {}
"""
TESTS = """def test_times(client):
    assert client.get("/times").status_code == 200


def test_tickets(client):
    assert client.post("/tickets").status_code == 201


def test_ticket(client):
    assert client.get("/tickets/7").status_code == 401
"""
POLICY = """[migration]
start = "{start}"

[owners]
"/tickets/**" = "@office"

[milestones.1]
endpoints = ["GET /times"]
done = ["endpoints.legacy == 0"]

[milestones.2]
done = ["routes.missing == 0", "endpoints.unproven == 0"]
"""


def junit(*names: str, failed: str = "") -> bytes:
    cases = "".join(
        f'<testcase classname="tests.test_ferry" name="{name}">{"<failure/>" if name == failed else ""}</testcase>'
        for name in names
    )
    return f'<testsuites><testsuite name="pytest">{cases}</testsuite></testsuites>'.encode()


ALL = ("test_times", "test_tickets", "test_ticket")


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    work = Work(tmp_path / "ferry")
    start = work.commit({"old.py": OLD, "tests/test_ferry.py": TESTS}, "As it was")
    work.commit({"migration.toml": POLICY.format(start=start)}, "The plan")
    yield work
    work.repo.close()


def board(project: Project) -> Board:
    project.refresh_from_db()
    found = endpoints.board_of(project)
    assert found is not None
    return found


def states(project: Project) -> dict[str, str]:
    return {" ".join(line.key): line.state.value for line in board(project).lines}


def test_an_endpoint_goes_its_road_by_evidence_alone(work: Work) -> None:
    project = track(work)
    assert set(states(project).values()) == {"legacy"}
    start = project.start_sha
    send(project, "junit", start, junit(*ALL))
    assert set(states(project).values()) == {"tested"}, "what is known of the start tells of the newest commit"
    both = work.commit({"new.py": NEW}, "Port two beside the old ones")
    project = track(work)
    assert states(project) == {"GET /times": "ported", "GET /tickets/{number}": "ported", "POST /tickets": "tested"}
    send(project, "junit", both, junit(*ALL))
    assert states(project) == {"GET /times": "verified", "GET /tickets/{number}": "verified", "POST /tickets": "tested"}
    gone = work.commit({"old.py": None}, "Take the old one away")
    project = track(work)
    send(project, "junit", gone, junit(*ALL, failed="test_ticket"))
    found = board(project)
    assert states(project) == {"GET /times": "retired", "GET /tickets/{number}": "ported", "POST /tickets": "tested"}
    lost = {" ".join(line.key): line.flags for line in found.lines}
    assert lost == {"GET /times": (), "GET /tickets/{number}": (), "POST /tickets": ("missing",)}
    assert found.lines[1].lacking == ("tests/test_ferry.py::test_ticket fails on the new system",)
    assert {line.row["owner"] for line in found.lines} == {"", "@office"}


def test_a_test_that_expects_something_else_proves_nothing(work: Work) -> None:
    project = track(work)
    send(project, "junit", project.start_sha, junit(*ALL))
    changed = TESTS.replace("== 200", "== 204")
    head = work.commit({"new.py": NEW, "old.py": None, "tests/test_ferry.py": changed}, "Port")
    project = track(work)
    send(project, "junit", head, junit(*ALL))
    assert states(project)["GET /times"] == "ported"
    line = endpoints.find(board(project), "GET", "times")
    assert line is not None
    assert line.lacking == ("tests/test_ferry.py::test_times expects something else than on the legacy system",)


@pytest.mark.parametrize(
    "results",
    [
        junit("test_elsewhere"),
        junit(*ALL).replace(b"></testcase>", b"><skipped/></testcase>"),
        b'<testsuites><testsuite name="p"><testcase classname="elsewhere" name="test_times"/></testsuite></testsuites>',
    ],
    ids=["other tests", "skipped", "another suite"],
)
def test_results_that_do_not_tell_of_a_test_claim_nothing(work: Work, results: bytes) -> None:
    project = track(work)
    send(project, "junit", project.start_sha, results)
    assert set(states(project).values()) == {"legacy"}


def test_numbers_are_told_for_all_and_for_each_milestones_own(work: Work) -> None:
    project = track(work)
    head = work.commit({"new.py": NEW}, "Port two")
    project = track(work)
    rows = Measurement.objects.filter(evidence__project=project, evidence__sha=head, name__startswith="endpoints.")
    values = {(one.name, one.subject): one.value for one in rows}
    assert values["endpoints.total", ""] == 3
    assert values["endpoints.ported", ""] == values["endpoints.unproven", ""] == 2
    assert values["endpoints.legacy [1]", ""] == 0
    assert values["endpoints.total [1]", ""] == 1
    assert values["endpoints.legacy", "old"] == 1


def test_a_milestone_with_endpoints_of_its_own_is_judged_by_those_alone(work: Work) -> None:
    text = (work.folder / "migration.toml").read_text()
    text += """
[milestones.3]
endpoints = ["/tickets/**", "POST /tickets"]
done = ["routes.missing == 0", "endpoints.legacy <= 1"]

[milestones.4]
endpoints = ["/nothing/**"]
done = ["routes.missing == 0", "guards.lost == 0", "endpoints.unproven == 0"]

[milestones.5]
groups = ["old"]
done = ["endpoints.total == 3"]
"""
    text = text.replace('done = ["endpoints.legacy == 0"]', 'done = ["endpoints.legacy == 0", "routes.missing == 0"]')
    head = work.commit({"new.py": NEW, "old.py": None, "migration.toml": text}, "Port two, lose one")
    project = track(work)
    verdicts = judging.judge_commit(project, head).verdicts.order_by("position")
    said = {(one.milestone_key, one.gate): (one.state, one.sentence) for one in verdicts}
    assert said["1", "routes.missing == 0"][0] == said["1", "endpoints.legacy == 0"][0] == "pass"
    assert said["2", "routes.missing == 0"][0] == "fail"
    assert said["3", "routes.missing == 0"][0] == "fail"
    assert "POST /tickets is answered no more" in said["3", "routes.missing == 0"][1]
    assert said["3", "endpoints.legacy <= 1"][0] == said["5", "endpoints.total == 3"][0] == "pass"
    assert {state for (key, _), (state, _) in said.items() if key == "4"} == {"unknown"}, "of nothing nothing is proven"


FLASK_DUMP = """Endpoint  Methods  Rule
--------  -------  -----------------------
buy       POST     /tickets
static    GET      /static/<path:filename>
ticket    GET      /tickets/<int:number>
times     GET      /times
"""


def test_a_dump_that_agrees_changes_nothing_and_one_that_does_not_makes_bounds_unknown(work: Work) -> None:
    project = track(work)
    work.commit({"new.py": NEW}, "Port two")
    project = track(work)
    sha = project.sha
    before = judging.judge_commit(project, sha).verdicts.get(gate="routes.missing == 0")
    assert before.state == "fail"
    send(project, "flask-routes", sha, FLASK_DUMP.encode())
    same = judging.judge_commit(project, sha).verdicts.get(gate="routes.missing == 0")
    assert (same.state, same.sentence) == (before.state, before.sentence)
    assert Evidence.objects.get(project=project, kind="flask-routes").measurements.get().value == 3
    row = send(project, "flask-routes", sha, FLASK_DUMP.replace("/times", "/hours").encode(), job="nightly")
    assert row.state == "done", row.sentence
    verdict = judging.judge_commit(project, sha).verdicts.get(gate="routes.missing == 0")
    assert (verdict.state, verdict.lack) == ("unknown", "unusable")
    assert "GET /hours is only in `flask routes`" in verdict.sentence
    assert "GET /hours is only in `flask routes`" in {one["text"] for one in board(project).disputes}


def test_a_dump_sent_as_results_is_told_where_it_belongs(work: Work) -> None:
    project = track(work)
    row = send(project, "junit", project.sha, FLASK_DUMP.encode())
    assert row.state == "failed"
    assert "send it as 'flask-routes', not 'junit'" in row.sentence
    row = send(project, "openapi", project.sha, b"<testsuites/>")
    assert "send it as 'junit', not 'openapi'" in row.sentence


def test_the_course_is_read_once_and_a_new_commit_costs_only_itself(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.commit({"notes.md": "nothing to do with routes"}, "Notes")
    work.commit({"new.py": NEW}, "Port two")
    project = track(work)
    course = board(project).course
    assert course is not None
    assert [dict(point.served.by_framework) for point in course.points if point.served] == [
        {"flask": 3}, {"flask": 3}, {"flask": 3}, {"fastapi": 2, "flask": 3},
    ]  # fmt: skip
    assert {group.name: (group.moved, group.total) for group in course.groups} == {"old": (2, 3)}
    kept = BlobFact.objects.filter(reader__startswith="served/").count()
    assert kept == 2, "four commits, two different trees of sources"
    work.commit({"old.py": OLD.replace("def buy", "def purchase")}, "Edit the old code after its port")
    track(work)
    assert BlobFact.objects.filter(reader__startswith="served/").count() == kept + 1
    found = board(project)
    assert found.course is not None
    assert {key for key, _ in found.course.edited} == {("GET", "/times"), ("GET", "/tickets/{number}")}


def test_a_long_line_of_commits_is_sampled_and_says_so(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("milestones.services.burndown.MOST_COMMITS", 4)
    for number in range(8):
        work.commit({"notes.md": str(number)}, f"Note {number}")
    work.commit({"new.py": NEW}, "Port two")
    project = track(work)
    history = RouteHistory.objects.get(project=project)
    assert (history.whole, len(history.commits)) == (11, 4)
    assert history.commits[-1][0] == project.sha


def test_what_stands_in_folders_side_by_side_needs_no_start(tmp_path: Path) -> None:
    work = Work(tmp_path / "both")
    policy = '[migration]\nlegacy_folder = "old"\nnew_folder = "new"\n'
    work.commit({"old/app.py": OLD, "new/app.py": NEW, "migration.toml": policy})
    project = track(work)
    assert states(project) == {"GET /times": "ported", "GET /tickets/{number}": "ported", "POST /tickets": "legacy"}
    assert board(project).course is None
    work.repo.close()


def test_a_name_is_corrected_in_policy(work: Work) -> None:
    guarded = NEW.replace("def ticket(number: int)", "def ticket(number: int, who=Depends(caller))").replace(
        "api = FastAPI()", "from fastapi import Depends\n\ndef caller():\n    return 1\n\napi = FastAPI()"
    )
    work.commit({"new.py": guarded}, "Port")
    project = track(work)
    line = endpoints.find(board(project), "GET", "tickets/{number}")
    assert line is not None
    assert [one["name"] for one in line.row["new_guards"]] == []
    policy = (work.folder / "migration.toml").read_text() + '\n[guards]\nare = ["caller"]\n'
    work.commit({"migration.toml": policy})
    project = track(work)
    line = endpoints.find(board(project), "GET", "tickets/{number}")
    assert line is not None
    assert [one["name"] for one in line.row["new_guards"]] == ["caller"]
