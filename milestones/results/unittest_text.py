"""What `python -m unittest` prints, with and without `-v`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from milestones.facts import Fact, Outcome, ParseError, Result
from milestones.results import textlines, wording
from milestones.results.limits import MOST_CASES

_TEST = re.compile(r"(?P<name>[^\s(]\S*) \((?P<suite>[\w.<>]+)\)(?P<sub> [\[(].*)?")
_ENDING = re.compile(
    r"(?P<before>.*?)(?:^| \.\.\. )"
    r"(?P<ending>ok|FAIL|ERROR|expected failure|unexpected success|skipped (?P<reason>['\"].*))$"
)
_BLOCK = re.compile(r"(?P<what>FAIL|ERROR|UNEXPECTED SUCCESS): (?P<test>.*)$")
_RAN = re.compile(r"Ran (?P<count>\d{1,9}) tests? in [\d.]+s$")
_RESULT = re.compile(r"(?P<word>OK|FAILED|NO TESTS RAN)(?: \((?P<counts>.*)\))?$")
_RULE = "=" * 70


def read(stream: BinaryIO) -> Iterator[Fact]:
    """Outcomes: named where the text names them (with -v all, else what failed); the rest without a name."""
    run = _Run()
    last = 0
    for number, line in textlines.lines(stream, strict=False):
        last = number
        run.take(wording.clean(line, 4_000) if not line.isprintable() else line)
    if run.ran is None or run.counts is None:
        raise ParseError("the closing `Ran ... tests` and `OK` or `FAILED` are missing; send the whole output", last)
    return run.outcomes()


class _Run:
    """Reads line by line; the closing counts are the truth, the lines before say which tests they are."""

    def __init__(self) -> None:
        self.named: dict[tuple[str, str], Outcome] = {}
        self.skips: list[str] = []
        self.pending: tuple[str, str] | None = None
        self.block: tuple[str, str] | None = None
        self.last_text = ""
        self.ran: int | None = None
        self.counts: dict[str, int] | None = None

    def take(self, line: str) -> None:
        if block := _BLOCK.match(line):
            self._begin_block(block)
        elif ran := _RAN.match(line):
            self._end_block()
            self.ran, self.counts = int(ran["count"]), None
        elif self.ran is not None and (result := _RESULT.match(line)):
            self.counts = {
                key.strip(): int(count) for key, count in re.findall(r"([a-z ]+?)=(\d{1,9})", result["counts"] or "")
            }
        elif self.block is not None:
            if line.strip() and not line.startswith((" ", "-", "=")):
                self.last_text = line
        else:
            self._verbose(line)

    def _verbose(self, line: str) -> None:
        test = _TEST.match(line)
        if test:
            self.pending = (test["suite"], test["name"])
        ending = _ENDING.match(line)
        if ending is None or self.pending is None or (test and test["sub"]):
            return
        word = ending["ending"]
        result, text = _meaning(word, ending["reason"] or "")
        self._keep(self.pending, result, text)
        self.pending = None

    def _begin_block(self, block: re.Match[str]) -> None:
        self._end_block()
        test = _TEST.match(block["test"])
        self.block = (test["suite"], test["name"]) if test else ("", wording.name(block["test"]))
        result = Result.ERROR if block["what"] == "ERROR" else Result.FAILED
        self._keep(self.block, result, "unexpected success" if block["what"].startswith("U") else "")
        self.last_text = ""

    def _end_block(self) -> None:
        if self.block is not None and self.last_text:
            self.named[self.block] = self.named[self.block]._replace(text=wording.clean(self.last_text))
        self.block = None

    def _keep(self, test: tuple[str, str], result: Result, text: str) -> None:
        suite, name = test
        if suite.endswith("." + name):  # from Python 3.11 on the bracket repeats the name
            suite = suite[: -len(name) - 1]
        known = self.named.get(test)
        if known is None or known.result in (Result.PASSED, Result.FAILED):
            self.named[test] = Outcome(result, suite, name, text=wording.clean(text))
        if len(self.named) > MOST_CASES:
            raise ParseError(f"more than {MOST_CASES:,} test cases, which is the limit; send them in shards")

    def outcomes(self) -> Iterator[Fact]:
        counts = self.counts or {}
        ran = min(self.ran or 0, MOST_CASES)
        shown = list(self.named.values())
        by = [outcome.result for outcome in shown]
        stated = counts.get("failures", 0) + counts.get("errors", 0) + counts.get("unexpected successes", 0)
        failed = by.count(Result.FAILED) + by.count(Result.ERROR)
        if (stated == 0) != (failed == 0) or failed > stated:
            raise ParseError(
                f"the last line states {stated} failures and errors, {failed} are shown; send the whole output"
            )
        yield from shown
        skipped = counts.get("skipped", 0) + counts.get("expected failures", 0) - by.count(Result.SKIPPED)
        yield from _unnamed(Result.SKIPPED, max(0, min(skipped, MOST_CASES)))
        yield from _unnamed(Result.PASSED, max(0, ran - len(shown) - max(0, skipped)))


def _unnamed(result: Result, count: int) -> Iterator[Fact]:
    for _ in range(count):
        yield Outcome(result, "", "")


def _meaning(word: str, reason: str) -> tuple[Result, str]:
    if word == "ok":
        return Result.PASSED, ""
    if word.startswith("skipped"):
        return Result.SKIPPED, reason.strip("'\"")
    if word == "expected failure":
        return Result.SKIPPED, word
    if word == "unexpected success":
        return Result.FAILED, word
    return (Result.ERROR if word == "ERROR" else Result.FAILED), ""
