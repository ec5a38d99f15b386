"""Changes of level in the history of a ratio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

LEVEL = 0.02  # a step of two of the digits that teams publish


@dataclass(frozen=True, slots=True)
class Shift:
    """A step from one level to another: `at` is the place of the first point of the new one."""

    at: int
    before: float
    after: float

    @property
    def rises(self) -> bool:
        return self.after > self.before


def shifts(values: Sequence[float], least: float = LEVEL) -> list[Shift]:
    """Every step of at least `least`, in order."""
    return [
        Shift(at, before, after)
        for at, (before, after) in enumerate(pairwise(values), start=1)
        if abs(after - before) >= least - 1e-12
    ]
