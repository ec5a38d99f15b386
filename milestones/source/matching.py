"""Definitions of two states of a code base, matched: the same, under another name, or in another place."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from milestones.source.definitions import Definition

Pair = tuple[Definition, Definition]


@dataclass(frozen=True, slots=True)
class Matching:
    """Pairs of (old, new); what was renamed or moved also stands in `removed` and `added`."""

    unchanged: list[Pair] = field(default_factory=list)
    modified: list[Pair] = field(default_factory=list)
    removed: list[Definition] = field(default_factory=list)
    added: list[Definition] = field(default_factory=list)
    renamed: list[Pair] = field(default_factory=list)
    moved: list[Pair] = field(default_factory=list)


def match(old: Iterable[Definition], new: Iterable[Definition], under: tuple[str, str] = ("", "")) -> Matching:
    """Match by place and name, then by equal bodies; `under` are the folders in which the two sides live."""
    places = [{place(one, folder): one for one in side} for side, folder in zip((old, new), under, strict=True)]
    result = Matching()
    for key, one in places[0].items():
        other = places[1].get(key)
        if other is None:
            result.removed.append(one)
        else:
            (result.unchanged if one.tree == other.tree else result.modified).append((one, other))
    result.added.extend(one for key, one in places[1].items() if key not in places[0])
    _same_elsewhere(result, under)
    return result


def place(one: Definition, folder: str = "") -> tuple[str, str]:
    """Return where a definition stands, its path taken from the folder; a file given as such has no path left."""
    if folder == one.path:
        return "", one.name
    return one.path.removeprefix(f"{folder}/") if folder else one.path, one.name


def _same_elsewhere(result: Matching, under: tuple[str, str]) -> None:
    """Find removed definitions among the added: same name elsewhere first, since an equal name is proof as well."""
    removed, added = list(result.removed), list(result.added)
    where = [
        {id(one): place(one, folder)[0] for one in side} for side, folder in zip((removed, added), under, strict=True)
    ]
    for key in (lambda one: (one.name, one.tree), lambda one: (one.simple, one.tree)):
        for pair in _paired(removed, added, key):
            same_file = where[0][id(pair[0])] == where[1][id(pair[1])]
            (result.renamed if same_file else result.moved).append(pair)
    solid = [one for one in removed if not one.empty]
    for nearer in (lambda one: (one.path, one.owner, one.body), lambda one: (one.path, one.body), lambda one: one.body):
        result.renamed.extend(_paired(solid, added, nearer))


def _paired(
    removed: list[Definition], added: list[Definition], key: Callable[[Definition], Hashable]
) -> Sequence[Pair]:
    """Take equal ones out of both lists, in order."""
    waiting: dict[Hashable, deque[Definition]] = defaultdict(deque)
    for one in added:
        waiting[key(one)].append(one)
    pairs = [(one, waiting[key(one)].popleft()) for one in removed if waiting[key(one)]]
    taken = {id(one) for pair in pairs for one in pair}
    removed[:] = [one for one in removed if id(one) not in taken]
    added[:] = [one for one in added if id(one) not in taken]
    return pairs
