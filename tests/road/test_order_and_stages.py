"""What comes before what: stop points in order, stages with their soak, holds and freezes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from milestones.models import Circumstance, Role
from milestones.services import circumstances, judging, promote
from tests.attacks.places import Town
from tests.example import POLICY

STAGES = """
[stages]
order = ["staging", "production"]
[stages.production]
needs = ["stage.staging.soaked_hours >= 24", "calendar.frozen == 0", "hold.set == 0"]
"""


@pytest.fixture
def town(tmp_path: Path, transactional_db: None) -> Iterator[Town]:
    made = Town(tmp_path)
    yield made
    made.work.repo.close()


def staged(town: Town, more: str = STAGES) -> str:
    sha = town.push({"migration.toml": POLICY.format(start=town.legacy) + more})
    town.green(sha)
    return sha


def into(town: Town, sha: str, stage: str) -> tuple[bool, str]:
    answer = promote.promote(promote.milestone_of(town.project, "1"), sha, by=town.boss, stage=stage)
    return answer.approved, "; ".join(answer.reasons)


def test_a_stage_takes_the_one_before_it_and_its_soak(town: Town) -> None:
    sha = staged(town)
    approved, said = into(town, sha, "production")
    assert not approved
    assert "was not promoted into staging, which comes before production" in said
    assert "no stages have ever come" in said
    assert into(town, sha, "staging") == (True, "")
    assert "stage.staging.soaked_hours is 0; it has to be >= 24" in into(town, sha, "production")[1]
    Circumstance.objects.filter(stage="staging").update(starts_at=timezone.now() - timedelta(hours=25))
    assert into(town, sha, "production") == (True, "")


@pytest.mark.parametrize(("kind", "said"), [("hold", "hold.set is 1"), ("freeze", "calendar.frozen is 1")])
def test_a_hold_or_a_freeze_stands_in_the_way_until_it_is_lifted(town: Town, kind: str, said: str) -> None:
    sha = staged(town)
    into(town, sha, "staging")
    Circumstance.objects.filter(stage="staging").update(starts_at=timezone.now() - timedelta(hours=25))
    row = circumstances.set_hold(town.project, kind, "Midsummer.", by=town.boss)
    assert said in into(town, sha, "production")[1]
    circumstances.lift(town.project, row.pk, by=town.boss)
    assert into(town, sha, "production")[0]


def test_a_freeze_begins_and_ends_by_the_clock(town: Town) -> None:
    now = timezone.now()
    circumstances.set_hold(town.project, "freeze", "Later.", by=town.boss, starts=now + timedelta(days=1))
    circumstances.set_hold(town.project, "freeze", "Over.", by=town.boss, starts=now - timedelta(days=9),
                           ends=now - timedelta(days=1))  # fmt: skip
    assert not Circumstance.objects.standing(town.project).exists()


def test_hold_and_freeze_are_measures_of_any_gate(town: Town) -> None:
    sha = staged(town, '\n[milestones.3]\ndone = ["hold.set == 0", "calendar.frozen == 0"]\n')
    assert {one.state for one in judging.judge_commit(town.project, sha).verdicts.filter(milestone_key="3")} == {"pass"}
    circumstances.set_hold(town.project, "hold", "The ferry is in dock.", by=town.boss)
    verdict = judging.judge_commit(town.project, sha).verdicts.get(gate="hold.set == 0")
    assert verdict.state == "fail"


def test_only_a_maintainer_holds_and_only_a_known_stage_is_entered(town: Town) -> None:
    from tests.makers import make_member

    with pytest.raises(promote.NotAllowedError, match="a maintainer may"):
        circumstances.set_hold(town.project, "hold", "No.", by=make_member(town.project, Role.DEVELOPER))
    sha = staged(town)
    with pytest.raises(promote.NotAllowedError, match="there is no stage 'moon'; the policy has: staging, production"):
        into(town, sha, "moon")


def test_milestones_are_promoted_in_the_order_of_policy(town: Town) -> None:
    sha = staged(town, '\n[order]\nroad = ["1", "2"]\n')
    blocked = town.promote(sha, key="2")
    assert blocked.reasons[0] == "milestone 1 comes before 2, and was never approved; promote it first"
    assert town.promote(sha).approved
    again = town.promote(sha, key="2")
    assert again != blocked
    assert not any("comes before" in reason for reason in again.reasons)


GATES = """# The ledger moves

## Phase 11: Freeze the ledger

- [ ] Nobody writes into the old ledger.

Stop point A test gate:
- [ ] The ledger was compared by hand.

## Phase 12: Open the new one

- [ ] The office has its key.

Stop point B release gate:
- [ ] The harbour was opened.
"""


def test_stop_points_come_in_the_order_of_their_document(town: Town) -> None:
    from milestones.models import Milestone
    from milestones.services import order, sign_off

    town.push({"plan/roadmap.md": GATES})
    stops = list(Milestone.objects.filter(project=town.project, key__in=["11", "12"]).in_order())
    assert [order.stop_points(one) for one in stops] == [["Stop point A test gate"], ["Stop point B release gate"]]
    blocked = town.promote(town.project.sha, key="12")
    assert blocked.reasons[0].startswith(
        "milestone 11 (Stop point A test gate) comes before 12, and was never approved"
    )
    assert promote.milestone_of(town.project, "A") == stops[0]
    judged = judging.judge_commit(town.project, town.project.sha).milestones
    asked = next(one["criteria"] for one in judged if one["key"] == "11")
    sign_off.sign_off(stops[0], [one["identity"] for one in asked], by=town.boss)
    assert town.promote(town.project.sha, key="A").approved
    assert order.predecessor(stops[1], town_policy(town)) == "11"
    assert not any("comes before" in one for one in town.promote(town.project.sha, key="stop point B").reasons)


IN_ONE = """# The ledger moves

## Phase 11: Freeze the ledger

Stop point A test gate:
- [ ] The ledger was compared by hand.
- [ ] Nobody writes into the old ledger.

Stop point B release gate:
- [ ] The harbour was opened.

Stop point C farewell gate:
- [ ] The old ledger was burnt.
"""


def test_stop_points_of_one_milestone_are_signed_in_their_order(town: Town) -> None:
    from milestones.models import Milestone
    from milestones.services import sign_off

    town.push({"plan/roadmap.md": IN_ONE})
    row = Milestone.objects.get(project=town.project, key="11")
    judged = judging.judge_commit(town.project, town.project.sha).milestones
    compared, nobody, opened, burnt = (
        one["identity"] for one in next(one["criteria"] for one in judged if one["key"] == "11")
    )
    for early in ([opened], [compared, opened], [compared, nobody, burnt]):
        with pytest.raises(promote.NotAllowedError, match="comes after Stop point"):
            sign_off.sign_off(row, early, by=town.boss)
    with pytest.raises(promote.NotAllowedError, match='A test gate, where "Nobody writes into the old ledger'):
        sign_off.sign_off(row, [compared, opened], by=town.boss)
    sign_off.sign_off(row, [compared, nobody], by=town.boss)
    sign_off.sign_off(row, [opened, burnt], by=town.boss)
    assert town.promote(town.project.sha, key="11").approved


def town_policy(town: Town):  # type: ignore[no-untyped-def]
    from milestones.services import evaluate

    return evaluate.policy_of(town.project)
