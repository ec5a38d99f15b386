"""GitHub's annotations in a log: `::error file=a.py,line=1::text`, as its workflow commands are documented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from milestones.facts import Fact, Finding
from milestones.results import textlines, wording
from milestones.results.places import line_number, placed

_COMMAND = re.compile(
    r"^(?:\d{4}-\d\d-\d\dT[\d:.]+Z )?\s*(?:::|##\[)"
    r"(?P<severity>error|warning|notice)(?: (?P<properties>[^\n]*?))?(?:::|\])(?P<text>.*)",
    re.IGNORECASE,
)


def read(stream: BinaryIO) -> Iterator[Fact]:
    """Each annotation of a log, whatever else the log says."""
    for _, line in textlines.lines(stream, strict=False):
        if match := _COMMAND.match(line):
            yield _finding(match)


def _finding(match: re.Match[str]) -> Finding:
    pairs = (pair.partition("=") for pair in (match["properties"] or "").split(","))
    properties = {key.strip().lower(): _unescaped(value) for key, _, value in pairs}
    return Finding(
        text=wording.clean(_unescaped(match["text"])),
        path=placed(properties.get("file", "")),
        line=line_number(properties.get("line")),
        rule=wording.name(properties.get("title", "")),
        tool="github",
        severity=match["severity"].lower(),
    )


def _unescaped(text: str) -> str:
    for written, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(written, meant)
    return text
