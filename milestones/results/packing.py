"""Outcomes of a run as one column: for each position of the project's dictionary of tests a mark and a duration.

Marks are ordered so that the worst of several is the highest. A packed column is two bytes for the version, three
numbers (first position, length, cases), then the marks and the durations, each deflated. Durations lie in four planes
of bytes, low ones first, so that the high ones cost nothing.
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from milestones.facts import Result


class Mark(IntEnum):
    """How a test stands in a run."""

    ABSENT = 0
    SKIPPED = 1
    PASSED = 2
    FLAKY = 3  # it passed, and it failed too
    FAILED = 4
    ERROR = 5


BAD = frozenset({Mark.FAILED, Mark.ERROR})
_HEAD = struct.Struct("<HIII")
_VERSION = 1
_LONGEST = 2**32 - 2  # milliseconds; 0 stands for no duration


def mark_of(result: Result, *, flaky: bool) -> Mark:
    """The mark of one outcome."""
    if result is Result.PASSED:
        return Mark.FLAKY if flaky else Mark.PASSED
    if result is Result.SKIPPED:
        return Mark.SKIPPED
    return Mark.FAILED if result is Result.FAILED else Mark.ERROR


def ticks_of(seconds: float | None) -> int:
    """A duration as it is packed: milliseconds and one, 0 for none."""
    return 0 if seconds is None else min(int(seconds * 1000 + 0.5), _LONGEST) + 1


@dataclass(frozen=True)
class Column:
    """Marks from the dictionary's position `first` on; `cases` counts what the file held, repeated names and all."""

    first: int
    marks: bytes
    cases: int
    deflated: bytes = b""

    @cached_property
    def ticks(self) -> array[int]:
        """The durations beside the marks, inflated when they are asked for."""
        if not self.deflated:
            return array("I", bytes(4 * len(self.marks)))
        planes = zlib.decompress(self.deflated)
        length = len(self.marks)
        woven = bytearray(len(planes))
        for plane in range(4):
            woven[plane::4] = planes[plane * length : (plane + 1) * length]
        return _native(array("I", bytes(woven)))

    def mark(self, position: int) -> Mark:
        place = position - self.first
        return Mark(self.marks[place]) if 0 <= place < len(self.marks) else Mark.ABSENT

    def seconds(self, position: int) -> float | None:
        """How long a test took, to the millisecond."""
        place = position - self.first
        ticks = self.ticks[place] if 0 <= place < len(self.marks) else 0
        return (ticks - 1) / 1000 if ticks else None

    def dense(self, length: int) -> bytes:
        """The marks of positions 0 to `length`."""
        return (bytes(self.first) + self.marks).ljust(length, b"\0")[:length]


EMPTY = Column(0, b"", 0)


def pack(positions: Iterable[int], marks: Iterable[int], ticks: Iterable[int], cases: int) -> bytes:
    """One column from the outcomes of a run, in any order; of a test that came more than once the worst counts."""
    places = array("I", positions)
    if not places:
        return _HEAD.pack(_VERSION, 0, 0, cases)
    first, last = min(places), max(places)
    column, times = bytearray(last - first + 1), array("I", bytes(4 * (last - first + 1)))
    for place, mark, tick in zip(places, marks, ticks, strict=True):
        at = place - first
        if mark > column[at]:
            column[at] = mark
            times[at] = tick
    body = _native(times).tobytes()
    planes = b"".join(body[plane::4] for plane in range(4))
    head = _HEAD.pack(_VERSION, first, len(column), cases)
    squeezed = zlib.compress(column, 6)
    return head + struct.pack("<I", len(squeezed)) + squeezed + zlib.compress(planes, 1)


def unpack(packed: bytes) -> Column:
    """A column as it was packed."""
    version, first, length, cases = _HEAD.unpack_from(packed)
    if version != _VERSION:
        raise ValueError(f"a column of version {version}, this program reads {_VERSION}")
    if not length:
        return Column(0, b"", cases)
    start = _HEAD.size + 4
    (size,) = struct.unpack_from("<I", packed, _HEAD.size)
    return Column(first, zlib.decompress(packed[start : start + size]), cases, packed[start + size :])


def worst(columns: Iterable[Column]) -> Column:
    """Several runs as one: of each test the worst mark."""
    listed = [one for one in columns if one.marks]
    if len(listed) < 2:
        return listed[0] if listed else EMPTY
    length = max(one.first + len(one.marks) for one in listed)
    marks = listed[0].dense(length)
    for one in listed[1:]:
        marks = bytes(map(max, marks, one.dense(length)))
    return Column(0, marks, sum(one.cases for one in listed))


def _native(numbers: array[int]) -> array[int]:
    """Low bytes first, whatever the machine."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
