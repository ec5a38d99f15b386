"""`manage.py routes REPO --rev R`, `--legacy R --new R` or `--range BASE..HEAD`, each with `--json`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from milestones.clients.git import Repository
from milestones.facts import Problem
from milestones.management.repository import RepositoryCommand, repository_at, wrong_usage
from milestones.parity.comparison import Comparison, compare, pairs_by_framework, series_of, sides
from milestones.parity.reading import Shelf
from milestones.parity.routes import Route, RouteTable
from milestones.services.tables import table_at


class Command(RepositoryCommand):
    help = "Every route of a revision, the comparison of two, or the counts over a range."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("repo", help="a git work tree or bare mirror")
        parser.add_argument("--rev", help="a revision, or REV:folder")
        parser.add_argument("--legacy", help="the legacy revision, or REV:folder")
        parser.add_argument("--new", help="the new revision, or REV:folder")
        parser.add_argument("--range", dest="span", help="BASE..HEAD: counts for each commit, BASE included")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, repo: str, as_json: bool, **options: Any) -> None:
        legacy, new, span = options["legacy"], options["new"], options["span"]
        if bool(legacy) != bool(new) or sum(map(bool, (options["rev"], legacy, span))) > 1:
            raise wrong_usage("give --rev R, or --legacy R with --new R, or --range BASE..HEAD")
        with repository_at(repo) as repository:
            if legacy:
                self._two(repository, legacy, new, as_json)
            elif span:
                self._series(repository, span, as_json)
            else:
                self._one(repository, options["rev"] or "HEAD", as_json)

    def _one(self, repository: Repository, revision: str, as_json: bool) -> None:
        table = table_at(repository, revision, Shelf())
        if as_json:
            self.print_json(
                {
                    "routes": [route_json(route) for route in table.routes],
                    "unresolved": [problem_json(problem) for problem in table.unresolved],
                    "unparsed": [problem_json(problem) for problem in table.unparsed],
                }
            )
            return
        for route in table.routes:
            guards = f"  [{', '.join(guard.name for guard in route.guards)}]" if route.guards else ""
            self.stdout.write(f"{','.join(route.methods):12} {route.path}  {route.handler.name}{guards}")
        self._problems(table)

    def _two(self, repository: Repository, legacy: str, new: str, as_json: bool) -> None:
        shelf = Shelf()
        before, after = table_at(repository, legacy, shelf), table_at(repository, new, shelf)
        old, fresh = sides(before, after)
        found = compare(old, fresh)
        if as_json:
            self.print_json(comparison_json(old, fresh, found))
            return
        for name in ("missing", "extra"):
            for pair in getattr(found, name):
                self.stdout.write(f"{name:8} {pair.method} {pair.path}")
        for change in found.methods:
            self.stdout.write(f"methods  {change.path}: {', '.join(change.legacy)} -> {', '.join(change.new)}")
        for shadow in found.shadowed:
            self.stdout.write(
                f"shadowed {shadow.method} {shadow.path}: {shadow.answered_by} answers for {shadow.expected}"
            )
        for lost in found.guards_lost:
            self.stdout.write(
                f"guards   {lost.method} {lost.path}: {', '.join(g.name for g in lost.legacy.guards)} lost"
            )
        for (what, before_, after_), paths in behaviours_by_kind(found).items():
            self.stdout.write(f"differs  {what}: {before_} before, {after_} now, on {len(paths)} paths: {_some(paths)}")
        for table in (old, fresh):
            self._problems(table)

    def _series(self, repository: Repository, span: str, as_json: bool) -> None:
        base, dots, head = span.partition("..")
        if not dots or not base or not head:
            raise wrong_usage(f"{span!r} is no range: write it as BASE..HEAD")
        first = repository.resolve(base)
        shas = [
            first,
            *(commit.sha for commit in reversed(list(repository.log(repository.resolve(head), f"^{first}")))),
        ]
        shelf, tables = Shelf(), []
        for sha in shas:
            table = table_at(repository, sha, shelf)
            tables.append((sha, pairs_by_framework(table)))
        series = series_of(tables)
        if as_json:
            self.print_json({"series": series})
            return
        for one in series:
            self.stdout.write(f"{one['sha'][:12]} legacy {one['legacy']:4} new {one['new']:4}")

    def _problems(self, table: RouteTable) -> None:
        for problem in (*table.unresolved, *table.unparsed):
            self.say(f"{problem.path}:{problem.line}: {problem.reason}")


def route_json(route: Route) -> dict[str, Any]:
    return {
        "methods": list(route.methods),
        "path": route.path,
        "framework": route.framework,
        "group": route.group,
        "guards": [guard.name for guard in route.guards],
        "handler": {"path": route.handler.place.path, "line": route.handler.place.line, "name": route.handler.name},
        "order": route.order,
        "static": route.static,
    }


def problem_json(problem: Problem) -> dict[str, Any]:
    return {"path": problem.path, "line": problem.line, "reason": problem.reason}


def comparison_json(legacy: RouteTable, new: RouteTable, found: Comparison) -> dict[str, Any]:
    return {
        "legacy": [route_json(route) for route in legacy.routes],
        "new": [route_json(route) for route in new.routes],
        "missing": [{"method": pair.method, "path": pair.path} for pair in found.missing],
        "extra": [{"method": pair.method, "path": pair.path} for pair in found.extra],
        "methods": [{"path": c.path, "legacy": list(c.legacy), "new": list(c.new)} for c in found.methods],
        "shadowed": [
            {"method": s.method, "path": s.path, "expected": s.expected, "answered_by": s.answered_by}
            for s in found.shadowed
        ],
        "guards_lost": [
            {"method": lost.method, "path": lost.path, "legacy": _guarded(lost.legacy), "new": _guarded(lost.new)}
            for lost in found.guards_lost
        ],
        "behaviours": [{"path": b.path, "what": b.what, "legacy": b.legacy, "new": b.new} for b in found.behaviours],
        "unresolved": [problem_json(problem) for table in (legacy, new) for problem in table.unresolved],
    }


def behaviours_by_kind(found: Comparison) -> dict[tuple[str, str, str], list[str]]:
    """The paths on which the two frameworks differ, by what differs and how."""
    made: dict[tuple[str, str, str], list[str]] = {}
    for one in found.behaviours:
        made.setdefault((one.what, one.legacy, one.new), []).append(one.path)
    return made


def _some(paths: list[str]) -> str:
    return ", ".join(paths[:3]) + (", ..." if len(paths) > 3 else "")


def _guarded(route: Route) -> dict[str, Any]:
    place = route.handler.place
    return {"guards": [guard.name for guard in route.guards], "path": place.path, "line": place.line}
