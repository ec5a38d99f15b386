"""Which criterion of a new version is which of the old one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from milestones.facts import Criterion
from milestones.reading.words import normal

SIMILAR = 0.6  # of the words, in order: below it, two sentences are two criteria
PART = 0.8  # of an item's words that stand in another for it to be a part of that one
_COMMON = 60  # a word in more items than this tells nothing


@dataclass(frozen=True, slots=True)
class Match:
    """An old and a new criterion that are one: `how` is kept, moved or reworded; appeared or removed have one side."""

    old: Criterion | None
    new: Criterion | None
    how: str


def match_criteria(old: Sequence[Criterion], new: Sequence[Criterion]) -> tuple[Match, ...]:
    """Each criterion of both versions once: by identity, then by its words wherever they went, then by likeness.

    One old criterion is at most one new one. An item split in two is neither of its parts: it was removed.
    """
    matching = _Matching(old, new)
    matching.pair(lambda item: item.id, "kept")
    matching.pair(lambda item: normal(item.text), "moved")
    matching.pair_alike()
    return tuple(matching.result())


class _Matching:
    def __init__(self, old: Sequence[Criterion], new: Sequence[Criterion]) -> None:
        self.old = dict(enumerate(old))
        self.new = dict(enumerate(new))
        self.found: dict[int, Match] = {}

    def pair(self, key: Callable[[Criterion], str], how: str) -> None:
        """Pair what has the same key, in order."""
        waiting: defaultdict[str, list[int]] = defaultdict(list)
        for at, item in self.old.items():
            waiting[key(item)].append(at)
        for at, item in list(self.new.items()):
            if waiting.get(key(item)):
                self.take(waiting[key(item)].pop(0), at, how)

    def take(self, old: int, new: int, how: str) -> None:
        self.found[new] = Match(self.old.pop(old), self.new.pop(new), how)

    def pair_alike(self) -> None:
        """Pair the rest by likeness, the likest first; of two as like, the one nearer to where it stood."""
        old = {at: normal(item.text).split() for at, item in self.old.items()}
        new = {at: normal(item.text).split() for at, item in self.new.items()}
        likely = list(_likely(old, new))
        split = _split(old, new, likely)
        ranked = []
        for before, after in likely:
            likeness = SequenceMatcher(None, old[before], new[after], autojunk=False).ratio()
            if likeness >= SIMILAR and before not in split:
                ranked.append((-likeness, abs(before - after), before, after))
        for _, _, before, after in sorted(ranked):
            if before in self.old and after in self.new:
                self.take(before, after, "reworded")

    def result(self) -> Iterator[Match]:
        for at in sorted({*self.found, *self.new}):
            yield self.found.get(at) or Match(None, self.new[at], "appeared")
        for item in self.old.values():
            yield Match(item, None, "removed")


def _likely(old: dict[int, list[str]], new: dict[int, list[str]]) -> Iterator[tuple[int, int]]:
    """Pairs that share a word which is not in every other item, so that long lists are not compared each to each."""
    holding: defaultdict[str, list[int]] = defaultdict(list)
    for at, words in new.items():
        for word in set(words):
            holding[word].append(at)
    for before, words in old.items():
        shared: defaultdict[int, int] = defaultdict(int)
        for word in set(words):
            for after in holding[word] if word in holding and len(holding[word]) <= _COMMON else ():
                shared[after] += 1
        best = sorted(shared, key=lambda after: -shared[after])[:20]
        yield from ((before, after) for after in best)


def _split(old: dict[int, list[str]], new: dict[int, list[str]], likely: Iterable[tuple[int, int]]) -> frozenset[int]:
    """Old items that two or more new ones are parts of: shorter, and nearly all their words stood in it."""
    parts: defaultdict[int, list[int]] = defaultdict(list)
    for before, after in likely:
        words = set(old[before])
        mine = set(new[after])
        if mine and len(mine) < len(words) and len(mine & words) >= PART * len(mine):
            parts[before].append(after)
    return frozenset(before for before, found in parts.items() if _covered(set(old[before]), [new[at] for at in found]))


def _covered(whole: set[str], parts: list[list[str]]) -> bool:
    return len(parts) > 1 and len(set().union(*parts) & whole) >= PART * len(whole)
