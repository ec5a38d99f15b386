"""Pyramid: routes by name, joined with the views that `view_config`, `view_defaults` and `add_view` give them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from milestones.facts import Place
from milestones.parity import patterns
from milestones.parity.frameworks.board import Draft, Project, Served, group_of
from milestones.parity.guards import Before
from milestones.parity.routes import ANY, normal_methods
from milestones.source.values import (
    Arguments,
    Class,
    External,
    Function,
    Model,
    Module,
    Native,
    Unknown,
    Value,
    describe,
)

_VIEWS = "pyramid.views"
_ATTACHED = "venusian"
_NO_PREDICATES = frozenset({
    "name", "pattern", "path", "factory", "traverse", "pregenerator", "use_global_views", "static", "inherit_slash",
    "request_method",
})  # fmt: skip


@dataclass(slots=True, eq=False)
class Named:
    """A route by name, before any view is known for it."""

    name: str
    pattern: str
    methods: Value
    place: Place
    static: bool = False
    conditional: bool = False


@dataclass(slots=True, eq=False)
class View:
    settings: dict[str, Value]
    target: Value
    place: Place

    def setting(self, name: str, type_defaults: dict[str, Value]) -> Value:
        return self.settings.get(name, type_defaults.get(name))


class Configurator(Served):
    """One configurator; those that `include` makes share its routes under a longer prefix."""

    framework = "pyramid"
    is_application = True

    def __init__(
        self, project: Project, arguments: Arguments, parent: Configurator | None = None, prefix: str = ""
    ) -> None:
        super().__init__(project, arguments.place)
        self.prefix = prefix
        self.routes: list[Named] = parent.routes if parent else []
        self.included: set[Value] = parent.included if parent else set()
        self.directives: dict[str, Value] = parent.directives if parent else {}
        self.mounted = parent is not None
        if parent is None and isinstance(arguments.named.get("route_prefix"), str):
            self.prefix = arguments.named["route_prefix"]

    def get(self, name: str, place: Place) -> Value:
        calls: dict[str, Callable[[Arguments], Value]] = {
            "add_route": self._add_route, "add_view": self._add_view, "include": self._include,
            "add_static_view": self._add_static, "route_prefix_context": self._prefixed,
            "with_package": lambda arguments: self, "scan": self._scan, "add_directive": self._add_directive,
            "maybe_dotted": lambda arguments: self._maybe_dotted(arguments.get(0, "dotted"), arguments.place),
            "add_forbidden_view": lambda arguments: None, "add_notfound_view": lambda arguments: None,
        }  # fmt: skip
        if name in self.directives:
            return Native(name, lambda arguments: self._directed(self.directives[name], arguments))
        if name in calls:
            return Native(name, calls[name])
        if name == "route_prefix":
            return self.prefix or None
        return Native(name, lambda arguments: Unknown(f"the configurator's {name}", arguments.place))

    def _scan(self, arguments: Arguments) -> Value:
        """Reads every module under a package, as a scan imports them."""
        given = arguments.get(0, "package")
        found = self.project.module(given, arguments.place.path) if isinstance(given, str) else given
        path = found.path if isinstance(found, Module) else arguments.place.path
        whole = isinstance(found, Module) and not path.endswith(("/", "__init__.py"))
        self.project.open_all(path if whole else path.rpartition("/")[0])

    def _add_directive(self, arguments: Arguments) -> Value:
        """A method that the project gives its configurators."""
        name, function = arguments.get(0, "name"), arguments.get(1, "directive")
        if isinstance(name, str):
            self.directives[name] = self._maybe_dotted(function, arguments.place)

    def _maybe_dotted(self, value: Value, place: Place) -> Value:
        return self._dotted(value.replace(":", "."), place) if isinstance(value, str) else value

    def _directed(self, function: Value, arguments: Arguments) -> Value:
        given = Arguments([self, *arguments.positional], arguments.named, arguments.place, arguments.incomplete)
        return self.project.call(function, given)

    def _add_route(self, arguments: Arguments) -> Value:
        name = self.project.text(arguments.get(0, "name"), "the name of a route", arguments.place)
        pattern = self.project.text(
            arguments.get(1, "pattern", arguments.named.get("path")), "the path of a route", arguments.place
        )
        if name is None or pattern is None or arguments.named.get("static") is True:
            return
        whole = f"{self.prefix.strip('/')}/{pattern.lstrip('/')}" if self.prefix else pattern
        if self.prefix and arguments.named.get("inherit_slash") and not pattern:
            whole = self.prefix
        self.project.registered(f"the route {name}", arguments.place)
        predicates = set(arguments.named) - _NO_PREDICATES
        methods = arguments.named.get("request_method")
        self.routes.append(Named(name, whole, methods, arguments.place, False, bool(predicates)))

    def _add_static(self, arguments: Arguments) -> Value:
        name = arguments.get(0, "name")
        if isinstance(name, str) and "://" not in name:
            self.routes.append(Named(f"__{name}/", f"{name.strip('/')}/*subpath", None, arguments.place, static=True))

    def _add_view(self, arguments: Arguments) -> Value:
        target = arguments.get(0, "view")
        if isinstance(target, str):
            target = self._dotted(target, arguments.place)
        self.project.shelf(_VIEWS).append(View(arguments.named, target, arguments.place))

    def _dotted(self, name: str, place: Place) -> Value:
        module, _, attribute = name.rpartition(".")
        found = self.project.module(module, place.path) if module else None
        return found.scope.names.get(attribute, External(name)) if isinstance(found, Module) else External(name)

    def _prefixed(self, arguments: Arguments) -> Value:
        prefix = arguments.get(0, "route_prefix")
        return self._inner(arguments, prefix if isinstance(prefix, str) else "")

    def _inner(self, arguments: Arguments, prefix: str) -> Configurator:
        parts = [part.strip("/") for part in (self.prefix, prefix) if part.strip("/")]
        return Configurator(self.project, arguments, self, "/".join(parts))

    def _include(self, arguments: Arguments) -> Value:
        given = arguments.get(0, "callable")
        target = self._dotted_or_module(given, arguments.place) if isinstance(given, str) else given
        prefix = self.project.text(arguments.get(1, "route_prefix", ""), "the prefix of an include", arguments.place)
        if isinstance(target, Module):
            target = target.scope.names.get("includeme")
        if isinstance(target, Function) and prefix is not None:
            if (id(target.code), prefix) in self.included:  # an include loop, or the same twice
                return
            self.included.add((id(target.code), prefix))
            self.project.call(target, Arguments([self._inner(arguments, prefix)], {}, arguments.place))
        elif isinstance(target, Unknown) and not isinstance(given, str):
            self.project.unresolved("what is included here", target, arguments.place)

    def _dotted_or_module(self, name: str, place: Place) -> Value:
        found = self.project.module(name, place.path)
        return found if isinstance(found, Module) else self._dotted(name, place)

    def drafts(self, depth: int = 0) -> Iterator[Draft]:
        views: dict[str, list[View]] = {}
        for view in self.project.shelf(_VIEWS):
            name = view.setting("route_name", _defaults(view.target))
            if isinstance(name, str):
                views.setdefault(name, []).append(view)
            elif isinstance(name, Unknown):
                self.project.unresolved("the route of a view", name, view.place)
        for route in self.routes:
            if route.static:
                target = External("pyramid.static")
                yield Draft(("GET",), patterns.pyramid(route.pattern), target, route.place, "static", static=True)
            yield from (self._draft(route, view) for view in views.get(route.name, ()))

    def _draft(self, route: Named, view: View) -> Draft:
        defaults = _defaults(view.target)
        methods = view.setting("request_method", defaults)
        verbs = normal_methods(methods if methods is not None else route.methods, (ANY,)) or (ANY,)
        permission = view.setting("permission", defaults)
        before = (
            (Before(f"permission {permission}", permission, view.place, True),) if isinstance(permission, str) else ()
        )
        target = _method(view)
        return Draft(
            verbs,
            patterns.pyramid(route.pattern),
            target,
            route.place,
            _group(view),
            before,
            prefixes=(self.place,),
            conditional=route.conditional,
        )


def _defaults(target: Value) -> dict[str, Value]:
    type_ = target[0] if isinstance(target, tuple) else target
    made: dict[str, Value] = {}
    for one in reversed(type_.lineage()) if isinstance(type_, Class) else ():
        if isinstance(one, Class):
            given = one.members.get("__view_defaults__", {})
            made.update(given if isinstance(given, dict) else {})
    return made


def _method(view: View) -> Value:
    """The method of a class that answers, by `attr` or by the decorator's place."""
    type_, method = view.target if isinstance(view.target, tuple) else (view.target, None)
    attribute = view.settings.get("attr")
    if isinstance(type_, Class) and isinstance(attribute, str):
        method = type_.member(attribute)
    return method if isinstance(method, Function) else type_


