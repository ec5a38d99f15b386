"""Two route tables held against each other by requests: who would answer each one, as its framework decides it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from milestones.parity.answering import USUAL_VERBS, Answerer
from milestones.parity.behaviour import Behaviour, differences
from milestones.parity.routes import ANY, VERBS, Route, RouteTable


@dataclass(frozen=True, slots=True)
class Pair:
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class MethodChange:
    """A path that both systems answer, with other verbs."""

    path: str
    legacy: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def lost(self) -> tuple[str, ...]:
        """Explicit verbs of the legacy system that the new one does not answer."""
        return tuple(verb for verb in self.legacy if verb != ANY and verb not in self.new and ANY not in self.new)


@dataclass(frozen=True, slots=True)
class Shadow:
    """A request that reaches another handler than the one registered for it."""

    method: str
    path: str
    expected: str
    answered_by: str


@dataclass(frozen=True, slots=True)
class GuardLost:
    method: str
    path: str
    legacy: Route
    new: Route


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between a legacy table and a new one."""

    missing: tuple[Pair, ...] = ()
    extra: tuple[Pair, ...] = ()
    methods: tuple[MethodChange, ...] = ()
    shadowed: tuple[Shadow, ...] = ()
    guards_lost: tuple[GuardLost, ...] = ()
    behaviours: tuple[Behaviour, ...] = ()

    @property
    def methods_lost(self) -> int:
        return sum(len(change.lost) for change in self.methods)


def compare(legacy: RouteTable, new: RouteTable) -> Comparison:
    """The application's routes of two systems, compared by instantiated requests."""
    old, fresh = Answerer(legacy.application), Answerer(new.application)
    return Comparison(
        missing=tuple(_unanswered(old, fresh)),
        extra=tuple(dict.fromkeys(_added(fresh, old))),
        methods=tuple(_method_changes(old, fresh)),
        shadowed=tuple(shadowed(new)),
        guards_lost=tuple(_guards_lost(old, fresh)),
        behaviours=tuple(differences(_counterparts(old, fresh), old, fresh)),
    )


def _counterpart(route: Route, method: str, table: Answerer) -> Route | None:
    found = table.answer_or_redirect(method, route.pattern.sample)
    # a catch-all that takes whatever is left over is no counterpart of a route with a path of its own
    return None if found is not None and found.pattern.is_fallback and not route.pattern.is_fallback else found


def counterpart(route: Route, method: str, table: Answerer) -> Route | None:
    """The route of another table that answers a route's request, None where nothing does."""
    return _counterpart(route, method, table)


def _unanswered(asked: Answerer, table: Answerer) -> Iterator[Pair]:
    seen: set[Pair] = set()
    for route in asked.routes:
        for method in route.methods:
            pair = Pair(method, route.path)
            if pair not in seen and (_counterpart(route, method, table) is None or _shallow(route, method, table)):
                seen.add(pair)
                yield pair


def _shallow(route: Route, method: str, table: Answerer) -> bool:
    """Whether a path with a slash in a parameter, which the route takes, is answered by nobody."""
    deep = route.pattern.deep_sample
    return bool(deep) and table.answer_or_redirect(method, deep) is None


def _added(fresh: Answerer, old: Answerer) -> Iterator[Pair]:
    """What only the new system answers; a parameter that takes more than its legacy namesake's adds nothing."""
    known = {(shape(route), method) for route in old.routes for method in route.methods}
    for route in fresh.routes:
        for method in route.methods:
            namesake = {(shape(route), method), (shape(route), ANY)} & known
            if not namesake and _counterpart(route, method, old) is None:
                yield Pair(method, route.path)


def _method_changes(old: Answerer, fresh: Answerer) -> Iterator[MethodChange]:
    for path, routes in _by_path(old.routes).items():
        before = _methods(routes)
        after = _methods(_namesakes(routes[0], fresh))
        if after and before != after:
            yield MethodChange(path, before, after)


def _by_path(routes: Sequence[Route]) -> dict[str, list[Route]]:
    found: dict[str, list[Route]] = {}
    for route in routes:
        found.setdefault(route.path, []).append(route)
    return found


def _methods(routes: Iterable[Route]) -> tuple[str, ...]:
    return tuple(sorted({method for route in routes for method in route.methods}))


