"""Django: `urlpatterns` from the root outwards, `path`, `re_path`, `include`, class-based views and REST routers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from milestones.facts import Place
from milestones.parity import patterns
from milestones.parity.frameworks.board import DEPTH_LIMIT, Draft, Project, Served
from milestones.parity.guards import Before
from milestones.parity.patterns import Pattern
from milestones.parity.routes import ANY, normal_methods
from milestones.source.values import (
    Arguments,
    Class,
    Decoration,
    External,
    Function,
    Instance,
    Model,
    Module,
    Native,
    Unknown,
    Value,
    describe,
)

VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
_ADMIN = "django.contrib.admin"
# what REST framework's routers make of a view set: (suffix, {verb: action})
_VIEW_SET = (
    ("{prefix}/", {"GET": "list", "POST": "create"}),
    ("{prefix}/<{lookup}>/", {"GET": "retrieve", "PUT": "update", "PATCH": "partial_update", "DELETE": "destroy"}),
)
_MIXINS = {
    "CreateModelMixin": {"create"}, "ListModelMixin": {"list"}, "RetrieveModelMixin": {"retrieve"},
    "UpdateModelMixin": {"update", "partial_update"}, "DestroyModelMixin": {"destroy"},
    "ModelViewSet": {"create", "list", "retrieve", "update", "partial_update", "destroy"},
    "ReadOnlyModelViewSet": {"list", "retrieve"},
}  # fmt: skip
_GENERIC = {
    "TemplateView": ("GET",), "ListView": ("GET",), "DetailView": ("GET",), "RedirectView": (ANY,),
    "CreateView": ("GET", "POST", "PUT"), "UpdateView": ("GET", "POST", "PUT"), "FormView": ("GET", "POST", "PUT"),
    "DeleteView": ("DELETE", "GET", "POST"), "LoginView": ("GET", "POST", "PUT"), "ListAPIView": ("GET",),
    "CreateAPIView": ("POST",), "RetrieveAPIView": ("GET",), "ListCreateAPIView": ("GET", "POST"),
    "DestroyAPIView": ("DELETE",), "UpdateAPIView": ("PATCH", "PUT"), "RetrieveUpdateAPIView": ("GET", "PATCH", "PUT"),
    "RetrieveDestroyAPIView": ("DELETE", "GET"), "RetrieveUpdateDestroyAPIView": ("DELETE", "GET", "PATCH", "PUT"),
}  # fmt: skip


@dataclass(slots=True, eq=False)
class ViewOf:
    handler: Class
    before: tuple[Before, ...] = ()


class Included(Model):
    """What `include` brings in: a module with urlpatterns, or a list of them."""

    def __init__(self, value: Value, place: Place) -> None:
        self.value = value
        self.place = place


class Url(Model):
    """One `path` or `re_path`."""

    def __init__(self, pattern: Pattern, target: Value, place: Place) -> None:
        self.pattern = pattern
        self.target = target
        self.place = place


class Router(Model):
    """A router of Django REST framework."""

    def __init__(self, slash: bool = True) -> None:
        self.registered: list[tuple[str, Value, Place]] = []
        self.slash = slash

    def get(self, name: str, place: Place) -> Value:
        if name == "register":
            return Native(name, self._register)
        return self if name == "urls" else Unknown(f"the router's {name}", place)

    def _register(self, arguments: Arguments) -> Value:
        prefix = arguments.get(0, "prefix")
        if isinstance(prefix, str):
            self.registered.append((prefix, arguments.get(1, "viewset"), arguments.place))


class UrlConf(Served):
    """The root of a project's addresses."""

    framework = "django"
    is_application = True

    def __init__(self, project: Project, module: Module) -> None:
        super().__init__(project, Place(module.path, 1))
        self.module = module

    def drafts(self, depth: int = 0) -> Iterator[Draft]:
        yield from self._listed(self.module, Pattern(("/",)), 0, self.place)

    def _listed(self, value: Value, prefix: Pattern, depth: int, place: Place) -> Iterator[Draft]:
        group = value.name.removesuffix(".urls").rpartition(".")[2] if isinstance(value, Module) else ""
        if isinstance(value, Module):
            value = value.scope.names.get("urlpatterns")
        if isinstance(value, Included):
            value = value.value
            yield from self._listed(value, prefix, depth + 1, place)
        elif isinstance(value, tuple) and value and isinstance(value[0], (list, Module)):
            yield from self._listed(value[0], prefix, depth, place)
        elif isinstance(value, (list, tuple)) and depth <= DEPTH_LIMIT:
            for one in value:
                for draft in self._one(one, prefix, depth, place):
                    draft.group = draft.group or group
                    yield draft
        elif isinstance(value, Router):
            yield from _of_router(value, prefix)
        elif isinstance(value, External):
            yield Draft((ANY,), Pattern(("", ""), (("rest", ".*"),)).after(prefix), value, place, static=True)
        else:
            self.project.unresolved("a list of addresses", value, place)

    def _one(self, one: Value, prefix: Pattern, depth: int, place: Place) -> Iterator[Draft]:
        if not isinstance(one, Url):
            self.project.unresolved("an address in a list", one, place)
            return
        path = one.pattern.after(prefix)
        if isinstance(one.target, (Included, Router, tuple, list)):
            yield from self._listed(one.target, path, depth, one.place)
        elif isinstance(one.target, External) and one.target.name.startswith((_ADMIN, "django.views.static")):
            yield Draft((ANY,), path, one.target, one.place, static=True)
        else:
            yield Draft(_methods(one.target), path, one.target, one.place)


