"""Route tables that applications print of themselves: one file a format, and one line here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from . import flask_routes, openapi, pyramid_proutes, show_urls
from .dump import DumpedRoute, Dumper, always, never, shape

_OPENAPI = Dumper(
    openapi.read, always, frozenset(), "an OpenAPI document", "curl $APP/openapi.json > FILE",
    re.compile(r'\A\s*\{\s*"(?:openapi|swagger)"\s*:|"paths"\s*:\s*\{\s*"/'), whole=False,
)  # fmt: skip

DUMPS: Mapping[str, Dumper] = {
    "flask-routes": Dumper(
        flask_routes.read, never, frozenset({"flask"}), "`flask routes`", "flask routes > FILE",
        re.compile(r"^Endpoint\s+Methods\s+(?:\w+\s+)?Rule\b", re.MULTILINE),
    ),
    "openapi": _OPENAPI,
    "openapi-legacy": replace(_OPENAPI, legacy=True),
    "pyramid-proutes": Dumper(
        pyramid_proutes.read, never, frozenset({"pyramid"}), "Pyramid's `proutes`", "proutes FILE.ini > FILE",
        re.compile(r"^(?:Name\s+Pattern|\w+\s+Pattern|Pattern)\s+View\b", re.MULTILINE),
    ),
    "show-urls": Dumper(
        show_urls.read, lambda text: text.lstrip()[:1] == "[", frozenset({"django"}), "`show_urls`",
        "manage.py show_urls > FILE",
        re.compile(r'\A\[\s*\{\s*"url"\s*:|\A/\S*\t\S+|^URL\s+\|\s+Module\b|\A/\S*\n\tController:', re.MULTILINE),
    ),
}  # fmt: skip


def likely(head: str) -> str:
    """The kind of dump that a text looks like, or ""; only to name the likely right one in an error."""
    return next((kind for kind, dumper in DUMPS.items() if dumper.mark.search(head)), "")


__all__ = ["DUMPS", "DumpedRoute", "Dumper", "likely", "shape"]
