"""flake8's text in its default and pylint formats, with `--count`, `--statistics` and `--show-source` understood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from milestones.facts import Fact, Finding, ParseError
from milestones.results import textlines, wording
from milestones.results.places import line_number, placed

_FINDING = re.compile(
    r"(?P<path>(?:[A-Za-z]:)?[^:]+):(?P<line>\d+):(?:\d+:)? "
    r"(?:(?P<code>[A-Z]+\d+)|\[(?P<other>[A-Z]+\d+)\]) (?P<text>.*)"
)
_STATISTIC = re.compile(r"\d+\s+[A-Z]+\d+ ")


def read(stream: BinaryIO) -> Iterator[Fact]:
    """Each finding; ParseError at a line that is none, and where `--count` says another number."""
    found = 0
    source = 0  # lines that may still follow a finding under --show-source
    for number, line in textlines.lines(stream):
        if match := _FINDING.match(line):
            found, source = found + 1, 2
            yield _finding(match)
        elif line.strip().isdecimal():
            _check(line, found, number)
        elif source and (source == 2 or line.strip() == "^"):
            source -= 1
        elif line.strip() and not _STATISTIC.match(line):
            raise ParseError("this is no line of flake8's; send what flake8 printed, and nothing else", number)


def _finding(match: re.Match[str]) -> Finding:
    return Finding(
        text=wording.clean(match["text"]),
        path=placed(match["path"]),
        line=line_number(match["line"]),
        rule=match["code"] or match["other"],
        tool="flake8",
        severity="error" if (match["code"] or match["other"])[0] in "EF" else "warning",
    )


def _check(line: str, found: int, number: int) -> None:
    stated = int(line.strip()[:12])
    if stated != found:
        raise ParseError(f"flake8 counts {stated} findings, the lines before show {found}; send all of them", number)
