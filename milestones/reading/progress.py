"""Tables that state the progress of milestones, or the targets of metrics."""

from __future__ import annotations

import re
from collections.abc import Iterator

from milestones.facts import MilestoneKind, Status, Table, Target
from milestones.reading.drafts import FROM_TABLE, Draft
from milestones.reading.headings import Opening, opening
from milestones.reading.labels import is_date, is_goal, is_status
from milestones.reading.outline import Outline
from milestones.reading.statuses import stated_status, told
from milestones.reading.tables import column
from milestones.reading.targets import bound_of
from milestones.reading.words import date_in, plain

_KINS = tuple(kind.value for kind in MilestoneKind if kind is not MilestoneKind.STOP_POINT)


def progress_rows(table: Table) -> Iterator[tuple[Opening, str, str, int]]:
    """Each row that names a milestone: what it names, its title, the status as written, its line."""
    status = column(table, "status", "state", "progress")
    if status is None or not table.header:
        return
    head = _head(table)
    for row, line in zip(table.rows, table.row_lines, strict=True):
        words = plain(row[0])
        found = opening(words) or (opening(f"{head} {words}") if head in _KINS else None)
        if found and found.firm:
            beside = row[1] if len(row) > 1 and status != 1 else ""
            yield found, beside or without_name(row[0]), row[status], line


_NUMBERED = re.compile(r"(?i)^(?:#|no\.?|nr\.?|number|id)$")


def _head(table: Table) -> str:
    """What a row's first cell is the number of: its own heading, or the next one's in "# | Milestone | Status"."""
    heads = [plain(head).lower().rstrip("s") for head in table.header]
    return heads[1] if _NUMBERED.match(heads[0]) and len(heads) > 1 else heads[0]


_NAME = re.compile(rf"^\W*(?:(?:{'|'.join(_KINS)})\s+)?M?[\w.+-]+\s*[—–:|.)-]*\s*", re.IGNORECASE)


def without_name(text: str) -> str:
    """What stands behind "Phase 3:" or "M3 —"."""
    return _NAME.sub("", plain(text), count=1)


def apply_progress(outline: Outline, table: Table) -> None:
    """Give each milestone of a table its status where it states none itself; add those that have no heading."""
    owner = _owner(outline, table.line)
    dates = column(table, "completed", "finished", "reached", "done", "closed", "date")
    scope = list(owner.descendants()) if owner else [d for root in outline.roots for d in (root, *root.descendants())]
    known: dict[tuple[MilestoneKind, str], list[Draft]] = {}
    for draft in scope:
        known.setdefault((draft.kind, draft.key), []).append(draft)
    for found, title, status, line in progress_rows(table):
        row = table.rows[table.row_lines.index(line)] if dates is not None else ()
        named = known.get((found.kind, found.key), [])
        if not named:
            named = known[found.kind, found.key] = [
                Draft(found.kind, found.key, _title(found, title), line, FROM_TABLE, line)
            ]
            (owner.children if owner else outline.roots).extend(named)
        for draft in named:
            if not draft.status_text:
                draft.state(stated_status(status, draft.key), status)
                draft.date = draft.date or (date_in(row[dates]) if dates is not None else None)


def apply_fields(outline: Outline, table: Table) -> None:
    """A table of two columns that says "Status" in its first states it of the milestone or document it stands in."""
    if len(table.header) != 2:
        return
    owner = _owner(outline, table.line)
    if owner is None and outline.roots and outline.roots[0].line < table.line:
        return
    if owner and any(child.line < table.line for child in owner.children):
        return
    draft = owner or outline.preface
    for name, words in (table.header, *table.rows):
        label = plain(name).rstrip(": ")
        if is_status(label) and (status := stated_status(words, draft.key)) is not Status.NONE:
            draft.state(status, words)
        elif is_date(label):
            draft.date = draft.date or date_in(words)
        elif is_goal(label) and not draft.goal:
            draft.goal = words


def apply_prose(outline: Outline) -> None:
    """What sentences state ("Milestone 3 is complete.") of milestones that state nothing themselves."""
    named: dict[tuple[str, str], list[Draft]] = {}
    for draft in (draft for root in outline.roots for draft in (root, *root.descendants())):
        about = opening(draft.title) if draft.kind is MilestoneKind.ITERATION else None
        kin = about.of if about and about.of else draft.kind.value
        named.setdefault((kin, draft.key.casefold()), []).append(draft)
    for block in outline.blocks if named else ():
        if block.kind not in ("paragraph", "item") or block.checked is not None:
            continue
        for said in told(block.text):
            for draft in (draft for key in said.keys for draft in named.get((said.kin, key), ())):
                draft.state(said.status, said.words)


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
