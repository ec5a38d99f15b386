"""coverage.py's own JSON report (`coverage json`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from milestones.facts import CoveredFile, Fact, ParseError
from milestones.results import jsontext
from milestones.results.places import line_number, placed


def read(stream: BinaryIO) -> Iterator[Fact]:
    """One CoveredFile a file; ParseError where the totals are not those of the files."""
    report = jsontext.record(jsontext.load(stream), "coverage.py's JSON")
    jsontext.need(report, "meta", "coverage.py's JSON")
    files = jsontext.record(jsontext.need(report, "files", "coverage.py's JSON"), "'files'")
    totals = jsontext.record(jsontext.need(report, "totals", "coverage.py's JSON"), "'totals'")
    statements = 0
    for path, value in files.items():
        file = _file(path, jsontext.record(value, f"the file {path[:100]!r}"))
        statements += len(file.covered) + len(file.missed)
        yield file
    stated = jsontext.count(totals, "num_statements", "'totals'")
    if stated is not None and stated != statements:
        raise ParseError(
            f"the totals say {stated:,} statements, the files have {statements:,}; send the report unchanged"
        )


def _file(path: str, item: dict[str, Any]) -> CoveredFile:
    what = f"the file {path[:100]!r}"
    summary = jsontext.record(item.get("summary") or {}, f"'summary' of {what}")
    covered = jsontext.count(summary, "covered_branches", what) or 0
    every = jsontext.count(summary, "num_branches", what) or 0
    return CoveredFile(
        placed(path), _lines(item, "executed_lines", what), _lines(item, "missing_lines", what), (covered, every)
    )


def _lines(item: dict[str, Any], key: str, what: str) -> tuple[int, ...]:
    numbers = jsontext.need(item, key, what)
    if not isinstance(numbers, list) or not all(type(number) is int for number in numbers):
        raise ParseError(f"{key!r} of {what} is to be a list of line numbers")
    for number in (min(numbers), max(numbers)) if numbers else ():
        line_number(number)
    return tuple(numbers)
