"""Routes as facts: who answers which request, in what order, behind which guards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from milestones.facts import Place, Problem
from milestones.parity.patterns import Pattern

ANY = "ANY"  # accepts every verb
WEBSOCKET = "WEBSOCKET"
_NOWHERE = Place("", 0)
VERBS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that stands before a handler and may refuse a request."""

    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Handler:
    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Mounted:
    """Something that answers whatever begins with its prefix, and lets nothing behind it answer that."""

    prefix: Pattern
    place: Place


@dataclass(frozen=True, slots=True)
class Route:
    """One route. `static` marks what is not the application's own: static files and the framework's own pages.

    `methods` leaves out the HEAD and OPTIONS that a framework adds by itself. `registered` is where the call that
    registers it stands, `prefixes` where the parts in front of its path come from, `application` tells the
    applications of a repository apart, `mounts` what it stands inside of, outermost first. `conditional` marks
    one that answers under a further condition than path and verb, such as a host.
    """

    methods: tuple[str, ...]
    pattern: Pattern
    framework: str
    group: str
    handler: Handler
    order: int
    guards: tuple[Guard, ...] = ()
    static: bool = False
    registered: Place = _NOWHERE
    prefixes: tuple[Place, ...] = ()
    application: int = 0
    mounts: tuple[Mounted, ...] = ()
    conditional: bool = False

    @property
    def path(self) -> str:
        return self.pattern.template

    @property
    def pairs(self) -> Iterator[tuple[str, str]]:
        return ((method, self.path) for method in self.methods)


@dataclass(frozen=True, slots=True)
class RouteTable:
    """Every route of one revision, in order, and what could not be settled."""

    routes: tuple[Route, ...] = ()
    unresolved: tuple[Problem, ...] = ()
    unparsed: tuple[Problem, ...] = ()

    @property
    def application(self) -> tuple[Route, ...]:
        """The routes of the application itself."""
        return tuple(route for route in self.routes if not route.static)

    @property
    def frameworks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(route.framework for route in self.application))

    def of(self, framework: str) -> RouteTable:
        kept = tuple(route for route in self.routes if route.framework == framework)
        return RouteTable(kept, self.unresolved, self.unparsed)


def normal_methods(methods: object, default: tuple[str, ...] = ("GET",)) -> tuple[str, ...]:
    """Verbs in upper case, sorted, without the HEAD that comes with GET; empty where they are not static."""
    if methods is None:
        return default
    given = [methods] if isinstance(methods, str) else methods
    if not isinstance(given, (list, tuple, set, frozenset, dict)) or not all(isinstance(one, str) for one in given):
        return ()
    names = {str(one).upper() for one in given}
    return tuple(sorted(names - {"HEAD"} if "GET" in names else names))
