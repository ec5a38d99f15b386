"""A comparison as JSON, as Markdown and as lines on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .frameworks import HABITS
from .report import Contract, Told


def as_json(found: Contract) -> dict[str, Any]:
    return {
        "differences": [_difference(one) for one in found.differences],
        "noise": [{"route": route, "where": where} for route, where in found.noise],
        "unseen": [{"method": method, "route": route} for method, route in found.unseen],
        "endpoints": [
            {
                "method": one.method,
                "route": one.route,
                "pairs": one.pairs,
                "mismatched": one.mismatched,
                "alone": one.alone,
            }
            for one in found.endpoints
        ],
        "framework": [_habit(name, told) for name, told in sorted(found.habits.items())],
        "rules": [_difference(one) for one in found.broken_rules],
        "rules_legacy": [_difference(one) for one in found.legacy_breaks],
        "accepted": [_difference(one) for one in found.accepted],
        "new_alone": found.new_alone,
        "problems": [{"path": one.path, "line": one.line, "reason": one.reason} for one in found.problems],
    }


def _difference(one: Told) -> dict[str, Any]:
    kind, where, legacy, new = one.difference
    return {
        "kind": kind, "method": one.method, "route": one.route, "path": one.path, "where": where, "legacy": legacy,
        "new": new, "test": one.test, "count": one.count,
    }  # fmt: skip


def _habit(name: str, told: Iterable[Told]) -> dict[str, Any]:
    habit = HABITS[name]
    touched = [{"method": one.method, "route": one.route, "count": one.count} for one in told]
    return {"kind": name, "message": habit.sentence, "mend": habit.mend, "endpoints": touched}


def sentence(found: Contract) -> str:
    """What came of it, in one sentence."""
    if not found.pairs:
        return "nothing was compared"
    equal = sum(one.verified for one in found.endpoints)
    return (
        f"{found.pairs:,} pairs of answers over {len(found.endpoints):,} endpoints: {equal:,} answer as before, "
        f"{found.mismatched:,} pairs differ, {len(found.unseen):,} endpoints were never asked of the new system"
    )


def as_lines(found: Contract) -> Iterator[str]:
    """For a terminal."""
    yield sentence(found)
    for name, told in sorted(found.habits.items()):
        yield f"\n{name}: {HABITS[name].sentence} ({len(told)} endpoints; {HABITS[name].mend})"
        yield from (f"  {one.method} {one.route}" for one in told)
    route = ""
    for one in (*found.differences, *found.broken_rules):
        if one.difference.kind in HABITS:
            continue
        if route != f"{one.method} {one.route}":
            route = f"{one.method} {one.route}"
            yield f"\n{route}"
        times = f" ({one.count} times)" if one.count > 1 else ""
        yield f"  {one.difference.kind} {one.difference.where}: {one.difference.legacy} -> {one.difference.new}{times}"
    if found.unseen:
        yield "\nnever asked of the new system:"
        yield from (f"  {method} {name}" for method, name in found.unseen)
    if found.noise:
        yield f"\nnoise, not held against the new system: {len(found.noise)} places"
        yield from (f"  {name} {where}" for name, where in found.noise)


def as_markdown(found: Contract) -> str:
    """For a report."""
    parts = ["# Behaviour of the new system against the old", "", sentence(found) + ".", ""]
    if found.habits:
        parts += ["## Differences of the frameworks", ""]
        for name, told in sorted(found.habits.items()):
            touched = ", ".join(f"`{one.method} {one.route}`" for one in told)
            parts += [f"- **{name}**: {HABITS[name].sentence}. {HABITS[name].mend.capitalize()}. Touches {touched}."]
        parts.append("")
    own = [one for one in (*found.differences, *found.broken_rules) if one.difference.kind not in HABITS]
    if own:
        parts += [
            "## Differences",
            "",
            "| Endpoint | Kind | Where | Legacy | New | Times |",
            "|---|---|---|---|---|---:|",
        ]
        parts += [_row(one) for one in own] + [""]
    if found.unseen:
        parts += [
            "## Never asked of the new system",
            "",
            *(f"- `{method} {name}`" for method, name in found.unseen),
            "",
        ]
    if found.noise:
        parts += ["## Noise", "", "Differs between two recordings of the old system as well.", ""]
        parts += [f"- `{name}` {_cell(where)}" for name, where in found.noise] + [""]
    return "\n".join(parts)


def _row(one: Told) -> str:
    kind, where, legacy, new = one.difference
    cells = (f"`{one.method} {one.route}`", kind, _cell(where), _cell(legacy), _cell(new), str(one.count))
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    """A stranger's text in one cell of a table."""
    plain = " ".join(text.split())
    for mark in "\\|`<>*_[]":
        plain = plain.replace(mark, f"\\{mark}" if mark not in "<>" else {"<": "&lt;", ">": "&gt;"}[mark])
    return plain
