"""What the models of the frameworks share: where they write down what a program registers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from milestones.facts import Place, Problem
from milestones.parity.guards import Before, wrapped
from milestones.parity.patterns import Pattern
from milestones.parity.routes import Guard, Handler, Mounted, Route
from milestones.source.values import (
    Arguments,
    Class,
    External,
    Function,
    Instance,
    Model,
    Native,
    Unknown,
    Value,
    describe,
    why_unknown,
)

DEPTH_LIMIT = 12  # of blueprints in blueprints and routers in routers
ROUTE_LIMIT = 20_000


@dataclass(slots=True)
class Draft:
    """A route on its way up through the prefixes and guards of what it is registered on."""

    methods: tuple[str, ...]
    path: Pattern
    target: Value
    place: Place
    group: str = ""
    before: tuple[Before, ...] = ()
    static: bool = False
    prefixes: tuple[Place, ...] = ()
    framework: str = ""
    mounts: tuple[Mounted, ...] = ()
    conditional: bool = False

    def under(self, prefix: Pattern, place: Place, before: tuple[Before, ...], group: str = "") -> Draft:
        return Draft(
            self.methods, self.path.after(prefix), self.target, self.place, self.group or group,
            (*before, *self.before), self.static, (place, *self.prefixes), self.framework,
            tuple(Mounted(one.prefix.after(prefix), one.place) for one in self.mounts), self.conditional,
        )  # fmt: skip

    def inside(self, mount: Mounted) -> Draft:
        return replace(self, mounts=(mount, *self.mounts))


class Served(Model):
    """Something that serves routes: an application, a blueprint, a router."""

    framework = ""

    def __init__(self, project: Project, place: Place) -> None:
        self.project = project
        self.place = place
        self.mounted = False
        project.served.append(self)

    is_application = False

    def give_way(self) -> None:
        self.mounted = True

    def own(self, name: str) -> Function | None:
        """The method by which a class of the project replaces the framework's own."""
        member = self.instance.type.member(name) if self.instance is not None else None
        return member.bound(self.instance) if isinstance(member, Function) else None

    @property
    def empty(self) -> bool:
        """Whether nothing at all was registered on it."""
        return True

    def drafts(self, depth: int = 0) -> Iterator[Draft]:
        """Its routes, in the order in which it would try or list them."""
        raise NotImplementedError


@dataclass
class Project:
    """What one program registers with whatever frameworks it uses."""

    served: list[Served] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    shelves: dict[str, list[Any]] = field(default_factory=dict)  # a framework's own lists, by name
    converters: dict[str, Value] = field(default_factory=dict)  # that the project brings, by the name in its paths
    request: Model | None = None  # the one that a hook is held against
    settled: set[Place] = field(default_factory=set)  # where something was registered
    branches: dict[tuple[str, Place, Place | None], list[Place | None]] = field(default_factory=dict)
    guessed: list[Problem] = field(default_factory=list)  # problems of functions that nothing calls
    guessing: Callable[[], bool] = lambda: False
    condition: Callable[[], Place | None] = lambda: None  # the undecided branch that is being walked, if any
    call: Callable[[Value, Arguments], Value] = lambda callee, arguments: None
    open_all: Callable[[str], None] = lambda place: None  # evaluates every module under a folder
    module: Callable[[str, str], Value] = lambda name, importer: None
    evaluate: Callable[[Any, Any], Value] = lambda node, scope: None

    def unresolved(self, what: str, value: Value, place: Place) -> None:
        problem = Problem(f"{what} is not static: {why_unknown(value)}", place.path, place.line)
        (self.guessed if self.guessing() else self.problems).append(problem)

    def registered(self, what: str, place: Place, of: Place | None = None) -> None:
        """Notes where a run decides whether something is registered at all; it counts as if it were."""
        self.settled.add(place)
        self.branches.setdefault((what, place, of), []).append(self.condition())

    def undecided(self) -> Iterator[Problem]:
        """What is registered only under conditions that a run decides."""
        for (what, place, _), branches in self.branches.items():
            branch = branches[0]
            if branch is not None and None not in branches:
                said = f"whether {what} is registered is decided at run time ({branch.path}:{branch.line})"
                yield Problem(said, place.path, place.line)

    def converter_rules(self) -> dict[str, str]:
        """What the project's own converters accept, by name; "" where the rule says it in brackets."""
        made: dict[str, str] = {}
        for name, value in self.converters.items():
            rule = value.member("regex") if isinstance(value, Class) else None
            made[str(name)] = rule if isinstance(rule, str) else ""
        return made

    def too_deep(self, place: Place) -> None:
        said = f"nested more than {DEPTH_LIMIT} deep, or in itself: its routes are not read"
        self.problems.append(Problem(said, place.path, place.line))

    def shelf(self, name: str) -> list[Any]:
        return self.shelves.setdefault(name, [])

    def text(self, value: Value, what: str, place: Place) -> str | None:
        """A value that must be text; noted as unresolved where it is not."""
        if isinstance(value, Instance):
            value = value.attributes.get("value", value)
        if isinstance(value, str):
            return value
        if value is None:
            return ""
        self.unresolved(what, value, place)
        return None


def same(value: Value) -> Native:
    """A decorator that leaves what it decorates as it is."""
    return Native("decorator", lambda arguments: arguments.get(0, "f"))


def served(value: Value) -> Value:
    """The model behind a value: of an instance of a project's own subclass, that of its base."""
    return value.model if isinstance(value, Instance) and value.model is not None else value


def handler_of(target: Value, place: Place) -> Handler:
    """Who answers: the function or class that a person wrote, or what is registered where nothing better is known."""
    while (inner := wrapped(target)) is not target:
        target = inner
    target = getattr(target, "handler", target)
    if isinstance(target, Function) and "__wrapped__" in target.attributes:
        return handler_of(target.attributes["__wrapped__"], place)
    if isinstance(target, Function):
        return Handler(target.original.name, target.original.place)
    if isinstance(target, Class):
        return Handler(target.name, target.place)
    if isinstance(target, Instance):
        return Handler(target.type.name, target.type.place)
    return Handler(target.name if isinstance(target, (External, Native)) else _name(target), place)


def _name(target: Value) -> str:
    return "?" if isinstance(target, Unknown) or target is None else describe(target)


def route_of(draft: Draft, app: Served, number: int, order: int, guards: tuple[Guard, ...]) -> Route:
    handler = handler_of(draft.target, draft.place)
    return Route(
        draft.methods, draft.path, draft.framework or app.framework, draft.group or group_of(handler.place.path),
        handler, order, guards, draft.static, draft.place, tuple(place for place in draft.prefixes if place.path),
        number, draft.mounts, draft.conditional,
    )  # fmt: skip


# names that say what a file holds and not which part of the application it is
_GENERIC = frozenset({
    "__init__", "index", "api", "app", "controller", "controllers", "endpoint", "endpoints", "handlers", "main",
    "resources", "route", "router", "routers", "routes", "server", "urls", "view", "views",
})  # fmt: skip


def group_of(path: str) -> str:
    """The part of an application that a file is: its own name, or its folder's where the name says nothing."""
    parts = re.sub(r"(\.(?:routes?|router|controller|api))?\.[cm]?(?:py|[jt]sx?)$", "", path).split("/")
    named = [part for part in parts if part not in _GENERIC]
    return parts[-1] if parts[-1] not in _GENERIC or not named else named[-1]
