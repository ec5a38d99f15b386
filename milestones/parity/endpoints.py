"""Endpoints: each method and path of the legacy system, who answered it, who answers it now, and what was lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from milestones.parity.answering import Answerer
from milestones.parity.comparison import counterpart, shape
from milestones.parity.routes import ANY, Guard, Handler, Route, RouteTable

Key = tuple[str, str]  # method and path of the legacy system


class EndpointState(StrEnum):
    """How far an endpoint is; each state holds what the ones before it hold, but for `tested`, which may lack."""

    LEGACY = "legacy"
    TESTED = "tested"
    PORTED = "ported"
    VERIFIED = "verified"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Sides:
    """Which frameworks are the legacy system and which the new one."""

    legacy: frozenset[str]
    new: frozenset[str]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One request of the legacy system. `answer` is who answers it in the new one, None for nobody.

    `served` says whether the legacy system still answers at this commit, `shadowed` who should answer in the new one
    and is caught, `verbs` the new system's verbs of the path where they are not the legacy one's.
    """

    method: str
    path: str
    group: str
    handler: Handler
    guards: tuple[Guard, ...]
    answer: Route | None
    served: bool
    shadowed: Handler | None = None
    verbs: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return self.method, self.path

    @property
    def ported(self) -> bool:
        return self.answer is not None

    @property
    def guard_lost(self) -> bool:
        return self.answer is not None and bool(self.guards) and not self.answer.guards

    @property
    def missing(self) -> bool:
        """Nobody answers any more."""
        return self.answer is None and not self.served


def sides_of(before: RouteTable, after: RouteTable, said_from: str = "", said_to: str = "") -> Sides:
    """The two systems by framework, from what served at the start and what serves now; a policy's word goes first."""
    old, fresh = set(before.frameworks), set(after.frameworks)
    gone, come = old - fresh, fresh - old
    legacy = {said_from} if said_from in old else gone or (old - {said_to}) or old
    new = come | ({said_to} if said_to in fresh and said_to not in legacy else set())
    return Sides(frozenset(legacy), frozenset(new))


def endpoints_of(before: RouteTable, after: RouteTable, sides: Sides) -> tuple[Endpoint, ...]:
    """Every (method, path) that the legacy system served at its last commit, as it stands now, in order."""
    fresh = Answerer(route for route in after.application if route.framework in sides.new)
    still = Answerer(route for route in after.application if route.framework in sides.legacy)
    found: dict[Key, Endpoint] = {}
    for route in before.application:
        for method in route.methods if route.framework in sides.legacy else ():
            if (method, route.path) not in found:
                found[method, route.path] = _endpoint(route, method, fresh, still)
    return tuple(found.values())


def _endpoint(route: Route, method: str, fresh: Answerer, still: Answerer) -> Endpoint:
    answer = counterpart(route, method, fresh)
    namesakes = [one for one in fresh.routes if shape(one) == shape(route)] if answer is not None else []
    meant = next((one for one in namesakes if method in one.methods or ANY in (method, *one.methods)), None)
    caught = meant is not None and answer is not None and meant.handler != answer.handler and answer not in namesakes
    verbs = tuple(sorted({verb for one in namesakes for verb in one.methods}))
    return Endpoint(
        method, route.path, group_of(route), route.handler, route.guards, answer,
        counterpart(route, method, still) is not None, meant.handler if caught and meant else None,
        verbs if method == ANY and verbs != (ANY,) else (),
    )  # fmt: skip


def group_of(route: Route) -> str:
    """Its blueprint, router or module; that of its handler where it is registered on the application itself."""
    folder, _, name = route.handler.place.path.removesuffix(".py").rpartition("/")
    return route.group or (folder.rpartition("/")[2] if name == "__init__" else name)


def added(before: RouteTable, after: RouteTable, sides: Sides) -> Iterator[Route]:
    """Routes that the new system alone has; a route with one new verb is among them."""
    old = Answerer(route for route in before.application if route.framework in sides.legacy)
    known = {(shape(route), method) for route in old.routes for method in route.methods}
    for route in after.application:
        fresh = [method for method in route.methods if not {(shape(route), method), (shape(route), ANY)} & known]
        if route.framework in sides.new and any(counterpart(route, method, old) is None for method in fresh):
            yield route


def state_of(*, ported: bool, served: bool, tested: bool, verified: bool) -> EndpointState:
    """The state that what is known of an endpoint comes to; `served` is by the legacy system, still."""
    if not ported:
        return EndpointState.TESTED if tested else EndpointState.LEGACY
    if not verified:
        return EndpointState.PORTED
    return EndpointState.VERIFIED if served else EndpointState.RETIRED
