"""The pace that deadlines ask for, worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from milestones.parity.pace import Deadline, Deadlines, Pace, need_of

TODAY = date(2026, 3, 2)
WEEK, MONTH = Deadline(date(2026, 3, 9), "migration.toml"), Deadline(date(2026, 3, 30), "plan.md:4")


def test_what_is_left_by_the_weeks_that_are_left() -> None:
    need = need_of([MONTH] * 6, TODAY)
    assert need is not None
    assert (need.pace, need.left, need.late, need.deadline) == (1.5, 6, 0, MONTH)


def test_the_deadline_that_asks_for_most_counts_with_all_that_is_due_before_it() -> None:
    near = need_of([WEEK, WEEK, WEEK, MONTH], TODAY)
    far = need_of([WEEK, *[MONTH] * 15, None], TODAY)
    assert near is not None
    assert far is not None
    assert (near.pace, near.left, near.deadline) == (3, 3, WEEK)
    assert (far.pace, far.left, far.deadline) == (4, 16, MONTH)


@pytest.mark.parametrize(("today", "late"), [(WEEK.day, 0), (date(2026, 3, 8), 0), (date(2026, 3, 12), 3)])
def test_on_the_last_day_and_after_it_all_is_due_within_a_day(today: date, late: int) -> None:
    need = need_of([WEEK, WEEK], today)
    assert need is not None
    assert (need.pace, need.late) == (14, late)


def test_nothing_left_or_no_deadline_needs_no_pace() -> None:
    assert need_of([], TODAY) is None
    assert need_of([None, None], TODAY) is None


def test_an_endpoint_is_due_with_the_first_of_its_milestones_or_with_the_whole() -> None:
    dues = Deadlines(MONTH, {"1": WEEK, "2": Deadline(date(2027, 1, 1), "plan.md:9")})
    assert [dues.of(keys) for keys in (["2", "1"], ["2"], [], ["9"])] == [WEEK, MONTH, MONTH, MONTH]
    assert Deadlines().of(["1"]) is None


@pytest.mark.parametrize(
    ("kept", "today", "verdict"),
    [(2.0, TODAY, "enough"), (1.9, TODAY, "short"), (None, TODAY, ""), (99.0, date(2026, 3, 10), "late")],
)
def test_a_pace_suffices_falls_short_or_is_late(kept: float | None, today: date, verdict: str) -> None:
    assert Pace("", 5, 2, kept, need_of([WEEK, WEEK], today)).verdict == verdict
    assert Pace("", 5, 0, kept, None).verdict == ""
