"""Rule 1: a row of totals that its rows do not add up to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from milestones.facts import Table
from milestones.reading.claims.pages import Contradiction, Page, Set
from milestones.reading.tables import is_total, number
from milestones.reading.words import plain

_NOT_SUMMED = re.compile(
    r"(?i)^(?:#|no\.?|id|line|year|version|port|priority|order)$|\b(?:avg|average|mean|median|min|max|p\d\d|rate)\b"
)
_EMPTY = ("", "-", "—", "–", "n/a", "none")


def totals(pages: Set) -> Iterator[Contradiction]:
    for page in pages.pages.values():
        for table in page.document.tables:
            if table.total is not None and not _NOT_SUMMED.search(plain(table.rows[table.total][0])):
                for column in range(1, len(table.header)):
                    yield from _column(page, table, table.total, column)


def _column(page: Page, table: Table, total: int, column: int) -> Iterator[Contradiction]:
    stated = number(table.rows[total][column])
    rows = [row for at, row in enumerate(table.rows) if at != total and not is_total(row[0])]
    cells = [plain(row[column]).lower() for row in rows]
    values = [0.0 if cell in _EMPTY else number(cell) for cell in cells]
    head = plain(table.header[column])
    if stated is None or len(values) < 2 or None in values or all(cell in _EMPTY for cell in cells):
        return
    if _NOT_SUMMED.search(head) or any(map(_is_decimal_sum, cells)):
        return
    known = [value for value in values if value is not None]
    sums = {sum(known), _after_subtotal(table, total, column)}
    places = max((len(cell.partition(".")[2]) for cell in cells), default=0)
    slack = 0.5 * len(known) * 10**-places if places else 0
    if all(abs(stated - value) > slack + 1e-9 for value in sums):
        told = f"column {head!r}: the rows add up to {_shown(sum(known))}, the total row says {_shown(stated)}"
        yield Contradiction(1, told, (page.place(table.row_lines[total]), page.place(table.line)))


def _is_decimal_sum(cell: str) -> bool:
    return "%" in cell


def _after_subtotal(table: Table, total: int, column: int) -> float:
    """The sum of the rows since the last subtotal, for tables with a total to each part."""
    found = 0.0
    for row in table.rows[:total][::-1]:
        if is_total(row[0]):
            break
        found += number(row[column]) or 0.0
    return found


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"
