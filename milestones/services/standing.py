"""Where each milestone stands: what its document claims, held against what is proven."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from milestones.facts import MilestoneKind, State, Status
from milestones.models import Milestone, Promotion

from .judged import JudgedMilestone


class Standing(StrEnum):
    """Each has its own shape, stroke and word on the page."""

    PROVEN = "proven"
    CLAIMED = "claimed"
    REGRESSED = "regressed"
    BLOCKED = "blocked"
    OPEN = "open"
    LATER = "later"
    SET_ASIDE = "set aside"


@dataclass(frozen=True, slots=True)
class Stop:
    """One milestone on the line; `proven` of `total` criteria are shown."""

    key: str
    label: str
    title: str
    path: str
    line: int
    status: Status
    standing: Standing
    judged: JudgedMilestone
    promotion: Promotion | None = None
    current: bool = False

    @property
    def contradicted(self) -> bool:
        """Its document says that it is done, and a gate says otherwise."""
        return self.standing is Standing.CLAIMED and self.judged.contradicted

    @property
    def in_the_way(self) -> bool:
        """Whether it is what must be done next, if nothing before it is."""
        waiting = {Standing.REGRESSED, Standing.BLOCKED, Standing.OPEN, Standing.LATER}
        return self.standing in waiting or self.contradicted

    @property
    def tone(self) -> str:
        """The name under which it is drawn in text."""
        return "fail" if self.contradicted else _TONES[self.standing]

    @property
    def word(self) -> str:
        """The one or two words under it."""
        words = {
            Standing.CLAIMED: "claimed, contradicted" if self.contradicted else "claimed, not proven",
            Standing.REGRESSED: "regressed",
            Standing.SET_ASIDE: str(self.status),
        }
        return words.get(self.standing, str(self.standing))


_TONES = {
    Standing.PROVEN: "pass",
    Standing.CLAIMED: "claimed",
    Standing.REGRESSED: "fail",
    Standing.BLOCKED: "fail",
    Standing.OPEN: "unknown",
    Standing.LATER: "later",
    Standing.SET_ASIDE: "later",
}
_PREFIX = {MilestoneKind.MILESTONE: "M", MilestoneKind.STOP_POINT: "Stop "}


def label_of(kind: str, key: str) -> str:
    """What a person calls it in short: "M3", "Phase A", "N-1"."""
    prefix = _PREFIX.get(MilestoneKind(kind), f"{kind.capitalize()} ")
    return key if prefix == "M" and not key[:1].isdigit() else f"{prefix}{key}"


def name_of(kind: str, key: str, title: str) -> str:
    """A title without the key that its label repeats: "Milestone 3: UI routes" is "UI routes"."""
    words = "|".join(re.escape(word) for word in {kind.replace("_", " "), "milestone", "m"})
    bare = re.sub(rf"^\s*(?:(?:{words})\s*)?{re.escape(key)}\s*[:.)\u2014\u2013-]+\s*", "", title, flags=re.IGNORECASE)
    return bare or title


def stops_of(
    milestones: Iterable[Milestone], judged: Mapping[str, JudgedMilestone], approved: Mapping[str, Promotion]
) -> tuple[Stop, ...]:
    """Every milestone in order, one of them the current: the first that is neither proven nor claimed in peace."""
    stops = [_stop(one, judged.get(one.key, JudgedMilestone(one.key)), approved.get(one.key)) for one in milestones]
    for place, stop in enumerate(stops):
        if stop.in_the_way:
            stops[place] = _made_current(stop)
            break
    return tuple(stops)


def _stop(row: Milestone, judged: JudgedMilestone, promotion: Promotion | None) -> Stop:
    status = Status(row.status)
    standing = _standing(status, judged.state, approved=promotion is not None)
    label, name = label_of(row.kind, row.key), name_of(row.kind, row.key, row.title)
    return Stop(row.key, label, name, row.path, row.line, status, standing, judged, promotion)


def _standing(status: Status, state: State, *, approved: bool) -> Standing:
    if approved:
        return Standing.REGRESSED if state is State.FAIL else Standing.PROVEN
    if state is State.PASS:
        return Standing.PROVEN
    if status.claims_done:
        return Standing.CLAIMED
    stated = {
        Status.DROPPED: Standing.SET_ASIDE,
        Status.OPTIONAL: Standing.SET_ASIDE,
        Status.IN_PROGRESS: Standing.OPEN,
    }
    return stated.get(status, Standing.LATER)


def _made_current(stop: Stop) -> Stop:
    if stop.standing in {Standing.CLAIMED, Standing.REGRESSED}:
        return replace(stop, current=True)
    standing = Standing.BLOCKED if stop.judged.state is State.FAIL else Standing.OPEN
    return replace(stop, current=True, standing=standing)