def _methods(target: Value) -> tuple[str, ...]:
    """A function view takes any verb unless `require_http_methods` or `api_view` says otherwise."""
    if isinstance(target, Function):
        return _narrowed(target)
    if not isinstance(target, ViewOf):
        return (ANY,)
    defined = [verb for verb in VERBS if isinstance(target.handler.member(verb), Function)]
    generic = {verb for base in target.handler.external_bases() for verb in _GENERIC.get(base.rpartition(".")[2], ())}
    return normal_methods([*defined, *generic], (ANY,)) or (ANY,)


def _narrowed(target: Function) -> tuple[str, ...]:
    for decoration in target.decorations:
        name = decoration.name.rpartition(".")[2]
        fixed = {"require_GET": ("GET",), "require_POST": ("POST",), "require_safe": ("GET",)}
        if name in fixed:
            return fixed[name]
        if name in ("require_http_methods", "api_view") and isinstance(decoration.value, External):
            arguments = decoration.value.arguments
            return normal_methods(arguments.get(0, "methods") if arguments else None) or (ANY,)
    return (ANY,)


def _of_router(router: Router, prefix: Pattern) -> Iterator[Draft]:
    for name, view_set, place in router.registered:
        actions = _actions(view_set)
        for shape, verbs in _VIEW_SET:
            methods = tuple(sorted(verb for verb, action in verbs.items() if action in actions))
            text = shape.format(prefix=name.strip("/"), lookup=_lookup(view_set)).lstrip("/")
            if methods:
                path = patterns.django(text if router.slash else text.rstrip("/")).after(prefix)
                yield Draft(methods, path, view_set, place, name)
        yield from _extra(view_set, name, prefix, place)


def _actions(view_set: Value) -> set[str]:
    if not isinstance(view_set, Class):
        return set()
    given = {action for base in view_set.external_bases() for action in _MIXINS.get(base.rpartition(".")[2], ())}
    names = {action for _, verbs in _VIEW_SET for action in verbs.values()}
    return given | {name for name in names if isinstance(view_set.member(name), Function)}


def _lookup(view_set: Value) -> str:
    field = (
        view_set.member("lookup_url_kwarg") or view_set.member("lookup_field") if isinstance(view_set, Class) else None
    )
    return field if isinstance(field, str) else "pk"


def _extra(view_set: Value, name: str, prefix: Pattern, place: Place) -> Iterator[Draft]:
    """The `@action` methods of a view set."""
    for member in view_set.members.values() if isinstance(view_set, Class) else ():
        for decoration in member.decorations if isinstance(member, Function) else ():
            value = decoration.value
            if isinstance(value, External) and value.name.endswith("action()") and value.arguments is not None:
                given = value.arguments
                path = given.get(None, "url_path") or member.code.name
                middle = f"<{_lookup(view_set)}>/" if given.get(None, "detail") is True else ""
                shape = patterns.django(f"{name.strip('/')}/{middle}{path}/".lstrip("/"))
                yield Draft(normal_methods(given.get(None, "methods")), shape.after(prefix), member, place, name)


def _guards(type_: Class) -> tuple[Before, ...]:
    """Mixins and `permission_classes` that stand before every method of a class-based view."""
    mixins = [base for base in type_.external_bases() if base.rpartition(".")[2].endswith("RequiredMixin")]
    found = [Before(base.rpartition(".")[2], External(base), type_.place, True) for base in mixins]
    dispatch = type_.member("dispatch")
    over = dispatch.decorations if isinstance(dispatch, Function) else ()
    for decoration in (*type_.decorations, *over):
        found += _inside(decoration)
    listed = type_.member("permission_classes")
    for one in listed if isinstance(listed, (list, tuple)) else ():
        name = one.name.rpartition(".")[2] if isinstance(one, (External, Class)) else ""
        if name and name != "AllowAny":
            found.append(Before(name, one, type_.place, True))
    return tuple(found)


