"""Flask: applications, blueprints nested and prefixed, method views, and the resources of its REST extensions."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from milestones.facts import Place
from milestones.parity import patterns
from milestones.parity.frameworks.board import DEPTH_LIMIT, Draft, Project, Served, same, served
from milestones.parity.frameworks.flask_config import Config
from milestones.parity.frameworks.flask_views import VERBS, as_view, by_guard, default_methods
from milestones.parity.guards import Before
from milestones.parity.routes import ANY, Mounted, normal_methods
from milestones.source.folders import Folder
from milestones.source.values import Arguments, Class, External, Function, Model, Native, Unknown, Value, describe

_HOOKS = ("before_request", "before_app_request")
_PASSED = frozenset({
    "errorhandler", "app_errorhandler", "after_request", "teardown_request", "teardown_appcontext", "context_processor",
    "app_context_processor", "template_filter", "template_global", "template_test", "url_value_preprocessor",
    "url_defaults", "shell_context_processor", "before_first_request", "after_app_request", "command",
    "app_template_filter", "app_template_global", "user_loader", "register_error_handler",
})  # fmt: skip


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
    endpoint: Value = None
    conditional: bool = False  # on a host or subdomain


class Scaffold(Served):
    """What an application and a blueprint have in common."""

    framework = "flask"
    kinds: tuple[str, ...] = ("Blueprint", "Scaffold")

    @property
    def empty(self) -> bool:
        return not any(isinstance(rule, Nested) or not rule.static for rule in self.rules)

    def __init__(self, project: Project, arguments: Arguments, name: str, prefix: str | None) -> None:
        super().__init__(project, arguments.place)
        self.name = name
        self.prefix = prefix
        self.conditional = "subdomain" in arguments.named
        self.rules: list[Rule | Nested] = []
        self.hooks: list[Before] = []
        self.recorded: list[Value] = []  # what a blueprint runs when it is registered
        self.endpoints: dict[str, Value] = {}  # handlers given to an endpoint's name

    def get(self, name: str, place: Place) -> Value:  # noqa: PLR0911
        if name in ("route", *VERBS):
            return Native(name, lambda arguments: self._route(arguments, name))
        if name == "add_url_rule":
            return Native(name, self._add_url_rule)
        if name == "register_blueprint":
            return Native(name, self._register)
        if name in ("record", "record_once"):
            return Native(name, lambda arguments: self.recorded.append(arguments.get(0, "func")))
        if name == "endpoint":
            return Native(name, self._endpoint)
        if name == "view_functions":
            return self.endpoints
        if name in _HOOKS:
            return Native(name, self._hook)
        if name in _PASSED:
            return Native(name, lambda arguments: same(None) if not is_function(arguments) else arguments.positional[0])
        if name in ("name", "url_prefix"):
            return self.name if name == "name" else self.prefix
        return Unknown(f"Flask's {name}", place)

    def _route(self, arguments: Arguments, verb: str) -> Value:
        def register(given: Arguments) -> Value:
            target, own = given.get(0, "f"), self.own("add_url_rule")
            methods = [verb] if verb != "route" else arguments.named.get("methods")
            if own is not None:
                named = {**arguments.named, "view_func": target, "methods": methods}
                self.project.call(own, Arguments([arguments.get(0, "rule")], named, arguments.place))
            else:
                self.add(arguments.get(0, "rule"), target, methods, arguments)
            return target

        return Native("route", register)

    def _add_url_rule(self, arguments: Arguments) -> Value:
        self.add(arguments.get(0, "rule"), arguments.get(2, "view_func"), arguments.named.get("methods"), arguments)

    def _endpoint(self, arguments: Arguments) -> Value:
        def register(given: Arguments) -> Value:
            self.endpoints[str(arguments.get(0, "endpoint"))] = given.get(0, "f")
            return given.get(0, "f")

        return Native("endpoint", register)

    def add(self, rule: Value, target: Value, methods: Value, arguments: Arguments) -> None:
        place = arguments.place
        text = self.project.text(rule, "the path of a route", place)
        if text is None or arguments.named.get("build_only") is True:
            return
        self.project.registered(f"the route {text}", place)
        verbs = normal_methods(methods if methods is not None else default_methods(target))
        if not verbs:
            self.project.unresolved(f"the methods of {text}", methods, place)
            return
        on_host = "subdomain" in arguments.named or "host" in arguments.named
        self.rules.append(Rule(text, verbs, target, place, False, arguments.get(1, "endpoint"), on_host))

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
        self.project.registered("the blueprint", arguments.place, child.place)
        self.rules.append(Nested(child, prefix, arguments.place))
        for function in child.recorded:
            own = prefix if isinstance(prefix, str) else child.prefix
            self.project.call(function, Arguments([Setup(self, child, own)], {}, arguments.place))

    def _hook(self, arguments: Arguments) -> Value:
        function = arguments.get(0, "f")
        self.hooks.append(Before(describe(function), function, arguments.place, ruled=True))
        return function

    def drafts(self, depth: int = 0) -> Iterator[Draft]:
        yield from self.under(None, (), depth)

    def under(self, prefix: str | None, before: tuple[Before, ...], depth: int) -> Iterator[Draft]:
        """Its own rules first, then those of what is nested in it, as Flask adds them."""
        inner = (*before, *self.hooks)
        nested_last = sorted(self.rules, key=lambda rule: isinstance(rule, Nested)) if depth else self.rules
        for rule in nested_last:
            if isinstance(rule, Rule):
                path = patterns.flask(joined(prefix, rule.rule), self.project.converter_rules())
                group, target = self.name if depth else "", rule.target
                if target is None:
                    target = self.endpoints.get(str(rule.endpoint)) or External(str(rule.endpoint or "?"))
                for methods, view in by_guard(target, rule.methods):
                    yield Draft(
                        methods, path, view, rule.place, group, inner, rule.static, (self.place,), "flask",
                        conditional=rule.conditional or self.conditional,
                    )  # fmt: skip
            elif depth >= DEPTH_LIMIT:
                self.project.too_deep(rule.place)
            else:
                own = rule.prefix if rule.prefix is not None else rule.child.prefix
                yield from rule.child.under(nested_prefix(prefix, own), inner, depth + 1)


class Setup(Model):
    """What `record` hands to a function: the application and the blueprint on its way into it."""

    def __init__(self, app: Scaffold, child: Scaffold, prefix: str | None) -> None:
        self.app, self.child, self.prefix = app, child, prefix

    def get(self, name: str, place: Place) -> Value:
        known = {"app": self.app, "blueprint": self.child, "url_prefix": self.prefix}
        if name == "add_url_rule":
            return self.child.get(name, place)
        return known[name] if name in known else Unknown(f"the setup's {name}", place)


class UrlMap(Model):
    """`app.url_map`: rules added to it by hand, and the converters that a project brings."""

    def __init__(self, app: Scaffold) -> None:
        self.app = app

    def get(self, name: str, place: Place) -> Value:
        if name == "converters":
            return self.app.project.converters
        return Native("add", self._add) if name == "add" else Unknown(f"the URL map's {name}", place)

    def _add(self, arguments: Arguments) -> Value:
        rule = arguments.get(0, "rulefactory")
        if isinstance(rule, Rule):
            self.app.rules.append(rule)
        else:
            self.app.project.unresolved("a rule added to the URL map", rule, arguments.place)


class Application(Scaffold):
    is_application = True
    kinds = ("Flask", "Scaffold", "App")

    def __init__(self, project: Project, arguments: Arguments, name: str, prefix: str | None) -> None:
        super().__init__(project, arguments, name, prefix)
        self.config = Config(project)
        self.url_map = UrlMap(self)

    def get(self, name: str, place: Place) -> Value:
        own = {"config": self.config, "url_map": self.url_map, "wsgi_app": self, "url_prefix": None}
        return own[name] if name in own else super().get(name, place)

    def drafts(self, depth: int = 0) -> Iterator[Draft]:
        yield from self._static_rule()
        yield from self.under(None, (), 0)

    static_path: str | None = "/static"

    def _static_rule(self) -> Iterator[Draft]:
        if self.static_path is not None:
            path = patterns.flask(f"{self.static_path.rstrip('/')}/<path:filename>")
            yield Draft(("GET",), path, Native("static", lambda arguments: None), self.place, static=True)


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


class Dispatched(Served):
    """Several applications under one address, as werkzeug's dispatcher has them: the longest prefix answers."""

    framework = "flask"
    is_application = True

    def __init__(self, project: Project, arguments: Arguments) -> None:
        super().__init__(project, arguments.place)
        self.main = served(arguments.get(0, "app"))
        given = arguments.get(1, "mounts")
        self.mounts = given if isinstance(given, dict) else {}
        if given is not None and not isinstance(given, dict):
            project.unresolved("what is mounted here", given, arguments.place)
        for one in (self.main, *map(served, self.mounts.values())):
            if isinstance(one, Served):
                one.mounted = True

    def drafts(self, depth: int = 0) -> Iterator[Draft]:
        for prefix, value in sorted(self.mounts.items(), key=lambda one: -len(str(one[0]))):
            child = served(value)
            if isinstance(child, Served) and depth < DEPTH_LIMIT:
                outer = patterns.starlette(str(prefix).rstrip("/"))
                mount = Mounted(outer, self.place)
                yield from (draft.under(outer, self.place, ()).inside(mount) for draft in child.drafts(depth + 1))
            else:
                self.project.unresolved(f"what is mounted under {prefix}", child, self.place)
        if isinstance(self.main, Served):
            yield from self.main.drafts(depth + 1)


