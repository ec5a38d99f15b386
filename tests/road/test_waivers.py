"""The clock and waivers: announced three days before the end, once; ended; never longer than policy says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from milestones import tasks
from milestones.models import Decision, Role, Waiver
from milestones.services import log, promote, report, waivers
from tests.attacks.places import Town
from tests.example import POLICY, junit, send
from tests.makers import make_member

pytestmark = pytest.mark.django_db(transaction=True)
FAILS = "tests.failed == 0"


@pytest.fixture
def town(tmp_path: Path, transactional_db: None):  # type: ignore[no-untyped-def]
    made = Town(tmp_path)
    send(made.project, "junit", made.ported, junit(failed=1))
    yield made
    made.work.repo.close()


def granted(town: Town, days: int = 10) -> Waiver:
    asker = make_member(town.project, Role.DEVELOPER, "mats")
    row = waivers.request(promote.milestone_of(town.project, "1"), FAILS, by=asker, reason="Known.", days=days)
    return waivers.approve(town.project, row.pk, by=town.boss)


def test_an_end_is_announced_once_three_days_before(town: Town) -> None:
    row = granted(town)
    tasks.sweep()
    assert not Decision.objects.filter(verb="warned of a waiver's end").exists()
    Waiver.objects.filter(pk=row.pk).update(until=timezone.now() + timedelta(days=2, hours=23))
    tasks.sweep()
    tasks.sweep()
    assert Decision.objects.filter(verb="warned of a waiver's end", actor="the clock").count() == 1
    assert town.promote().approved, "it is announced, and still in force"
    mail = report.mail_of(report.weekly(town.project))
    assert "tests.failed == 0 of milestone 1 until" in mail.text
    Waiver.objects.filter(pk=row.pk).update(until=timezone.now() - timedelta(seconds=1))
    tasks.sweep()
    row.refresh_from_db()
    assert row.ended_by == "the clock"
    assert "Waivers in force" not in report.mail_of(report.weekly(town.project)).text
    assert log.first_break() is None
    assert log.recent_break(2) is None


def test_policy_says_the_longest_and_who_approves(town: Town) -> None:
    more = '\n[waivers]\nlongest_days = 3\nrole = "owner"\n'
    head = town.push({"migration.toml": POLICY.format(start=town.legacy) + more})
    send(town.project, "junit", head, junit(failed=1))
    with pytest.raises(promote.NotAllowedError, match="a waiver lasts 1 to 3 days"):
        granted(town)
    asker = make_member(town.project, Role.DEVELOPER, "nils")
    row = waivers.request(promote.milestone_of(town.project, "1"), FAILS, by=asker, reason="Known.", days=3)
    with pytest.raises(promote.NotAllowedError, match="it takes the role owner"):
        waivers.approve(town.project, row.pk, by=make_member(town.project, Role.MAINTAINER, "signe"))
    assert waivers.approve(town.project, row.pk, by=town.boss).approved_by == "ola"


def test_a_request_alone_lets_nothing_pass(town: Town) -> None:
    asker = make_member(town.project, Role.DEVELOPER, "mats")
    waivers.request(promote.milestone_of(town.project, "1"), FAILS, by=asker, reason="Known.", days=5)
    assert not town.promote().approved


def test_less_of_the_same_failure_is_still_waived(town: Town) -> None:
    head = town.push({"ferry/more.py": "MORE = 1\n"})
    send(town.project, "junit", head, junit(failed=2))
    granted(town)
    better = town.push({"ferry/more.py": "MORE = 2\n"})
    send(town.project, "junit", better, junit(failed=1))
    assert town.promote(better).approved
