"""Tables that state the progress of milestones, or the targets of metrics."""

from __future__ import annotations

from collections.abc import Iterator

from milestones.facts import MilestoneKind, Table, Target
from milestones.reading.drafts import FROM_TABLE, Draft
from milestones.reading.headings import Opening, opening
from milestones.reading.outline import Outline
from milestones.reading.statuses import stated_status
from milestones.reading.tables import column
from milestones.reading.targets import bound_of
from milestones.reading.words import plain

_KINS = tuple(kind.value for kind in MilestoneKind if kind is not MilestoneKind.STOP_POINT)


def progress_rows(table: Table) -> Iterator[tuple[Opening, str, str, int]]:
    """Each row that names a milestone: what it names, its title, the status as written, its line."""
    status = column(table, "status", "state", "progress")
    if status is None or not table.header:
        return
    head = plain(table.header[0]).lower().rstrip("s")
    for row, line in zip(table.rows, table.row_lines, strict=True):
        words = plain(row[0])
        found = opening(words) or (opening(f"{head} {words}") if head in _KINS else None)
        if found and found.firm:
            yield found, row[1] if len(row) > 1 and status != 1 else "", row[status], line


def apply_progress(outline: Outline, table: Table) -> None:
    """Give each milestone of a table its status where it states none itself; add those that have no heading."""
    owner = _owner(outline, table.line)
    scope = list(owner.descendants()) if owner else [d for root in outline.roots for d in (root, *root.descendants())]
    known: dict[tuple[MilestoneKind, str], list[Draft]] = {}
    for draft in scope:
        known.setdefault((draft.kind, draft.key), []).append(draft)
    for found, title, status, line in progress_rows(table):
        named = known.get((found.kind, found.key), [])
        if not named:
            named = known[found.kind, found.key] = [
                Draft(found.kind, found.key, _title(found, title), line, FROM_TABLE, line)
            ]
            (owner.children if owner else outline.roots).extend(named)
        for draft in named:
            draft.state(stated_status(status, draft.key), status)


def _title(found: Opening, words: str) -> str:
    name = f"{found.kind.value.title()} {found.key}"
    return f"{name} — {plain(words)}" if words else name


def _owner(outline: Outline, line: int) -> Draft | None:
    """The innermost milestone whose section holds the line."""
    inside, level = None, outline.roots
    while found := [d for d in level if d.level != FROM_TABLE and d.line <= line <= (d.last_line or line)]:
        inside = found[-1]
        level = inside.children
    return inside


def apply_targets(outline: Outline, table: Table) -> None:
    """The rows of a metrics table with a target column become targets of the milestone they stand in."""
    owner, at = _owner(outline, table.line), column(table, "target", "goal", "threshold")
    if owner is None or not at:
        return
    for n, (row, line) in enumerate(zip(table.rows, table.row_lines, strict=True)):
        if row[at] and n != table.total:
            owner.targets.append(Target(" | ".join(row), plain(row[0]), bound_of(row[at]), line))
