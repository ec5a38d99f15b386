"""The legacy endpoints as they stand at a commit: who answers each, who guards it, which tests name it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from milestones.audit.frozen import compare_tests
from milestones.codec import to_plain
from milestones.facts import Known, Measurement, Place, Problem
from milestones.gates.policy import Policy
from milestones.gates.scopes import scoped_name
from milestones.parity import mentions
from milestones.parity.coverage import Coverage, Naming, Shown, coverage_of
from milestones.parity.endpoints import Endpoint, Sides, added, endpoints_of, sides_of
from milestones.parity.routes import Route, RouteTable
from milestones.source.definitions import Module, read_module
from milestones.source.paths import is_test

from ..reader import Reader, bounded
from .kind import Case, Kind, Static
from .systems import is_part, parts_of, tables_of, wanted

log = logging.getLogger(__name__)
TESTS_SHOWN = 60  # of one endpoint


def _read(case: Case) -> Static:
    try:
        before, after = tables_of(case)
        return _static(case, before, after)
    except (RecursionError, AssertionError, LookupError, ValueError, TypeError, AttributeError) as fault:
        # a fault of ours in reading a stranger's code: it costs this evidence, and nothing else of the look
        log.exception("endpoints of %s", case.sha)
        said = f"the endpoints could not be read: {type(fault).__name__}: {fault}"
        return Static("endpoints", (), problems=(Problem(said),))


def _static(case: Case, before: RouteTable, after: RouteTable) -> Static:
    sides = sides_of(before, after, case.policy.from_framework, case.policy.to_framework)
    listed = endpoints_of(before, after, sides)
    legacy = [route for route in before.application if route.framework in sides.legacy]
    then = tests_at(case.reader, case.start or case.sha, legacy)
    now = tests_at(case.reader, case.sha, legacy) if case.sha != case.start else then
    rows = [_row(one, case.policy, then, now) for one in listed]
    open_ = [*before.unresolved, *before.unparsed, *after.unresolved, *after.unparsed]
    none = () if listed else (Problem("no route of the legacy system was found at the start commit"),)
    details = {
        "rows": rows,
        "added": [_added(route) for route in added(before, after, sides)],
        "legacy": {"frameworks": sorted(sides.legacy), **_open(before)},
        "new": {"frameworks": sorted(sides.new), **_open(after)},
        "pairs": _pairs(after),
        "guards": _guards(before, after, sides),
        "tests": {"legacy": _tests(then), "new": _tests(now)},
        "same_tests": sorted(_same_tests(case, then, now)),
    }
    return Static("endpoints", tuple(_measured(rows, case.policy, len(open_))), problems=none, details=details)


def tests_at(reader: Reader, sha: str, routes: list[Route]) -> Coverage:
    """Which tests of a commit name which endpoint; a test file is read once by its hash."""
    entries = {entry.path: entry for entry in reader.repo.tree(sha) if entry.is_file and entry.path.endswith(".py")}
    sources, _large = bounded(entry for path, entry in entries.items() if is_test(path))
    files = _facts(reader, sources)
    known: dict[str, Mapping[str, Any] | None] = {}

    def module(name: str) -> Mapping[str, Any] | None:
        if name not in known:
            path = _module_path(name, entries)
            known[name] = (files.get(path) or _facts(reader, [entries[path]]).get(path)) if path else None
        return known[name]

    return coverage_of(files, routes, module)


def _facts(reader: Reader, entries: Iterable[Any]) -> dict[str, Any]:
    return reader.cached(
        f"mentions/{mentions.VERSION}", entries, lambda path, data: to_plain(mentions.read_mentions(data, path))
    )


def _module_path(name: str, entries: Mapping[str, Any]) -> str:
    """The file of an imported module by its dotted name: the one nearest to the root that ends so."""
    inner = name.lstrip(".").replace(".", "/")
    if not inner:
        return ""
    ends = (f"{inner}.py", f"{inner}/__init__.py")
    found = [path for path in entries if path in ends or path.endswith(tuple(f"/{end}" for end in ends))]
    return min(found, key=lambda path: (path.count("/"), path), default="")


def _same_tests(case: Case, then: Coverage, now: Coverage) -> set[str]:
    """Tests that make requests in both revisions and expect the same of them, but for the plumbing that may change."""
    asked = [{one.id for named in side.tests.values() for one in named if one.asked} for side in (then, now)]
    both = asked[0] & asked[1]
    if case.sha == case.start or not both:
        return both
    paths = {one.partition("::")[0] for one in both}
    before, after = (_modules(case.reader, sha, paths) for sha in (case.start, case.sha))
    found = compare_tests(before, after, dict(case.policy.frozen.rewrite), {})
    return both & {f"{one.path}::{one.name}" for one in (*found.unchanged, *found.plumbing)}


def _modules(reader: Reader, sha: str, paths: set[str]) -> list[Module]:
    entries = {entry.path: entry.sha for entry in reader.repo.tree(sha) if entry.path in paths and entry.is_file}
    blobs = dict(reader.repo.blobs(entries.values()))
    return [read_module(blobs[blob], path) for path, blob in entries.items() if blob in blobs]


# --- as plain rows, which the page shows


def _row(one: Endpoint, policy: Policy, then: Coverage, now: Coverage) -> dict[str, Any]:
    keys = [rule.key for rule in policy.milestones if is_part(rule, one.method, one.path, one.group)]
    answer = one.answer
    return {
        "method": one.method, "path": one.path, "group": one.group, "owner": owner_of(policy, one, keys),
        "milestones": keys, "legacy": to_plain(one.handler), "guards": to_plain(one.guards),
        "new": to_plain(answer.handler) if answer else None, "framework": answer.framework if answer else "",
        "new_path": answer.path if answer and answer.path != one.path else "", "verbs": list(one.verbs),
        "new_guards": to_plain(answer.guards) if answer else [], "served": one.served,
        "shadowed": to_plain(one.shadowed) if one.shadowed else None, "guard_lost": one.guard_lost,
        "missing": one.missing, "tests": _named(then.of(one.key)), "tests_now": _named(now.of(one.key)),
        "shows": _shows(now.of(one.key)), "shows_then": _shows(then.of(one.key)),
    }  # fmt: skip


def owner_of(policy: Policy, one: Endpoint, keys: list[str]) -> str:
    """Who answers for it: as the table of owners has it, else the owner of the first milestone that takes it."""
    named = policy.owners.owner_of(one.method, one.path, one.group)
    return named or next((rule.owner for rule in policy.milestones if rule.key in keys and rule.owner), "")


def _named(namings: Iterable[Naming]) -> list[dict[str, Any]]:
    listed = [
        {"id": one.id, "line": one.line, "asked": one.asked, "shows": list(one.shows), "via": one.via}
        for one in namings
    ]
    return sorted(listed, key=lambda one: (not one["asked"], bool(one["via"]), one["id"]))[:TESTS_SHOWN]


def _shows(namings: Iterable[Naming]) -> list[str]:
    seen = {shown for one in namings for shown in one.shows}
    return [shown.value for shown in Shown if shown in seen]


def _added(route: Route) -> dict[str, Any]:
    return {"methods": list(route.methods), "path": route.path, "group": route.group,
            "handler": to_plain(route.handler), "guards": to_plain(route.guards)}  # fmt: skip


def _open(table: RouteTable) -> dict[str, Any]:
    return {"unresolved": to_plain(table.unresolved), "unparsed": to_plain(table.unparsed)}


def _pairs(table: RouteTable) -> list[list[str]]:
    """Every (framework, method, path) that is served; what is the framework's own is marked."""
    found = {(route.framework, *pair, "own" if route.static else "") for route in table.routes for pair in route.pairs}
    return [list(pair) for pair in sorted(found)]


