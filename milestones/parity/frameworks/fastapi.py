"""FastAPI and Starlette: applications, routers included with prefixes, mounts, lists of routes, dependencies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from milestones.facts import Place
from milestones.parity import patterns
from milestones.parity.frameworks.board import DEPTH_LIMIT, Draft, Project, Served, group_of, same, served
from milestones.parity.frameworks.depends import Dependency, depended, note_dependencies
from milestones.parity.guards import Before
from milestones.parity.routes import ANY, WEBSOCKET, Mounted, normal_methods
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

VERBS = ("get", "post", "put", "delete", "patch", "options", "head", "trace")
_PASSED = frozenset({"exception_handler", "websocket_exception"})
OWN_PAGES = "framework"


@dataclass(slots=True, eq=False)
class Entry:
    """A route, or something with routes of its own, under a path."""

    path: str
    methods: tuple[str, ...]
    target: Value
    place: Place
    before: tuple[Before, ...] = ()
    nested: bool = False
    mount: bool = False


class StaticFiles(Model):
    """Files served from a folder."""


class Entered(Model):
    """A route as it stands in a list of routes: `Route`, `Mount`, `WebSocketRoute`."""

    def __init__(self, entry: Entry | None) -> None:
        self.entry = entry

    def get(self, name: str, place: Place) -> Value:
        if self.entry is None:
            return Unknown("a route made at run time", place)
        known = {"path": self.entry.path, "methods": set(self.entry.methods), "endpoint": self.entry.target}
        return known.get(name) or Unknown(f"a route's {name}", place)


class Router(Served):
    framework = "starlette"
    kinds = ("APIRouter", "Router")

    def __init__(self, project: Project, arguments: Arguments, framework: str) -> None:
        super().__init__(project, arguments.place)
        self.framework = framework
        prefix = arguments.named.get("prefix", "")
        self.prefix = project.text(prefix, "the prefix of a router", arguments.place) or ""
        self.entries: list[Value] = []  # what the program sees as `routes`, and may append to
        self.passed: list[Before] = []  # middleware
        self.starts: list[Value] = []  # what runs with the application when it starts
        self.place_of_routes = arguments.place
        self.before = depended(project, arguments.named.get("dependencies"), arguments.place)
        listed = arguments.named.get(
            "routes", arguments.positional[0] if framework == "starlette" and arguments.positional else None
        )
        self.extend(listed, arguments.place)

    def extend(self, routes: Value, place: Place) -> None:
        if routes is None or isinstance(routes, bool):
            return
        if not isinstance(routes, (list, tuple)):
            self.project.unresolved("a list of routes", routes, place)
            return
        self.entries.extend(routes)

    def enter(self, entry: Entry | None, what: str) -> None:
        if entry is not None:
            self.project.registered(what, entry.place, getattr(entry.target, "place", None))
            self.entries.append(Entered(entry))

    @property
    def empty(self) -> bool:
        return not self.entries

    def get(self, name: str, place: Place) -> Value:
        calls: dict[str, Callable[[Arguments], Value]] = {
            "add_api_route": self._add_route, "include_router": self._include, "include_routers": self._include,
            "add_route": lambda arguments: self._add_route(arguments, arguments.get(2, "methods")),
            "add_api_websocket_route": self._add_socket, "add_websocket_route": self._add_socket, "mount": self._mount,
            "websocket": lambda arguments: self._decorator(arguments, [WEBSOCKET]),
            "websocket_route": lambda arguments: self._decorator(arguments, [WEBSOCKET]),
            "route": lambda arguments: self._decorator(arguments, arguments.named.get("methods")),
            "api_route": lambda arguments: self._decorator(arguments, arguments.named.get("methods")),
        }  # fmt: skip
        if name in VERBS:
            return Native(name, lambda arguments: self._decorator(arguments, [name]))
        own = {"on_event": self._on_event, "middleware": self._middleware, "add_middleware": self._add_middleware}
        if name in own:
            return Native(name, own[name])
        if name in calls:
            return Native(name, calls[name])
        if name in _PASSED:
            return Native(name, lambda arguments: same(None))
        known = {"router": self, "routes": self.entries, "prefix": self.prefix}
        return known[name] if name in known else Unknown(f"the router's {name}", place)

    def _decorator(self, arguments: Arguments, methods: Value) -> Value:
        def register(given: Arguments) -> Value:
            target, own = given.get(0, "func"), self.own("add_api_route")
            if own is not None and WEBSOCKET not in (methods or ()):
                named = {**arguments.named, "endpoint": target, "methods": methods}
                self.project.call(own, Arguments([arguments.get(0, "path")], named, arguments.place))
            else:
                self.add(arguments, target, methods)
            return target

        return Native("route", register)

    def _middleware(self, arguments: Arguments) -> Value:
        """`@app.middleware("http")`: a function that every request passes."""

        def register(given: Arguments) -> Value:
            function = given.get(0, "func")
            self.passed.append(Before(describe(function), function, arguments.place, ruled=True))
            return function

        return Native("middleware", register)

    def _add_middleware(self, arguments: Arguments) -> Value:
        """A class of the project that every request passes; those of libraries are told by policy alone."""
        kind = arguments.get(0, "middleware_class")
        if isinstance(kind, Class):
            function = kind.member("dispatch") or kind.member("__call__")
            if isinstance(function, Function):
                self.passed.append(Before(kind.name, function, arguments.place, ruled=True))
        elif isinstance(kind, External):
            self.passed.append(Before(kind.last, Native(kind.last, lambda given: None), arguments.place))

    def _on_event(self, arguments: Arguments) -> Value:
        """What runs when the application starts may register routes as well."""

        def register(given: Arguments) -> Value:
            if arguments.get(0, "event_type") == "startup":
                self.starts.append((given.get(0, "func"), []))
            return given.get(0, "func")

        return Native("on_event", register)

    def _add_route(self, arguments: Arguments, methods: Value = None) -> Value:
        target = arguments.get(1, "endpoint", arguments.named.get("route"))
        self.add(arguments, target, methods or arguments.named.get("methods"))

    def _add_socket(self, arguments: Arguments) -> Value:
        self.add(arguments, arguments.get(1, "endpoint", arguments.named.get("route")), [WEBSOCKET])

    def add(self, arguments: Arguments, target: Value, methods: Value) -> None:
        entry = entry_of(self.project, arguments, target, methods)
        if entry is not None:
            entry.path = self.prefix + entry.path
            self.enter(entry, f"the route {entry.path}")

    def _include(self, arguments: Arguments) -> Value:
        child = served(arguments.get(0, "router"))
        prefix = self.project.text(arguments.named.get("prefix", ""), "the prefix of a router", arguments.place)
        if not isinstance(child, Router):
            if arguments.positional or arguments.named:
                self.project.unresolved("the router included here", child, arguments.place)
            return
        child.mounted = True
        if prefix is not None:
            before = depended(self.project, arguments.named.get("dependencies"), arguments.place)
            entry = Entry(self.prefix + prefix, (), child, arguments.place, before, nested=True)
            self.enter(entry, "the router")

    def _mount(self, arguments: Arguments) -> Value:
        entry = mount_of(self.project, arguments)
        if entry is not None:
            entry.path = self.prefix + entry.path
            self.enter(entry, f"what is mounted under {entry.path or '/'}")

    def drafts(self, depth: int = 0) -> Iterator[Draft]:
        for one in self.entries:
            if not isinstance(one, Entered) or one.entry is None:
                if not isinstance(one, Entered):
                    self.project.unresolved("a route in a list", one, self.place_of_routes)
                continue
            entry = one.entry
            if not entry.nested:
                path = patterns.starlette(entry.path)
                before = (*self.before, *entry.before)
                note_dependencies(self.project, entry.target)
                yield Draft(
                    entry.methods, path, entry.target, entry.place, "", before, False, (self.place,), self.framework
                )
            elif isinstance(entry.target, StaticFiles):
                path, mount = patterns.starlette(entry.path.rstrip("/") + "/{path:path}"), mounted(entry)
                yield Draft(("GET",), path, entry.target, entry.place, OWN_PAGES, (), True, (), self.framework, mount)
            elif isinstance(entry.target, Served) and depth < DEPTH_LIMIT:
                yield from self._inside(entry, depth)
            elif isinstance(entry.target, Served):
                self.project.too_deep(entry.place)

    def _inside(self, entry: Entry, depth: int) -> Iterator[Draft]:
        prefix = patterns.starlette(entry.path)
        child: Served = entry.target
        for draft in child.drafts(depth + 1):
            inner = draft.under(prefix, entry.place, (*self.before, *entry.before), group_of(child.place.path))
            yield inner.inside(mounted(entry)[0]) if entry.mount else inner


class Application(Router):
    is_application = True
    kinds = ("FastAPI", "Starlette")

    def __init__(self, project: Project, arguments: Arguments, framework: str) -> None:
        super().__init__(project, arguments, framework)
        self.pages: list[str] = []
        lifespan, listed = arguments.named.get("lifespan"), arguments.named.get("on_startup")
        self.starts += [(lifespan, [self])] if lifespan is not None else []
        self.starts += [(one, []) for one in listed] if isinstance(listed, (list, tuple)) else []
        if framework == "fastapi" and not arguments.incomplete:
            self._own_pages(arguments)

    def _own_pages(self, arguments: Arguments) -> None:
        schema = arguments.named.get("openapi_url", "/openapi.json")
        if isinstance(schema, str) and schema:
            docs, redoc = arguments.named.get("docs_url", "/docs"), arguments.named.get("redoc_url", "/redoc")
            callback = arguments.named.get("swagger_ui_oauth2_redirect_url", "/docs/oauth2-redirect")
            docs, redoc = (
                ("/docs" if isinstance(docs, Unknown) else docs),
                ("/redoc" if isinstance(redoc, Unknown) else redoc),
            )
            pages = [schema, docs, callback if isinstance(docs, str) and docs else None, redoc]
            self.pages = [page for page in pages if isinstance(page, str) and page]

    def drafts(self, depth: int = 0) -> Iterator[Draft]:
        for page in self.pages:
            target = External(f"{self.framework}{page}")
            yield Draft(
                ("GET",), patterns.starlette(page), target, self.place, OWN_PAGES, static=True, framework=self.framework
            )
        for draft in super().drafts(depth):
            draft.before = (*self.passed, *draft.before)
            yield draft


def entry_of(project: Project, arguments: Arguments, target: Value, methods: Value) -> Entry | None:
    path = project.text(arguments.get(0, "path"), "the path of a route", arguments.place)
    if path is None:
        return None
    verbs = normal_methods(methods if methods is not None else class_methods(target))
    if not verbs:
        project.unresolved(f"the methods of {path}", methods, arguments.place)
        return None
    return Entry(
        path, verbs, target, arguments.place, depended(project, arguments.named.get("dependencies"), arguments.place)
    )


def start(project: Project) -> None:
    """Calls what runs when an application starts: routes are registered there as well."""
    for app in [one for one in project.served if isinstance(one, Application)]:
        waiting, app.starts = app.starts, []
        for function, given in waiting:
            project.call(function, Arguments([app.instance or one for one in given], {}, app.place))


def class_methods(target: Value) -> Value:
    """The verbs of a class-based endpoint."""
    if isinstance(target, Class):
        return [verb for verb in VERBS if isinstance(target.member(verb), Function)] or None
    return None


def mount_of(project: Project, arguments: Arguments) -> Entry | None:
    path = project.text(arguments.get(0, "path"), "the path of a mount", arguments.place)
    child = served(arguments.get(1, "app"))
    if "routes" in arguments.named and child is None:
        listed = Arguments([], {"routes": arguments.named["routes"]}, arguments.place)
        child = Router(project, listed, "starlette")
    if isinstance(child, Served):
        child.mounted = True
    if path is None:
        return None
    if isinstance(child, External) or not isinstance(child, Model):
        project.unresolved(f"what is mounted under {path or '/'}", child, arguments.place)
        return None
    return Entry(path.rstrip("/"), (), child, arguments.place, nested=True, mount=True)


def mounted(entry: Entry) -> tuple[Mounted, ...]:
    return (Mounted(patterns.starlette(entry.path), entry.place),)


def models(project: Project) -> dict[str, Callable[[Arguments], Value]]:
    """The names of FastAPI and Starlette and what they mean here."""
    made: dict[str, Callable[[Arguments], Value]] = {}
    for name in ("fastapi.FastAPI", "fastapi.applications.FastAPI"):
        made[name] = lambda arguments: Application(project, arguments, "fastapi")
    for name in (
        "fastapi.APIRouter", "fastapi.routing.APIRouter", "fastapi.routers.APIRouter",
        "fastapi_utils.inferring_router.InferringRouter", "fastapi_restful.inferring_router.InferringRouter",
    ):  # fmt: skip
        made[name] = lambda arguments: Router(project, arguments, "fastapi")
    for name in ("starlette.applications.Starlette",):
        made[name] = lambda arguments: Application(project, arguments, "starlette")
    made["starlette.routing.Router"] = lambda arguments: Router(project, arguments, "starlette")
    for base in ("starlette.routing", "fastapi.routing"):
        made[f"{base}.Route"] = made[f"{base}.APIRoute"] = lambda arguments: _entered(project, arguments)
        made[f"{base}.WebSocketRoute"] = made[f"{base}.APIWebSocketRoute"] = lambda arguments: _entered(
            project, arguments, [WEBSOCKET]
        )
        made[f"{base}.Mount"] = lambda arguments: Entered(mount_of(project, arguments))
    for base in ("starlette.staticfiles", "fastapi.staticfiles"):
        made[f"{base}.StaticFiles"] = lambda arguments: StaticFiles()
    for base in ("starlette.middleware.wsgi", "fastapi.middleware.wsgi", "a2wsgi"):
        made[f"{base}.WSGIMiddleware"] = lambda arguments: served(arguments.get(0, "app"))
    for base in ("fastapi", "fastapi.params", "fastapi.param_functions"):
        made[f"{base}.Depends"] = made[f"{base}.Security"] = Dependency
    return made


def _entered(project: Project, arguments: Arguments, methods: Value = None) -> Entered:
    target = arguments.get(1, "endpoint")
    given = methods or arguments.get(2, "methods")
    if given is None and (isinstance(target, Instance) or (isinstance(target, Class) and not class_methods(target))):
        given = [ANY]  # an ASGI application of its own
    return Entered(entry_of(project, arguments, target, given))
