"""Tables: header, rows, the row of totals, and cells as numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from milestones.facts import CriterionKind, Table
from milestones.reading.blocks import WIDEST, Block
from milestones.reading.words import plain

_TOTAL = re.compile(r"^(?:(?:grand |overall )?(?:sub-?)?totals?|sum)(?:\W*$|\s*[(:–—-])", re.IGNORECASE)
_TOTAL_OF = re.compile(r"^(?:grand |overall )?totals?\s\w", re.IGNORECASE)  # "Total tests", at the end of a table
_MEASURES = re.compile(
    r"^(?:metric|measure|kpi|statistic|indicator|aspect|property|parameter|item|field)s?\b", re.IGNORECASE
)
_CELLS = re.compile(r"(?<!\\)\|")


def cells_of(row: str) -> tuple[str, ...]:
    """The cells of one row as written; an escaped pipe stays in its cell."""
    inner = row.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return tuple(cell.strip().replace("\\|", "|") for cell in _CELLS.split(inner))


def table_of(block: Block) -> Table | None:
    """A table block with its cells, rows padded or cut to the header; None for one wider than any person writes."""
    header = cells_of(block.rows[0])
    if len(header) > WIDEST:
        return None
    rows = [_fit(cells_of(row), len(header)) for row in block.rows[2:]]
    lines = tuple(range(block.line + 2, block.line + 2 + len(rows)))
    total = next((n for n in range(len(rows) - 1, -1, -1) if is_total(rows[n][0])), None)
    if total is None and rows and _TOTAL_OF.match(plain(rows[-1][0])) and not _MEASURES.match(plain(header[0])):
        total = len(rows) - 1
    return Table(block.line, header, tuple(rows), lines, total)


def is_total(cell: str) -> bool:
    """Whether a row's first cell makes it a row of totals."""
    return bool(_TOTAL.match(plain(cell)))


def _fit(cells: tuple[str, ...], width: int) -> tuple[str, ...]:
    return cells[:width] + ("",) * (width - len(cells))


_PLAIN_NUMBER = re.compile(r"^([+−-]?)\s?(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?$")


def number(cell: str) -> float | None:
    """A cell that is one exact number and nothing else: no "~", no unit, no range, no words."""
    found = _PLAIN_NUMBER.match(plain(cell))
    if not found:
        return None
    value = float(found[2].replace(",", "") + (found[3] or ""))
    return -value if found[1] in ("-", "−") else value


def column(table: Table, *names: str) -> int | None:
    """The first column whose header is or starts with one of the names (lower case)."""
    heads = [plain(head).lower().rstrip("?: ") for head in table.header]
    for name in names:
        for at, head in enumerate(heads):
            if head == name or head.startswith(name + " ") or head.endswith(" " + name):
                return at
    return None


# Kinds whose items teams keep in tables; metrics become targets instead.
TABLED = frozenset(CriterionKind) - {CriterionKind.METRIC, CriterionKind.CHECKLIST, CriterionKind.VERIFICATION_GATE}
_INDEX = re.compile(r"^(?:#|no\.?|id|nr\.?|key|priority|severity)$", re.IGNORECASE)


def row_items(table: Table) -> Iterator[tuple[str, int]]:
    """The words of each row with its line: of the first column that is not a number or a mark."""
    at = next((at for at, head in enumerate(table.header) if not _INDEX.match(plain(head))), 0)
    for place, (row, line) in enumerate(zip(table.rows, table.row_lines, strict=True)):
        if row[at] and place != table.total:
            yield row[at], line
