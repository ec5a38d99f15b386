"""A small migration for tests: two milestones, a policy, and results as a CI would send them."""

from __future__ import annotations

from pathlib import Path

from milestones.models import Delivery, Project
from milestones.services import intake, tracking
from tests.repositories import Work

ROADMAP = """# Ferry timetable: the move

## Milestone 1 — Timetable service (reached)

Goal: departures come from the new service.

Definition of done:

- The whole suite is green. <!-- gate: tests.failed == 0 -->
- Nothing imports the old framework any more.

## Milestone 2 — Ticket office

Status: in progress

Definition of done:

- [ ] The linter finds nothing.
- [x] The captain has seen it.
"""

POLICY = """[migration]
name = "Ferry: Flask to FastAPI"
from = "flask"
to = "fastapi"
start = "{start}"
docs = ["plan/*.md"]

[similarity]
times = "ferry/times.py"

[leftovers]
imports = ["flask"]

[milestones.1]
done = ["tests.failed == 0", "leftovers.imports == 0"]
proves = {{ "imports the old framework" = "leftovers.imports" }}

[milestones.2]
done = ["lint.ruff.findings == 0", "similarity.times in 0.2..0.9"]
proves = {{ "linter finds nothing" = "lint.ruff.findings" }}
"""

LEGACY = """from flask import Flask, jsonify

app = Flask(__name__)


@app.route("/times")
def times():
    return jsonify(departures=["08:10", "12:40"])
"""

PORTED = """from fastapi import FastAPI

app = FastAPI()


@app.get("/times")
def times():
    return {"departures": ["08:10", "12:40"]}
"""


def junit(failed: int = 0, passed: int = 3) -> bytes:
    """A JUnit file with so many failing and passing tests."""
    bad = "".join(f'<testcase classname="t" name="bad{n}"><failure message="no"/></testcase>' for n in range(failed))
    good = "".join(f'<testcase classname="t" name="good{n}" time="0.1"/>' for n in range(passed))
    head = f'<testsuite name="ferry" tests="{failed + passed}" failures="{failed}">'
    return f'<?xml version="1.0"?><testsuites>{head}{bad}{good}</testsuite></testsuites>'.encode()


def ferry(folder: Path) -> tuple[Work, str, str]:
    """The repository, with its legacy commit and its ported one."""
    work = Work(folder)
    legacy = work.commit({"ferry/times.py": LEGACY}, "The service as it was")
    plan = {"plan/roadmap.md": ROADMAP, "migration.toml": POLICY.format(start=legacy)}
    ported = work.commit({"ferry/times.py": PORTED, **plan}, "Port the timetable")
    return work, legacy, ported


def track(work: Work) -> Project:
    """Track it in this process, as the command does."""
    project = tracking.register(tracking.Wish(source=str(work.folder)))
    row = tracking.look_now(project)
    assert row.state == "done", row.sentence
    project.refresh_from_db()
    return project


def send(project: Project, kind: str, sha: str, body: bytes, **place: str) -> Delivery:
    """Upload one file and work on it, and on all that becomes due by it, as workers would."""
    row = intake.receive_upload(project, intake.Upload(kind=kind, sha=sha, body=body, **place))
    pending = [row.pk]
    for _ in range(20):
        if not pending:
            break
        pending += intake.process(pending.pop(0))
    row.refresh_from_db()
    return row
