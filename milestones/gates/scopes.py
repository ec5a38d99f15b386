"""What a milestone's own part of the endpoints measures, in the place of the whole.

A milestone that names `endpoints` or `groups` in policy is judged by those alone: measures of its part come under the
measure's name with the milestone's key behind it, "routes.missing [12]".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from milestones.facts import Measurement
from milestones.gates.policy import MilestonePolicy

if TYPE_CHECKING:
    from milestones.gates.judging import Reading

T = TypeVar("T")


def scoped_name(measure: str, key: str) -> str:
    """The name of a measure for one milestone's part."""
    return f"{measure} [{key}]"


def scoped(reading: Reading, rule: MilestonePolicy) -> Reading:
    """The reading as a milestone with a part of its own is judged by it."""
    if not rule.endpoints and not rule.groups:
        return reading
    mark = scoped_name("", rule.key)
    own = {name.removesuffix(mark) for name in reading.measurements if name.endswith(mark)}
    places = {name: said for name, said in reading.places.items() if name not in own}
    return replace(
        reading,
        measurements=_measured(reading.measurements, mark),
        baseline=_measured(reading.baseline, mark),
        previous=_measured(reading.previous, mark),
        brought=_over(reading.brought, mark),
        places=_over(reading.places, mark, places),
        parts={name: parts for name, parts in reading.parts.items() if name not in own},
    )


def _over(all_of: Mapping[str, T], mark: str, rest: Mapping[str, T] | None = None) -> dict[str, T]:
    own = {name.removesuffix(mark): value for name, value in all_of.items() if name.endswith(mark)}
    return {**(all_of if rest is None else rest), **own}


def _measured(all_of: Mapping[str, Measurement], mark: str) -> dict[str, Measurement]:
    return {name: replace(one, name=name) for name, one in _over(all_of, mark).items()}
