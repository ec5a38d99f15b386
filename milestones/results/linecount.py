"""The lines of one file as a coverage report lists them, collected and bounded."""

from __future__ import annotations

from milestones.facts import CoveredFile, ParseError
from milestones.results.places import line_number

MOST_LINES = 2_000_000


class Lines:
    """Lines with their hits; a line listed twice is covered if any listing says so."""

    def __init__(self) -> None:
        self.hits: dict[int, bool] = {}
        self.branches = (0, 0)

    def add(self, number: object, hits: object) -> None:
        line = line_number(number)
        if line is None:
            raise ParseError("a line of coverage without its number; write the file again")
        self.mark(line, times(hits) > 0)

    def mark(self, line: int, covered: bool) -> None:
        self.hits[line] = covered or self.hits.get(line, False)
        if len(self.hits) > MOST_LINES:
            raise ParseError(f"more than {MOST_LINES:,} lines in one file, which is the limit")

    def branch(self, covered: int, every: int) -> None:
        if not 0 <= covered <= every:
            raise ParseError(f"{covered} of {every} branches cannot be; write the file again")
        self.branches = (self.branches[0] + covered, self.branches[1] + every)

    def of(self, path: str, units: tuple[int, int] | None = None) -> CoveredFile:
        covered = tuple(sorted(line for line, hit in self.hits.items() if hit))
        missed = tuple(sorted(line for line, hit in self.hits.items() if not hit))
        return CoveredFile(path, covered, missed, self.branches, units)


def times(written: object) -> int:
    """How often a line ran; some tools write a fraction, none a negative number."""
    try:
        hits = float(str(written)[:40])
    except ValueError:
        hits = -1.0
    if not 0 <= hits < float("inf"):
        raise ParseError(f"{str(written)[:40]!r} is no count of executions; write the file again")
    return 1 if hits else 0