def _group(view: View) -> str:
    target = view.target[0] if isinstance(view.target, tuple) else view.target
    return group_of(target.place.path if isinstance(target, (Class, Function)) else view.place.path)


def _view_config(project: Project, arguments: Arguments) -> Value:
    def register(given: Arguments) -> Value:
        target = given.get(0, "wrapped")
        project.shelf(_VIEWS).append(View(dict(arguments.named), target, arguments.place))
        return target

    return Native("view_config", register)


def _view_defaults(arguments: Arguments) -> Value:
    def register(given: Arguments) -> Value:
        type_ = given.get(0, "wrapped")
        if isinstance(type_, Class):
            type_.members["__view_defaults__"] = dict(arguments.named)
        return type_

    return Native("view_defaults", register)


class Attachment(Model):
    """What `venusian.attach` says of where a decorator stands."""

    def __init__(self, target: Value) -> None:
        owner = target.name.rpartition(".")[0] if isinstance(target, Function) else ""
        self.scope = "class" if owner and not owner.endswith("<locals>") else "module"

    def get(self, name: str, place: Place) -> Value:
        return self.scope if name == "scope" else Unknown(f"the attachment's {name}", place)


class Scan(Model):
    """What a scan hands to the callbacks that it finds."""

    def __init__(self, configurator: Configurator) -> None:
        self.configurator = configurator

    def get(self, name: str, place: Place) -> Value:
        return self.configurator if name == "config" else Unknown(f"the scan's {name}", place)


