"""Attacks between look and click: what changed is refused by name, and the branch moving on is no obstacle."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from milestones.models import Membership, Promotion, Role, Waiver
from milestones.services import circumstances, promote, sign_off, waivers
from tests.attacks.places import Town
from tests.example import POLICY, PORTED, junit, send
from tests.makers import make_member

FAILS = "tests.failed == 0"


def test_evidence_that_came_since_is_told(town: Town) -> None:
    town.green()
    seen = town.seen()
    send(town.project, "junit", town.ported, junit(failed=1), job="late")
    with pytest.raises(
        promote.ChangedSinceSeenError, match="evidence for this commit changed since you looked"
    ) as told:
        town.promote(seen=seen)
    assert "tests.failed == 0 was pass, is fail" in str(told.value)
    assert not Promotion.objects.exists()


def test_a_policy_that_changed_since_is_told(town: Town) -> None:
    town.green()
    seen = town.seen()
    town.push({"migration.toml": POLICY.format(start=town.legacy) + "\n[every_change]\nno_worse = []\n"})
    with pytest.raises(promote.ChangedSinceSeenError, match=r"the policy \(migration.toml of the default branch\)"):
        town.promote(seen=seen)


def test_the_branch_moving_on_is_no_obstacle_and_is_told(town: Town) -> None:
    town.green()
    seen = town.seen()
    for number in range(10):
        town.work.commit({"ferry/more.py": f"MORE = {number}\n"}, f"Go on {number}")
    head = town.push(
        {"plan/roadmap.md": (town.work.folder / "plan/roadmap.md").read_text() + "\n\n## Later\n\nMore.\n"}
    )
    approved = town.promote(seen=seen)
    assert approved.approved, approved.reasons
    assert any(f"moved on by 11 commits, to {head[:7]}" in note for note in approved.notes), approved.notes


def test_a_hold_that_was_set_since_is_told(town: Town) -> None:
    town.green()
    seen = town.seen()
    circumstances.set_hold(town.project, "hold", "The ferry is in dock.", by=town.boss)
    with pytest.raises(promote.ChangedSinceSeenError, match="a hold, a freeze or a stage changed"):
        town.promote(seen=seen)


def waived(town: Town, days: int = 5) -> Waiver:
    """A waiver for one failing test, asked by one person and approved by another."""
    send(town.project, "junit", town.ported, junit(failed=1))
    asker = make_member(town.project, Role.DEVELOPER, "mats")
    row = waivers.request(promote.milestone_of(town.project, "1"), FAILS, by=asker, reason="Known.", days=days)
    return waivers.approve(town.project, row.pk, by=town.boss)


def test_a_waiver_lets_its_own_failure_pass_and_no_other(town: Town) -> None:
    waived(town)
    approved = town.promote()
    assert approved.approved
    assert "tests.failed == 0 is waived until" in approved.waived[0]
    assert "asked by mats, approved by ola" in approved.waived[0]
    verdict = next(one for one in approved.judgement.verdicts.all() if one.gate == FAILS)
    assert verdict.state == "fail", "a waiver never changes a verdict"
    worse = town.push({"ferry/more.py": "MORE = 1\n"})
    send(town.project, "junit", worse, junit(failed=2))
    blocked = town.promote(worse)
    assert not blocked.approved
    assert any("is for another failure: 1 of what fails now was not there" in reason for reason in blocked.reasons)


def test_a_waiver_that_ends_between_page_and_click_is_refused(town: Town) -> None:
    row = waived(town)
    seen = town.seen()
    Waiver.objects.filter(pk=row.pk).update(until=timezone.now() - timedelta(seconds=1))
    with pytest.raises(promote.ChangedSinceSeenError, match="a waiver of this milestone: one came, or ended"):
        town.promote(seen=seen)
    assert not town.promote().approved
    row.refresh_from_db()
    assert row.ended_by == "the clock"
    Waiver.objects.filter(pk=row.pk).update(until=timezone.now() + timedelta(hours=1))
    assert not town.promote().approved, "what the clock has ended stays ended, though it be set back"


def test_a_requester_does_not_approve_where_another_owner_exists(town: Town) -> None:
    send(town.project, "junit", town.ported, junit(failed=1))
    make_member(town.project, Role.OWNER, "signe")
    row = waivers.request(promote.milestone_of(town.project, "1"), FAILS, by=town.boss, reason="Known.", days=5)
    with pytest.raises(promote.NotAllowedError, match="asked for this waiver and may not approve it: another person"):
        waivers.approve(town.project, row.pk, by=town.boss)
    assert not town.promote().approved


def test_a_sole_owner_approves_their_own_and_everything_shows_it(town: Town) -> None:
    send(town.project, "junit", town.ported, junit(failed=1))
    row = waivers.request(promote.milestone_of(town.project, "1"), FAILS, by=town.boss, reason="Known.", days=5)
    assert waivers.approve(town.project, row.pk, by=town.boss).by_sole_owner
    approved = town.promote()
    assert "approved by ola, as the sole owner" in approved.waived[0]
    make_member(town.project, Role.OWNER, "signe")
    other = town.push({"ferry/more.py": "MORE = 1\n"})
    send(town.project, "junit", other, junit(failed=1))
    assert any("may not approve it: another person does" in one for one in town.promote(other).reasons)


def test_an_approval_ends_with_the_role_of_who_gave_it(town: Town) -> None:
    waived(town)
    second = make_member(town.project, Role.OWNER, "signe")
    Membership.objects.filter(project=town.project, user=town.boss).delete()
    blocked = town.promote(by=second)
    assert not blocked.approved
    assert any("does not count: ola may not approve a waiver" in reason for reason in blocked.reasons), blocked.reasons


def test_a_person_whose_role_was_taken_away_promotes_nothing(town: Town) -> None:
    town.green()
    Membership.objects.filter(user=town.boss).update(role=Role.DEVELOPER)
    with pytest.raises(promote.NotAllowedError, match="a maintainer may"):
        town.promote()


def test_a_word_ends_with_a_change_of_what_it_was_given_for(town: Town) -> None:
    milestone = promote.milestone_of(town.project, "2")
    captain = next(one.identity for one in milestone.criteria.all() if "captain" in one.text)
    sign_off.sign_off(milestone, [captain], by=town.boss, proof=sign_off.Proof("Seen.", paths=("ferry/**",)))
    beside = town.push({"README.md": "Beside it.\n"})
    assert not any("captain" in reason for reason in town.promote(beside, key="2").reasons)
    touched = town.push({"ferry/times.py": PORTED + "\n# moved\n"})
    told = next(reason for reason in town.promote(touched, key="2").reasons if "captain" in reason)
    assert f"ola's word was given at {town.ported[:7]}; ferry/times.py is not the same at {touched[:7]}" in told
