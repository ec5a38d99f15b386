"""`flask routes`: the table of Endpoint, Methods and Rule, with a domain beside them where hosts are matched.

Flask 0.11 to 3.x (flask.cli.routes_command). HEAD and OPTIONS, which Flask adds by itself, are listed by
`--all-methods` alone, and left out here.
"""

from __future__ import annotations

from collections.abc import Sequence

from milestones.facts import ParseError
from milestones.parity import patterns

from .columns import find, rows
from .dump import DumpedRoute, bounded, verbs

_AUTOMATIC = frozenset({"HEAD", "OPTIONS"})


def read(lines: Sequence[str]) -> tuple[DumpedRoute, ...]:
    """The routes of the table; ParseError with the line for what is none."""
    first, spans = find(lines, frozenset({"endpoint", "methods", "rule"}), "`flask routes`")
    return bounded([_route(cells, number) for number, cells in rows(lines, first, spans)], "table")


def _route(cells: dict[str, str], number: int) -> DumpedRoute:
    name, rule = cells["endpoint"], cells["rule"]
    if not rule.startswith("/") or not name:
        raise ParseError("a row needs an endpoint, and a rule that begins with a slash; send all of the table", number)
    listed = verbs(cells["methods"], number)
    kept = tuple(verb for verb in listed if verb not in _AUTOMATIC) or listed
    own = name == "static" or name.endswith(".static")
    return DumpedRoute(kept, patterns.flask(rule).template, name, own)
