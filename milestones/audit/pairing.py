"""Which test of the new state is which of the old one, also where it was edited and stands elsewhere."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from milestones.audit.expectations import sequence_of
from milestones.source.definitions import Definition, Module
from milestones.source.matching import Pair, match, place
from milestones.source.tests import find_tests, is_test_path

LEAST_SHARED = 0.5  # of a file's tests, for it to be the same file elsewhere
LEAST_LIKE_NAMED = 0.5  # of the tokens of two tests of one name in one file, for them to be the same test
LEAST_LIKE_RENAMED = 0.8


@dataclass(slots=True)
class Pairing:
    """Every test of both states once; `elsewhere` were edited too, their file moved or their class came or went.

    `replaced` are among `removed` and `added` as well: tests that stand under another class or name and are much alike.
    """

    unchanged: list[Pair] = field(default_factory=list)
    modified: list[Pair] = field(default_factory=list)
    moved: list[Pair] = field(default_factory=list)
    renamed: list[Pair] = field(default_factory=list)
    elsewhere: list[Pair] = field(default_factory=list)
    replaced: list[Pair] = field(default_factory=list)
    removed: list[Definition] = field(default_factory=list)
    added: list[Definition] = field(default_factory=list)


def pair_tests(
    base: Mapping[str, Module],
    head: Mapping[str, Module],
    under: tuple[str, str] = ("", ""),
    tests: tuple[Collection[str], Collection[str]] | None = None,
) -> Pairing:
    """Pair the tests of two states; `under` are the folders that the two sides were read from.

    `tests` are the paths whose tests count, where not all do.
    """
    folders = under if under[0] != under[1] else ("", "")
    paths = tests if tests is not None else (base.keys(), head.keys())
    old, new = (
        [test for path, module in side.items() if path in kept and is_test_path(path) for test in find_tests(module)]
        for side, kept in zip((base, head), paths, strict=True)
    )
    found = match(old, new, folders)
    taken = {one.key for pairs in (found.moved, found.renamed) for one, _ in pairs}
    given = {one.key for pairs in (found.moved, found.renamed) for _, one in pairs}
    result = Pairing(found.unchanged, found.modified, found.moved, found.renamed)
    removed = [one for one in found.removed if one.key not in taken]
    added = [one for one in found.added if one.key not in given]
    result.elsewhere = _in_moved_files(removed, added, (base, head), folders)
    _take(result.elsewhere, removed, added)
    named = _same_name(removed, added, (base, head), folders)
    result.elsewhere += [pair for pair in named if bool(pair[0].owner) != bool(pair[1].owner)]
    _take(result.elsewhere, removed, added)
    result.removed, result.added = list(removed), list(added)
    result.replaced = [pair for pair in named if bool(pair[0].owner) == bool(pair[1].owner)]
    _take(result.replaced, removed, added)
    result.replaced += _alike(removed, added, (base, head), folders)
    return result


def _take(pairs: Iterable[Pair], removed: list[Definition], added: list[Definition]) -> None:
    keys = [{one.key for one in side} for side in zip(*pairs, strict=True)]
    if keys:
        removed[:] = [one for one in removed if one.key not in keys[0]]
        added[:] = [one for one in added if one.key not in keys[1]]


def _in_moved_files(
    removed: list[Definition], added: list[Definition], sides: tuple[Mapping[str, Module], Mapping[str, Module]],
    folders: tuple[str, str],
) -> list[Pair]:  # fmt: skip
    """Pair the tests of files that stand elsewhere now: most of what they held has its name in the new file."""
    gone, came = _by_file(removed), _by_file(added)
    paths = [{place_of(path, folder) for path in side} for side, folder in zip(sides, folders, strict=True)]
    fresh = {path: tests for path, tests in came.items() if place_of(path, folders[1]) not in paths[0]}
    pairs: list[Pair] = []
    for path, tests in gone.items():
        if place_of(path, folders[0]) in paths[1]:
            continue
        shared = {other: len(tests.keys() & there.keys()) for other, there in fresh.items()}
        best = max(shared, key=lambda other: (shared[other], _last(other) == _last(path)), default="")
        if best and shared[best] >= LEAST_SHARED * len(tests):
            pairs += [(test, fresh[best][name]) for name, test in tests.items() if name in fresh[best]]
            del fresh[best]
    return pairs


def place_of(path: str, folder: str) -> str:
    return path.removeprefix(f"{folder}/") if folder else path


def _last(path: str) -> str:
    return path.rpartition("/")[2]


def _by_file(tests: Iterable[Definition]) -> dict[str, dict[str, Definition]]:
    found: dict[str, dict[str, Definition]] = defaultdict(dict)
    for one in tests:
        found[one.path][one.name] = one
    return found


def _same_name(
    removed: list[Definition], added: list[Definition], sides: tuple[Mapping[str, Module], Mapping[str, Module]],
    folders: tuple[str, str],
) -> list[Pair]:  # fmt: skip
    """Pair tests of one name in one file whose class went, came or changed its name, where they are alike."""
    groups: dict[tuple[str, str], tuple[list[Definition], list[Definition]]] = defaultdict(lambda: ([], []))
    for at, (side, folder) in enumerate(zip((removed, added), folders, strict=True)):
        for one in side:
            groups[place(one, folder)[0], one.simple][at].append(one)
    return [
        (old[0], new[0])
        for old, new in groups.values()
        if len(old) == len(new) == 1 and likeness(sides, old[0], new[0]) >= LEAST_LIKE_NAMED
    ]


def _alike(
    removed: list[Definition], added: list[Definition], sides: tuple[Mapping[str, Module], Mapping[str, Module]],
    folders: tuple[str, str],
) -> list[Pair]:  # fmt: skip
    """Pair tests of one file that were renamed and edited a little: each the other's best."""
    came: dict[str, list[Definition]] = defaultdict(list)
    for one in added:
        came[place(one, folders[1])[0]].append(one)
    pairs: list[Pair] = []
    for old in removed:
        there = came.get(place(old, folders[0])[0], [])
        if not there or len(there) > 200:
            continue
        like = {new.key: likeness(sides, old, new) for new in there}
        best = max(there, key=lambda new: like[new.key])
        if like[best.key] >= LEAST_LIKE_RENAMED:
            pairs.append((old, best))
            there.remove(best)
    return pairs


def likeness(sides: tuple[Mapping[str, Module], Mapping[str, Module]], old: Definition, new: Definition) -> float:
    """Return the share of words that two definitions have in common, 0 to 1, their own names left out."""
    counts = [
        Counter(token.text for token in sequence_of(side[one.path], one).tokens if token.text.isalnum())
        for side, one in zip(sides, (old, new), strict=True)
    ]
    return 2 * (counts[0] & counts[1]).total() / max(1, counts[0].total() + counts[1].total())
