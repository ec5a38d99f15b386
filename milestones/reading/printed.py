"""Documents as `manage.py read` prints them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from milestones.facts import Criterion, Document, Milestone, StopPoint, Table
from milestones.reading.tables import number


def as_printed(document: Document) -> dict[str, Any]:
    """One document in the shape that programs read."""
    return {
        "path": document.path,
        "title": document.title,
        "status": document.status.value,
        "status_text": document.status_text,
        "criteria": [_criterion(item) for item in document.criteria],
        "milestones": [_milestone(milestone) for milestone in document.milestones],
        "checkboxes": {
            "total": document.checkboxes.total,
            "checked": document.checkboxes.checked,
            "by_depth": dict(document.checkboxes.by_depth),
        },
        "tables": [_table(table) for table in document.tables],
        "commands": [{"text": row.text, "line": row.line, "label": row.label} for row in document.commands],
        "paths": [{"path": row.path, "line": row.line, "rule": row.rule} for row in document.paths],
        "problems": [{"reason": row.reason, "path": row.path, "line": row.line} for row in document.problems],
    }


def _milestone(milestone: Milestone) -> dict[str, Any]:
    return {
        "key": milestone.key,
        "kind": milestone.kind.value,
        "title": milestone.title,
        "line": milestone.line,
        "status": milestone.status.value,
        "status_text": milestone.status_text,
        "date": milestone.date,
        "goal": milestone.goal,
        "criteria": [_criterion(item) for item in milestone.criteria],
        "gates": [_gate(gate) for gate in milestone.gates],
        "targets": [
            {"text": row.text, "measure": row.measure, "expect": row.expect, "line": row.line}
            for row in milestone.targets
        ],
        "non_goals": [_criterion(item) for item in milestone.non_goals],
        "children": [_milestone(child) for child in milestone.children],
    }


def _criterion(item: Criterion) -> dict[str, Any]:
    return {
        "id": item.id,
        "kind": item.kind.value,
        "text": item.text,
        "line": item.line,
        "depth": item.depth,
        "checked": item.checked,
    }


def _gate(gate: StopPoint) -> dict[str, Any]:
    items = [_criterion(item) for item in gate.items]
    return {"label": gate.label, "line": gate.line, "items": items, "commands": list(gate.commands)}


def _table(table: Table) -> dict[str, Any]:
    """A table with its cells typed: a cell that is one exact number is a number."""
    rows = [[_typed(cell) for cell in row] for row in table.rows]
    return {"line": table.line, "header": list(table.header), "rows": rows, "total": table.total}


def _typed(cell: str) -> str | int | float:
    value = number(cell)
    if value is None:
        return cell
    return int(value) if value == int(value) else value


def outline_of(document: Document) -> Iterator[str]:
    """One document as a person reads it in a terminal."""
    boxes = document.checkboxes
    yield f"{document.path}: {document.title or 'no title'}" + _stated(document.status.value, document.status_text)
    if boxes.total:
        yield f"  {boxes.checked} of {boxes.total} boxes ticked"
    for item in document.criteria:
        yield "  " + _line(item)
    for milestone in document.milestones:
        yield from _outline(milestone, "  ")
    for problem in document.problems:
        yield f"  {document.path}:{problem.line or 1}: {problem.reason}"


def _outline(milestone: Milestone, indent: str) -> Iterator[str]:
    yield f"{indent}{milestone.line}: {milestone.title}" + _stated(milestone.status.value, milestone.status_text)
    for item in (*milestone.criteria, *milestone.non_goals):
        yield f"{indent}  {_line(item)}"
    for gate in milestone.gates:
        yield f"{indent}  {gate.line}: {gate.label}, {len(gate.items)} items"
        yield from (f"{indent}    $ {command}" for command in gate.commands)
    for target in milestone.targets:
        yield f"{indent}  {target.line}: {target.measure} {target.expect}"
    for child in milestone.children:
        yield from _outline(child, indent + "  ")


def _stated(status: str, words: str) -> str:
    if status != "none":
        return f" [{status.replace('_', ' ')}]"
    return f" [stated: {words}]" if words else ""


def _line(item: Criterion) -> str:
    box = {None: "-", True: "[x]", False: "[ ]"}[item.checked]
    return f"{item.line}: {'  ' * item.depth}{box} {item.text} ({item.kind.replace('_', ' ')})"
