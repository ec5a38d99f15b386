"""TRX, the results of Visual Studio's test runner (`dotnet test --logger trx`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from milestones.facts import Fact, Outcome, ParseError, Result, Scope
from milestones.results import wording, xmlstream
from milestones.results.limits import MOST_CASES

_RESULTS = {
    "passed": Result.PASSED,
    "warning": Result.PASSED,
    "failed": Result.FAILED,
    "error": Result.ERROR,
    "timeout": Result.ERROR,
    "aborted": Result.ERROR,
    "passedbutrunaborted": Result.ERROR,
    "disconnected": Result.ERROR,
    "notexecuted": Result.SKIPPED,
    "notrunnable": Result.SKIPPED,
    "inconclusive": Result.SKIPPED,
    "pending": Result.SKIPPED,
}
_DURATION = re.compile(r"(?:(\d{1,6})\.)?(\d{1,4}):(\d{1,2}):(\d{1,2}(?:\.\d{1,9})?)\Z")


def read(stream: BinaryIO) -> Iterator[Fact]:
    """Each UnitTestResult, of data-driven ones the inner results; ParseError where the counters say more."""
    return xmlstream.read(stream, _Results())


class _Results(xmlstream.Reader):
    what = "TRX"

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.waiting: list[Outcome | None] = []
        self.count = self.parents = 0
        self.total: int | None = None
        self.capturing = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        self.depth += 1
        xmlstream.check_depth(self.depth)
        if self.depth == 1 and tag != "TestRun":
            raise ParseError(f"the root element is <{tag[:60]}>, not <TestRun>: this is no TRX")
        if tag == "UnitTestResult":
            self._result(attributes)
        elif tag in ("Message", "StdOut") and self.waiting and not self.capturing:
            self.capturing = tag
            self.capture()
        elif tag == "Counters":
            self._counters(attributes)
        elif tag == "ResultSummary" and attributes.get("outcome") in ("Aborted", "Disconnected", "Error", "Timeout"):
            self.facts.append(Scope(None, f"the run ended as {attributes['outcome']}: not every test ran"))

    def _result(self, attributes: dict[str, str]) -> None:
        outcome = attributes.get("outcome", "Error").lower()
        if outcome not in _RESULTS:
            raise ParseError(f"the outcome {outcome[:40]!r} is none that TRX has; write the file again")
        if self.waiting and self.waiting[-1] is not None:
            self.waiting[-1] = None  # a data-driven test is the sum of its rows
            self.parents += 1
        suite, name, parameters = _split(wording.name(attributes.get("testName", "")))
        seconds = _seconds(attributes.get("duration"))
        self.waiting.append(Outcome(_RESULTS[outcome], suite, name, parameters, seconds))

    def _counters(self, attributes: dict[str, str]) -> None:
        written = attributes.get("total", "")
        if not written.isdecimal() or len(written) > 9:
            raise ParseError(f"total={written[:40]!r} is no count; write the file again")
        self.total = int(written)

    def end(self, tag: str) -> None:
        self.depth -= 1
        tag = tag.rpartition(":")[2]
        if tag == self.capturing:
            text, self.capturing = self.release(), ""
            last = self.waiting[-1] if self.waiting else None
            if tag == "Message" and last is not None and last.result is not Result.PASSED:
                self.waiting[-1] = last._replace(text=wording.clean(text))
        elif tag == "UnitTestResult":
            outcome = self.waiting.pop()
            if outcome is not None:
                self._keep(outcome)

    def _keep(self, outcome: Outcome) -> None:
        self.facts.append(outcome)
        self.count += 1
        if self.count > MOST_CASES:
            raise ParseError(f"more than {MOST_CASES:,} test cases, which is the limit; send them in shards")

    def finish(self) -> None:
        if self.total is not None and self.total > self.count + self.parents:
            raise ParseError(f"the counters say {self.total:,} tests, {self.count:,} are there; send the whole file")


def _split(full: str) -> tuple[str, str, str]:
    """`Shop.Tests.Total(1, 2)` as its class, its name and its parameters."""
    bare, bracket, rest = full.partition("(")
    suite, _, name = bare.rpartition(".")
    return suite, name, rest.rstrip(")") if bracket else ""


def _seconds(written: str | None) -> float | None:
    if not written:
        return None
    match = _DURATION.match(written)
    if match is None:
        raise ParseError(f"duration={written[:40]!r} is no duration; a test's time is hours:minutes:seconds, 0 or more")
    days, hours, minutes, seconds = match.groups()
    return int(days or 0) * 86_400 + int(hours) * 3600 + int(minutes) * 60 + float(seconds)
