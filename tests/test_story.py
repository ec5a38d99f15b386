"""The story of a milestone: documents arrive, promotion is blocked with reasons, evidence arrives, it goes through."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from milestones.models import Decision, Evidence, Judgement, Milestone, Promotion, Role
from milestones.services import accounts, evaluate, judging, log, promote, replay, sign_off, waivers
from tests.example import POLICY, PORTED, ferry, junit, send, track
from tests.makers import make_member

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_milestone_is_blocked_until_its_evidence_is_there(tmp_path: Path) -> None:
    work, _legacy, ported = ferry(tmp_path / "ferry")
    project = track(work)
    assert project.name == "Ferry: Flask to FastAPI"
    keys = Milestone.objects.filter(project=project).in_order().values_list("key", "status")
    assert list(keys) == [("1", "reached"), ("2", "in_progress")]

    # the document says that milestone 1 is reached; nothing has shown it
    boss = accounts.operator()
    first = promote.milestone_of(project, "1")
    blocked = promote.promote(first, ported, by=boss)
    assert not blocked.approved
    assert any("no JUnit results have ever come" in reason for reason in blocked.reasons)
    assert promote.promote(first, ported, by=boss) == blocked, "the same attempt has the same answer"

    # a red run: the reason is another one now
    assert send(project, "junit", ported, junit(failed=2)).state == "done"
    again = promote.promote(first, ported, by=boss)
    assert again != blocked
    assert any("tests.failed is 2" in reason for reason in again.reasons), again.reasons

    # mended, pushed, and green: the expected gates turn, at that commit
    mended = work.commit({"ferry/times.py": PORTED + "\n# checked\n"}, "Mend")
    assert send(project, "junit", mended, junit()).state == "done"
    approved = promote.promote(first, mended, by=boss)
    assert approved.approved, approved.reasons
    assert not promote.promote(first, ported, by=boss).approved, "the commit before it stays blocked"

    # what was decided can be told in a year, and cannot be told otherwise
    assert Promotion.objects.approved().count() == 1
    assert [row.verb for row in Decision.objects.all()] == ["tracked", "blocked", "blocked", "approved"]
    assert log.first_broken() is None
    Decision.objects.filter(verb="blocked").first().delete()
    assert log.first_broken() == 2
    work.repo.close()


def test_people_say_what_no_program_measures_and_let_pass_what_they_know(tmp_path: Path) -> None:
    work, _legacy, ported = ferry(tmp_path / "ferry")
    project = track(work)
    boss, mats = make_member(project, Role.OWNER, "ola"), make_member(project, Role.DEVELOPER, "mats")
    office = promote.milestone_of(project, "2")
    send(project, "ruff", ported, b"[]")

    # the linter is silent and the port is like its original; the captain's word is what lacks
    blocked = promote.promote(office, ported, by=boss)
    assert blocked.reasons == ['"The captain has seen it.": awaits sign-off: no strict gate is bound to it']
    captain = next(one.identity for one in office.criteria.all() if "captain" in one.text)
    sign_off.sign_off(office, [captain], by=boss, proof=sign_off.Proof("On board, on *Friday*.", paths=("ferry/**",)))
    assert promote.dry_run(office, ported).approved

    # on the next commit a test fails that everybody knows of; it may, for a week, if another person says so
    home = promote.milestone_of(project, "1")
    noted = work.commit({"NOTES.md": "The tide table is off by a minute.\n"}, "Say what is known")
    project = track(work)
    send(project, "junit", noted, junit(failed=1))
    assert not promote.promote(home, noted, by=boss).approved
    waiver = waivers.request(home, "tests.failed == 0", by=mats, reason="The tide table is mended next.", days=7)
    waivers.approve(project, waiver.pk, by=boss)
    approved = promote.promote(home, noted, by=boss)
    assert approved.approved
    assert approved.waived[0].endswith("The tide table is mended next. (asked by mats, approved by ola)")
    assert promote.promote(home, noted, by=boss) == approved

    # the captain's word still holds there, since the ferry is as it was; and all can be told again
    assert not any("captain" in reason for reason in promote.promote(office, noted, by=boss).reasons)
    assert approved.judgement is not None
    assert replay.replay(approved.judgement).same
    assert log.first_break() is None
    work.repo.close()


def test_evidence_that_is_taken_away_leaves_unknown_and_never_a_pass(tmp_path: Path) -> None:
    work, _legacy, ported = ferry(tmp_path / "ferry")
    project = track(work)
    send(project, "junit", ported, junit())
    gate = "tests.failed == 0"
    green = {v.gate: v.state for v in evaluate.judge(project.pk, ported).verdicts.all()}
    assert green[gate] == "pass"
    Evidence.objects.filter(project=project, kind="junit").delete()
    gone = {v.gate: v.state for v in judging.judge_commit(project, ported).verdicts.all()}
    assert gone[gate] == "unknown"
    assert {k: v for k, v in gone.items() if k != gate} == {k: v for k, v in green.items() if k != gate}
    send(project, "junit", ported, junit(passed=4))
    back = Judgement.objects.latest_at(project, ported)
    assert back is not None
    assert {v.gate: v.state for v in back.verdicts.all()} == green
    work.repo.close()


def test_evidence_counts_for_another_commit_only_if_its_tree_is_the_same(tmp_path: Path) -> None:
    work, _legacy, ported = ferry(tmp_path / "ferry")
    project = track(work)
    send(project, "junit", ported, junit())
    same = work.commit({}, "Say it again, changing nothing")
    other = work.commit({"ferry/times.py": "import os\n"}, "Change it")
    project = track(work)

    def state(sha: str) -> str:
        return judging.judge_commit(project, sha).verdicts.filter(gate="tests.failed == 0")[0].state

    judging.judge_commit(project, same)
    assert state(same) == "pass"
    assert state(other) == "unknown"
    work.repo.close()


def test_a_bound_on_the_baseline_compares_with_the_legacy_commit(tmp_path: Path) -> None:
    work, legacy, _ported = ferry(tmp_path / "ferry")
    policy = POLICY.format(start=legacy).replace('"leftovers.imports == 0"]', '"leftovers.imports <= baseline"]')
    head = work.commit({"migration.toml": policy})
    project = track(work)
    gate = judging.judge_commit(project, head).verdicts.get(gate="leftovers.imports <= baseline")
    assert (gate.state, gate.expect) == ("pass", "<= baseline (1)")
    worse = work.commit({"ferry/a.py": "import flask\nfrom flask import g\n"})
    gate = judging.judge_commit(track(work), worse).verdicts.get(gate="leftovers.imports <= baseline")
    assert gate.state == "fail"
    work.repo.close()


def test_a_start_named_by_a_branch_that_moves_is_measured_anew(tmp_path: Path) -> None:
    work, legacy, _ported = ferry(tmp_path / "ferry")
    work.repo.create_head("old", legacy)
    head = work.commit({"migration.toml": POLICY.format(start="old")})
    gate = "similarity.times in 0.2..0.9"
    project = track(work)
    assert judging.judge_commit(project, head).verdicts.get(gate=gate).state == "pass"
    work.repo.heads["old"].set_commit(head)
    project = track(work)
    moved = judging.judge_commit(project, head).verdicts.get(gate=gate)
    assert (moved.state, moved.value) == ("fail", 1.0)
    work.repo.close()


def test_a_source_too_large_to_read_leaves_unknown_and_never_a_pass(tmp_path: Path, settings: Any) -> None:
    settings.MIGRATOR_SOURCE_BYTES = 1000
    work, _legacy, _ported = ferry(tmp_path / "ferry")
    large = work.commit({"ferry/large.py": "import flask\n" + "# much\n" * 500})
    gate = judging.judge_commit(track(work), large).verdicts.filter(gate="leftovers.imports == 0")[0]
    assert gate.state == "unknown"
    assert "MIGRATOR_SOURCE_BYTES" in gate.sentence
    work.repo.close()
