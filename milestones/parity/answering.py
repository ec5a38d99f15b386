"""Which route of a table answers a request, as the frameworks decide it: in order, or by what is most specific."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from milestones.parity.patterns import SEGMENT, UUID
from milestones.parity.routes import ANY, WEBSOCKET, Mounted, Route

BY_SPECIFICITY = frozenset({"flask"})
STOPS_AT_FIRST_PATH = frozenset({"pyramid", "django"})  # a route whose path fits answers, or refuses, for good
REDIRECTS_TO_SLASH = frozenset({"flask", "django"})
REDIRECTS_EITHER_WAY = frozenset({"fastapi", "starlette"})
SLASH_OR_NONE = frozenset({"express"})  # a slash at the end makes no difference
HEAD_WITH_GET = frozenset({"flask", "starlette", "pyramid", "express", "django"})
USUAL_VERBS = ("GET", "POST", "PUT", "DELETE", "PATCH")


class Answerer:
    """Decides which of a table's routes answers a request; each application for itself, the first that answers."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = tuple(routes)
        own: dict[int, list[Route]] = {}
        for route in self.routes:
            own.setdefault(route.application, []).append(route)
        self.applications = {number: _Application(tuple(found)) for number, found in own.items()}

    def fitting(self, path: str) -> list[Route]:
        """The routes whose path fits, in the order in which they are tried."""
        return [route for one in self.applications.values() for route in one.fitting(path)]

    def answer(self, method: str, path: str) -> Route | None:
        """The route that answers, None where the request is refused."""
        answers = (one.answer(method, path) for one in self.applications.values())
        return next((answer for answer in answers if answer is not None), None)

    def answer_or_redirect(self, method: str, path: str) -> Route | None:
        """As `answer`, following the redirect that the framework gives for a slash too many or too few."""
        found = self.answer(method, path)
        if found is not None or path == "/":
            return found
        redirected = self.answer(method, other_slash(path))
        if redirected is None or (redirected.framework == "django" and self.fitting(path)):
            return None
        kinds = REDIRECTS_EITHER_WAY | SLASH_OR_NONE
        kinds = kinds if path.endswith("/") else kinds | REDIRECTS_TO_SLASH
        return redirected if redirected.framework in kinds else None

    def beside(self, route: Route, method: str) -> Route | None:
        """Who answers the request that a route is registered for, in the route's own application."""
        return self.applications[route.application].answer(method, route.pattern.sample, route)

    def mount_before(self, route: Route) -> Mounted | None:
        """What is mounted in front of a route and answers, or refuses, all that it is registered for."""
        return self.applications[route.application].mount_before(route, route.pattern.sample)

    def before(self, route: Route) -> Route | None:
        """The first in a route's own application whose path fits the route's."""
        found = self.applications[route.application].fitting(route.pattern.sample, blocked=True)
        return found[0] if found else None


class _Application:
    """The routes of one application, with what is mounted in it."""

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self._fixed: dict[str, list[Route]] = {}
        self._open: dict[str, list[Route]] = {}  # by the first literal segment, "" where that is a parameter
        self._mounts: dict[Mounted, int] = {}
        self._blocks: dict[tuple[Mounted, ...], int] = {}
        self._parts: dict[tuple[Any, ...], dict[Any, int]] = {}
        self._keys: dict[int, tuple[Any, ...]] = {}
        for route in routes:
            if route.pattern.parameters:
                self._open.setdefault(_opening(route.pattern.literals[0]), []).append(route)
            else:
                self._fixed.setdefault(route.path, []).append(route)
            for mount in route.mounts:
                self._mounts.setdefault(mount, route.order)
            self._blocks.setdefault(route.mounts, route.order)
            self._keys[id(route)] = self._key(route)

    def fitting(self, path: str, blocked: bool = False) -> list[Route]:
        """Those whose path fits, as tried; what a mount in front keeps from being reached only where asked for."""
        likely = [*self._open.get(_opening(path + "/"), ()), *self._open.get("", ())]
        found = [*self._fixed.get(path, ()), *(route for route in likely if route.pattern.matches(path))]
        if found and found[0].framework in SLASH_OR_NONE and path != "/":
            other = other_slash(path)
            found += [one for one in self._fixed.get(other, ()) if one not in found]
        reached = found if blocked else [route for route in found if not self.mount_before(route, path)]
        return sorted(reached, key=lambda route: self._keys[id(route)])

    def answer(self, method: str, path: str, asked: Route | None = None) -> Route | None:
        """The route that answers; one that a further condition guards only where it is the one that is asked for."""
        fitting = self.fitting(path)
        if fitting and fitting[0].framework in BY_SPECIFICITY:
            fitting = self._with_slash(fitting, method, path)
        for route in fitting:
            if route.conditional and route is not asked and asked is not None:
                continue
            if accepts(route, method):
                return route
            if route.framework in STOPS_AT_FIRST_PATH and not _shares(fitting, route, method):
                return None
        return None

    def _with_slash(self, fitting: list[Route], method: str, path: str) -> list[Route]:
        """With the rules that would fit with a slash at the end: werkzeug redirects to one that it meets first."""
        longer = [one for one in self.fitting(f"{path}/") if one.path.endswith("/") and accepts(one, method)]
        if not longer:
            return fitting
        places = [((*self._keys[id(one)][:2], 0), one) for one in fitting]
        places += [((self._keys[id(one)][0], self._keys[id(one)][1][:-1], 1), one) for one in longer]
        return [one for _, one in sorted(places, key=lambda place: place[0])]

    def mount_before(self, route: Route, path: str) -> Mounted | None:
        waiting = (mount for mount, first in self._mounts.items() if first < route.order and mount not in route.mounts)
        return next((mount for mount in waiting if _covers(mount, path)), None)

    def _key(self, route: Route) -> tuple[Any, ...]:
        """Where a route stands among those that fit: as registered, or by werkzeug's preference within its block."""
        if route.framework not in BY_SPECIFICITY:
            return (route.order,)
        made: list[Any] = []
        for part in parts_of(route):
            known = self._parts.setdefault((route.mounts, *made), {})
            made.append((*part[:2], known.setdefault(part, len(known)) if part[0] else 0))
        return (self._blocks[route.mounts], tuple(made), route.order)


