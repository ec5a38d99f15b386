"""Pyright's JSON (`pyright --outputjson`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from milestones.facts import Fact, Finding, ParseError, Scope
from milestones.results import jsontext, wording
from milestones.results.places import line_number, placed


def read(stream: BinaryIO) -> Iterator[Fact]:
    """Each diagnostic; ParseError where the summary counts other errors than are listed."""
    report = jsontext.record(jsontext.load(stream), "pyright's JSON")
    items = jsontext.records(jsontext.need(report, "generalDiagnostics", "pyright's JSON"), "'generalDiagnostics'")
    summary = jsontext.record(jsontext.need(report, "summary", "pyright's JSON"), "'summary'")
    errors = jsontext.count(summary, "errorCount", "'summary'")
    shown = sum(item.get("severity") == "error" for item in items)
    if errors is not None and errors != shown:
        raise ParseError(f"the summary counts {errors} errors, {shown} are listed; send pyright's output unchanged")
    yield Scope(jsontext.count(summary, "filesAnalyzed", "'summary'"))
    for number, item in enumerate(items, 1):
        yield _finding(item, f"diagnostic {number}")


def _finding(item: dict[str, Any], what: str) -> Finding:
    place = jsontext.record(item.get("range") or {}, f"'range' of {what}")
    start = jsontext.record(place.get("start") or {}, f"'start' of {what}")
    line = jsontext.count(start, "line", what)
    jsontext.need(item, "message", what)
    return Finding(
        text=wording.clean(jsontext.text(item, "message", what)),
        path=placed(jsontext.text(item, "file", what)),
        line=None if line is None else line_number(line + 1),  # pyright counts lines from 0
        rule=jsontext.text(item, "rule", what),
        tool="pyright",
        severity=jsontext.text(item, "severity", what),
    )
