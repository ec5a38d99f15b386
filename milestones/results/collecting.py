"""The outcomes of one file as they stream by: each test's position, its mark, and what is told of it."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import NamedTuple

from milestones.facts import Outcome, Result
from milestones.results import packing
from milestones.results.cases import REPEATED_KEPT
from milestones.results.packing import Mark
from milestones.results.roll import kept

MOST_TOLD = 20_000  # outcomes of a file that get a row of their own; the others keep their mark
_CONTROLS = bytes({*range(32), 127} - {0x1F})
_PASSED = Result.PASSED
_KEY, _SECONDS = itemgetter(1, 2, 3), itemgetter(4)


class Told(NamedTuple):
    """What a test's outcome says beyond its mark."""

    position: int
    mark: Mark
    text: str
    path: str
    line: int | None


class _Ticks(dict[float | None, int]):
    """Durations as they are packed, by what they are: few, to the millisecond, stand for most of a file's cases."""

    def __missing__(self, seconds: float | None) -> int:
        ticks = packing.ticks_of(seconds)
        if len(self) < 10_000:
            self[seconds] = ticks
        return ticks


_TICKS = _Ticks()


def _storable(keys: list[str]) -> bool:
    """Whether keys can be stored as they are: nothing in them but what is printed, and the marks that part them."""
    text = "".join(keys)
    if text.isascii():  # most are, and bytes are looked through faster
        return len(text.encode().translate(None, _CONTROLS)) == len(text)
    return text.replace("\x1f", "").isprintable()


@dataclass
class Collector:
    """Takes outcomes by the batch. `index` holds the positions known so far and grows by the tests in `fresh`."""

    index: dict[str, int]
    fresh: list[str] = field(default_factory=list)
    positions: array[int] = field(default_factory=lambda: array("I"))
    marks: bytearray = field(default_factory=bytearray)
    ticks: array[int] = field(default_factory=lambda: array("I"))
    told: list[Told] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.known = len(self.index)

    def take(self, outcomes: Sequence[Outcome]) -> None:
        keys = list(map("\x1f".join, map(_KEY, outcomes)))
        positions = list(map(self.index.get, keys))
        if None in positions:
            self._enter([key for key, position in zip(keys, positions, strict=True) if position is None], outcomes)
            positions = list(map(self.index.__getitem__, keys))
        start = len(self.marks)
        self.positions.extend(positions)  # type: ignore[arg-type]  # none is None here
        self.marks += b"\2" * len(keys)
        self.ticks.extend(map(_TICKS.__getitem__, map(_SECONDS, outcomes)))
        for place in [place for place, one in enumerate(outcomes) if one[0] is not _PASSED or one[8]]:
            self._odd(start + place, outcomes[place])

    def _enter(self, keys: list[str], outcomes: Sequence[Outcome]) -> None:
        """Gives new tests their positions: the next ones, or for a key that cannot be stored that of its plain form."""
        if not _storable(keys):
            keys = self._plain(outcomes)
        start = self.known + len(self.fresh)
        fresh = list(dict.fromkeys(keys))
        self.index.update(zip(fresh, range(start, start + len(fresh)), strict=True))
        self.fresh += fresh

    def _plain(self, outcomes: Sequence[Outcome]) -> list[str]:
        """The keys of a batch that are new, as they are stored; what came otherwise is found by its own form too."""
        fresh: dict[str, None] = {}
        spelled = {"\x1f".join(one[1:4]): kept(*one[1:4]) for one in outcomes}
        for plain in spelled.values():
            if plain not in self.index:
                fresh[plain] = None
        places = dict(zip(fresh, range(self.known + len(self.fresh), 2**32), strict=False))
        for key, plain in spelled.items():
            if key not in self.index:
                self.index[key] = places[plain] if plain in places else self.index[plain]
        return list(fresh)

    def _odd(self, place: int, one: Outcome) -> None:
        mark = packing.mark_of(one.result, flaky=one.flaky)
        self.marks[place] = mark
        if len(self.told) < MOST_TOLD:
            self.told.append(Told(self.positions[place], mark, one.text, one.path, one.line))

    @property
    def repeated(self) -> list[int]:
        """Positions that came more than once, the first few."""
        if len(set(self.positions)) == len(self.positions):
            return []
        seen = Counter(self.positions)
        return list(islice((position for position, times in seen.items() if times > 1), REPEATED_KEPT))

    def move(self, places: dict[int, int]) -> None:
        """Gives tests other positions: somebody else has entered tests in the dictionary meanwhile."""
        self.positions = array("I", [places.get(one, one) for one in self.positions])
        self.told = [one._replace(position=places.get(one.position, one.position)) for one in self.told]

    def packed(self) -> bytes:
        return packing.pack(self.positions, self.marks, self.ticks, len(self.marks))
