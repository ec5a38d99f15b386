"""Flask: applications, blueprints nested and prefixed, method views, and the resources of its REST extensions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from milestones.facts import Place
from milestones.parity import patterns
from milestones.parity.frameworks.board import DEPTH_LIMIT, Draft, Project, Served, same, served
from milestones.parity.guards import Before
from milestones.parity.patterns import Pattern
from milestones.parity.routes import normal_methods
from milestones.source.values import Arguments, Class, Function, Instance, Native, Unknown, Value, describe

VERBS = ("get", "head", "post", "put", "delete", "options", "trace", "patch")
_NO_PREFIX = Pattern(("",))
_HOOKS = ("before_request", "before_app_request")
_PASSED = frozenset({
    "errorhandler", "app_errorhandler", "after_request", "teardown_request", "teardown_appcontext", "context_processor",
    "app_context_processor", "template_filter", "template_global", "template_test", "url_value_preprocessor",
    "url_defaults", "shell_context_processor", "before_first_request", "endpoint", "after_app_request", "command",
    "app_template_filter", "app_template_global", "user_loader", "record", "record_once", "register_error_handler",
})  # fmt: skip


@dataclass(slots=True, eq=False)
class ViewOf:
    """What `as_view` makes of a class: a view whose methods are those that the class defines."""

    handler: Class
    before: tuple[Before, ...] = ()


@dataclass(slots=True, eq=False)
class Nested:
    child: Value
    prefix: str | None
    place: Place


@dataclass(slots=True, eq=False)
class Rule:
    rule: str
    methods: tuple[str, ...]
    target: Value
    place: Place
    static: bool = False


class Scaffold(Served):
    """What an application and a blueprint have in common."""

    framework = "flask"

    def __init__(self, project: Project, arguments: Arguments, name: str, prefix: str | None) -> None:
        super().__init__(project, arguments.place)
        self.name = name
        self.prefix = prefix
        self.rules: list[Rule | Nested] = []
        self.hooks: list[Before] = []

    def get(self, name: str, place: Place) -> Value:  # noqa: PLR0911
        if name in ("route", *VERBS):
            return Native(name, lambda arguments: self._route(arguments, name))
        if name == "add_url_rule":
            return Native(name, self._add_url_rule)
        if name == "register_blueprint":
            return Native(name, self._register)
        if name in _HOOKS:
            return Native(name, self._hook)
        if name in _PASSED:
            return Native(
                name, lambda arguments: same(None) if not _is_function(arguments) else arguments.positional[0]
            )
        if name in ("name", "url_prefix"):
            return self.name if name == "name" else self.prefix
        return Unknown(f"Flask's {name}", place)

    def _route(self, arguments: Arguments, verb: str) -> Value:
        def register(given: Arguments) -> Value:
            target = given.get(0, "f")
            methods = [verb] if verb != "route" else arguments.named.get("methods")
            self.add(arguments.get(0, "rule"), target, methods, arguments.place)
            return target

        return Native("route", register)

    def _add_url_rule(self, arguments: Arguments) -> Value:
        target = arguments.get(2, "view_func")
        if target is not None:
            self.add(arguments.get(0, "rule"), target, arguments.named.get("methods"), arguments.place)

    def add(self, rule: Value, target: Value, methods: Value, place: Place) -> None:
        text = self.project.text(rule, "the path of a route", place)
        if text is None:
            return
        verbs = normal_methods(methods if methods is not None else default_methods(target))
        if not verbs:
            self.project.unresolved(f"the methods of {text}", methods, place)
            return
        self.rules.append(Rule(text, verbs, target, place))

    def _register(self, arguments: Arguments) -> Value:
        child = served(arguments.get(0, "blueprint"))
        prefix = arguments.named.get("url_prefix")
        if not isinstance(child, Scaffold):
            if arguments.positional or arguments.named:
                self.project.unresolved("the blueprint registered here", child, arguments.place)
            return
        if prefix is not None and self.project.text(prefix, "the prefix of a blueprint", arguments.place) is None:
            child.mounted = True
            return
        child.mounted = True
        self.rules.append(Nested(child, prefix, arguments.place))

    def _hook(self, arguments: Arguments) -> Value:
        function = arguments.get(0, "f")
        self.hooks.append(Before(describe(function), function, arguments.place))
        return function

    def drafts(self, depth: int = 0) -> Iterator[Draft]:
        yield from self.under(None, (), depth)

    def under(self, prefix: str | None, before: tuple[Before, ...], depth: int) -> Iterator[Draft]:
        """Its own rules first, then those of what is nested in it, as Flask adds them."""
        inner = (*before, *self.hooks)
        nested_last = sorted(self.rules, key=lambda rule: isinstance(rule, Nested)) if depth else self.rules
        for rule in nested_last:
            if isinstance(rule, Rule):
                path = patterns.flask(joined(prefix, rule.rule))
                group = self.name if depth else ""
                yield Draft(
                    rule.methods, path, rule.target, rule.place, group, inner, rule.static, (self.place,), "flask"
                )
            elif depth < DEPTH_LIMIT:
                own = rule.prefix if rule.prefix is not None else rule.child.prefix
                yield from rule.child.under(nested_prefix(prefix, own), inner, depth + 1)


class Application(Scaffold):
    is_application = True

    def drafts(self, depth: int = 0) -> Iterator[Draft]:
        yield from self._static_rule()
        yield from self.under(None, (), 0)

    static_path: str | None = "/static"

    def _static_rule(self) -> Iterator[Draft]:
        if self.static_path is not None:
            path = patterns.flask(f"{self.static_path.rstrip('/')}/<path:filename>")
            yield Draft(("GET",), path, Native("static", lambda arguments: None), self.place, static=True)


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
        return Native(name, lambda arguments: same(None) if not _is_function(arguments) else arguments.positional[0])

    def _add_resource(self, arguments: Arguments) -> Value:
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
        for rule, one, owner in self.api.flat(self.api.prefix):
            methods = normal_methods(default_methods(ViewOf(one.type)) if isinstance(one.type, Class) else ["GET"])
            target = ViewOf(one.type, view_guards(one.type)) if isinstance(one.type, Class) else one.type
            path = patterns.flask(joined(prefix, rule) if prefix else rule)
            yield Draft(
                methods, path, target, one.place, getattr(owner, "name", ""), before, False, (owner.place,), "flask"
            )


def joined(prefix: str | None, rule: str) -> str:
    """Flask's way: one slash between prefix and rule, the prefix alone where the rule is empty."""
    if not prefix:
        return rule if rule.startswith("/") or not rule else f"/{rule}"
    path = f"{prefix.rstrip('/')}/{rule.lstrip('/')}" if rule else prefix
    return path if path.startswith("/") else f"/{path}"


