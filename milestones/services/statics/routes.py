"""The routes of both systems, read from source and held against each other."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace

from milestones.facts import Finding, Known, Measurement, Problem
from milestones.gates.policy import MilestonePolicy, Policy
from milestones.gates.scopes import scoped_name
from milestones.parity.comparison import Comparison, compare, sides
from milestones.parity.endpoints import group_of
from milestones.parity.routes import Route, RouteTable

from .kind import FINDINGS_KEPT, Case, Kind, Static
from .systems import is_part, parts_of, tables_of, wanted

log = logging.getLogger(__name__)


def _read(case: Case) -> Static:
    """Routes missing, added, shadowed, with fewer verbs or without their guard, against the legacy system's last."""
    try:
        return _static(case.policy, *sides(*tables_of(case)))
    except (RecursionError, AssertionError, LookupError, ValueError, TypeError, AttributeError) as fault:
        # a fault of ours in reading a stranger's code: it costs this evidence, and nothing else of the look
        log.exception("routes of %s", case.sha)
        said = f"the routes could not be read: {type(fault).__name__}: {fault}"
        return Static("routes", (), problems=(Problem(said),))


def _static(policy: Policy, legacy: RouteTable, new: RouteTable) -> Static:
    found = compare(legacy, new)
    open_ = len([*legacy.unresolved, *legacy.unparsed, *new.unresolved, *new.unparsed])
    measured = [*_counts(found, open_), *_whole(legacy, new, open_)]
    findings = list(_findings(found, legacy))
    for rule in parts_of(policy):
        part = _part(found, legacy, rule)
        own = [*_counts(part, open_), *_volume(_own(legacy, rule), open_)]
        measured += (replace(one, name=scoped_name(one.name, rule.key)) for one in own)
        findings += (replace(one, rule=scoped_name(one.rule, rule.key)) for one in _findings(part, legacy))
    return Static("routes", tuple(measured), tuple(findings[:FINDINGS_KEPT]), _vacuous(legacy))


def _counts(found: Comparison, unresolved: int) -> list[Measurement]:
    counts = {
        "routes.missing": len(found.missing),
        "routes.extra": len(found.extra),
        "routes.methods_lost": sum(len(change.lost) for change in found.methods),
        "routes.shadowed": len(found.shadowed),
        "guards.lost": len(found.guards_lost),
    }
    return [Measurement(name, count, "count", "", Known.STATIC, unresolved) for name, count in counts.items()]


def _whole(legacy: RouteTable, new: RouteTable, unresolved: int) -> Iterable[Measurement]:
    yield from _volume(len(legacy.application), unresolved)
    yield Measurement("routes.new", len(new.application), "count", "", Known.STATIC, unresolved)
    yield Measurement("routes.unresolved", unresolved, "count", "", Known.STATIC)


def _volume(legacy: int, unresolved: int) -> Iterable[Measurement]:
    """How much was compared: of nothing at all no bound is kept."""
    yield Measurement("routes.legacy", legacy, "count", "", Known.STATIC, unresolved)
    yield Measurement("guards.routes", legacy, "count", "", Known.STATIC, unresolved)


def _own(legacy: RouteTable, rule: MilestonePolicy) -> int:
    """How many requests of the legacy system a milestone takes for its own."""
    pairs = {(*pair, group_of(route)) for route in legacy.application for pair in route.pairs}
    return sum(is_part(rule, *one) for one in pairs)


def _part(found: Comparison, legacy: RouteTable, rule: MilestonePolicy) -> Comparison:
    """What of a comparison a milestone takes for its own; what only the new system has is known by its path alone."""
    groups = {pair: group_of(route) for route in legacy.routes for pair in route.pairs}
    by_path = {route.path: group_of(route) for route in legacy.routes}

    def own(method: str, path: str) -> bool:
        return is_part(rule, method, path, groups.get((method, path), by_path.get(path, "")))

    return replace(
        found,
        missing=tuple(one for one in found.missing if own(one.method, one.path)),
        extra=tuple(one for one in found.extra if own(one.method, one.path)),
        methods=tuple(one for one in found.methods if any(own(verb, one.path) for verb in one.legacy)),
        shadowed=tuple(one for one in found.shadowed if own(one.method, one.path)),
        guards_lost=tuple(one for one in found.guards_lost if own(one.method, one.path)),
    )


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


KIND = Kind(4, wanted, _read)