def _guards(before: RouteTable, after: RouteTable, sides: Sides) -> list[dict[str, Any]]:
    """Each name that was taken for a guard, where it stands, and before how many routes of each system."""
    places: dict[tuple[str, str], Place] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for side, table, frameworks in (("legacy", before, sides.legacy), ("new", after, sides.new)):
        for route in table.application:
            for guard in route.guards if route.framework in frameworks else ():
                places.setdefault((guard.name, side), guard.place)
                counts[guard.name, side] += 1
    return [
        {"name": name, "side": side, "place": to_plain(places[name, side]), "routes": counts[name, side]}
        for name, side in sorted(counts)
    ]


def _tests(coverage: Coverage) -> dict[str, Any]:
    untold = [{"path": path, "line": line} for path, line in coverage.untold]
    return {"total": coverage.total, "untold": untold[:200],
            "untold_total": len(coverage.untold)}  # fmt: skip


# --- as numbers


def _measured(rows: list[dict[str, Any]], policy: Policy, unresolved: int) -> Iterator[Measurement]:
    for name, subject, part in parts(rows, policy):
        ported = sum(is_ported(row) for row in part)
        counts = {"total": len(part), "ported": ported, "legacy": len(part) - ported,
                  "named": sum(any(one["asked"] for one in row["tests_now"]) for row in part)}  # fmt: skip
        for measure, count in counts.items():
            yield Measurement(name(f"endpoints.{measure}"), count, "count", subject, Known.STATIC, unresolved)


def is_ported(row: Mapping[str, Any]) -> bool:
    """Whether the new system answers it, and not with another handler that catches it."""
    return row["new"] is not None and not row["shadowed"]


Part = tuple[Callable[[str], str], str, list[dict[str, Any]]]  # how a measure is called, its subject, what is counted


def parts(rows: list[dict[str, Any]], policy: Policy) -> Iterator[Part]:
    """All endpoints, those of each group as a subject, and each milestone's own part under a name of its own."""
    yield str, "", rows
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["group"], []).append(row)
    yield from ((str, group, part) for group, part in sorted(groups.items()) if group)
    for rule in parts_of(policy):
        own = [row for row in rows if rule.key in row["milestones"]]
        yield partial(scoped_name, key=rule.key), "", own


KIND = Kind(2, wanted, _read)
