"""Two recordings held against each other: what differs, what is noise, what was never asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from milestones.expectations import Rule
from milestones.facts import ParseError, Problem

from .differences import Difference, differences
from .exchange import Exchange, read_line, same_answer, shape_of
from .frameworks import HABITS, named
from .pairing import Entry, Pairing, entry_of, pair, routed, with_routes
from .rules import broken

PROBLEMS_KEPT = 50
KINDS_KEPT = 20_000
# what two recordings of one system may differ in is not held against the other: of a place whose value changes, its
# value; of a place that is not always there, or changes its type, all below it
_VALUES = frozenset({
    "json_value", "json_length", "text", "html", "body", "error_body", "redirect", "cache", "header", "cors", "cookie",
})  # fmt: skip


class Lines(Protocol):
    """A recording that can be read through, and again at any place that reading through has named."""

    @property
    def name(self) -> str: ...

    def __iter__(self) -> Iterator[tuple[int, int, bytes]]:
        """Offset, line number and bytes of each line."""
        ...

    def at(self, offset: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How one endpoint did: pairs compared, pairs that differ, and legacy exchanges without a partner."""

    method: str
    route: str
    pairs: int
    mismatched: int
    alone: int

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


@dataclass(slots=True)
class Recording:
    """A recording as far as pairing needs it."""

    lines: Lines
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: int = 0


def index(lines: Lines) -> Recording:
    """Read a recording through once; a line that is no exchange is a problem with its number."""
    found = Recording(lines)
    for offset, number, line in lines:
        if not line.strip():
            continue
        try:
            found.entries.append(entry_of(offset, line))
        except ParseError as problem:
            found.left_out += 1
            if len(found.problems) < PROBLEMS_KEPT:
                found.problems.append(Problem(problem.reason, lines.name, number))
    if found.left_out > PROBLEMS_KEPT:
        found.problems.append(
            Problem(f"{found.left_out:,} lines in all are no exchanges and were left out", lines.name)
        )
    return found


def contract(
    legacy: Recording, new: Recording, *, noise: Recording | None = None, rules: Sequence[Rule] = (),
    templates: Iterable[str] = (), known_noise: frozenset[Noise] = frozenset(),
) -> Contract:  # fmt: skip
    """Compare the new system's recording with the legacy one; what wavers in a second legacy recording is noise."""
    routes = {one.route for side in (legacy, new, noise) if side for one in side.entries if one.route} | set(templates)
    for side in (legacy, new, noise):
        if side is not None:
            side.entries = with_routes(side.entries, routes)
    floor = noise_of(legacy, noise) if noise is not None else known_noise
    found = _Comparison(legacy, new, floor, rules)
    found.run(pair(legacy.entries, new.entries))
    problems = (*legacy.problems, *new.problems, *(noise.problems if noise else ()), *_unlike(legacy, new, found))
    return found.told(problems)


Noise = tuple[str, str, str, str]  # method, shape of the route, family of difference, where


def noise_of(legacy: Recording, again: Recording) -> frozenset[Noise]:
    """What differs between two recordings of the same system."""
    found: set[Noise] = set()
    for at, there in pair(legacy.entries, again.entries).pairs:
        line, other = _line(legacy, at), _line(again, there)
        if same_answer(line, other):
            continue
        before, after = _read(legacy, at, line), _read(again, there, other)
        for one in differences(before, after):
            if len(found) < KINDS_KEPT:
                found.add((before.method, shape_of(before.route or before.path), _family(one.kind), one.where))
    return frozenset(found)


def _family(kind: str) -> str:
    return "value" if kind in _VALUES else kind


def _line(side: Recording, place: int) -> bytes:
    return side.lines.at(side.entries[place].offset)


def _read(side: Recording, place: int, line: bytes = b"") -> Exchange:
    return routed(read_line(line or _line(side, place)), side.entries[place].route)


def _unlike(legacy: Recording, new: Recording, found: _Comparison) -> Iterator[Problem]:
    """Recordings of different suites: nothing or next to nothing has a partner."""
    if legacy.entries and new.entries and found.pairs * 10 < min(len(legacy.entries), len(new.entries)):
        said = (
            f"only {found.pairs} of {len(legacy.entries)} exchanges have a partner: these are recordings of different "
            "suites, or the tests were renamed; record the same tests on both systems"
        )
        yield Problem(said, new.lines.name)
    for side in (legacy, new):
        if not side.entries:
            yield Problem("no exchange in it; record some requests", side.lines.name)


