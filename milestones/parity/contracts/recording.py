"""A recording as it is read: once through for what was asked, then answer by answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from milestones.facts import ParseError, Problem

from .exchange import Exchange, read_line
from .pairing import Entry, entry_of, routed

PROBLEMS_KEPT = 50


class Lines(Protocol):
    """A recording that can be read through, and again at any place that reading through has named."""

    @property
    def name(self) -> str: ...

    def __iter__(self) -> Iterator[tuple[int, int, bytes]]:
        """Offset, line number and bytes of each line."""
        ...

    def at(self, offset: int) -> bytes: ...


@dataclass(slots=True)
class Recording:
    """A recording as far as pairing needs it."""

    lines: Lines
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    left_out: int = 0


def index(lines: Lines) -> Recording:
    """Read a recording through once; a line that is no exchange is a problem with its number."""
    found = Recording(lines)
    for offset, number, line in lines:
        if not line.strip():
            continue
        try:
            found.entries.append(entry_of(offset, line))
        except ParseError as problem:
            found.left_out += 1
            if len(found.problems) < PROBLEMS_KEPT:
                found.problems.append(Problem(problem.reason, lines.name, number))
    if found.left_out > PROBLEMS_KEPT:
        found.problems.append(
            Problem(f"{found.left_out:,} lines in all are no exchanges and were left out", lines.name)
        )
    return found


def line_of(side: Recording, place: int) -> bytes:
    """The line of an entry by its place in the list."""
    return side.lines.at(side.entries[place].offset)


def read_at(side: Recording, place: int, line: bytes = b"") -> Exchange:
    """The exchange of an entry, with the route that was found for it."""
    return routed(read_line(line or line_of(side, place)), side.entries[place].route)