def nested_prefix(outer: str | None, own: str | None) -> str | None:
    if not outer:
        return own
    return f"{outer.rstrip('/')}/{own.lstrip('/')}" if own else outer


def default_methods(target: Value) -> Value:
    """A view's own methods, where the registration names none."""
    if isinstance(target, Function):
        return target.attributes.get("methods")
    if not isinstance(target, ViewOf):
        return None
    declared = target.handler.member("methods")
    if isinstance(declared, (list, tuple, set)):
        return declared
    return [verb for verb in VERBS if isinstance(target.handler.member(verb), Function)] or None


def view_guards(type_: Class) -> tuple[Before, ...]:
    """The decorators that a view's class lists for all of its methods, and those over every method."""
    listed = [name for name in ("decorators", "method_decorators") if isinstance(type_.member(name), (list, tuple))]
    classes = [Before(describe(one), one, type_.place) for name in listed for one in type_.member(name) or ()]
    methods = [member for verb in VERBS if isinstance(member := type_.member(verb), Function)]
    over = [{one.name: one for one in method.decorations} for method in methods]
    shared = set.intersection(*(set(names) for names in over)) if over else set()
    return (*classes, *(Before(name, over[0][name].value, over[0][name].place) for name in sorted(shared)))


def _is_function(arguments: Arguments) -> bool:
    return bool(arguments.positional) and isinstance(arguments.positional[0], (Function, Class))


def application(project: Project, arguments: Arguments) -> Application:
    made = Application(project, arguments, describe(arguments.get(0, "import_name", "")), None)
    folder, path = arguments.named.get("static_folder", "static"), arguments.get(1, "static_url_path")
    if folder is None:
        made.static_path = None
    elif isinstance(path, str):
        made.static_path = path
    return made


def blueprint(project: Project, arguments: Arguments) -> Scaffold:
    prefix = arguments.named.get("url_prefix")
    text = project.text(prefix, "the prefix of a blueprint", arguments.place) if prefix is not None else None
    made = Scaffold(project, arguments, describe(arguments.get(0, "name", "")), text)
    folder, path = arguments.named.get("static_folder"), arguments.named.get("static_url_path")
    if isinstance(folder, str):
        where = path if isinstance(path, str) else f"/{folder.strip('/').rpartition('/')[2]}"
        rule = f"{where.rstrip('/')}/<path:filename>"
        made.rules.append(Rule(rule, ("GET",), Native("static", lambda arguments: None), arguments.place, static=True))
    return made


def rest(project: Project, arguments: Arguments) -> Rest:
    return Rest(project, arguments, arguments.named.get("prefix", ""), arguments.get(0, "app"))


def namespace(project: Project, arguments: Arguments) -> Rest:
    name = describe(arguments.get(0, "name", ""))
    made = Rest(project, arguments, arguments.named.get("path") or f"/{name}", None)
    made.name = name  # type: ignore[attr-defined]
    return made


def _as_view(arguments: Arguments) -> Value:
    type_ = arguments.receiver
    if isinstance(type_, Instance):
        type_ = type_.type
    return (
        ViewOf(type_, view_guards(type_)) if isinstance(type_, Class) else Unknown("a view of a class", arguments.place)
    )


def models(project: Project) -> dict[str, Callable[[Arguments], Value]]:
    """Flask's names and what they mean here."""
    made: dict[str, Callable[[Arguments], Value]] = {
        "flask.Flask": lambda arguments: application(project, arguments),
        "flask.app.Flask": lambda arguments: application(project, arguments),
        "flask.Blueprint": lambda arguments: blueprint(project, arguments),
        "flask.blueprints.Blueprint": lambda arguments: blueprint(project, arguments),
        "flask_smorest.Blueprint": lambda arguments: blueprint(project, arguments),
        "flask.views.MethodView.as_view": _as_view,
        "flask.views.View.as_view": _as_view,
        "flask_login.LoginManager": lambda arguments: Unknown("a login manager", arguments.place),
    }
    for extension in ("flask_restful", "flask_restx", "flask_restplus"):
        made[f"{extension}.Api"] = lambda arguments: rest(project, arguments)
        made[f"{extension}.Namespace"] = lambda arguments: namespace(project, arguments)
        made[f"{extension}.Resource.as_view"] = _as_view
    return made
