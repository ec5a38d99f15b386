"""Which exchange of one recording answers to which of the other.

By test and order: of one test, the exchanges with the same method and route are paired in the order in which they were
made; where their numbers differ, those that asked the very same are paired first. What has no partner so is paired
within the same test in a file of another name, then by the request alone, whatever the test.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import NamedTuple

from .exchange import Exchange, read_asked, shape_of

ALIGNED_AT_MOST = 2000
TEMPLATES_AT_MOST = 5000


class Entry(NamedTuple):
    """An exchange as far as pairing looks at it, with where to find the rest; `offset` is the caller's."""

    offset: int
    test: str
    method: str
    path: str
    route: str
    asked: int


@dataclass(frozen=True, slots=True)
class Pairing:
    """What belongs together, by position in the two lists, and what has no partner."""

    pairs: tuple[tuple[int, int], ...]
    legacy_alone: tuple[int, ...]
    new_alone: tuple[int, ...]


def entry_of(offset: int, line: bytes) -> Entry:
    """The entry of a line. Raises ParseError for what is no exchange."""
    return Entry(offset, *read_asked(line))


def with_routes(entries: Sequence[Entry], templates: Iterable[str]) -> list[Entry]:
    """Entries whose route nobody recorded get the one of `templates` that their path fits, the most literal first."""
    find = Finder(templates)
    return [one if one.route else one._replace(route=find(one.path)) for one in entries]


class Finder:
    """path -> the most literal template that it fits, "" for none."""

    def __init__(self, templates: Iterable[str]) -> None:
        self._by_length: dict[int, list[tuple[str, ...]]] = defaultdict(list)
        for template in sorted(set(templates))[:TEMPLATES_AT_MOST]:
            parts = tuple(template.strip("/").split("/"))
            self._by_length[len(parts)].append(parts)
        for listed in self._by_length.values():
            listed.sort(key=lambda parts: [part.startswith("{") for part in parts])
        self._known: dict[str, str] = {}

    def __call__(self, path: str) -> str:
        if path not in self._known:
            self._known[path] = self._find(path)
        return self._known[path]

    def _find(self, path: str) -> str:
        parts = tuple(path.strip("/").split("/"))
        for template in self._by_length.get(len(parts), ()):
            if all(_fits(ours, given) for ours, given in zip(template, parts, strict=True)):
                return "/" + "/".join(template)
        return ""


def _fits(template: str, given: str) -> bool:
    if "{" not in template:
        return template == given
    if template.startswith("{") and template.endswith("}") and template.count("{") == 1:
        return bool(given)
    literal = [re.escape(part) for part in re.split(r"\{[^{}]*\}", template)]
    return re.fullmatch("[^/]+".join(literal), given) is not None


Key = Callable[[Entry], Hashable]


def _by_test(one: Entry) -> Hashable:
    return (one.test, one.method, shape_of(one.route or one.path)) if one.test else None


def _by_name(one: Entry) -> Hashable:
    """The test without the folder and file that it stands in."""
    _, found, name = one.test.partition("::")
    return (name, one.method, shape_of(one.route or one.path)) if found else None


def _by_request(one: Entry) -> Hashable:
    return (one.method, one.asked)


def pair(legacy: Sequence[Entry], new: Sequence[Entry]) -> Pairing:
    """Pair two recordings."""
    left, right = list(range(len(legacy))), list(range(len(new)))
    pairs: list[tuple[int, int]] = []
    for key in (_by_test, _by_name, _by_request):
        if key is _by_name and not _tells_apart(legacy, new, left, right):
            continue
        found = _paired(legacy, new, left, right, key)
        pairs += found
        taken_left, taken_right = {i for i, _ in found}, {j for _, j in found}
        left = [i for i in left if i not in taken_left]
        right = [j for j in right if j not in taken_right]
    return Pairing(tuple(sorted(pairs)), tuple(left), tuple(right))


def _tells_apart(legacy: Sequence[Entry], new: Sequence[Entry], left: Sequence[int], right: Sequence[int]) -> bool:
    """Whether the names of tests alone are theirs alone, in each recording."""
    for entries, places in ((legacy, left), (new, right)):
        names = Counter(test.partition("::")[2] for test in {entries[place].test for place in places})
        if any(count > 1 for name, count in names.items() if name):
            return False
    return True


def _paired(
    legacy: Sequence[Entry], new: Sequence[Entry], left: Iterable[int], right: Iterable[int], key: Key
) -> list[tuple[int, int]]:
    mine, theirs = _grouped(legacy, left, key), _grouped(new, right, key)
    found: list[tuple[int, int]] = []
    for name, places in mine.items():
        others = theirs.get(name)
        if not others:
            continue
        if len(places) == len(others):
            found += _matched(legacy, new, places, others)
        else:
            found += _aligned(legacy, new, places, others)
    return found


def _matched(
    legacy: Sequence[Entry], new: Sequence[Entry], places: Sequence[int], others: Sequence[int]
) -> Iterable[tuple[int, int]]:
    """Of two lists of the same length: in order, unless the very same was asked in another order."""
    ours, theirs = [legacy[i].asked for i in places], [new[j].asked for j in others]
    if ours != theirs and sorted(ours) == sorted(theirs):
        places = sorted(places, key=lambda i: legacy[i].asked)
        others = sorted(others, key=lambda j: new[j].asked)
    return zip(places, others, strict=True)


def _grouped(entries: Sequence[Entry], places: Iterable[int], key: Key) -> Mapping[Hashable, list[int]]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for place in places:
        name = key(entries[place])
        if name is not None:
            groups[name].append(place)
    return groups


def _aligned(
    legacy: Sequence[Entry], new: Sequence[Entry], places: Sequence[int], others: Sequence[int]
) -> list[tuple[int, int]]:
    """Of two lists of unlike length: what asked the very same, in order, then the gaps between as far as they go."""
    if len(places) > ALIGNED_AT_MOST or len(others) > ALIGNED_AT_MOST:
        return list(zip(places, others, strict=False))
    matcher = SequenceMatcher(None, [legacy[i].asked for i in places], [new[j].asked for j in others], autojunk=False)
    found: list[tuple[int, int]] = []
    at, there = 0, 0
    for block in matcher.get_matching_blocks():
        found += zip(places[at : block.a], others[there : block.b], strict=False)
        found += zip(places[block.a : block.a + block.size], others[block.b : block.b + block.size], strict=True)
        at, there = block.a + block.size, block.b + block.size
    return found


def routed(exchange: Exchange, route: str) -> Exchange:
    """The exchange with the route that was found for it."""
    return exchange if exchange.route or not route else replace(exchange, route=route)
