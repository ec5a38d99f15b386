"""An audit as the sections that a migration report has about its changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from milestones.audit.dependencies import DependencyChange, dependency_changes
from milestones.audit.report import FileChange
from milestones.services.auditing import Audited

_RUNTIME = frozenset({"source", "template", "other"})
_LISTED_PACKAGES = 60


def markdown_of(found: Audited) -> str:
    """Inventory of what was deleted, moved and new; runtime, test and dependency changes; what could not be told."""
    files = found.audit.files
    parts = ["## Changes", "", _summary(found), ""]
    for title, kinds in (("Deleted", {"deleted"}), ("Moved and renamed", {"renamed"}), ("New", {"added"})):
        parts += _files(title, [one for one in files if one.entry.kind in kinds], old=kinds == {"renamed"})
    parts += _definitions(found)
    kept = [one for one in files if one.entry.kind == "modified"]
    parts += _files("Runtime changes", [one for one in kept if one.area in _RUNTIME])
    parts += _callers(found)
    parts += _files("Test changes", [one for one in kept if one.area == "test"], [*_tests(found)])
    parts += _dependencies([one for one in files if one.area in {"config", "lock"}])
    parts += _files("Configuration", [one for one in kept if one.area in {"config", "lock"}])
    parts += _files("Documents", [one for one in kept if one.area == "docs"])
    parts += _unclassified(found)
    parts += _rules(found)
    return "\n".join([*parts, "### Net change", "", *_net(found)]) + "\n"


def _code(text: str) -> str:
    """A name as Markdown shows it as it is, also in a table, whatever is in it."""
    shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\n", "\\n")
    ticks = "``" if "`" in shown else "`"
    pad = " " if "`" in shown else ""
    return f"{ticks}{pad}{shown.replace('|', chr(92) + '|')}{pad}{ticks}"


def _summary(found: Audited) -> str:
    kinds = found.audit.count("kind")
    counts = ", ".join(f"{kinds[kind]} {kind}" for kind in ("added", "deleted", "modified", "renamed") if kind in kinds)
    said = f"{len(found.audit.files)} files changed ({counts or 'none'})"
    span = f" in {found.commits} commits" if found.commits > 1 else ""
    limit = " Git's rename limit was hit: some renames stand as a deletion and an addition." if found.limited else ""
    return f"{said}{span}, from `{found.old[:10]}` to `{found.new[:10]}`.{limit}"


def _files(title: str, changes: Sequence[FileChange], first: Sequence[str] = (), *, old: bool = False) -> list[str]:
    if not changes and not first:
        return []
    rows = []
    for one in changes:
        path = f"{_code(one.entry.old_path)} → {_code(one.entry.path)}" if old else _code(one.entry.path)
        rows.append(f"| {path} | {one.sort.replace('_', ' ')} | {one.area} | +{one.entry.insertions} "
                    f"−{one.entry.deletions} | {_named(one)} |")  # fmt: skip
    table = ["| File | Change | Area | Lines | Definitions |", "|---|---|---|--:|---|", *rows, ""] if rows else []
    return [f"### {title}", "", *first, *table]


def _named(change: FileChange) -> str:
    names = [_code(one.name) for one in change.definitions]
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")


def _definitions(found: Audited) -> list[str]:
    moved = found.audit.moved
    rows = [f"- {_code(new.name)} moved from {_code(old.path)} to {_code(new.path)}, unchanged" for old, new in moved]
    return ["### Moved definitions", "", *rows, ""] if rows else []


def _callers(found: Audited) -> list[str]:
    """Functions that end otherwise than before, and what their callers make of it."""
    rows = []
    for one in found.reached:
        callers = [caller for caller in one.callers if caller.handled is not None]
        if not one.shift or not callers:
            continue
        wrong = [caller for caller in callers if not caller.handled]
        said = "all handle it" if not wrong else "; ".join(
            f"{_code(f'{caller.path}:{caller.line}')} {caller.handling}" for caller in wrong[:10]
        )  # fmt: skip
        name = f"{one.definition.path}:{one.definition.line}"
        rows.append(f"| {_code(one.definition.name)} {_code(name)} | {one.shift.sentence} | {len(callers)} | {said} |")
    head = [
        "### Changed returns and raises",
        "",
        "| Function | How it ends now | Callers | Handled |",
        "|---|---|--:|---|",
    ]
    return [*head, *rows, ""] if rows else []


def _tests(found: Audited) -> Iterator[str]:
    counts = found.audit.tests
    if any(counts.values()):
        words = ("unchanged", "modified", "added", "removed", "renamed", "moved")
        said = ", ".join(f"{counts[word]} {word}" for word in words if counts[word])
        yield f"Tests in the files that changed: {said}."
        yield ""


def _dependencies(changes: Iterable[FileChange]) -> list[str]:
    found = [
        change for one in changes for change in dependency_changes(one.entry.path, one.entry.old, one.entry.new)
    ]  # fmt: skip
    if not found:
        return []
    stated = [one for one in found if not one.path.endswith((".lock", "package-lock.json"))]
    rows = [_dependency(one) for one in [*stated, *(one for one in found if one not in stated)]]
    more = [f"\nand {len(rows) - _LISTED_PACKAGES} more in lock files."] if len(rows) > _LISTED_PACKAGES else []
    head = ["### Dependency changes", "", "| Package | Before | After | File |", "|---|---|---|---|"]
    return [*head, *rows[:_LISTED_PACKAGES], *more, ""]


def _dependency(one: DependencyChange) -> str:
    before, after = (_code(text) if text else "–" for text in (one.before or "", one.after or ""))
    return f"| {_code(one.name)} | {before} | {after} | {_code(one.path)} |"


def _unclassified(found: Audited) -> list[str]:
    rows = [f"- {_code(one.entry.path)}: {one.note}" for one in found.audit.unclassified]
    return ["### Not classified: to be read by a person", "", *rows, ""] if rows else []


def _rules(found: Audited) -> list[str]:
    rows = [
        f"| {one.rule.replace('_', ' ')} | {_code(f'{one.path}:{one.line}') if one.path else '–'} | {one.text} | "
        f"`{one.commit[:10]}` | {one.author} |".replace("\n", " ")
        for one in found.breaches
    ]
    head = ["### Rules broken", "", "| Rule | Place | What | Commit | Author |", "|---|---|---|---|---|"]
    return [*head, *rows, ""] if rows else []


def _net(found: Audited) -> list[str]:
    files = found.audit.files
    areas = sorted({one.area for one in files})
    rows = []
    for area in areas:
        here = [one.entry for one in files if one.area == area]
        added, removed = sum(one.insertions for one in here), sum(one.deletions for one in here)
        rows.append(f"| {area} | {len(here)} | +{added} | −{removed} | {added - removed:+d} |".replace("-", "−"))
    added, removed = sum(one.entry.insertions for one in files), sum(one.entry.deletions for one in files)
    net = f"{added - removed:+d}".replace("-", "−")
    total = f"| **All** | {len(files)} | +{added} | −{removed} | {net} |"
    return ["| Area | Files | Added | Removed | Net |", "|---|--:|--:|--:|--:|", *rows, total]
