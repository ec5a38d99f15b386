"""The pace that a migration keeps beside the one that its deadlines ask for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

WEEK_DAYS = 7


@dataclass(frozen=True, slots=True, order=True)
class Deadline:
    """A day by which something is to be moved, and what says so: `migration.toml`, or a document at a line."""

    day: date
    said: str


@dataclass(frozen=True, slots=True)
class Deadlines:
    """That of the whole, and those of milestones by their keys."""

    whole: Deadline | None = None
    milestones: Mapping[str, Deadline] = field(default_factory=dict)

    def of(self, keys: Iterable[str]) -> Deadline | None:
        """The first by which an endpoint of these milestones is to be moved."""
        own = [self.milestones[key] for key in keys if key in self.milestones]
        return min([*own, *([self.whole] if self.whole else [])], default=None)


@dataclass(frozen=True, slots=True)
class Need:
    """How many endpoints a week it takes to hold the deadline that asks for most."""

    pace: float
    deadline: Deadline
    left: int
    late: int  # days since the deadline, 0 until it has passed


@dataclass(frozen=True, slots=True)
class Pace:
    """What is left of a part, the pace kept (None where no course tells it) and the one needed, where one is set."""

    name: str
    total: int
    left: int
    kept: float | None
    need: Need | None

    @property
    def verdict(self) -> str:
        """late, short or enough; nothing where no deadline, no course or nothing left to move says otherwise."""
        if self.need is None:
            return ""
        if self.need.late:
            return "late"
        if self.kept is None:
            return ""
        return "short" if self.kept < self.need.pace else "enough"


def need_of(left: Collection[Deadline | None], today: date) -> Need | None:
    """What it takes to move everything that is left in time, given the deadline of each; None where none has any.

    On its last day, and ever after, all that a deadline asks for is due within that day.
    """
    needs = []
    for deadline in sorted({one for one in left if one}):
        due = sum(one is not None and one.day <= deadline.day for one in left)
        days = (deadline.day - today).days
        needs.append(Need(due * WEEK_DAYS / max(days, 1), deadline, due, max(-days, 0)))
    return max(needs, key=lambda one: (one.pace, one.late), default=None)
