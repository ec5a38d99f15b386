"""Express: applications and routers used under prefixes, chained routes, lists of paths, middleware with its paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from milestones.facts import Place
from milestones.parity import patterns
from milestones.parity.frameworks.board import DEPTH_LIMIT, Draft, Project, Served, group_of, served
from milestones.parity.guards import Before
from milestones.parity.patterns import Pattern
from milestones.parity.routes import ANY, normal_methods
from milestones.source.script_expressions import Rule
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
)

VERBS = ("get", "post", "put", "delete", "patch", "options", "head", "trace", "connect")


@dataclass(slots=True, eq=False)
class Answer:
    """One route: paths, and the handlers that a request passes, the last of which answers."""

    paths: list[str]
    methods: tuple[str, ...]
    handlers: list[Value]
    place: Place


@dataclass(slots=True, eq=False)
class Use:
    """Something used under paths: a router, or what stands before whatever comes later there."""

    paths: list[str]
    value: Value
    place: Place


class StaticFiles(Model):
    """Files served from a folder."""


class Chain(Model):
    """`router.route(path)`: verbs one after the other."""

    def __init__(self, router: Router, paths: Value) -> None:
        self.router = router
        self.paths = paths

    def get(self, name: str, place: Place) -> Value:
        if name not in (*VERBS, "all"):
            return Unknown(f"a route's {name}", place)

        def register(given: Arguments) -> Value:
            self.router.answer(self.paths, name, given.positional, given.place)
            return self

        return Native(name, register)


class Router(Served):
    framework = "express"
    kinds: tuple[str, ...] = ("Router",)

    def __init__(self, project: Project, arguments: Arguments) -> None:
        super().__init__(project, arguments.place)
        self.entries: list[Answer | Use] = []
        self.parameters: dict[str, Value] = {}

    @property
    def empty(self) -> bool:
        return not self.entries

    def item(self, key: Value, place: Place) -> Value:
        return self.get(key, place) if isinstance(key, str) else Unknown("a verb chosen at run time", place)

    def get(self, name: str, place: Place) -> Value:
        if name in (*VERBS, "all", "del"):
            return Native(name, lambda given: self._verb(name, given))
        if name == "use":
            return Native(name, self._use)
        if name == "route":
            return Native(name, lambda given: Chain(self, given.get(0, "path")))
        if name in ("set", "enable", "disable", "engine", "param", "on"):
            return Native(name, lambda given: self)
        return Unknown(f"the router's {name}", place)

    def _verb(self, name: str, given: Arguments) -> Value:
        if name == "get" and len(given.positional) == 1 and not given.incomplete:  # a setting of the application
            return Unknown("a setting", given.place)
        self.answer(given.get(0, "path"), "delete" if name == "del" else name, given.positional[1:], given.place)
        return self

    def answer(self, paths: Value, verb: str, handlers: list[Value], place: Place) -> None:
        found = self._paths(paths, "the path of a route", place)
        flat = list(_flat(handlers))
        if found and not flat:
            self.project.unresolved(f"what answers {found[0]}", None, place)
        if found and flat:
            self.project.registered(f"the route {found[0]}", place)
            methods = (ANY,) if verb == "all" else normal_methods([verb])
            self.entries.append(Answer(found, methods, flat, place))

    def _paths(self, value: Value, what: str, place: Place) -> list[str]:
        listed = value if isinstance(value, (list, tuple)) else [value]
        found = [self.project.text(one, what, place) if one is not None else None for one in listed]
        if value is None:
            self.project.unresolved(what, value, place)
        return [text for text in found if text is not None]

    def _use(self, given: Arguments) -> Value:
        rest = list(given.positional)
        paths = ["/"]
        if rest and _is_path(rest[0]):
            paths = self._paths(rest.pop(0), "the path of what is used", given.place)
        elif len(rest) > 1 and isinstance(rest[0], Unknown):
            self.project.unresolved("the path of what is used", rest.pop(0), given.place)
            paths = []
        for one in _flat(rest):
            value = served(one.get("default", one) if isinstance(one, dict) else one)
            if isinstance(value, Router):
                value.mounted = True
                self.project.registered("the router", given.place, value.place)
            elif not isinstance(value, (Function, External, Native, Class, Instance, StaticFiles)):
                self.project.unresolved("what is used here", value, given.place)
                continue
            self.entries.append(Use(paths, value, given.place))
        return self

    def drafts(self, depth: int = 0) -> Iterator[Draft]:
        """Its routes in order, each behind what was used before it on its path."""
        before: list[tuple[Pattern, Before]] = []
        for entry in self.entries:
            if isinstance(entry, Answer):
                yield from self._answered(entry, before)
            elif isinstance(entry.value, Router):
                if depth >= DEPTH_LIMIT:
                    self.project.too_deep(entry.place)
                else:
                    yield from self._nested(entry, entry.value, before, depth)
            elif isinstance(entry.value, StaticFiles):
                for path in entry.paths:
                    shape = patterns.express(path.rstrip("/") + "/*path")
                    yield Draft(("GET",), shape, entry.value, entry.place, "static", (), True, (), "express")
            else:
                one = Before(_called(entry.value), entry.value, entry.place)
                before += [(shape, one) for path in entry.paths for shape in shapes(path)]

    def _answered(self, entry: Answer, before: list[tuple[Pattern, Before]]) -> Iterator[Draft]:
        *first, target = entry.handlers
        own = [Before(_called(one), one, entry.place) for one in first]
        for path in entry.paths:
            for shape in shapes(path):
                passed = [one for prefix, one in before if _reaches(prefix, shape)]
                yield Draft(
                    entry.methods, shape, target, entry.place, "", (*passed, *own), False, (self.place,), "express"
                )

    def _nested(
        self, entry: Use, child: Router, before: list[tuple[Pattern, Before]], depth: int
    ) -> Iterator[Draft]:  # fmt: skip
        for draft in child.drafts(depth + 1):
            for path in entry.paths:
                made = draft.under(_prefix(path), entry.place, (), group_of(child.place.path))
                passed = tuple(one for prefix, one in before if _reaches(prefix, made.path))
                made.before = (*passed, *draft.before)
                yield made


class Application(Router):
    is_application = True
    kinds = ("Application", "Router")


def _is_path(value: Value) -> bool:
    if isinstance(value, (list, tuple)):
        return bool(value) and all(isinstance(one, str) for one in value)
    return isinstance(value, str)


def _flat(values: list[Value]) -> Iterator[Value]:
    for one in values:
        if isinstance(one, (list, tuple)):
            yield from _flat(list(one))
        else:
            yield one


def _called(value: Value) -> str:
    """What a piece of middleware is called: by its own name, or that of the factory which made it."""
    if isinstance(value, External):
        return value.name.removesuffix("()").rpartition(".")[2]
    if isinstance(value, (Function, Class)):
        return value.original.name.partition(".<locals>")[0] if isinstance(value, Function) else value.name
    return (
        describe(value.type) if isinstance(value, Instance) else "?" if isinstance(value, Unknown) else describe(value)
    )


def shapes(path: str) -> list[Pattern]:
    """The pattern of a path; two of them where a part of it may be left out."""
    if isinstance(path, Rule):
        rule = str(path).removeprefix("^").removesuffix("$").replace("\\/", "/")
        return [Pattern(("", ""), (("0", rule),))]
    text = path if path.startswith("/") or not path else f"/{path}"
    optional = re.search(r"/?:\w+\?|\{[^{}]*\}", text)
    if optional is None:
        return [patterns.express(text)]
    kept = optional[0].strip("{}").removesuffix("?")
    start, end = text[: optional.start()], text[optional.end() :]
    return [patterns.express(start + kept + end), patterns.express((start + end) or "/")]


def _prefix(path: str) -> Pattern:
    return shapes(path.rstrip("/") if not isinstance(path, Rule) else path)[0] if path.rstrip("/") else Pattern(("",))


def _reaches(prefix: Pattern, path: Pattern) -> bool:
    """Whether what is used under a prefix stands before a path."""
    start, whole = prefix.sample.rstrip("/"), path.sample
    return not start or whole == start or whole.startswith(f"{start}/") or prefix.template == "/"


def models(project: Project) -> dict[str, Callable[[Arguments], Value]]:
    """Express's names and what they mean here."""
    made: dict[str, Callable[[Arguments], Value]] = {
        "express": lambda given: Application(project, given),
        "express.Router": lambda given: Router(project, given),
        "express.static": lambda given: StaticFiles(),
        "express-promise-router": lambda given: Router(project, given),
    }
    return made
