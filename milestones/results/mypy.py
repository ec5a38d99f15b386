"""mypy's text, plain or pretty, and its JSON lines (`--output json`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from milestones.facts import Fact, Finding, ParseError, Scope
from milestones.results import jsontext, textlines, wording
from milestones.results.places import line_number, placed

_MESSAGE = re.compile(
    r"(?P<path>(?:[A-Za-z]:)?[^:\n]+)(?::(?P<line>\d+))?(?::\d+)*: (?P<severity>error|warning|note): (?P<text>.*)"
)
_CODE = re.compile(r"\s*\[(?P<code>[a-z][a-z0-9-]*)\]$")
_FOUND = re.compile(r"Found (?P<errors>\d+) errors? in \d+ files? \((?:checked (?P<files>\d+) source files?|.*)\)$")
_SUCCESS = re.compile(r"Success: no issues found in (?P<files>\d+) source files?$")


def read(stream: BinaryIO) -> Iterator[Fact]:
    """Each error, notes left out; ParseError where the closing line is missing or counts otherwise."""
    text = _Text()
    for number, line in textlines.lines(stream):
        if line.startswith("{"):
            yield from _json_line(line, number)
            text.is_json = True
        elif line.strip():
            yield from text.take(number, line)
    yield from text.end()


class _Text:
    """The text form: a message may be wrapped, and its code come at the end of a later line."""

    def __init__(self) -> None:
        self.waiting: list[str] = []
        self.match: re.Match[str] | None = None
        self.errors = 0
        self.closed = self.is_json = False

    def take(self, number: int, line: str) -> Iterator[Fact]:
        if closing := _FOUND.match(line) or _SUCCESS.match(line):
            yield from self._flush()
            self._close(closing, number)
            yield Scope(int(closing["files"]) if closing["files"] else None)
        elif message := _MESSAGE.match(line):
            yield from self._flush()
            self.match, self.waiting = message, [message["text"]]
        elif self.match is None:
            raise ParseError("this is no line of mypy's; send what mypy printed, and nothing else", number)
        elif not line.startswith("    ") and len(self.waiting) < 50:
            self.waiting.append(line)

    def _flush(self) -> Iterator[Fact]:
        match, self.match = self.match, None
        if match is None or match["severity"] == "note":
            return
        text = " ".join(self.waiting)
        code = _CODE.search(text)
        self.errors += match["severity"] == "error"
        yield Finding(
            text=wording.clean(text[: code.start()] if code else text),
            path=placed(match["path"]),
            line=line_number(match["line"]),
            rule=code["code"] if code else "",
            tool="mypy",
            severity=match["severity"],
        )

    def _close(self, closing: re.Match[str], number: int) -> None:
        stated = int(closing["errors"][:12]) if closing.re is _FOUND else 0
        if stated != self.errors:
            raise ParseError(
                f"mypy states {stated} errors, the lines before show {self.errors}; send all of them", number
            )
        self.closed = True

    def end(self) -> Iterator[Fact]:
        yield from self._flush()
        if not (self.closed or self.is_json):
            raise ParseError("mypy's closing line is missing (`Found ...` or `Success: ...`); send the whole output")


def _json_line(line: str, number: int) -> Iterator[Fact]:
    item = jsontext.record(jsontext.loads(line, number), "a line of mypy's JSON")
    what = "a line of mypy's JSON"
    jsontext.need(item, "file", what)
    severity = jsontext.text(item, "severity", what)
    if severity == "note":
        return
    yield Finding(
        text=wording.clean(jsontext.text(item, "message", what)),
        path=placed(jsontext.text(item, "file", what)),
        line=line_number(item.get("line")),
        rule=jsontext.text(item, "code", what),
        tool="mypy",
        severity=severity,
    )
