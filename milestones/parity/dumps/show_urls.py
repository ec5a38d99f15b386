"""`manage.py show_urls` of django-extensions, in any of its formats (django_extensions.management.commands.show_urls).

The formats are dense (tabs), aligned, table, verbose, json and pretty-json. None tells the verbs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from milestones.facts import ParseError
from milestones.parity import patterns

from .columns import plain
from .dump import DumpedRoute, bounded

_OWN = ("django.", "django_extensions.")
_UNNAMED = re.compile(r"<var>")
_VERBOSE = re.compile(r"\t(Controller|URL Name|Decorators):(.*)")


def read(given: Any) -> tuple[DumpedRoute, ...]:
    """The routes of a dump as lines, or as the list of its JSON; ParseError with the line for what is none."""
    if isinstance(given, Sequence) and (not given or isinstance(given[0], str)):
        return bounded(list(_lines(given)), "dump")
    return bounded(list(_records(given)), "dump")


def _records(value: Any) -> Iterator[DumpedRoute]:
    if not isinstance(value, list):
        raise ParseError("show_urls writes a list; send what `show_urls --format json` wrote")
    for number, one in enumerate(value, 1):
        if not isinstance(one, dict) or not isinstance(one.get("url"), str) or not isinstance(one.get("module"), str):
            raise ParseError(f"item {number} has no url and module; send what `show_urls --format json` wrote")
        yield _route(one["url"], one["module"])


def _lines(lines: Sequence[str]) -> Iterator[DumpedRoute]:
    open_url = ""
    for number, raw in enumerate(lines, 1):
        line = plain(raw)
        if not line.strip() or re.match(r"URL\s+\|\s+Module\b|-+\+-", line):
            continue
        told = _VERBOSE.match(line)
        if told and open_url:
            if told[1] == "Controller":
                yield _route(open_url, told[2].strip())
        elif line.startswith("/"):
            url, *rest = [cell.strip() for cell in re.split(r"\t| \| |\s{2,}", line)]
            if rest:
                yield _route(url, rest[0])
            open_url = "" if rest else url
        else:
            raise ParseError("this is no line of show_urls; send what it printed, and nothing else", number)


def _route(url: str, module: str) -> DumpedRoute:
    if not url.startswith("/"):
        raise ParseError(f"{url[:60]!r} does not begin with a slash; send what show_urls printed, unchanged")
    count = iter(range(1_000))
    named = _UNNAMED.sub(lambda _found: f"<_{next(count)}>", url)
    return DumpedRoute((), patterns.django(named).template, module, module.startswith(_OWN))
