"""The example migration over HTTP, worked on by a real worker: one changed line turns the gate that it should."""

from __future__ import annotations

import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from milestones import demo
from milestones.demo.record import run_checks
from milestones.models import Delivery, Evidence, Project
from milestones.services import judging, keys, tracking
from tests import http

pytestmark = pytest.mark.django_db(transaction=True)
UNTIL = datetime(2026, 5, 29, 12, tzinfo=UTC)


def gates(project: Project, sha: str) -> dict[tuple[str, str], str]:
    verdicts = judging.judge_commit(project, sha).verdicts.all()
    return {(verdict.milestone_key, verdict.gate): verdict.state for verdict in verdicts}


def push(folder: Path, message: str) -> str:
    git = ["git", "-C", str(folder), "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    subprocess.run([*git, "commit", "--quiet", "--all", "--no-verify", "-m", message], check=True, timeout=20)
    shown = subprocess.run([*git, "rev-parse", "HEAD"], check=True, timeout=20, capture_output=True, text=True)
    return shown.stdout.strip()


def the_service_answers_wrong(folder: Path) -> None:
    """Change one line of the service, so that an answer has another status."""
    source = folder / "server" / "api.py"
    text = source.read_text()
    assert "booking_json(booking), 201" in text, "the line that this test changes should be there"
    source.write_text(text.replace("booking_json(booking), 201", "booking_json(booking), 202", 1))


def test_one_changed_line_turns_the_gate_on_failing_tests_and_no_other(
    tmp_path: Path, live_server: Any, worker: Any
) -> None:
    repository = demo.build(tmp_path / "harbour", UNTIL)
    project = tracking.register(tracking.Wish(str(repository.path), slug="harbour"))
    assert tracking.look_now(project).state == "done"
    token = keys.new_upload_token(project, "CI")
    head = repository.commits[-1]
    for kind, body in head.results:
        told = http.follow(
            http.upload(f"{live_server.url}/api/projects/harbour/evidence", token, kind, head.sha, body), token
        )
        assert told["state"] == "judged", told
    before = gates(project, head.sha)

    the_service_answers_wrong(repository.path)
    pushed = push(repository.path, "Answer otherwise")
    run = run_checks(repository.path)
    for kind, body in (("junit", run.junit), ("ruff", run.ruff)):
        told = http.follow(
            http.upload(f"{live_server.url}/api/projects/harbour/evidence", token, kind, pushed, body), token
        )
        assert told["state"] == "judged", told  # it waited for its commit, which a look then brought
    after = gates(project, pushed)

    turned = {gate for (_key, gate), state in after.items() if state != before[_key, gate]}
    assert turned == {"tests.failed == 0"}
    assert {state for (_, gate), state in after.items() if gate == "tests.failed == 0"} == {"fail"}

    Evidence.objects.filter(project=project, sha=pushed, kind="junit").delete()
    without = gates(project, pushed)
    assert {gate for (_key, gate), state in without.items() if state == "unknown"} == {
        gate for (_key, gate) in without if gate.startswith("tests.")
    }


def test_a_webhook_brings_a_push_in(tmp_path: Path, live_server: Any, worker: Any) -> None:
    repository = demo.build(tmp_path / "harbour", UNTIL)
    project = tracking.register(tracking.Wish(str(repository.path), slug="harbour"))
    tracking.look_now(project)
    secret = keys.new_hook_secret(project)
    the_service_answers_wrong(repository.path)
    pushed = push(repository.path, "Answer otherwise")
    body = b'{"ref": "refs/heads/main"}'
    headers = {
        "X_GitHub_Event": "push",
        "X_GitHub_Delivery": "d-1",
        "X_Hub_Signature_256": http.signature(secret, body),
    }
    status, first = http.request(f"{live_server.url}/hooks/github/harbour", body, **headers)
    assert status == 202
    assert http.request(f"{live_server.url}/hooks/github/harbour", body, **headers) == (202, first), "taken once"
    until = time.monotonic() + 60
    while project.sha != pushed and time.monotonic() < until:
        time.sleep(0.2)
        project.refresh_from_db()
    assert project.sha == pushed
    assert Delivery.objects.filter(project=project, channel="webhook").count() == 1


def test_the_demo_command_loads_it_all_and_a_second_time_changes_nothing(tmp_path: Path) -> None:
    from django.core.management import call_command

    from milestones.models import Judgement, Measurement, Promotion, Verdict

    tables = (Delivery, Evidence, Measurement, Judgement, Verdict, Promotion, Project)
    call_command("demo")
    first = [table.objects.count() for table in tables]
    call_command("demo")
    assert [table.objects.count() for table in tables] == first
    assert sorted(Promotion.objects.values_list("milestone__key", "approved")) == [("1", True), ("3", False)]
