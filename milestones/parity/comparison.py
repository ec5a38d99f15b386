"""Two route tables held against each other by requests: who would answer each one, as its framework decides it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from milestones.parity.patterns import SEGMENT
from milestones.parity.routes import ANY, VERBS, WEBSOCKET, Route, RouteTable

BY_SPECIFICITY = frozenset({"flask"})
STOPS_AT_FIRST_PATH = frozenset({"pyramid", "django"})  # a route whose path fits answers, or refuses, for good
_REDIRECTS_TO_SLASH = frozenset({"flask", "django"})
_REDIRECTS_EITHER_WAY = frozenset({"fastapi", "starlette"})
_HEAD_WITH_GET = frozenset({"flask", "starlette", "pyramid", "express", "django"})


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
    behaviours: tuple[str, ...] = ()

    @property
    def methods_lost(self) -> int:
        return sum(len(change.lost) for change in self.methods)


class Answerer:
    """Decides which of a table's routes answers a request."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        self._fixed: dict[str, list[Route]] = {}
        self._open: list[Route] = []
        for route in self.routes:
            if route.pattern.parameters:
                self._open.append(route)
            else:
                self._fixed.setdefault(route.path, []).append(route)

    def fitting(self, path: str) -> list[Route]:
        """The routes whose path fits, in the order in which they are tried."""
        found = [*self._fixed.get(path, ()), *(route for route in self._open if route.pattern.matches(path))]
        if found and found[0].framework in BY_SPECIFICITY:
            return sorted(found, key=lambda route: (_weight(route), route.order))
        return sorted(found, key=lambda route: route.order)

    def answer(self, method: str, path: str) -> Route | None:
        """The route that answers, None where the request is refused."""
        for route in self.fitting(path):
            if _accepts(route, method):
                return route
            if route.framework in STOPS_AT_FIRST_PATH and not self._shares_route(route, method, path):
                return None
        return None

    def _shares_route(self, route: Route, method: str, path: str) -> bool:
        """Whether another view of the very same route takes the method."""
        return any(one.pattern == route.pattern and _accepts(one, method) for one in self.fitting(path))

    def answer_or_redirect(self, method: str, path: str) -> Route | None:
        """As `answer`, following the redirect that the framework gives for a slash too many or too few."""
        found = self.answer(method, path)
        if found is not None or path == "/":
            return found
        other = path.removesuffix("/") if path.endswith("/") else f"{path}/"
        redirected = self.answer(method, other)
        if redirected is None:
            return None
        kinds = _REDIRECTS_EITHER_WAY if path.endswith("/") else _REDIRECTS_EITHER_WAY | _REDIRECTS_TO_SLASH
        return redirected if redirected.framework in kinds else None


def _accepts(route: Route, method: str) -> bool:
    if ANY in route.methods or method in route.methods:
        return method != WEBSOCKET or WEBSOCKET in route.methods
    if method == ANY:
        return WEBSOCKET not in route.methods
    return method == "HEAD" and "GET" in route.methods and route.framework in _HEAD_WITH_GET


def _weight(route: Route) -> tuple[tuple[int, int], ...]:
    """Werkzeug's preference, part by part: literal text before a parameter, a narrow one before a wide one."""
    weights: list[tuple[int, int]] = []
    rules = dict(route.pattern.parameters)
    for part in route.path.split("/"):
        names = [name for name in rules if f"{{{name}}}" in part]
        if not names:
            weights.append((0, -len(part)))
        else:
            weights.append((max(_width(rules[name]) for name in names), -len(part)))
    return tuple(weights)


def _width(rule: str) -> int:
    return 3 if rule.startswith((".", "[^/].")) else 2 if rule == SEGMENT else 1


def compare(legacy: RouteTable, new: RouteTable) -> Comparison:
    """The application's routes of two systems, compared by instantiated requests."""
    old, fresh = Answerer(legacy.application), Answerer(new.application)
    return Comparison(
        missing=tuple(_unanswered(old, fresh)),
        extra=tuple(dict.fromkeys(_added(fresh, old))),
        methods=tuple(_method_changes(old, fresh)),
        shadowed=tuple(shadowed(fresh)),
        guards_lost=tuple(_guards_lost(old, fresh)),
        behaviours=tuple(_behaviours(legacy, new)),
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
            if pair not in seen and _counterpart(route, method, table) is None:
                seen.add(pair)
                yield pair


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


def shadowed(table: Answerer) -> Iterator[Shadow]:
    """Requests that a route is registered for and an earlier, or more specific, one answers."""
    for route in table.routes:
        for method in route.methods:
            answer = table.answer(method, route.pattern.sample)
            if answer is not None and answer is not route and answer.handler != route.handler:
                yield Shadow(method, route.path, route.handler.name, answer.handler.name)
            elif answer is None and method != ANY and table.fitting(route.pattern.sample):
                first = table.fitting(route.pattern.sample)[0]
                yield Shadow(method, route.path, route.handler.name, first.handler.name)


def _guards_lost(old: Answerer, fresh: Answerer) -> Iterator[GuardLost]:
    for route in old.routes:
        if not route.guards:
            continue
        asked = [verb for method in route.methods for verb in (("GET", "POST") if method == ANY else (method,))]
        for method in dict.fromkeys(asked):
            answer = _counterpart(route, method, fresh)
            if answer is not None and not answer.guards:
                yield GuardLost(method, route.path, route, answer)


def _behaviours(legacy: RouteTable, new: RouteTable) -> Iterator[str]:
    """How the two frameworks differ where nobody wrote a route for it."""
    old, fresh = set(legacy.frameworks), set(new.frameworks)
    if (old & _HEAD_WITH_GET) and "fastapi" in fresh:
        yield "HEAD: answered with GET before, refused (405) on FastAPI's own routes now"
    if "flask" in old and fresh & {"fastapi", "starlette", "pyramid"}:
        yield "OPTIONS: answered by itself before, refused unless registered now"
    if "pyramid" in old and fresh - old:
        yield "wrong verb: not found (404) before, refused (405) now"
    if (old ^ fresh) & (_REDIRECTS_EITHER_WAY | _REDIRECTS_TO_SLASH):
        yield "slash at the end: the two systems redirect differently"


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
    """Counts over a range: legacy are the frameworks that served at its start, new are those that came."""
    first = set(tables[0][1]) if tables else set()
    return [
        {
            "sha": sha,
            "legacy": sum(count for framework, count in counts.items() if framework in first),
            "new": sum(count for framework, count in counts.items() if framework not in first),
            "by_framework": counts,
        }
        for sha, counts in tables
    ]
