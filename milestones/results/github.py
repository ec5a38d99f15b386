"""GitHub's annotations in a log: `::error file=a.py,line=1::text`, as its workflow commands are documented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from milestones.facts import Fact, Finding, ParseError
from milestones.results import textlines, wording
from milestones.results.likely import likely_kind
from milestones.results.places import line_number, placed

_COMMAND = re.compile(
    r"^(?:\d{4}-\d\d-\d\dT[\d:.]+Z )?\s*(?:::|##\[)"
    r"(?P<severity>error|warning|notice)(?: (?P<properties>[^\n]*?))?(?:::|\])(?P<text>.*)",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"\s*<(?:[?!]|[A-Za-z][\w.:-]*(?:\s[^<]*)?/?>)")
_JSON = re.compile(r"""\s*(?:[\[{]\s*(?:[\[{"\]}]|$)|null\s*$)""")
_LOG = re.compile(r"(?:\d{4}-\d\d-\d\dT[\d:.]+Z )?\s*(?:::[a-z-]+[ :]|##\[)")  # some other command of a workflow's log
_HEAD_LINES = 200


def read(stream: BinaryIO) -> Iterator[Fact]:
    """Each annotation of a log, whatever else the log says; a file of another format is no log without any."""
    head: list[str] = []
    is_log = False
    for _, line in textlines.lines(stream, strict=False):
        if match := _COMMAND.match(line):
            is_log = True
            yield _finding(match)
        elif not is_log and len(head) < _HEAD_LINES:
            is_log = _LOG.match(line) is not None
            head.append(line[:4_000])
    if not is_log and (other := _other_format(head)):
        raise ParseError(f"no annotation in it, and it is no log but {other}; send the log of the step")


def _other_format(head: list[str]) -> str:
    """What a file is that is no log: to find no annotation in it says nothing."""
    first = next((line for line in head if line.strip()), "")
    if any("\0" in line for line in head):
        return "binary data"
    if _MARKUP.match(first):
        return "XML or HTML"
    if _JSON.match(first):
        return "JSON"
    return "what another tool writes" if likely_kind("\n".join(head).encode()) else ""


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
