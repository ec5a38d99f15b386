"""A reconciliation of stored outcomes as a table, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from milestones.results.reconciliation import COLUMNS, FATES, TITLES, UNEXPLAINED, Gone, Row
from milestones.services.reconciling import Between


def as_json(found: Between) -> dict[str, Any]:
    """All of it: counts, rows, and of each test that is not the same what became of it."""
    total = found.result.total
    return {
        "base": {"sha": found.base, "total": total.before},
        "head": {"sha": found.head, "total": total.after},
        **{name: total.counts[name] for name in COLUMNS},
        "groups": [
            {"group": row.group, "base": row.before, "head": row.after, **row.counts} for row in found.result.rows
        ],
        "gone": [_gone(one) for one in found.result.gone],
        "changed": {name: [test.label for _, test in tests] for name, tests in found.result.stays.items()},
        "new": [test.label for _, test in found.result.added],
    }


def _gone(one: Gone) -> dict[str, Any]:
    return {"test": one.test.label, "fate": one.fate, "now": one.now.label if one.now else None, "why": one.why}


def as_markdown(found: Between) -> str:
    """The table for a report, with the columns that hold anything; what is unexplained is listed under it."""
    result = found.result
    total = result.total
    shown = [name for name in COLUMNS if total.counts[name] or name == UNEXPLAINED]
    head = ["Tests", "Before", *(TITLES[name] for name in shown), "After"]
    lines = [f"| {' | '.join(head)} |", "|---|" + "--:|" * (len(head) - 1)]
    lines += [_row(f"`{row.group}`".replace("|", "\\|"), row, shown) for row in result.rows]
    lines.append(_row("**All**", total, shown))
    if result.unexplained:
        lines += ["", f"Unexplained ({len(result.unexplained)}):", ""]
        lines += [f"- `{one.test.label}`" for one in result.unexplained]
    lines += [f"\nNot read: `{problem.path}`: {problem.reason}." for problem in found.unread]
    return "\n".join(lines)


def _row(name: str, row: Row, shown: Iterable[str]) -> str:
    counts = [row.before, *(row.counts[column] for column in shown), row.after]
    return f"| {name} | {' | '.join(map(str, counts))} |"


def as_text(found: Between) -> str:
    """One line a test that is not the same, and the sum."""
    lines = []
    for name, tests in found.result.stays.items():
        lines += [f"{TITLES[name].lower()}: {test.label}" for _, test in tests]
    for one in found.result.gone:
        end = f" -> {one.now.label}" if one.now else f": {one.why}" if one.why else ""
        lines.append(f"{TITLES[one.fate].lower()}: {one.test.label}{end}")
    lines += [f"added: {test.label}" for _, test in found.result.added]
    total = found.result.total
    gone = sum(total.counts[fate] for fate in FATES)
    lines.append(
        f"{total.before} + {total.counts['added']} added - {gone} gone = {total.after}; "
        f"{total.counts[UNEXPLAINED]} unexplained"
    )
    return "\n".join(lines)
