"""Flask's REST extensions: the resources and namespaces of Flask-RESTful and Flask-RESTX, the API of flask-smorest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from milestones.facts import Place, Problem
from milestones.parity import patterns
from milestones.parity.frameworks.board import DEPTH_LIMIT, Draft, Project, Served, same, served
from milestones.parity.frameworks.flask import Nested, Scaffold, is_function, joined
from milestones.parity.frameworks.flask_views import ViewOf, as_view, by_guard, default_methods, view_guards
from milestones.parity.guards import Before
from milestones.parity.routes import normal_methods
from milestones.source.values import Arguments, Class, External, Native, Value, describe


@dataclass(slots=True, eq=False)
class Resource:
    type: Value
    rules: list[Value]
    place: Place


class Rest(Served):
    """`Api` and `Namespace` of Flask-RESTful and Flask-RESTX, and the blueprint of flask-smorest's kind of API."""

    framework = "flask"

    def __init__(self, project: Project, arguments: Arguments, prefix: Value, own: Value) -> None:
        super().__init__(project, arguments.place)
        self.prefix = project.text(prefix, "the prefix of an API", arguments.place) or ""
        self.resources: list[Resource | tuple[Rest, Value, Place]] = []
        self.pages: dict[str, str] = {}  # the extension's own, by path
        self.attach(own)

    def attach(self, own: Value) -> None:
        own = served(own)
        if isinstance(own, Scaffold):
            self.mounted = True
            own.rules.append(Nested(RestRules(self), "", self.place))

    def get(self, name: str, place: Place) -> Value:
        calls: dict[str, Callable[[Arguments], Value]] = {
            "add_resource": self._add_resource, "route": self._route, "resource": self._route,
            "add_namespace": self._add_namespace, "register_blueprint": self._register,
            "init_app": lambda arguments: self.attach(arguments.get(0, "app")),
            "namespace": self._namespace,
        }  # fmt: skip
        if name in calls:
            return Native(name, calls[name])
        return Native(name, lambda arguments: same(None) if not is_function(arguments) else arguments.positional[0])

    def _add_resource(self, arguments: Arguments) -> Value:
        self.project.registered("the resource", arguments.place)
        self.resources.append(Resource(arguments.get(0, "resource"), arguments.positional[1:], arguments.place))

    def _route(self, arguments: Arguments) -> Value:
        def register(given: Arguments) -> Value:
            self.resources.append(Resource(given.get(0, "resource"), list(arguments.positional), arguments.place))
            return given.get(0, "resource")

        return Native("route", register)

    def _add_namespace(self, arguments: Arguments) -> Value:
        child = served(arguments.get(0, "ns"))
        if isinstance(child, Rest):
            child.mounted = True
            self.resources.append((child, arguments.get(1, "path"), arguments.place))
        else:
            self.project.unresolved("the namespace added here", child, arguments.place)

    def _namespace(self, arguments: Arguments) -> Value:
        made = namespace(self.project, arguments)
        self.resources.append((made, None, arguments.place))
        made.mounted = True
        return made

    def _register(self, arguments: Arguments) -> Value:
        self.project.unresolved(
            "the blueprint registered on an API here", arguments.get(0, "blueprint"), arguments.place
        )

    def flat(self, prefix: str, depth: int = 0) -> Iterator[tuple[str, Resource, Rest]]:
        for one in self.resources:
            if isinstance(one, Resource):
                for rule in one.rules:
                    text = self.project.text(rule, "the path of a resource", one.place)
                    if text is not None:
                        yield joined(prefix or None, text) if prefix else text, one, self
            elif depth < DEPTH_LIMIT:
                child, path, place = one
                own = self.project.text(path, "the path of a namespace", place) if path is not None else child.prefix
                yield from child.flat((prefix + (own or "")).rstrip("/"), depth + 1)

    def drafts(self, depth: int = 0) -> Iterator[Draft]:
        return iter(())


