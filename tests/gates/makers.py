"""Makers of what judgement takes."""

from datetime import date
from typing import Any

from milestones.facts import Criterion, CriterionKind, Measurement, Milestone, MilestoneKind
from milestones.gates.judging import Reading
from milestones.gates.measures import family_of

SHA = "3fa9c1b" + "0" * 33
TODAY = date(2026, 11, 21)


def make_reading(values: dict[str, float] | None = None, **more: Any) -> Reading:
    """A commit at which these values came, each with its kind of evidence."""
    measurements = {name: Measurement(name, value) for name, value in (values or {}).items()}
    kinds = frozenset(family.kind for name in measurements if (family := family_of(name)))
    given = {"measurements": measurements, "present": kinds, "ever": kinds} | more
    return Reading(SHA, "shop", TODAY, **given)


def make_criterion(text: str = "All tests pass.", number: int = 1, **more: Any) -> Criterion:
    given = {"kind": CriterionKind.DEFINITION_OF_DONE} | more
    return Criterion(f"c{number}", text=text, path="plans/road.md", line=number, last_line=number, **given)


def make_milestone(*criteria: Criterion, **more: Any) -> Milestone:
    return Milestone("12", MilestoneKind.MILESTONE, "The cart", "plans/road.md", 1, 40, criteria=criteria, **more)
