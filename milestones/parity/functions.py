"""Legacy functions and what became of each in the new code.

Matched by qualified name (in another file only where the two have something in common), then by equal body, then by
equal shape (only names differ), then by the most similar body.
Similarity is `difflib.SequenceMatcher(None, old, new, autojunk=False).ratio()` on the tokens of the two functions,
docstrings, comments and punctuation left out. Best pairs are found exactly, without comparing every pair: no ratio is
above what the two multisets of tokens allow, so only pairs whose bound still wins are compared.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cydifflib import SequenceMatcher

from milestones.facts import Problem
from milestones.source.definitions import Definition, Module
from milestones.source.matching import match

LEAST_SIMILAR = 0.5
LEAST_OF_ONE_NAME = 0.25  # `main` of one file and `main` of another may have nothing but their name in common


@dataclass(frozen=True, slots=True)
class Side:
    """The definitions of one state; `module` gives the file that one stands in, asked only where hashes do not say."""

    definitions: Sequence[Definition]
    module: Callable[[str], Module]
    problems: tuple[Problem, ...] = ()

    @property
    def functions(self) -> list[Definition]:
        return [one for one in self.definitions if one.kind == "function"]


def side_of(modules: Iterable[Module]) -> Side:
    """A state of which every file was read."""
    held = {module.path: module for module in modules}
    definitions = [one for module in held.values() for one in module.definitions]
    return Side(definitions, held.__getitem__, tuple(problem for one in held.values() for problem in one.problems))


@dataclass(frozen=True, slots=True)
class FunctionPair:
    """A legacy function and its counterpart; `similarity` is 1.0 where nothing but names or place differ.

    `same_body`: what differs is its signature, its decorators or its type hints alone.
    """

    old: Definition
    new: Definition
    similarity: float = 1.0
    same_body: bool = True


@dataclass(frozen=True, slots=True)
class Functions:
    """Each function of either side stands in exactly one list."""

    identical: list[FunctionPair] = field(default_factory=list)
    renamed: list[FunctionPair] = field(default_factory=list)
    moved: list[FunctionPair] = field(default_factory=list)
    changed: list[FunctionPair] = field(default_factory=list)
    missing: list[Definition] = field(default_factory=list)
    extra: list[Definition] = field(default_factory=list)
    unparsed: tuple[Problem, ...] = ()


def compare_functions(legacy: Iterable[Module], new: Iterable[Module], under: tuple[str, str] = ("", "")) -> Functions:
    """Match the functions of two states; `under` are the folders, or the files, that the two sides were read from."""
    return compare_sides(side_of(legacy), side_of(new), under)


def compare_sides(legacy: Side, new: Side, under: tuple[str, str] = ("", "")) -> Functions:
    """Match the functions of two states of which only what differs need be read."""
    sides = legacy, new
    same_place = match(legacy.functions, new.functions, under)
    result = Functions(unparsed=(*legacy.problems, *new.problems))
    result.identical.extend(FunctionPair(*pair) for pair in same_place.unchanged)
    result.renamed.extend(FunctionPair(*pair) for pair in same_place.renamed)
    result.moved.extend(FunctionPair(*pair) for pair in same_place.moved)
    taken = {one.key for pair in [*same_place.renamed, *same_place.moved] for one in pair[:1]}
    gone = {one.key for pair in [*same_place.renamed, *same_place.moved] for one in pair[1:]}
    left = [one for one in same_place.removed if one.key not in taken]
    free = [one for one in same_place.added if one.key not in gone]
    candidates = list(same_place.modified)
    candidates += _by_name(sides, left, free)
    _settle(result, sides, candidates, left, free)
    return result


def _by_name(
    sides: Sequence[Side], left: list[Definition], free: list[Definition]
) -> list[tuple[Definition, Definition]]:
    """Pair what has the same qualified name in another file, where there is one such on either side."""
    waiting: dict[str, list[Definition]] = defaultdict(list)
    for one in free:
        waiting[one.name].append(one)
    counts = Counter(one.name for one in left)
    pairs = [(one, waiting[one.name][0]) for one in left if counts[one.name] == 1 and len(waiting[one.name]) == 1]
    pairs = [pair for pair in pairs if _alike(sides, *pair)]
    taken = {id(one) for pair in pairs for one in pair}
    left[:] = [one for one in left if id(one) not in taken]
    free[:] = [one for one in free if id(one) not in taken]
    return pairs


def _alike(sides: Sequence[Side], old: Definition, new: Definition) -> bool:
    return _similarity(_words(sides[0], old), _words(sides[1], new)) >= LEAST_OF_ONE_NAME


def _settle(
    result: Functions,
    sides: Sequence[Side],
    pairs: Sequence[tuple[Definition, Definition]],
    left: list[Definition],
    free: list[Definition],
) -> None:
    shaped = _by_shape(sides, left, free)
    named = {one.simple: other.simple for one, other in shaped}
    for old, new in [*pairs, *shaped]:
        if _shape(sides[0], old) == _shape(sides[1], new) and _only_names(sides, old, new, named):
            result.renamed.append(FunctionPair(old, new))
        else:
            ratio = _similarity(_words(sides[0], old), _words(sides[1], new))
            result.changed.append(_changed(sides, old, new, ratio))
    old_words, new_words = ([_words(side, one) for one in ones] for side, ones in zip(sides, (left, free), strict=True))
    best = best_pairs(old_words, new_words)
    result.changed.extend(_changed(sides, left[i], free[j], ratio) for i, j, ratio in best)
    paired = {i for i, _, _ in best}, {j for _, j, _ in best}
    result.missing.extend(one for i, one in enumerate(left) if i not in paired[0])
    result.extra.extend(one for j, one in enumerate(free) if j not in paired[1])


def _changed(sides: Sequence[Side], old: Definition, new: Definition, ratio: float) -> FunctionPair:
    bodies = [side.module(one.path).body(one.name) for side, one in zip(sides, (old, new), strict=True)]
    return FunctionPair(old, new, ratio, bodies[0] == bodies[1])


def _by_shape(
    sides: Sequence[Side], left: list[Definition], free: list[Definition]
) -> list[tuple[Definition, Definition]]:
    """Pair what differs in names alone, nearest in order where several have one shape."""
    waiting: dict[str, list[Definition]] = defaultdict(list)
    for one in reversed(free):
        waiting[_shape(sides[1], one)].append(one)
    shapes = {id(one): _shape(sides[0], one) for one in left if not one.empty}
    pairs = [(one, waiting[shapes[id(one)]].pop()) for one in left if not one.empty and waiting[shapes[id(one)]]]
    taken = {id(one) for pair in pairs for one in pair}
    left[:] = [one for one in left if id(one) not in taken]
    free[:] = [one for one in free if id(one) not in taken]
    return pairs


def _only_names(sides: Sequence[Side], old: Definition, new: Definition, named: Mapping[str, str]) -> bool:
    """Whether names that the files define are the same or were renamed everywhere, not exchanged for others."""
    tops = sides[0].module(old.path).top_names, sides[1].module(new.path).top_names
    for was, now in zip(_words(sides[0], old), _words(sides[1], new), strict=False):
        if was == now or was not in tops[0]:
            continue
        if named.get(was) != now and (was in tops[1] or now in tops[0]):
            return False
    return True


def _shape(side: Side, one: Definition) -> str:
    return side.module(one.path).shape(one.name)


def _words(side: Side, one: Definition) -> list[str]:
    return [text for text, _ in side.module(one.path).tokens(one.name)]


def _similarity(old: Sequence[str], new: Sequence[str]) -> float:
    return float(SequenceMatcher(None, old, new, autojunk=False).ratio())


def best_pairs(
    old: Sequence[Sequence[str]], new: Sequence[Sequence[str]], least: float = LEAST_SIMILAR
) -> list[tuple[int, int, float]]:
    """Return pairs (i, j, ratio), the most similar first, each i and j once: exactly what comparing all pairs gives."""
    waiting = [(-bound, 0, i, j) for i, j, bound in _bounds(old, new) if bound >= least]
    heapq.heapify(waiting)
    pairs: list[tuple[int, int, float]] = []
    taken: tuple[set[int], set[int]] = set(), set()
    while waiting:
        ratio, known, i, j = heapq.heappop(waiting)
        if i in taken[0] or j in taken[1]:
            continue
        if known:
            pairs.append((i, j, -ratio))
            taken[0].add(i)
            taken[1].add(j)
        elif (exact := _similarity(old[i], new[j])) >= least:
            heapq.heappush(waiting, (-exact, 1, i, j))
    return pairs


def _bounds(old: Sequence[Sequence[str]], new: Sequence[Sequence[str]]) -> Iterable[tuple[int, int, float]]:
    """Yield for each pair the most that its ratio can be: what the multisets of tokens share."""
    holders: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for j, words in enumerate(new):
        for word, count in Counter(words).items():
            holders[word].append((j, count))
    for i, words in enumerate(old):
        shared = [0] * len(new)
        for word, count in Counter(words).items():
            for j, other in holders.get(word, ()):
                shared[j] += count if count < other else other  # noqa: FURB136 - the innermost step: a call doubles it
        for j, common in enumerate(shared):
            if common:
                yield i, j, 2.0 * common / (len(words) + len(new[j]))