def _attach(project: Project, arguments: Arguments) -> Value:
    wrapped, callback = arguments.get(0, "wrapped"), arguments.get(1, "callback")
    project.shelf(_ATTACHED).append((wrapped, callback, arguments.place))
    return Attachment(wrapped)


def scan(project: Project) -> None:
    """Calls what decorators of the project left behind for a scan, with the first configurator there is."""
    found = next((one for one in project.served if isinstance(one, Configurator) and not one.mounted), None)
    waiting = project.shelf(_ATTACHED)
    while waiting and found is not None:
        wrapped, callback, place = waiting.pop(0)
        project.call(callback, Arguments([Scan(found), describe(wrapped), wrapped], {}, place))


def settle(project: Project, classes: dict[int, Class]) -> None:
    """Gives views that stand on methods the class they stand in, so that its defaults count."""
    for view in project.shelf(_VIEWS):
        if isinstance(view.target, Function) and id(view.target.code) in classes:
            view.target = (classes[id(view.target.code)], view.target)


def models(project: Project) -> dict[str, Callable[[Arguments], Value]]:
    """Pyramid's names and what they mean here."""
    return {
        "pyramid.config.Configurator": lambda arguments: Configurator(project, arguments),
        "pyramid.view.view_config": lambda arguments: _view_config(project, arguments),
        "pyramid.view.view_defaults": _view_defaults,
        "venusian.attach": lambda arguments: _attach(project, arguments),
    }