def _inside(decoration: Decoration) -> Iterator[Before]:
    """What `method_decorator` puts over the methods of a class."""
    value = decoration.value
    if decoration.name.rpartition(".")[2] == "method_decorator" and isinstance(value, External) and value.arguments:
        given = value.arguments.get(0, "decorator")
        for one in given if isinstance(given, (list, tuple)) else [given]:
            yield Before(describe(one).removesuffix("()").rpartition(".")[2], one, decoration.place)


def _as_view(arguments: Arguments) -> Value:
    type_ = arguments.receiver.type if isinstance(arguments.receiver, Instance) else arguments.receiver
    if isinstance(type_, Class):
        return ViewOf(type_, _guards(type_))
    return External("a view", arguments=arguments)


def _url(project: Project, arguments: Arguments, read: Callable[[str], Pattern]) -> Value:
    route = project.text(arguments.get(0, "route"), "the path of an address", arguments.place)
    if route is None:
        return Unknown("an address", arguments.place)
    return Url(read(route), arguments.get(1, "view"), arguments.place)


def _include(project: Project, arguments: Arguments) -> Value:
    given = arguments.get(0, "arg")
    if isinstance(given, tuple) and given:
        given = given[0]
    found = project.module(given, arguments.place.path) if isinstance(given, str) else given
    return Included(found, arguments.place)


_NAMED = re.compile(rb"""DJANGO_SETTINGS_MODULE['"]?[\s\],=)(]*['"]([\w.]+)['"]""")


class Settings:
    """`django.conf.settings`: what the project's settings module says, found the first time that it is asked for."""

    def __init__(self, project: Project, paths: Iterable[str], load: Callable[[str], bytes]) -> None:
        self.project = project
        self.paths = paths
        self.load = load
        self.modules: list[Module] | None = None

    def get(self, name: str, place: Place) -> Value:
        if not name.isupper():
            return None
        if self.modules is None:
            self.modules = []
            self.modules = list(self._found())
        said = [module.scope.names[name] for module in self.modules if name in module.scope.names]
        if not said:
            return None
        same = all(one is said[0] or one == said[0] for one in said)
        return said[0] if same else Unknown(f"the setting {name}, which several modules set", place)

    def _found(self) -> Iterator[Module]:
        named = {name.decode() for path in self.paths for name in _NAMED.findall(self.load(path))}
        opened = [self.project.module(name, "manage.py") for name in sorted(named)]
        known = [one for one in opened if isinstance(one, Module)]
        if not known:
            likely = [path for path in self.paths if path.rpartition("/")[2] == "settings.py"]
            names = [path.removesuffix(".py").replace("/", ".") for path in likely[:1]]
            known = [
                one for one in (self.project.module(name, "manage.py") for name in names) if isinstance(one, Module)
            ]
        yield from known


def roots(project: Project, modules: dict[str, Module]) -> None:
    """Makes an application of every module with urlpatterns that no other module includes."""
    found = {
        path: module for path, module in modules.items() if isinstance(module.scope.names.get("urlpatterns"), list)
    }
    included = {id(one.value) for one in project.shelf("django.included") if isinstance(one, Included)}
    for module in found.values():
        listed = module.scope.names["urlpatterns"]
        if id(module) not in included and id(listed) not in included and any(isinstance(one, Url) for one in listed):
            UrlConf(project, module)


def models(project: Project) -> dict[str, Callable[[Arguments], Value]]:
    """Django's names and what they mean here."""

    def include(arguments: Arguments) -> Value:
        made = _include(project, arguments)
        project.shelf("django.included").append(made)
        return made

    made: dict[str, Callable[[Arguments], Value]] = {"*.as_view": _as_view}
    for base in ("django.urls", "django.conf.urls", "django.urls.conf"):
        made[f"{base}.path"] = lambda arguments: _url(project, arguments, patterns.django)
        made[f"{base}.re_path"] = made[f"{base}.url"] = lambda arguments: _url(
            project, arguments, patterns.django_regex
        )
        made[f"{base}.include"] = include
    made["django.conf.urls.i18n.i18n_patterns"] = lambda arguments: list(arguments.positional)
    made["django.conf.urls.static.static"] = lambda arguments: []
    for name in ("DefaultRouter", "SimpleRouter"):
        made[f"rest_framework.routers.{name}"] = lambda arguments: Router(
            arguments.get(None, "trailing_slash", True) is not False
        )
    return made