class _Comparison:
    """The pairs of two recordings, compared one after the other; of each difference the first is kept, and a count."""

    def __init__(self, legacy: Recording, new: Recording, noise: frozenset[Noise], rules: Sequence[Rule]) -> None:
        self.legacy, self.new, self.noise, self.rules = legacy, new, noise, rules
        self.shaken = {entry[:2] for entry in noise}
        self.pairs = 0
        self.new_alone = 0
        self._told: dict[tuple[str, str, str, str], list[Any]] = {}
        self._rules: dict[tuple[str, str, str, str], list[Any]] = {}
        self._legacy_rules: dict[tuple[str, str, str, str], list[Any]] = {}
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._mismatched: Counter[tuple[str, str]] = Counter()
        self._alone: Counter[tuple[str, str]] = Counter()
        self._unseen: tuple[tuple[str, str], ...] = ()

    def run(self, pairing: Pairing) -> None:
        for at, there in pairing.pairs:
            self._pair(at, there)
        asked = {self._shape(one) for one in self.new.entries}
        alone = [self.legacy.entries[at] for at in pairing.legacy_alone]
        for one in alone:
            self._alone[self._endpoint(one)] += 1
        self._unseen = tuple(sorted({self._endpoint(one) for one in alone if self._shape(one) not in asked}))
        self.new_alone = len(pairing.new_alone)
        if self.rules:
            for place in pairing.new_alone:
                self._expect(_read(self.new, place), (-1, self.new.entries[place].offset))
            for place in pairing.legacy_alone:
                self._expect(_read(self.legacy, place), (self.legacy.entries[place].offset, -1))

    @staticmethod
    def _shape(one: Entry) -> tuple[str, str]:
        return one.method, shape_of(one.route or one.path)

    @staticmethod
    def _endpoint(one: Entry) -> tuple[str, str]:
        return one.method, one.route or one.path

    def _pair(self, at: int, there: int) -> None:
        entry, other = self.legacy.entries[at], self.new.entries[there]
        endpoint = entry.method, entry.route or other.route or entry.path
        self.pairs += 1
        self._pairs[endpoint] += 1
        line, answer = _line(self.legacy, at), _line(self.new, there)
        if same_answer(line, answer) and not self.rules:
            return
        before, after = _read(self.legacy, at, line), _read(self.new, there, answer)
        held = [one for one in named(before, after, differences(before, after)) if not self._is_noise(entry, one)]
        self._mismatched[endpoint] += bool(held)
        for one in held:
            _keep(self._told, one, endpoint, before, (entry.offset, other.offset))
        self._expect(before, (entry.offset, -1))
        self._expect(after, (-1, other.offset))

    def _expect(self, exchange: Exchange, offsets: tuple[int, int]) -> None:
        endpoint = exchange.method, exchange.route or exchange.path
        kept = self._rules if offsets[1] >= 0 else self._legacy_rules
        for one in broken(exchange, self.rules):
            _keep(kept, one, endpoint, exchange, offsets)

    def _is_noise(self, entry: Entry, one: Difference) -> bool:
        endpoint = self._shape(entry)
        if endpoint not in self.shaken:
            return False
        if (*endpoint, _family(one.kind), one.where) in self.noise:
            return True
        parts = one.where.split("/")
        above = ("/".join(parts[:length]) or "/" for length in range(1, len(parts) + 1))
        coming = ("json_type", "json_missing", "json_added")
        return any((*endpoint, kind, where) in self.noise for where in above for kind in coming)

    def told(self, problems: Iterable[Problem]) -> Contract:
        endpoints = tuple(
            Endpoint(*name, self._pairs[name], self._mismatched[name], self._alone[name])
            for name in sorted(self._pairs.keys() | self._alone.keys(), key=lambda name: (name[1], name[0]))
        )
        return Contract(
            differences=_listed(self._told), noise=tuple(sorted({(route, where) for _, route, _, where in self.noise})),
            unseen=self._unseen, endpoints=endpoints, broken_rules=_listed(self._rules),
            legacy_breaks=_listed(self._legacy_rules), new_alone=self.new_alone, problems=tuple(problems),
        )  # fmt: skip


def _keep(
    kept: dict[tuple[str, str, str, str], list[Any]], one: Difference, endpoint: tuple[str, str], exchange: Exchange,
    offsets: tuple[int, int],
) -> None:  # fmt: skip
    key = (*endpoint, one.kind, one.where)
    if key in kept:
        kept[key][1] += 1
    elif len(kept) < KINDS_KEPT:
        kept[key] = [one, 1, endpoint, exchange.path, exchange.test, offsets]


def _listed(kept: Mapping[Any, list[Any]]) -> tuple[Told, ...]:
    told = [
        Told(one, method, route, path, test, count, *offsets)
        for one, count, (method, route), path, test, offsets in kept.values()
    ]
    return tuple(sorted(told, key=lambda one: (one.route, one.method, one.difference.kind, one.difference.where)))
