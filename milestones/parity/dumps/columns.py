"""Tables of text whose columns begin where a rule of dashes under the head says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from milestones.facts import ParseError

_RULE = re.compile(r"\s*-{2,}(\s+-{2,})*\s*")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def find(lines: Sequence[str], wanted: frozenset[str], what: str) -> tuple[int, dict[str, tuple[int, int | None]]]:
    """Where the rows begin, and the span of each column by its heading in lower case."""
    for number in range(1, len(lines)):
        head = plain(lines[number - 1])
        spans = _spans(head, plain(lines[number]))
        if wanted <= spans.keys():
            return number + 1, spans
    raise ParseError(f"this is no table of {what}; send what the tool printed, with its heading and the dashes below")


def _spans(head: str, rule: str) -> dict[str, tuple[int, int | None]]:
    if not _RULE.fullmatch(rule):
        return {}
    starts = [found.start() for found in re.finditer(r"-+", rule)]
    ends: list[int | None] = [*starts[1:], None]
    return {head[start:end].strip().lower(): (start, end) for start, end in zip(starts, ends, strict=True)}


def rows(
    lines: Sequence[str], first: int, spans: Mapping[str, tuple[int, int | None]]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with its line, 1-based, as cells by heading; the table ends at an empty line or at the end."""
    for number in range(first, len(lines)):
        line = plain(lines[number])
        if not line.strip():
            if any(plain(rest).strip() for rest in lines[number:]):
                raise ParseError("more text after the table; send the table alone", number + 2)
            return
        yield number + 1, {name: _cell(line, span, number + 1) for name, span in spans.items()}


def _cell(line: str, span: tuple[int, int | None], number: int) -> str:
    start, end = span
    if start and len(line) > start and line[start - 1] != " ":
        raise ParseError("this line does not keep to the columns; send what the tool printed, unchanged", number)
    return line[start:end].strip()


def plain(line: str) -> str:
    """A line without the colours of a terminal."""
    return _COLOUR.sub("", line).rstrip()
