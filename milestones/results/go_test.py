"""`go test -json`, the events of test2json (cmd/test2json)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from milestones.facts import Fact, Outcome, ParseError, Result
from milestones.results import jsontext, textlines, wording
from milestones.results.limits import MOST_CASES

_ENDINGS = {"pass": Result.PASSED, "fail": Result.FAILED, "skip": Result.SKIPPED}
_PLAIN_FAIL = re.compile(r"FAIL\t(?P<package>\S+)(?: \[(?P<why>.*)\])?")
_NOISE = re.compile(r"\s*(?:===|---) ")
MOST_OUTPUT = 50


def read(stream: BinaryIO) -> Iterator[Fact]:
    """Each test and subtest; a package that failed without a failed test, as when it did not build, is an error."""
    run = _Run()
    number = 0
    for number, line in textlines.lines(stream, strict=False):
        if line.startswith("{"):
            event = jsontext.record(jsontext.loads(line, number), "an event")
            yield from run.event(event, number)
        elif match := _PLAIN_FAIL.match(line):
            yield from run.package_failed(match["package"], match["why"] or "it did not build")
    if not run.events and not run.failed:
        raise ParseError("no event of `go test -json` in it; send what `go test -json` printed", 1)
    if run.open:
        missing = ", ".join(sorted(run.open)[:3])
        raise ParseError(f"the events stop before these packages have ended: {missing}; send the whole output", number)


class _Run:
    """What is under way: the tests that have begun, by package, with what they have printed."""

    def __init__(self) -> None:
        self.open: dict[str, dict[str, list[str]]] = {}
        self.failed: dict[str, bool] = {}
        self.events = self.count = 0

    def event(self, event: dict[str, Any], number: int) -> Iterator[Fact]:
        action = jsontext.text(event, "Action", "an event")
        package = wording.name(jsontext.text(event, "Package", "an event"))
        test = wording.name(jsontext.text(event, "Test", "an event"))
        if not action:
            raise ParseError("an event without an Action; send what `go test -json` printed", number)
        self.events += 1
        if action.startswith("build-") or not package:
            return
        tests = self.open.setdefault(package, {})
        if action == "output":
            self._output(tests.setdefault(test, []), jsontext.text(event, "Output", "an event"))
        elif action in ("run", "start"):
            tests[test] = []
        elif action in _ENDINGS and test:
            yield self._ended(package, test, action, _elapsed(event, number))
        elif action in _ENDINGS:
            yield from self._package_ended(package, action)

    def _output(self, output: list[str], text: str) -> None:
        if len(output) < MOST_OUTPUT and not _NOISE.match(text):
            output.append(text[:1_000])

    def _ended(self, package: str, test: str, action: str, seconds: float | None) -> Outcome:
        output = self.open[package].pop(test, [])
        result = _ENDINGS[action]
        if result is Result.FAILED:
            self.failed[package] = True
        text = "" if result is Result.PASSED else wording.clean("".join(output))
        return self._counted(Outcome(result, package, test, seconds=seconds, text=text))

    def _package_ended(self, package: str, action: str) -> Iterator[Fact]:
        tests = self.open.pop(package, {})
        own = tests.pop("", [])
        for test, output in tests.items() if action == "fail" else ():
            self.failed[package] = True
            text = wording.clean("".join(output)) or "it had not ended when its package failed"
            yield self._counted(Outcome(Result.ERROR, package, test, text=text))
        if action == "fail":
            yield from self.package_failed(package, wording.clean("".join(own)) or "the package failed")

    def package_failed(self, package: str, why: str) -> Iterator[Fact]:
        if package not in self.failed:
            self.failed[package] = True
            yield self._counted(
                Outcome(Result.ERROR, wording.name(package), "(the package itself)", text=wording.clean(why))
            )

    def _counted(self, outcome: Outcome) -> Outcome:
        self.count += 1
        if self.count > MOST_CASES:
            raise ParseError(f"more than {MOST_CASES:,} test cases, which is the limit; send them in shards")
        return outcome


def _elapsed(event: dict[str, Any], number: int) -> float | None:
    seconds = jsontext.number(event, "Elapsed", "an event")
    if seconds is not None and seconds < 0:
        raise ParseError("a negative Elapsed; a time is 0 or more", number)
    return seconds
