"""What came of holding two recordings against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from milestones.facts import Problem

from .differences import Difference
from .frameworks import HABITS


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How one endpoint did: pairs compared, pairs that differ, and legacy exchanges without a partner."""

    method: str
    route: str
    pairs: int
    mismatched: int
    alone: int
    first: tuple[int, int] = (-1, -1)  # where a pair of it stands in the two recordings

    @property
    def verified(self) -> bool:
        return self.pairs > 0 and not self.mismatched and not self.alone


@dataclass(frozen=True, slots=True)
class Told:
    """One difference of an endpoint, with the first exchange that shows it and how many do."""

    difference: Difference
    method: str
    route: str
    path: str
    test: str
    count: int
    legacy_offset: int = -1
    new_offset: int = -1


@dataclass(frozen=True, slots=True)
class Contract:
    """What came of it all."""

    differences: tuple[Told, ...]
    noise: tuple[tuple[str, str], ...]  # (route, where)
    unseen: tuple[tuple[str, str], ...]  # (method, route)
    endpoints: tuple[Endpoint, ...]
    broken_rules: tuple[Told, ...] = ()
    legacy_breaks: tuple[Told, ...] = ()  # expectations that the legacy system itself does not meet
    accepted: tuple[Told, ...] = ()
    new_alone: int = 0
    problems: tuple[Problem, ...] = ()

    @property
    def pairs(self) -> int:
        return sum(one.pairs for one in self.endpoints)

    @property
    def mismatched(self) -> int:
        return sum(one.mismatched for one in self.endpoints)

    @property
    def habits(self) -> Mapping[str, tuple[Told, ...]]:
        """Each known difference of the frameworks with every endpoint that it touches."""
        found: dict[str, list[Told]] = {}
        for one in self.differences:
            if one.difference.kind in HABITS:
                found.setdefault(one.difference.kind, []).append(one)
        return {name: tuple(listed) for name, listed in found.items()}