class RestRules:
    """An API seen as something nested in a blueprint or an application."""

    def __init__(self, api: Rest) -> None:
        self.api = api
        self.prefix: str | None = None

    def under(self, prefix: str | None, before: tuple[Before, ...], depth: int) -> Iterator[Draft]:
        for page, name in self.api.pages.items():
            path = patterns.flask(joined(prefix, self.api.prefix + page))
            yield Draft(("GET",), path, External(name), self.api.place, "framework", (), True, (), "flask")
        if self.api.pages:
            path = patterns.flask("/swaggerui/<path:filename>")
            yield Draft(("GET",), path, External("swaggerui"), self.api.place, "framework", (), True, (), "flask")
        for rule, one, owner in self.api.flat(self.api.prefix):
            methods = normal_methods(default_methods(ViewOf(one.type)) if isinstance(one.type, Class) else ["GET"])
            target = ViewOf(one.type, view_guards(one.type)) if isinstance(one.type, Class) else one.type
            path = patterns.flask(joined(prefix, rule) if prefix else rule, self.api.project.converter_rules())
            name, owned = getattr(owner, "name", ""), (owner.place,)
            for part, view in by_guard(target, methods):
                yield Draft(part, path, view, one.place, name, before, False, owned, "flask")


class Smorest(Served):
    """The `Api` of flask-smorest: blueprints registered on it go to its application."""

    framework = "flask"

    def __init__(self, project: Project, arguments: Arguments) -> None:
        super().__init__(project, arguments.place)
        self.mounted = True
        self.waiting: list[Arguments] = []
        self.app: Value = None
        self._attach(arguments)

    def _attach(self, arguments: Arguments) -> Value:
        app = served(arguments.get(0, "app"))
        self.app = app if isinstance(app, Scaffold) else self.app
        waiting, self.waiting = self.waiting, []
        for one in waiting:
            self._register(one)

    def _register(self, arguments: Arguments) -> Value:
        if isinstance(self.app, Scaffold):
            return self.project.call(self.app.get("register_blueprint", arguments.place), arguments)
        self.waiting.append(arguments)
        return None

    def get(self, name: str, place: Place) -> Value:
        calls = {"register_blueprint": self._register, "init_app": self._attach}
        return Native(name, calls[name]) if name in calls else Native(name, lambda arguments: same(None))


# extensions that make routes out of what they are given; which ones, only a run tells
UNREAD = {
    "flask_appbuilder.AppBuilder": "Flask-AppBuilder",
    "flask_appbuilder.base.AppBuilder": "Flask-AppBuilder",
    "flask_admin.Admin": "Flask-Admin",
    "flask_admin.base.Admin": "Flask-Admin",
    "flask_security.Security": "Flask-Security",
    "flask_user.UserManager": "Flask-User",
    "flask_classful.FlaskView.register": "Flask-Classful",
    "flask_restless.APIManager": "Flask-Restless",
    "prometheus_flask_exporter.PrometheusMetrics": "prometheus-flask-exporter",
    "flasgger.Swagger": "Flasgger",
}


def _unread(project: Project, name: str) -> Callable[[Arguments], Value]:
    def note(arguments: Arguments) -> Value:
        said = f"{UNREAD[name]} makes routes of its own at run time; none of them is read"
        project.problems.append(Problem(said, arguments.place.path, arguments.place.line))
        return External(f"{name}()", arguments=arguments)

    return note


def _maker(project: Project, extension: str) -> Callable[[Arguments], Value]:
    return lambda arguments: rest(project, arguments, extension)


def rest(project: Project, arguments: Arguments, extension: str) -> Rest:
    made = Rest(project, arguments, arguments.named.get("prefix", ""), arguments.get(0, "app"))
    if extension != "flask_restful":
        docs = arguments.named.get("doc", "/")
        made.pages = {"/swagger.json": f"{extension}.swagger", "/": f"{extension}.root"}
        if isinstance(docs, str) and docs.strip("/"):
            made.pages[f"/{docs.strip('/')}"] = f"{extension}.doc"
    return made


def namespace(project: Project, arguments: Arguments) -> Rest:
    name = describe(arguments.get(0, "name", ""))
    made = Rest(project, arguments, arguments.named.get("path") or f"/{name}", None)
    made.name = name  # type: ignore[attr-defined]
    return made


def smorest(project: Project, arguments: Arguments) -> Value:
    return Smorest(project, arguments)


def models(project: Project) -> dict[str, Callable[[Arguments], Value]]:
    """The extensions' names and what they mean here."""
    made: dict[str, Callable[[Arguments], Value]] = {
        "flask_smorest.Api": lambda arguments: smorest(project, arguments),
    }
    for extension in ("flask_restful", "flask_restx", "flask_restplus"):
        made[f"{extension}.Api"] = _maker(project, extension)
        made[f"{extension}.Namespace"] = lambda arguments: namespace(project, arguments)
        made[f"{extension}.Resource.as_view"] = as_view
    for name in UNREAD:
        made[name] = _unread(project, name)
    return made