def _namesakes(route: Route, table: Answerer) -> list[Route]:
    """The routes of a table that stand for the same path: those of the same shape, or else those that would answer."""
    same = [one for one in table.routes if shape(one) == shape(route)]
    if same:
        return same
    answers = (_counterpart(route, verb, table) for verb in (*VERBS, ANY))
    return list({one.order: one for one in answers if one is not None}.values())


def shape(route: Route) -> str:
    """A path with its parameters' names and a slash at the end left aside."""
    marks = iter(route.pattern.literals)
    return ("{}".join(marks)).rstrip("/") or "/"


def shadowed(table: RouteTable) -> Iterator[Shadow]:
    """Requests that a route is registered for and an earlier, or more specific, one of its application answers.

    What is mounted or served from a folder may stand in front as well, so every route is asked about, not only the
    application's own.
    """
    answerer = Answerer(table.routes)
    for route in table.application:
        for method in route.methods:
            found = _in_front(answerer, route, method)
            if found:
                yield Shadow(method, route.path, route.handler.name, found)


def _in_front(answerer: Answerer, route: Route, method: str) -> str:
    """Who keeps a request from a route, "" where the route is reached."""
    asked = [answerer.beside(route, verb) for verb in (USUAL_VERBS if method == ANY else (method,))]
    if any(answer is not None and _same_handler(answer, route) for answer in asked):
        return ""
    mount = answerer.mount_before(route)
    if mount is not None and not any(asked):
        return f"what is mounted at {mount.prefix.template}"
    found = next((answer for answer in asked if answer is not None), None) or answerer.before(route)
    return "" if found is None or found is route else found.handler.name


def _same_handler(answer: Route, route: Route) -> bool:
    """Views of one route of Pyramid are told apart by predicates, so none of them is in front of another."""
    shares = route.framework == "pyramid" and answer.registered == route.registered and answer.path == route.path
    return answer is route or answer.handler == route.handler or shares


def _counterparts(old: Answerer, fresh: Answerer) -> Iterator[tuple[Route, Route]]:
    for route in old.routes:
        found = _counterpart(route, route.methods[0], fresh)
        if found is not None:
            yield route, found


def _guards_lost(old: Answerer, fresh: Answerer) -> Iterator[GuardLost]:
    for route in old.routes:
        if not route.guards:
            continue
        asked = [verb for method in route.methods for verb in (("GET", "POST") if method == ANY else (method,))]
        for method in dict.fromkeys(asked):
            answer = _counterpart(route, method, fresh)
            if answer is not None and not answer.guards:
                yield GuardLost(method, route.path, route, answer)


# --- which framework is the legacy one, and the counts over a range


def pairs_by_framework(table: RouteTable) -> dict[str, int]:
    """How many application (method, path) pairs each framework serves; metrics endpoints left out."""
    pairs = {
        (route.framework, *pair) for route in table.application for pair in route.pairs if route.path != "/metrics"
    }
    counts: dict[str, int] = {}
    for framework, _, _ in sorted(pairs):
        counts[framework] = counts.get(framework, 0) + 1
    return counts


def sides(before: RouteTable, after: RouteTable) -> tuple[RouteTable, RouteTable]:
    """The legacy framework's part of one table and the new one's of the other, where both live in each."""
    old, fresh = set(before.frameworks), set(after.frameworks)
    gone, come = old - fresh, fresh - old
    if len(old) > 1 and gone:
        before = _only(before, gone)
    if len(fresh) > 1 and come:
        after = _only(after, come)
    return before, after


def _only(table: RouteTable, frameworks: set[str]) -> RouteTable:
    kept = tuple(route for route in table.routes if route.framework in frameworks)
    return RouteTable(kept, table.unresolved, table.unparsed)


def series_of(tables: Sequence[tuple[str, dict[str, int]]]) -> list[dict[str, Any]]:
    """Counts over a range: legacy are the frameworks that served at its start, new are those that came.

    Where several served at its start, a framework that grew while another shrank is a new one as well.
    """
    first, last = (tables[0][1], tables[-1][1]) if tables else ({}, {})
    legacy = set(first)
    grown = {name for name, count in first.items() if last.get(name, 0) > count}
    if any(last.get(name, 0) < count for name, count in first.items()):
        legacy -= grown
    return [
        {
            "sha": sha,
            "legacy": sum(count for framework, count in counts.items() if framework in legacy),
            "new": sum(count for framework, count in counts.items() if framework not in legacy),
            "by_framework": counts,
        }
        for sha, counts in tables
    ]
