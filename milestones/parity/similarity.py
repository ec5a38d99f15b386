"""How close two texts stand: difflib's ratio on right-stripped non-empty lines, exactly, within bounds.

The ratio is the published one: `difflib.SequenceMatcher(None, legacy, new).ratio()`. cydifflib computes the same to
the last bit, and faster, up to some ten thousand lines; above that difflib itself is the faster.
"""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol, cast

import cydifflib

from milestones.facts import Problem

CYDIFFLIB_LINES = 10_000
LINE_LIMIT = 500_000
# pairs of equal lines that a search may look at: about three seconds of either library, never minutes
CYDIFFLIB_STEPS = 200_000_000
DIFFLIB_STEPS = 25_000_000


@dataclass(frozen=True, slots=True)
class Similarity:
    """Both ratios and the counts of non-empty lines. A ratio that took too long to compute is None, and a problem."""

    ratio: float | None
    ratio_without_autojunk: float | None
    legacy_lines: int
    new_lines: int
    problems: tuple[Problem, ...] = ()


class _Matcher(Protocol):
    b2j: dict[str, list[int]]

    def find_longest_match(self, alo: int, ahi: int, blo: int, bhi: int) -> tuple[int, int, int]: ...


class _TooLong(Exception):  # noqa: N818 - a signal within this file
    pass


def lines_of(text: str) -> list[str]:
    """The lines that count: stripped on the right, empty ones left out."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def similarity(legacy: str, new: str) -> Similarity:
    """The ratio of `new` to `legacy`, 0.0 to 1.0, with difflib's autojunk and without."""
    a, b = lines_of(legacy), lines_of(new)
    problems: list[Problem] = []
    with_junk = _bounded(a, b, True, problems)
    has_junk = len(b) >= 200 and with_junk != 1.0
    without = _bounded(a, b, False, problems) if has_junk else with_junk
    return Similarity(with_junk, without, len(a), len(b), tuple(problems))


def _bounded(a: list[str], b: list[str], autojunk: bool, problems: list[Problem]) -> float | None:
    name = "ratio" if autojunk else "ratio without autojunk"
    if len(a) + len(b) > LINE_LIMIT:
        problems.append(Problem(f"{name} not computed: {len(a) + len(b):,} lines, over the limit of {LINE_LIMIT:,}"))
        return None
    try:
        return _ratio(a, b, autojunk)
    except _TooLong:
        problems.append(Problem(f"{name} not computed: too many repeated lines to compare {len(a):,} with {len(b):,}"))
        return None


def _ratio(a: list[str], b: list[str], autojunk: bool) -> float:
    if a == b:
        return 1.0
    if len({*a, *b}) == 1:  # one line over and over, the worst case of the search, matches as far as it reaches
        return 2.0 * min(len(a), len(b)) / (len(a) + len(b))
    fast = max(len(a), len(b)) <= CYDIFFLIB_LINES
    library, steps = (cydifflib, CYDIFFLIB_STEPS) if fast else (difflib, DIFFLIB_STEPS)
    matcher = cast("_Matcher", library.SequenceMatcher(None, a, b, autojunk))
    return 2.0 * _matched(a, b, matcher, steps) / (len(a) + len(b))


def _matched(a: list[str], b: list[str], matcher: _Matcher, left: int) -> int:
    """The sum of difflib's matching blocks, found in difflib's own order, with the work counted beforehand."""
    occurrences = {line: len(places) for line, places in matcher.b2j.items()}
    cost = list(accumulate((occurrences.get(line, 0) + 1 for line in a), initial=0))
    queue, total = [(0, len(a), 0, len(b))], 0
    while queue:
        alo, ahi, blo, bhi = queue.pop()
        left -= cost[ahi] - cost[alo]
        if left < 0:
            raise _TooLong
        i, j, size = matcher.find_longest_match(alo, ahi, blo, bhi)
        total += size
        if size:
            sides = ((alo, i, blo, j), (i + size, ahi, j + size, bhi))
            queue += [side for side in sides if side[0] < side[1] and side[2] < side[3]]
    return total


def upper_bound(a: list[str], b: list[str]) -> float:
    """No ratio of the two can be above this: lines in common, whatever their order."""
    common = sum((Counter(a) & Counter(b)).values())
    return 2.0 * common / (len(a) + len(b)) if a or b else 1.0
