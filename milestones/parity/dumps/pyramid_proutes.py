"""`proutes` of Pyramid: the table of Name, Pattern, View and Method (pyramid.scripts.proutes).

A route whose view is unknown is a placeholder: nothing answers there, so it is not served.
"""

from __future__ import annotations

from collections.abc import Sequence

from milestones.facts import ParseError
from milestones.parity import patterns

from .columns import find, rows
from .dump import DumpedRoute, bounded, verbs

_NOBODY = frozenset({"<unknown>", "None", ""})


def read(lines: Sequence[str]) -> tuple[DumpedRoute, ...]:
    """The routes of the table; ParseError with the line for what is none."""
    first, spans = find(lines, frozenset({"pattern"}), "`proutes`")
    if "view" not in spans:
        raise ParseError("the table has no column View; leave `--format` out, or name view, pattern and method", first)
    found = [_route(cells, number) for number, cells in rows(lines, first, spans)]
    return bounded([one for one in found if one.name not in _NOBODY], "table")


def _route(cells: dict[str, str], number: int) -> DumpedRoute:
    pattern, view = cells["pattern"], cells["view"]
    if not pattern:
        raise ParseError("a row needs a pattern; send all of the table", number)
    methods = verbs(cells["method"], number) if "method" in cells else ()
    kept = tuple(verb for verb in methods if verb != "HEAD" or "GET" not in methods)
    path = patterns.pyramid(pattern)
    own = cells.get("name", "").startswith("__") or (":" in view and path.template.endswith("{subpath}"))
    return DumpedRoute(kept, path.template, view, own)
