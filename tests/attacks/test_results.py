"""Attacks with results: numbers that are none, attempts until green, uploads replayed, clocks that jump."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from milestones.models import Judgement
from milestones.services import evaluate, intake, judging
from tests.attacks.places import Town
from tests.example import POLICY, junit, send


def state_of(town: Town, gate: str, sha: str = "") -> tuple[str, str]:
    row = judging.judge_commit(town.project, sha or town.ported).verdicts.filter(gate=gate)[0]
    return row.state, row.sentence


@pytest.mark.parametrize("body", ['{"p95": NaN}', '{"p95": Infinity}', '{"p95": -Infinity}', '{"p95": 1e999}'])
def test_what_is_no_number_is_refused_and_nothing_of_it_is_stored(town: Town, body: str) -> None:
    row = send(town.project, "metrics", town.ported, body.encode())
    assert row.state == "failed"
    assert not town.project.evidence.filter(kind="metrics").exists()


def test_coverage_of_more_than_the_whole_proves_nothing(town: Town) -> None:
    bound = "metric.coverage >= 80%"
    head = town.push({"migration.toml": POLICY.format(start=town.legacy) + f'\n[milestones.3]\ndone = ["{bound}"]\n'})
    metric = {"metrics": [{"name": "coverage", "value": 120, "unit": "percent"}]}
    sent = send(town.project, "metrics", head, json.dumps(metric).encode())
    state, said = state_of(town, bound, head)
    assert state != "pass", (sent.sentence, said)


def test_a_negative_count_is_no_pass(town: Town) -> None:
    bound = "metric.errors <= 0"
    head = town.push({"migration.toml": POLICY.format(start=town.legacy) + f'\n[milestones.3]\ndone = ["{bound}"]\n'})
    send(town.project, "metrics", head, b'{"metrics": [{"name": "errors", "value": -3, "unit": "count"}]}')
    assert state_of(town, bound, head)[0] != "pass"


def test_a_test_named_like_another_hides_no_failure(town: Town) -> None:
    twins = junit(failed=1, passed=2).replace(b'name="good0"', b'name="bad0"')
    send(town.project, "junit", town.ported, twins)
    assert state_of(town, "tests.failed == 0")[0] == "fail"


def test_a_job_that_is_run_until_it_is_green_shows_every_attempt(town: Town) -> None:
    send(town.project, "junit", town.ported, junit(failed=2), job="ci", attempt=1)
    send(town.project, "junit", town.ported, junit(), job="ci", attempt=2)
    state, said = state_of(town, "tests.failed == 0")
    assert state == "pass"
    assert "not counted: attempt 1 of ci: tests.failed was 2" in said


@pytest.mark.parametrize(("counts", "expected"), [("last", "pass"), ("first", "fail"), ("all", "fail")])
def test_policy_says_which_attempts_count(town: Town, counts: str, expected: str) -> None:
    more = f'\n[expected]\nattempts = "{counts}"\n'
    head = town.push({"migration.toml": POLICY.format(start=town.legacy) + more})
    send(town.project, "junit", head, junit(failed=2), job="ci", attempt=1)
    send(town.project, "junit", head, junit(), job="ci", attempt=2)
    assert state_of(town, "tests.failed == 0", head)[0] == expected


def test_an_upload_replayed_has_the_same_answer_and_another_body_under_its_key_none(town: Town) -> None:
    upload = intake.Upload("junit", town.ported, junit(), key="run-7")
    first, again = (intake.receive_upload(town.project, upload) for _ in range(2))
    assert first.pk == again.pk
    with pytest.raises(intake.RefusedError, match="already used for something else") as refused:
        intake.receive_upload(town.project, intake.Upload("junit", town.ported, junit(failed=1), key="run-7"))
    assert refused.value.conflict


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_jumps_an_hour_turns_no_verdict(town: Town, hours: int, monkeypatch: Any) -> None:
    town.green()
    approved = town.promote()
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=hours))
    assert town.promote() == approved
    row = evaluate.judge(town.project.pk, town.ported)
    newest = Judgement.objects.filter(project=town.project, sha=town.ported).order_by("-number")[0]
    assert row == newest
    monkeypatch.undo()
    assert town.promote() == approved
