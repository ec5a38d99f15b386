"""Rule 7: figures outside the range that the same documents set, and targets marked met that are not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from milestones.facts import Table
from milestones.reading.claims.pages import Contradiction, Page, Set
from milestones.reading.tables import column, number
from milestones.reading.targets import bound_of
from milestones.reading.words import plain

_MET = re.compile(r"(?i)^\W*(?:met|✅|✔|☑|pass(?:ed)?|ok|done|achieved|reached|complete|green)\b|^[✅✔☑]")
_VALUE = re.compile(r"(?i)^[≈]?(-?\d[\d,]*(?:\.\d+)?)\s?(?:%|ms|s|sec|mb|kb)?$")
_BOUND = re.compile(r"^(<=|>=|<|>|!=|==)\s*(-?\d[\d.]*)")
_BETWEEN = re.compile(r"^in (-?\d[\d.]*)\.\.(-?\d[\d.]*)")


def holds(bound: str, value: float) -> bool | None:
    """Whether a value is within a bound as `targets` writes them; None for words."""
    if found := _BETWEEN.match(bound):
        return float(found[1]) <= value <= float(found[2])
    found = _BOUND.match(bound)
    if not found:
        return None
    limit = float(found[2])
    return {
        "<=": value <= limit, ">=": value >= limit, "<": value < limit, ">": value > limit,
        "==": value == limit, "!=": value != limit,
    }[found[1]]  # fmt: skip


def outside(pages: Set) -> Iterator[Contradiction]:
    for page in pages.pages.values():
        for table in page.document.tables:
            yield from _marked_met(page, table)
        yield from _out_of_range(page)


def _marked_met(page: Page, table: Table) -> Iterator[Contradiction]:
    """Rows of a metrics table whose current value does not meet their target though their status says so."""
    target, status = column(table, "target", "goal", "threshold"), column(table, "status", "met", "result")
    current = _current(table, {target, status})
    if target is None or current is None or status is None or len({target, current, status}) < 3:
        return
    for row, line in zip(table.rows, table.row_lines, strict=True):
        found = _VALUE.match(plain(row[current]))
        if not found or not _MET.match(plain(row[status])):
            continue
        if holds(_bound(row[target]), float(found[1].replace(",", ""))) is False:
            told = f"{plain(row[0])}: {plain(row[current])} does not meet {plain(row[target])}, yet it is marked met"
            yield Contradiction(7, told, (page.place(line),))


_CURRENT = re.compile(r"(?i)\b(?:current|actual|measured|achieved|now|final|result)\b")


def _current(table: Table, taken: set[int | None]) -> int | None:
    """The last column of measured values: "M11 final" stands before "M12 final"."""
    found = [at for at, head in enumerate(table.header) if at not in taken and _CURRENT.search(plain(head))]
    return found[-1] if found else None


def _bound(cell: str) -> str:
    """A bare number as a target is what to reach, from either side: only a sign makes it a bound, and none is none."""
    bound = bound_of(cell)
    return "" if bound.startswith("==") and "=" not in cell and number(cell) != 0 else bound


_FIGURE = re.compile(r"(?i)^(?P<measure>[A-Za-z][\w /.'-]{1,40}?)\s*(?::|=|is|was|at)\s*(?P<value>\d+\.\d+)(?![\d–-])")


def _out_of_range(page: Page) -> Iterator[Contradiction]:
    """A measured figure ("views: 0.68") outside the range stated for the same measure in the same milestone."""
    for one, _ in page.milestones():
        ranges = {target.measure.lower(): target for target in one.targets if target.expect.startswith("in ")}
        for block in page.blocks if ranges else ():
            found = _FIGURE.match(plain(block.text)) if block.kind in ("item", "paragraph") else None
            if not found or not one.line <= block.line <= one.last_line:
                continue
            target = ranges.get(found["measure"].lower())
            if target and holds(target.expect, float(found["value"])) is False:
                told = f"{target.measure} is {found['value']}, the range is {target.expect.removeprefix('in ')}"
                yield Contradiction(7, told, (page.place(block.line), page.place(target.line)))
