"""The routes of both systems, read from source and held against each other."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from milestones.facts import Finding, Known, Measurement, Problem
from milestones.parity.comparison import Comparison, compare, sides
from milestones.parity.routes import Route, RouteTable

from .kind import FINDINGS_KEPT, Case, Kind, Static
from .systems import tables_of, wanted

log = logging.getLogger(__name__)


def _read(case: Case) -> Static:
    """Routes missing, added, shadowed, with fewer verbs or without their guard, against the legacy system's last."""
    try:
        return _static(*sides(*tables_of(case)))
    except (RecursionError, AssertionError, LookupError, ValueError, TypeError, AttributeError) as fault:
        # a fault of ours in reading a stranger's code: it costs this evidence, and nothing else of the look
        log.exception("routes of %s", case.sha)
        said = f"the routes could not be read: {type(fault).__name__}: {fault}"
        return Static("routes", (), problems=(Problem(said),))


def _static(legacy: RouteTable, new: RouteTable) -> Static:
    found = compare(legacy, new)
    open_ = [*legacy.unresolved, *legacy.unparsed, *new.unresolved, *new.unparsed]
    counts = {
        "routes.legacy": len(legacy.application),
        "routes.new": len(new.application),
        "routes.missing": len(found.missing),
        "routes.extra": len(found.extra),
        "routes.methods_lost": sum(len(change.lost) for change in found.methods),
        "routes.shadowed": len(found.shadowed),
        "guards.lost": len(found.guards_lost),
    }
    measured = [Measurement(name, n, "count", "", Known.STATIC, len(open_)) for name, n in counts.items()]
    measured.append(Measurement("routes.unresolved", len(open_), "count", "", Known.STATIC))
    return Static("routes", tuple(measured), tuple(_findings(found, legacy))[:FINDINGS_KEPT], _vacuous(legacy))


def _vacuous(legacy: RouteTable) -> tuple[Problem, ...]:
    """A comparison with nothing proves nothing."""
    return () if legacy.application else (Problem("no route of the legacy system was found at the start commit"),)


def _findings(found: Comparison, legacy: RouteTable) -> Iterable[Finding]:
    places: dict[tuple[str, str], Route] = {(m, r.path): r for r in legacy.routes for m in r.methods}
    for pair in found.missing:
        route = places.get((pair.method, pair.path))
        at = route.handler.place if route else None
        said = f"{pair.method} {pair.path} is answered no more"
        yield Finding(said, at.path if at else "", at.line if at else None, "routes.missing")
    for pair in found.extra:
        yield Finding(f"{pair.method} {pair.path} is new", rule="routes.extra")
    for change in found.methods:
        if change.lost:
            yield Finding(f"{change.path} lost {', '.join(change.lost)}", rule="routes.methods_lost")
    for shadow in found.shadowed:
        said = f"{shadow.method} {shadow.path}: {shadow.answered_by} answers for {shadow.expected}"
        yield Finding(said, rule="routes.shadowed")
    for lost in found.guards_lost:
        names = ", ".join(guard.name for guard in lost.legacy.guards)
        place = lost.new.handler.place
        yield Finding(f"{lost.method} {lost.path} had {names} and has no guard", place.path, place.line, "guards.lost")


KIND = Kind(2, wanted, _read)
