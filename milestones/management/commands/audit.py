"""`manage.py audit REPO BASE..HEAD [--json] [--markdown]`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from milestones.audit.report import LINK, SUBMODULE, Audit, Entry, FileChange, audit
from milestones.clients.diff import DiffEntry, diff, range_ends
from milestones.clients.git import Repository
from milestones.management.repository import RepositoryCommand, repository_at

SIZE_LIMIT = 8 * 1024 * 1024


class Command(RepositoryCommand):
    help = "Give every file that changed in a range exactly one class of change."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("repo", help="a git work tree or bare mirror")
        parser.add_argument("range", help="BASE..HEAD, BASE...HEAD or one commit")
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument("--markdown", action="store_true")

    def handle(self, *, repo: str, as_json: bool, markdown: bool, **options: Any) -> None:
        with repository_at(repo) as repository:
            found = diff(repository, *range_ends(repository, options["range"]))
            result = audit(_with_contents(repository, found.entries))
        if found.limited:
            self.say("git's rename limit was hit: some renames stand here as a deletion and an addition")
        if as_json:
            self.print_json(_as_json(result))
        else:
            self.stdout.write(_markdown(result) if markdown else _lines(result))


def _with_contents(repository: Repository, entries: tuple[DiffEntry, ...]) -> list[Entry]:
    wanted = [
        blob
        for entry in entries
        if entry.insertions is not None
        for blob, mode in ((entry.old_blob, entry.old_mode), (entry.new_blob, entry.new_mode))
        if blob and mode not in {LINK, SUBMODULE}
    ]
    data = dict(repository.blobs(wanted))
    return [
        Entry(
            entry.path, entry.old_path, entry.kind, entry.old_mode, entry.new_mode,
            data.get(entry.old_blob, b""), data.get(entry.new_blob, b""),
            entry.insertions or 0, entry.deletions or 0, entry.insertions is None,
        )
        for entry in entries
    ]  # fmt: skip


def _file_json(change: FileChange) -> dict[str, Any]:
    entry = change.entry
    return {
        "path": _shown(entry.path),
        "old_path": _shown(entry.old_path),
        "kind": entry.kind,
        "class": change.sort,
        "area": change.area,
        "insertions": entry.insertions,
        "deletions": entry.deletions,
        "definitions": [{"name": one.name, "class": one.sort, "line": one.line} for one in change.definitions],
    }


def _shown(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _as_json(result: Audit) -> dict[str, Any]:
    return {
        "files": [_file_json(change) for change in result.files],
        "by_kind": result.count("kind"),
        "by_class": result.count("sort"),
        "by_area": result.count("area"),
        "insertions": sum(change.entry.insertions for change in result.files),
        "deletions": sum(change.entry.deletions for change in result.files),
        "moved": [{"name": new.name, "from": old.path, "to": new.path, "line": new.line} for old, new in result.moved],
        "unclassified": [_shown(change.entry.path) for change in result.unclassified],
        "tests": dict(result.tests),
        "rules": [],
    }


def _lines(result: Audit) -> str:
    lines = [f"{change.sort:28} {change.area:9} {_shown(change.entry.path)}" for change in result.files]
    counts = ", ".join(f"{count} {kind}" for kind, count in result.count("kind").items())
    return "\n".join([*lines, f"{len(result.files)} files: {counts or 'nothing changed'}"])


def _markdown(result: Audit) -> str:
    parts = ["## Audit", ""]
    for title, kinds in (("Deleted", {"deleted"}), ("Moved", {"renamed"}), ("New", {"added"})):
        parts += _section(title, [change for change in result.files if change.entry.kind in kinds])
    kept = [change for change in result.files if change.entry.kind == "modified"]
    parts += _section("Runtime changes", [one for one in kept if one.area in {"source", "template", "other"}])
    parts += _section("Test changes", [one for one in kept if one.area == "test"])
    parts += _section("Dependency and configuration changes", [one for one in kept if one.area in {"config", "lock"}])
    parts += _section("Documents", [one for one in kept if one.area == "docs"])
    added = sum(change.entry.insertions for change in result.files)
    removed = sum(change.entry.deletions for change in result.files)
    return "\n".join([*parts, "### Net change", "", f"+{added} −{removed} in {len(result.files)} files."])


def _section(title: str, changes: list[FileChange]) -> list[str]:
    if not changes:
        return []
    rows = [
        f"| `{_shown(one.entry.path)}` | {one.sort.replace('_', ' ')} | {one.area} | +{one.entry.insertions} "
        f"−{one.entry.deletions} |"
        for one in changes
    ]
    return [f"### {title}", "", "| File | Change | Area | Lines |", "|---|---|---|---|", *rows, ""]
