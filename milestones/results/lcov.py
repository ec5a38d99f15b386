"""LCOV's tracefile, as geninfo(1) defines it and Istanbul, coverage.py and others write it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from milestones.facts import CoveredFile, Fact, ParseError
from milestones.results import textlines
from milestones.results.linecount import Lines, times
from milestones.results.places import placed

_KNOWN = frozenset(
    [
        "TN",
        "SF",
        "VER",
        "FN",
        "FNL",
        "FNA",
        "FNDA",
        "FNF",
        "FNH",
        "BRDA",
        "BRF",
        "BRH",
        "DA",
        "LF",
        "LH",
        "MCDC",
        "MCF",
        "MCH",
        "BA",
        "BFDA",
    ]
)


def read(stream: BinaryIO) -> Iterator[Fact]:
    """One CoveredFile a record, from `SF:` to `end_of_record`."""
    record: _Record | None = None
    number, seen = 0, False
    for number, line in textlines.lines(stream):
        key, colon, value = line.strip().partition(":")
        if key == "SF" and colon:
            if record is not None:
                raise ParseError("an `SF:` before the last `end_of_record`; send the whole file", number)
            record, seen = _Record(placed(value)), True
        elif key == "end_of_record" and record is not None:
            yield record.file(number)
            record = None
        elif not key or key.startswith("#"):
            continue
        elif key not in _KNOWN or not colon:
            raise ParseError(f"{key[:40]!r} is no key of LCOV; send the tracefile as it was written", number)
        elif record is not None:
            record.take(key, value, number)
    if record is not None or not seen:
        raise ParseError("the last `end_of_record` is missing; send the whole tracefile", number)


class _Record:
    def __init__(self, path: str) -> None:
        self.path = path
        self.lines = Lines()
        self.stated: str | None = None

    def take(self, key: str, value: str, number: int) -> None:
        try:
            if key == "DA":
                line, _, hits = value.partition(",")
                self.lines.add(line, hits.partition(",")[0])
            elif key == "BRDA":
                taken = value.rpartition(",")[2].strip()
                self.lines.branch(0 if taken == "-" else times(taken), 1)
            elif key == "LF":
                self.stated = value.strip()
        except ParseError as error:
            raise ParseError(error.reason, number) from None

    def file(self, number: int) -> CoveredFile:
        found = len(self.lines.hits)
        if self.stated is not None and self.stated != str(found):
            raise ParseError(
                f"LF says {self.stated[:20]} lines, {found:,} are listed; send the tracefile unchanged", number
            )
        return self.lines.of(self.path)
