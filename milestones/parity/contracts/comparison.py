"""Two recordings held against each other: what differs, what is noise, what was never asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from milestones.expectations import Rule
from milestones.facts import Problem

from .differences import Difference, differences
from .exchange import Exchange, same_answer, shape_of
from .frameworks import named
from .noise import Noise, is_noise, noise_of
from .pairing import Entry, Pairing, pair, with_routes
from .recording import Recording, line_of, read_at
from .report import Contract, Endpoint, Told
from .rules import broken

KINDS_KEPT = 20_000


def contract(
    legacy: Recording, new: Recording, *, noise: Recording | None = None, rules: Sequence[Rule] = (),
    templates: Iterable[str] = (), accepted: frozenset[str] = frozenset(),
) -> Contract:  # fmt: skip
    """Compare the new system's recording with the legacy one; what wavers in a second legacy recording is noise."""
    routes = {one.route for side in (legacy, new, noise) if side for one in side.entries if one.route} | set(templates)
    for side in (legacy, new, noise):
        if side is not None:
            side.entries = with_routes(side.entries, routes)
    floor = noise_of(legacy, noise) if noise is not None else frozenset[Noise]()
    found = Comparing(legacy, new, floor, rules, accepted)
    found.run(pair(legacy.entries, new.entries))
    problems = (*legacy.problems, *new.problems, *(noise.problems if noise else ()), *_unlike(legacy, new, found))
    return found.told(problems)


def _unlike(legacy: Recording, new: Recording, found: Comparing) -> Iterator[Problem]:
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


class Comparing:
    """The pairs of two recordings, compared one after the other; of each difference the first is kept, and a count."""

    def __init__(
        self, legacy: Recording, new: Recording, noise: frozenset[Noise], rules: Sequence[Rule],
        accepted: frozenset[str],
    ) -> None:  # fmt: skip
        self.legacy, self.new, self.noise, self.rules, self.accepted = legacy, new, noise, rules, accepted
        self.shaken = {entry[:2] for entry in noise}
        self.pairs = 0
        self.new_alone = 0
        self._told: dict[tuple[str, str, str, str], list[Any]] = {}
        self._accepted: dict[tuple[str, str, str, str], list[Any]] = {}
        self._first: dict[tuple[str, str], tuple[int, int]] = {}
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
                self._expect(read_at(self.new, place), (-1, self.new.entries[place].offset))
            for place in pairing.legacy_alone:
                self._expect(read_at(self.legacy, place), (self.legacy.entries[place].offset, -1))

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
        self._first.setdefault(endpoint, (entry.offset, other.offset))
        line, answer = line_of(self.legacy, at), line_of(self.new, there)
        if same_answer(line, answer) and not self.rules:
            return
        before, after = read_at(self.legacy, at, line), read_at(self.new, there, answer)
        counted = False
        for one in named(before, after, differences(before, after)):
            if self._is_noise(entry, one):
                continue
            accepted = self._is_accepted(endpoint, one)
            counted = counted or not accepted
            kept = self._accepted if accepted else self._told
            _keep(kept, one, endpoint, before, (entry.offset, other.offset))
        self._mismatched[endpoint] += counted
        self._expect(before, (entry.offset, -1))
        self._expect(after, (-1, other.offset))

    def _expect(self, exchange: Exchange, offsets: tuple[int, int]) -> None:
        endpoint = exchange.method, exchange.route or exchange.path
        kept = self._rules if offsets[1] >= 0 else self._legacy_rules
        for one in broken(exchange, self.rules):
            _keep(kept, one, endpoint, exchange, offsets)

    def _is_noise(self, entry: Entry, one: Difference) -> bool:
        method, shape = self._shape(entry)
        return (method, shape) in self.shaken and is_noise(self.noise, method, shape, one)

    def _is_accepted(self, endpoint: tuple[str, str], one: Difference) -> bool:
        """Whether policy accepts it: everywhere, at this endpoint, or at this place of it."""
        if not self.accepted:
            return False
        kind, here = f"contract.{one.kind}", " ".join(endpoint)
        return not self.accepted.isdisjoint({kind, f"{kind} {here}", f"{kind} {here} {one.where}"})

    def told(self, problems: Iterable[Problem]) -> Contract:
        names = sorted(self._pairs.keys() | self._alone.keys(), key=lambda name: (name[1], name[0]))
        nowhere = (-1, -1)
        endpoints = tuple(
            Endpoint(*one, self._pairs[one], self._mismatched[one], self._alone[one], self._first.get(one, nowhere))
            for one in names
        )
        return Contract(
            differences=_listed(self._told), noise=tuple(sorted({(route, where) for _, route, _, where in self.noise})),
            unseen=self._unseen, endpoints=endpoints, broken_rules=_listed(self._rules),
            legacy_breaks=_listed(self._legacy_rules), accepted=_listed(self._accepted),
            new_alone=self.new_alone, problems=tuple(problems),
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
