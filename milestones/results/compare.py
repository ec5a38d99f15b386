"""Two runs held against each other: every test of either is in just one class of change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from milestones.results.packing import BAD, Column, Mark


class Change(IntEnum):
    """What became of a test; 0 stands for a position that neither run knows."""

    SAME = 1
    FIXED = 2
    NEWLY_FAILING = 3
    NEWLY_SKIPPED = 4
    RUNS_AGAIN = 5  # it was skipped before
    FLAKY = 6  # in the later run it both failed and passed
    ADDED = 7
    REMOVED = 8


def change_of(before: Mark, after: Mark) -> Change | None:
    """The class of one test by its two marks; None where neither run has it."""
    if before is Mark.ABSENT or after is Mark.ABSENT:
        if before is after:
            return None
        return Change.ADDED if before is Mark.ABSENT else Change.REMOVED
    if _sort(before) == _sort(after):
        return Change.SAME
    if after is Mark.PASSED:
        return {1: Change.RUNS_AGAIN, 4: Change.FIXED}.get(_sort(before), Change.SAME)
    return {1: Change.NEWLY_SKIPPED, 3: Change.FLAKY}.get(_sort(after), Change.NEWLY_FAILING)


def _sort(mark: Mark) -> int:
    """Failures and errors are of one sort."""
    return Mark.FAILED if mark in BAD else mark


_CLASSES = bytes((change_of(Mark(code >> 3), Mark(code & 7)) or 0) if code >> 3 < 6 > code & 7 else 0
                 for code in range(64)).ljust(256, b"\0")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """`classes` has for each position of the dictionary the class of its test."""

    classes: bytes

    def count(self, change: Change) -> int:
        return self.classes.count(change)

    def counts(self) -> Mapping[Change, int]:
        return {change: self.count(change) for change in Change}

    def positions(self, change: Change) -> list[int]:
        """Where the tests of one class stand, in order."""
        return [match.start() for match in re.finditer(re.escape(bytes([change])), self.classes)]

    @property
    def before(self) -> int:
        """How many tests the earlier run had."""
        return len(self.classes) - self.classes.count(0) - self.count(Change.ADDED)

    @property
    def after(self) -> int:
        return len(self.classes) - self.classes.count(0) - self.count(Change.REMOVED)


def compare(before: Column, after: Column) -> Comparison:
    """Both runs at once: two marks of three bits make one byte, and a table says its class."""
    length = max(before.first + len(before.marks), after.first + len(after.marks))
    if not length:
        return Comparison(b"")
    codes = int.from_bytes(before.dense(length), "little") << 3 | int.from_bytes(after.dense(length), "little")
    return Comparison(codes.to_bytes(length, "little").translate(_CLASSES))
