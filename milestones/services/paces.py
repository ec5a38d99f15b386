"""Deadlines of a project, from its policy and its documents, held against the course of its endpoints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from milestones.facts import Known, Measurement, Status
from milestones.gates.policy import Policy
from milestones.models import Milestone, Project
from milestones.parity.burndown import Burndown
from milestones.parity.pace import Deadline, Deadlines, Pace, need_of

from . import mirror
from .statics.endpoints import is_ported, parts
from .statics.systems import parts_of

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Paces:
    """The pace of all, of each group by its name, and of each milestone with a part of the endpoints or a day."""

    whole: Pace
    groups: Mapping[str, Pace]
    milestones: tuple[Pace, ...]
    any: bool  # whether anything has a deadline


def deadlines_of(project: Project, policy: Policy, today: date) -> Deadlines:
    """As policy sets them; else the day ahead that a document states for a milestone which it does not call done."""
    found: dict[str, Deadline] = {}
    rows = {row.key.casefold(): row for row in Milestone.objects.filter(project=project).in_order()}
    for rule in policy.milestones:
        row = rows.get(rule.key.casefold())
        if rule.due:
            found[rule.key] = Deadline(rule.due, mirror.POLICY_FILE)
        elif row is not None and (day := _ahead(row, today)):
            found[rule.key] = Deadline(day, f"{row.path}:{row.line}")
    return Deadlines(Deadline(policy.due, mirror.POLICY_FILE) if policy.due else None, found)


def _ahead(row: Milestone, today: date) -> date | None:
    try:
        day = date.fromisoformat(row.date)
    except ValueError:
        return None
    closed = row.status in (Status.REACHED, Status.COMPLETE, Status.DROPPED)
    return None if closed or day <= today else day


def paces_of(rows: Sequence[Row], policy: Policy, course: Burndown | None, deadlines: Deadlines, today: date) -> Paces:
    """Left, kept and needed, of all endpoints and of each part."""

    def pace(name: str, part: Iterable[Row]) -> Pace:
        own = list(part)
        left = [deadlines.of(row["milestones"]) for row in own if not is_ported(row)]
        kept = course.pace_of((row["method"], row["path"]) for row in own) if course else None
        return Pace(name, len(own), len(left), kept, need_of(left, today))

    names = dict.fromkeys(row["group"] for row in rows)
    milestones = tuple(
        pace(rule.key, (row for row in rows if rule.key in row["milestones"]))
        for rule in policy.milestones
        if rule.endpoints or rule.groups or rule.due
    )
    groups = {name: pace(name, (row for row in rows if row["group"] == name)) for name in names}
    whole = pace("", rows)
    return Paces(whole, groups, milestones, any(one.need for one in (whole, *milestones)))


def measured(rows: list[dict[str, Any]], policy: Policy, paces: Paces, unresolved: int) -> Iterator[Measurement]:
    """The paces as numbers, called as those of the endpoints are."""
    by_milestone = {one.name: one for one in paces.milestones}
    wholes = iter([paces.whole, *(by_milestone[rule.key] for rule in parts_of(policy))])
    for name, subject, _part in parts(rows, policy):
        one = paces.groups[subject] if subject else next(wholes)
        for measure, value in (("pace", one.kept), ("pace_needed", one.need.pace if one.need else None)):
            if value is not None:
                yield Measurement(
                    name(f"endpoints.{measure}"), round(value, 2), "a week", subject, Known.STATIC, unresolved
                )