def _rule(project: Project, arguments: Arguments) -> Value:
    text = project.text(arguments.get(0, "string"), "the path of a route", arguments.place)
    methods = normal_methods(arguments.named.get("methods"), (ANY,))
    if text is None or not methods:
        return Unknown("a rule made at run time", arguments.place)
    return Rule(text, methods, None, arguments.place, endpoint=arguments.named.get("endpoint"))


def is_function(arguments: Arguments) -> bool:
    return bool(arguments.positional) and isinstance(arguments.positional[0], (Function, Class))


def application(project: Project, arguments: Arguments) -> Application:
    made = Application(project, arguments, describe(arguments.get(0, "import_name", "")), None)
    folder, path = arguments.named.get("static_folder", "static"), arguments.get(1, "static_url_path")
    if folder is None:
        made.static_path = None
    elif isinstance(path, str):
        made.static_path = path
    elif isinstance(folder, (str, Folder)):
        made.static_path = f"/{posixpath.basename(str(folder).rstrip('/'))}"
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


def models(project: Project) -> dict[str, Callable[[Arguments], Value]]:
    """Flask's names and what they mean here."""
    made: dict[str, Callable[[Arguments], Value]] = {
        "flask.Flask": lambda arguments: application(project, arguments),
        "flask.app.Flask": lambda arguments: application(project, arguments),
        "flask.Blueprint": lambda arguments: blueprint(project, arguments),
        "flask.blueprints.Blueprint": lambda arguments: blueprint(project, arguments),
        "flask_smorest.Blueprint": lambda arguments: blueprint(project, arguments),
        "flask.views.MethodView.as_view": as_view,
        "flask.views.View.as_view": as_view,
        "werkzeug.routing.Rule": lambda arguments: _rule(project, arguments),
        "werkzeug.routing.rules.Rule": lambda arguments: _rule(project, arguments),
        "flask_openapi3.APIBlueprint": lambda arguments: blueprint(project, arguments),
        "apiflask.APIBlueprint": lambda arguments: blueprint(project, arguments),
        "quart.Blueprint": lambda arguments: blueprint(project, arguments),
        "flask.sansio.blueprints.Blueprint": lambda arguments: blueprint(project, arguments),
        "quart.Quart": lambda arguments: application(project, arguments),
        "flask_login.LoginManager": lambda arguments: Unknown("a login manager", arguments.place),
    }
    for base in ("werkzeug.middleware.dispatcher", "werkzeug.wsgi"):
        made[f"{base}.DispatcherMiddleware"] = lambda arguments: Dispatched(project, arguments)
    for base in ("werkzeug.middleware.proxy_fix", "werkzeug.contrib.fixers", "whitenoise", "werkzeug.middleware"):
        made[f"{base}.ProxyFix"] = made[f"{base}.WhiteNoise"] = lambda arguments: arguments.get(0, "app")
    return made
