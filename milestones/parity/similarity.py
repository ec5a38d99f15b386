"""How close two texts stand: difflib's ratio on right-stripped non-empty lines, exactly, within bounds.

The ratio is the published one: `difflib.SequenceMatcher(None, legacy, new).ratio()`. Two other libraries compute the
same to the last bit, and faster. cydifflib is the faster where lines repeat and in what a person calls a file, cdifflib
where a file is long: in a long one each single search goes to the one that is expected to be done first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Protocol, cast

import cydifflib
from cdifflib import CSequenceMatcher

from milestones.facts import Problem

SHORT = 4_000  # lines up to which cydifflib is the faster all through
LINE_LIMIT = 500_000
# nanoseconds that a search may be expected to take: about three seconds on a common machine, never minutes
PATIENCE = 3_000_000_000
# what the two take for a line of the legacy file and for each equal line of the new one, measured, in nanoseconds
CYDIFFLIB_EQUAL, CYDIFFLIB_LENGTH = 6, 0.1  # the latter for every line of the whole new file
CDIFFLIB_EQUAL, CDIFFLIB_LINE = 65, 90
# from this many lines on difflib leaves out of its search whatever line makes up more than a hundredth (bpo-2986)
AUTOJUNK_LINES = 200


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
    autojunk: bool

    def find_longest_match(self, alo: int, ahi: int, blo: int, bhi: int) -> tuple[int, int, int]: ...

    def ratio(self) -> float: ...


class _TooLong(Exception):  # noqa: N818 - a signal within this file
    pass


def lines_of(text: str) -> list[str]:
    """The lines that count: stripped on the right, empty ones left out."""
    return [kept for line in text.splitlines() if (kept := line.rstrip())]


def similarity(legacy: str, new: str) -> Similarity:
    """The ratio of `new` to `legacy`, 0.0 to 1.0, with difflib's autojunk and without."""
    a, b = lines_of(legacy), lines_of(new)
    if len(a) + len(b) > LINE_LIMIT:
        said = f"not computed: {len(a) + len(b):,} lines, over the limit of {LINE_LIMIT:,}"
        return Similarity(None, None, len(a), len(b), (Problem(said),))
    known = _at_sight(a, b)
    if known is not None:
        return Similarity(known, known, len(a), len(b))
    short = max(len(a), len(b)) <= SHORT
    matcher = cast("_Matcher", (cydifflib.SequenceMatcher if short else CSequenceMatcher)(None, a, b, autojunk=False))
    problems: list[Problem] = []
    without = _bounded(a, b, matcher, "ratio without autojunk", problems)
    if _autojunk_matters(a, b, matcher.b2j):
        matcher = cast("_Matcher", (cydifflib.SequenceMatcher if short else CSequenceMatcher)(None, a, b))
        return Similarity(_bounded(a, b, matcher, "ratio", problems), without, len(a), len(b), tuple(problems))
    return Similarity(without, without, len(a), len(b), tuple(problems))


def _at_sight(a: list[str], b: list[str]) -> float | None:
    """The ratio of what needs no search."""
    if a == b:
        return 1.0
    if a and b and a[0] == b[-1] and len({*a, *b}) == 1:  # one line over and over matches as far as it reaches
        return 2.0 * min(len(a), len(b)) / (len(a) + len(b))
    return None if a and b else 0.0


def _autojunk_matters(a: list[str], b: list[str], places: Mapping[str, list[int]]) -> bool:
    """Whether difflib leaves out a line that the other side has at all; where it does not both ratios are one."""
    most = len(b) // 100 + 1
    if len(b) < AUTOJUNK_LINES or max(map(len, places.values())) <= most:
        return False
    return not {line for line, found in places.items() if len(found) > most}.isdisjoint(a)


def _bounded(a: list[str], b: list[str], matcher: _Matcher, name: str, problems: list[Problem]) -> float | None:
    try:
        return _ratio(a, b, matcher)
    except _TooLong:
        problems.append(Problem(f"{name} not computed: too many repeated lines to compare {len(a):,} with {len(b):,}"))
        return None


def _ratio(a: list[str], b: list[str], matcher: _Matcher) -> float:
    # every round looks at each pair of equal lines once at most, and finds one line at least
    rounds = min(len(a), len(b)) * CYDIFFLIB_EQUAL
    most = max(map(len, matcher.b2j.values()), default=0) + 1
    if max(len(a), len(b)) <= SHORT and (len(a) * most * rounds <= PATIENCE or _equal(a, matcher) * rounds <= PATIENCE):
        return matcher.ratio()
    return 2.0 * _Search(a, b, matcher).matched() / (len(a) + len(b))


def _equal(a: list[str], matcher: _Matcher) -> int:
    """How many lines and pairs of equal lines a round goes over."""
    return len(a) + sum(map(len, map(matcher.b2j.__getitem__, filter(matcher.b2j.__contains__, a))))


class _Search:
    """The sum of difflib's matching blocks, found in difflib's own order, with the work of each step known before."""

    def __init__(self, a: list[str], b: list[str], matcher: _Matcher) -> None:
        self.a, self.b, self.given = a, b, matcher
        places = matcher.b2j
        self.equal = list(accumulate((len(places[line]) if line in places else 0 for line in a), initial=0))
        self.left: float = PATIENCE

    @cached_property
    def sparse(self) -> _Matcher:
        if isinstance(self.given, CSequenceMatcher):
            return cast("_Matcher", self.given)
        return cast("_Matcher", CSequenceMatcher(None, self.a, self.b, self.given.autojunk))

    @cached_property
    def dense(self) -> _Matcher:
        return cast("_Matcher", cydifflib.SequenceMatcher(None, self.a, self.b, self.given.autojunk))

    def matched(self) -> int:
        queue, total = [(0, len(self.a), 0, len(self.b))], 0
        while queue:
            alo, ahi, blo, bhi = queue.pop()
            i, j, size = self._matcher(alo, ahi).find_longest_match(alo, ahi, blo, bhi)
            total += size
            if size and alo < i and blo < j:
                queue.append((alo, i, blo, j))
            if size and i + size < ahi and j + size < bhi:
                queue.append((i + size, ahi, j + size, bhi))
        return total

    def _matcher(self, alo: int, ahi: int) -> _Matcher:
        """The one that is done first with these lines. Raises _TooLong where there is no time left for it."""
        lines, equal = ahi - alo, self.equal[ahi] - self.equal[alo]
        dense = equal * CYDIFFLIB_EQUAL + lines * len(self.b) * CYDIFFLIB_LENGTH
        sparse = equal * CDIFFLIB_EQUAL + lines * CDIFFLIB_LINE
        self.left -= min(dense, sparse)
        if self.left < 0:
            raise _TooLong
        return self.dense if dense < sparse else self.sparse


def upper_bound(a: list[str], b: list[str]) -> float:
    """No ratio of the two can be above this: lines in common, whatever their order."""
    common = sum((Counter(a) & Counter(b)).values())
    return 2.0 * common / (len(a) + len(b)) if a or b else 1.0
