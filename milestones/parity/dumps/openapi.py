"""An OpenAPI document, 3.x or Swagger 2.0, as the application gave it out: its paths and their operations.

https://spec.openapis.org/oas/v3.1.0#paths-object. Routes kept out of the document are not in it, so that what it
lacks says nothing. Servers' paths (or Swagger's basePath) stand in front where all servers share one.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from milestones.facts import ParseError
from milestones.parity import patterns

from .dump import DumpedRoute, bounded

_OPERATIONS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")


def read(value: Any) -> tuple[DumpedRoute, ...]:
    """The operations of the document; ParseError for what is none."""
    if not isinstance(value, dict) or not ({"openapi", "swagger"} & value.keys()):
        raise ParseError(
            'this is no OpenAPI document: it has no "openapi" field; send the openapi.json as it is served'
        )
    paths = value.get("paths")
    if not isinstance(paths, dict):
        raise ParseError("the document has no paths; send the openapi.json as it is served")
    front = _front(value)
    found: list[DumpedRoute] = []
    for path, item in paths.items():
        if path.startswith("x-"):
            continue
        if not path.startswith("/") or not isinstance(item, dict):
            raise ParseError(f"the path {path[:60]!r} is to begin with a slash and to hold an object of operations")
        methods = tuple(sorted(verb.upper() for verb in _OPERATIONS if verb in item))
        first: Any = next((item[verb] for verb in _OPERATIONS if verb in item), {})
        name = str(first.get("operationId", "")) if isinstance(first, dict) else ""
        if methods:
            found.append(DumpedRoute(methods, patterns.starlette(_plain(front + path)).template, name))
    return bounded(found, "document")


def _front(value: dict[str, Any]) -> str:
    """What stands in front of every path."""
    listed = value.get("servers")
    addresses = [one.get("url", "") for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    addresses = [one for one in addresses if isinstance(one, str)] or [str(value.get("basePath") or "")]
    try:
        fronts = {urlsplit(one).path.rstrip("/") for one in addresses}
    except ValueError:
        return ""
    front = fronts.pop() if len(fronts) == 1 else ""
    return front if front.startswith("/") and "{" not in front else ""


def _plain(path: str) -> str:
    """A template with names that any framework takes: {user-id} as {user_id}."""
    return re.sub(r"\{([^{}/]*)\}", lambda found: "{" + (re.sub(r"\W", "_", found[1]) or "_") + "}", path)
