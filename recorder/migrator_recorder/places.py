"""Which route and handler answered, as the framework itself says; nothing where it does not."""

from __future__ import annotations

import re
import sys
import warnings
from typing import Any, Callable, Mapping, NamedTuple


class Place(NamedTuple):
    """`route` as the framework writes it, `handler` as module:qualified.name."""

    framework: str = ""
    route: str = ""
    handler: str = ""


NOWHERE = Place()
ANSWERING = "migrator_recorder.app"  # in a WSGI environment: the application, where others are wrapped around it


def known(ask: Callable[..., Place], *given: Any) -> Place:
    """What a framework says of a request; where its inner workings break, the exchange still counts."""
    try:
        return ask(*given)
    except Exception as problem:  # noqa: BLE001
        warnings.warn(f"the recorder could not tell the route: {type(problem).__name__}: {problem}", stacklevel=2)
        return NOWHERE


def of_wsgi(app: Any, environ: Any) -> Place:
    """Of Flask by the request in the environment, of Pyramid by its mapper, of Django by its resolver."""
    rule = getattr(environ.get("werkzeug.request"), "url_rule", None)
    owner = environ.get(ANSWERING) or getattr(app, "__self__", app)
    if rule is not None:
        view = getattr(owner, "view_functions", {}).get(rule.endpoint)
        return Place("flask", rule.rule, named(view) or rule.endpoint)
    if hasattr(owner, "url_map") and hasattr(owner, "view_functions"):
        return Place("flask")
    if hasattr(owner, "registry") and "pyramid" in sys.modules:
        return _pyramid(owner.registry, environ)
    if "django" in sys.modules and type(owner).__module__.startswith("django."):
        return _django(environ.get("PATH_INFO", ""))
    return NOWHERE


def of_asgi(app: Any, scope: Any, path: str) -> Place:
    """Of Starlette and FastAPI by what they left in the scope of a request for `path`, of Django by its resolver."""
    owner = scope.get("app") or app
    if "django" in sys.modules and type(owner).__module__.startswith("django."):
        return _django(path)
    route = scope.get("route")
    tail = getattr(route, "path", None)
    endpoint = scope.get("endpoint") or getattr(route, "endpoint", None)
    if not isinstance(tail, str):
        return Place(_framework(owner), "", named(endpoint))
    return Place(_framework(owner), _whole(tail, path, scope.get("path_params") or {}), named(endpoint))


def _whole(tail: str, path: str, given: Mapping[str, Any]) -> str:
    """The route as registered behind all prefixes: it knows its own end, the path and the parameters give the rest."""
    parts = re.split(r"(\{[^{}]+\})", tail)
    pattern = "".join((".+" if ":path" in p else "[^/]+") if p.startswith("{") else re.escape(p) for p in parts)
    found = re.fullmatch(f"(.*?){pattern}", path, re.DOTALL)
    if found is None:
        return tail
    names = {str(value): name for name, value in given.items() if f"{{{name}" not in tail}
    return "/".join(f"{{{names[one]}}}" if one in names else one for one in found[1].split("/")) + tail


def _framework(app: Any) -> str:
    names = {base.__module__.partition(".")[0] for base in type(app).__mro__}
    return next((name for name in ("fastapi", "starlette") if name in names), "")


def _pyramid(registry: Any, environ: Any) -> Place:
    from pyramid.interfaces import IRoutesMapper  # noqa: PLC0415 - only where the application brings it
    from pyramid.request import Request  # noqa: PLC0415

    mapper = registry.queryUtility(IRoutesMapper)
    asked = Request.blank(environ.get("PATH_INFO", "/") or "/", method=environ.get("REQUEST_METHOD", "GET"))
    asked.registry = registry
    route = mapper(asked)["route"] if mapper else None
    return Place("pyramid", route.pattern if route else "", route.name if route else "")


def _django(path: str) -> Place:
    from django.urls import Resolver404, resolve  # noqa: PLC0415 - only where the application brings it

    try:
        return of_resolved(resolve(path))
    except Resolver404:
        return Place("django")


def of_resolved(match: Any) -> Place:
    """What Django's resolver found."""
    view = getattr(match.func, "view_class", match.func)
    return Place("django", "/" + match.route.lstrip("^/"), named(view))


def named(thing: Any) -> str:
    """module:qualified.name of a function or class."""
    thing = getattr(thing, "view_class", thing)
    name = getattr(thing, "__qualname__", "")
    return f"{thing.__module__}:{name}" if name else ""
