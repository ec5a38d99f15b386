"""Attacks by a proposal: it is judged by the default branch's rules, and what it does to them is shown as proposed."""

from __future__ import annotations

from milestones.facts import State
from milestones.models import Decision, PolicyChange
from milestones.services import change, judging
from tests.attacks.places import Town
from tests.example import POLICY, ROADMAP, junit, send

TESTS = "import times\n\n\ndef test_times():\n    assert times.times()['departures'] == ['08:10', '12:40']\n"


def test_a_proposal_that_lowers_a_bound_lowers_nothing(town: Town) -> None:
    lower = POLICY.format(start=town.legacy).replace('"tests.failed == 0", ', '"tests.failed <= 9", ')
    fork = town.push({"migration.toml": lower}, branch="fork")
    send(town.project, "junit", fork, junit(failed=1))
    gates = {one.gate: one.state for one in judging.judge_commit(town.project, fork).verdicts.all()}
    assert gates["tests.failed == 0"] == "fail"
    assert "tests.failed <= 9" not in gates
    asked = change.judge_change(town.project, fork)
    assert asked.touched.policy == ("migration.toml",)
    assert (
        "proposed, weakened: milestone 1 asked for tests.failed == 0, now for tests.failed <= 9"
        in asked.touched.proposed
    )
    assert not PolicyChange.objects.exists()


def test_a_proposal_that_deletes_a_criterion_is_still_asked_for_it(town: Town) -> None:
    fork = town.push({"plan/roadmap.md": ROADMAP.replace("- [x] The captain has seen it.\n", "")}, branch="fork")
    blocked = town.promote(fork, key="2")
    assert any("The captain has seen it" in reason for reason in blocked.reasons)
    asked = change.judge_change(town.project, fork)
    assert any('no longer asks "The captain has seen it."' in one for one in asked.touched.proposed)


def test_a_proposal_that_ticks_a_box_proves_nothing(town: Town) -> None:
    fork = town.push({"plan/roadmap.md": ROADMAP.replace("- [ ] The linter", "- [x] The linter")}, branch="fork")
    asked = change.judge_change(town.project, fork)
    assert any('ticks "The linter finds nothing."' in one for one in asked.touched.proposed)
    assert not town.promote(fork, key="2").approved


def test_a_proposal_that_skips_a_test_is_worse_and_touches_a_frozen_one(town: Town) -> None:
    frozen = POLICY.format(start=town.legacy) + '\n[frozen]\ntests = ["tests/**"]\n'
    base = town.push({"migration.toml": frozen, "tests/test_times.py": TESTS})
    skipping = TESTS.replace("def test_times", "import pytest\n\n\n@pytest.mark.skip\ndef test_times")
    fork = town.push({"tests/test_times.py": skipping}, branch="fork")
    send(town.project, "junit", base, junit())
    skipped = junit(passed=2).replace(
        b"</testsuite>", b'<testcase classname="t" name="good2"><skipped message="later"/></testcase></testsuite>'
    )
    send(town.project, "junit", fork, skipped)
    asked = change.judge_change(town.project, fork)
    assert asked.base == base
    assert asked.state is State.FAIL
    assert [one.sentence for one in asked.worse] == ["tests.skipped went from 0 to 1"]
    assert asked.touched.frozen == ("tests/test_times.py",)
    assert any("frozen test tests/test_times.py" in one for one in asked.touched.proposed)


def test_a_weaker_policy_on_the_default_branch_is_kept_with_its_author(town: Town) -> None:
    lower = POLICY.format(start=town.legacy).replace('"tests.failed == 0", ', '"tests.failed == 0 (informational)", ')
    sha = town.push({"migration.toml": lower})
    row = PolicyChange.objects.get()
    assert (row.sha, row.author) == (sha, "Ada")
    assert row.weakened == ["milestone 1 asked for tests.failed == 0, now for tests.failed == 0 (informational)"]
    assert '-done = ["tests.failed == 0", ' in row.diff
    assert Decision.objects.filter(verb="weakened the policy", actor="Ada").count() == 1
