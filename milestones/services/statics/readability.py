"""How far a reader goes from each endpoint to the work that it does."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from milestones.codec import to_plain
from milestones.facts import Finding, Known, Measurement, Problem
from milestones.parity.readability import EndpointReading, Entry, read_endpoints, summed_up
from milestones.parity.routes import RouteTable
from milestones.source import call_sites
from milestones.source.paths import is_test

from ..reader import Reader, bounded
from .kind import FINDINGS_KEPT, Case, Kind, Static
from .systems import tables_of, wanted

log = logging.getLogger(__name__)
FAMILY = "readability"
FAR = 1  # hops above which an endpoint is a finding
ROWS_KEPT = 2000


def _read(case: Case) -> Static:
    try:
        return _static(case, tables_of(case)[1])
    except (RecursionError, AssertionError, LookupError, ValueError, TypeError, AttributeError) as fault:
        # a fault of ours in reading a stranger's code: it costs this evidence, and nothing else of the look
        log.exception("readability of %s", case.sha)
        return Static(
            FAMILY, (), problems=(Problem(f"the calls could not be followed: {type(fault).__name__}: {fault}"),)
        )


def _static(case: Case, table: RouteTable) -> Static:
    entries = [Entry(one.methods, one.path, one.handler.name, one.handler.place) for one in table.application]
    found = read_endpoints(entries, _facts(case.reader, case.sha))
    open_ = sum(not one.found for one in found) + len(table.unresolved) + len(table.unparsed)
    measured = tuple(
        Measurement(f"{FAMILY}.{name}", value, "count", "", Known.STATIC, open_)
        for name, value in summed_up(found).items()
    )
    none = () if entries else (Problem("no endpoint was found at this commit"),)
    details = {"rows": [_row(one) for one in found[:ROWS_KEPT]]}
    return Static(FAMILY, measured if entries else (), tuple(_findings(found))[:FINDINGS_KEPT], none, details)


def _facts(reader: Reader, sha: str) -> dict[str, Any]:
    """What every function of a commit calls; a file is read once by its content."""
    python = (one for one in reader.files(sha) if one.path.endswith(".py") and not is_test(one.path))
    sources, _large = bounded(python)
    return reader.cached(
        f"calls/{call_sites.VERSION}", sources, lambda _path, data: to_plain(call_sites.call_facts(data))
    )


def _row(one: EndpointReading) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(one)
    return plain


def _findings(found: Iterable[EndpointReading]) -> Iterable[Finding]:
    for one in found:
        name = f"{'/'.join(one.methods)} {one.path}"
        if one.hops > FAR:
            calls = ", ".join(step.name.lstrip("?") for step in one.helpers[:4])
            said = f"{name} takes {one.hops} hops to its domain call, by {calls}"
            yield Finding(said, one.place.path, one.place.line, f"{FAMILY}.hops_max")


KIND = Kind(1, wanted, _read)
