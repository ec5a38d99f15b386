"""Recordings arrive, are compared at their commit, and move gates and endpoints."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from django.test import Client

from milestones.models import Delivery, Evidence, Measurement, Project, RecordedPair
from milestones.services import evaluate, proofs, tracking
from tests import example
from tests.contracts.making import told
from tests.makers import make_member, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def answers(system: str, times: list[str] | None = None, **more: object) -> bytes:
    """What the timetable answers, as a recording of one system."""
    framework = "flask" if system == "legacy" else "fastapi"
    body = {"departures": ["08:10", "12:40"] if times is None else times, **more}
    line = told("/times", body, route="/times", framework=framework, test="tests/t.py::test_times")
    return line.replace(b'{"test"', f'{{"system": "{system}", "test"'.encode(), 1) + b"\n"


@pytest.fixture
def ferry(tmp_path: Path) -> Project:
    work, _, _ = example.ferry(tmp_path / "ferry")
    return example.track(work)


def send(project: Project, system: str, sha: str, body: bytes) -> Delivery:
    return example.send(project, "recording", sha, body, system=system)


def measured(project: Project) -> dict[str, float]:
    row = Evidence.objects.filter(project=project, sha=project.sha, kind="contract").order_by("-attempt").first()
    rows = Measurement.objects.filter(evidence=row, subject="") if row else []
    return {one.name.removeprefix("contract."): one.value for one in rows}


def test_both_recordings_make_one_comparison_whichever_comes_first(ferry: Project) -> None:
    assert send(ferry, "new", ferry.sha, answers("new", ["08:15"])).state == "done"
    assert measured(ferry) == {}
    send(ferry, "legacy", ferry.start_sha, answers("legacy"))
    assert measured(ferry)["pairs"] == 1
    assert measured(ferry)["mismatched"] == 1


def test_a_gate_on_the_comparison_is_unknown_then_fails_with_the_place_then_passes(ferry: Project) -> None:
    ferry.policy_text = ferry.policy_in_force.replace('"tests.failed == 0", ', '"contract.mismatched == 0", ')
    ferry.save()
    tracking.look_now(ferry)
    ferry.refresh_from_db()

    def verdict() -> tuple[str, str]:
        gates = evaluate.judge(ferry.pk, ferry.sha).verdicts
        one = gates.get(gate__startswith="contract.mismatched", milestone_key="1")
        return one.state, one.sentence + one.next

    state, said = verdict()
    assert (state, "record the tests of both systems" in said) == ("unknown", True)
    send(ferry, "legacy", ferry.start_sha, answers("legacy"))
    send(ferry, "new", ferry.sha, answers("new", ["08:15", "12:40"]))
    state, said = verdict()
    assert state == "fail"
    assert "GET /times json_value /departures/-: 08:10 -> 08:15" in said
    example.send(ferry, "recording", ferry.sha, answers("new"), system="new", attempt=2)
    assert verdict()[0] == "pass"


def test_noise_is_told_by_a_second_legacy_recording(ferry: Project) -> None:
    send(ferry, "legacy", ferry.start_sha, answers("legacy", at=1))
    send(ferry, "new", ferry.sha, answers("new", at=2))
    assert measured(ferry)["mismatched"] == 1
    send(ferry, "noise", ferry.start_sha, answers("legacy", at=3))
    assert (measured(ferry)["mismatched"], measured(ferry)["noise"]) == (0, 1)


def test_an_accepted_difference_counts_no_more_and_is_still_listed(ferry: Project) -> None:
    send(ferry, "legacy", ferry.start_sha, answers("legacy"))
    send(ferry, "new", ferry.sha, answers("new", more=1))
    assert measured(ferry)["mismatched"] == 1
    accept = '\n[[accept]]\nwhat = "contract.json_added GET /times /more"\nwhy = "asked for"\n'
    ferry.policy_text = ferry.policy_in_force + accept
    ferry.save()
    tracking.look_now(ferry)
    assert (measured(ferry)["mismatched"], measured(ferry)["accepted"]) == (0, 1)


def test_a_rule_of_the_policy_is_held_against_what_was_recorded(ferry: Project) -> None:
    rule = '\n[[contract]]\nendpoints = ["/times"]\nalways = ["json has duration: float"]\n'
    ferry.policy_text = ferry.policy_in_force + rule
    ferry.save()
    tracking.look_now(ferry)
    send(ferry, "legacy", ferry.start_sha, answers("legacy"))
    send(ferry, "new", ferry.sha, answers("new"))
    assert measured(ferry)["rules_broken"] == 1


def test_an_endpoint_is_tested_when_recorded_and_verified_when_its_answers_are_equal(ferry: Project) -> None:
    def state() -> str:
        ferry.refresh_from_db()
        row = proofs.latest_of(ferry, ferry.sha)
        assert row is not None
        return {(method, path): state for method, path, state in row.details["states"]}["GET", "/times"]

    assert state() == "ported"
    send(ferry, "legacy", ferry.start_sha, answers("legacy"))
    send(ferry, "new", ferry.sha, answers("new", ["late"]))
    assert state() == "ported"
    example.send(ferry, "recording", ferry.sha, answers("new"), system="new", attempt=2)
    assert state() in {"verified", "retired"}


@pytest.mark.parametrize(
    ("system", "body", "said"),
    [
        ("", b'{"nothing": 1}\n', "no exchange in it (line 1"),
        ("", answers("new") + answers("legacy"), "lines of both systems"),
        ("", answers("new").replace(b'"system": "new", ', b""), "no system in its lines"),
        ("legacy", answers("new"), "sent as system=legacy, but its lines say new"),
    ],
)
def test_what_cannot_be_told_apart_is_refused_and_kept(ferry: Project, system: str, body: bytes, said: str) -> None:
    row = send(ferry, system, ferry.sha, body)
    assert (row.state, said in row.sentence) == ("failed", True), row.sentence
    assert not Evidence.objects.filter(project=ferry, kind__startswith="recording").exists()


def test_the_system_is_taken_from_the_lines_where_nobody_says_it(ferry: Project) -> None:
    send(ferry, "", ferry.sha, answers("legacy"))
    assert Evidence.objects.filter(project=ferry, kind="recording-legacy").count() == 1


def test_a_recording_that_was_cut_is_kept_and_proves_nothing(ferry: Project) -> None:
    send(ferry, "legacy", ferry.start_sha, answers("legacy"))
    assert send(ferry, "new", ferry.sha, answers("new") + answers("new")[:40]).state == "done"
    row = Evidence.objects.get(project=ferry, kind="contract")
    assert "not a line of JSON" in row.problems[0]["reason"]


def test_the_pages_show_the_list_and_both_answers_with_the_first_difference(ferry: Project, client: Client) -> None:
    client.force_login(make_member(ferry))
    page = f"/projects/{ferry.slug}/behaviour/"
    assert b"Nothing has been recorded yet" in client.get(page).content
    send(ferry, "legacy", ferry.start_sha, answers("legacy"))
    assert b"The new system has not been recorded yet" in client.get(page).content
    send(ferry, "new", ferry.sha, gzip.compress(answers("new", ["08:15", "12:40"], port="<b>north</b>")))
    shown = client.get(page).content.decode()
    assert "differs" in shown
    assert "json value" in shown
    detail = client.get(f"{page}GET/times").content.decode()
    assert 'id="first"' in detail
    assert "&lt;b&gt;north" in detail
    assert "<b>north" not in detail
    assert client.get(f"{page}GET/").status_code == 404
    assert RecordedPair.objects.get().test == "tests/t.py::test_times"


def test_another_teams_answers_are_not_there(ferry: Project, client: Client) -> None:
    client.force_login(make_user())
    assert client.get(f"/projects/{ferry.slug}/behaviour/").status_code == 404
    assert client.get(f"/projects/{ferry.slug}/behaviour/GET/times").status_code == 404