def _opening(path: str) -> str:
    """The first segment of a path, where another follows."""
    first, slash, _ = path.removeprefix("/").partition("/")
    return first if slash else ""


def _covers(mount: Mounted, path: str) -> bool:
    """Whether a path is inside what is mounted."""
    prefix = mount.prefix
    if not prefix.parameters:
        return path.startswith(prefix.literals[0].rstrip("/") + "/")
    return any(prefix.matches(path[:end]) for end, letter in enumerate(path) if letter == "/")


def _shares(fitting: list[Route], route: Route, method: str) -> bool:
    """Whether another view of the very same route takes the method."""
    return any(one.pattern == route.pattern and accepts(one, method) for one in fitting)


def accepts(route: Route, method: str) -> bool:
    if ANY in route.methods or method in route.methods:
        return method != WEBSOCKET or WEBSOCKET in route.methods
    if method == ANY:
        return WEBSOCKET not in route.methods
    return method == "HEAD" and "GET" in route.methods and route.framework in HEAD_WITH_GET


def other_slash(path: str) -> str:
    """The path with a slash at the end where it has none, and the other way round."""
    return path.removesuffix("/") if path.endswith("/") else f"{path}/"


# --- werkzeug's preference: https://werkzeug.palletsprojects.com/en/stable/routing/


def parts_of(route: Route) -> list[tuple[Any, ...]]:
    """A rule as werkzeug cuts it: (0, text) for a literal part, (1, weight, what it accepts) for one with parameters.

    A part whose parameter takes slashes goes on to the end of the rule.
    """
    pieces = _pieces(route)
    parts: list[tuple[Any, ...]] = []
    current: list[tuple[str, str]] = []
    for kind, text in pieces:
        if kind == "/" and not any(_takes_slashes(rule) for mark, rule in current if mark == "rule"):
            parts.append(_part(current))
            current = []
        else:
            current.append((kind, text))
    return [*parts, _part(current)]


def _pieces(route: Route) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    rules = [rule for _, rule in route.pattern.parameters]
    for index, literal in enumerate(route.pattern.literals):
        for number, text in enumerate(literal.split("/")):
            found += [("/", "/")] if number else []
            found += [("text", text)] if text else []
        if index < len(rules):
            found.append(("rule", rules[index]))
    return found


def _part(pieces: list[tuple[str, str]]) -> tuple[Any, ...]:
    rules = [text for kind, text in pieces if kind == "rule"]
    texts = [text for kind, text in pieces if kind == "text"]
    if not rules:
        return (0, "".join(text for _, text in pieces))
    weight = (
        -len(texts), tuple((index, -len(text)) for index, text in enumerate(texts)), -len(rules),
        tuple(map(_weight, rules)),
    )  # fmt: skip
    return (1, weight, tuple(pieces))


def _takes_slashes(rule: str) -> bool:
    return rule.startswith(".") or ("/" in rule and rule != SEGMENT) or rule == r"[^/].*?"


def _weight(rule: str) -> int:
    if rule in (r"\d+", r"-?\d+", r"-?\d+\.\d+", r"\d+\.\d+"):
        return 50
    return 200 if _takes_slashes(rule) and rule != UUID else 100
