"""JUnit XML, as pytest, unittest-xml-reporting, Jest, Go's converters and Maven's Surefire write it.

There is no standard; the elements are those of Surefire's published schema (surefire-test-report.xsd, versions 2 and
3) and of the Jenkins plugin's (junit-10.xsd).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO
from xml.parsers import expat

from milestones.facts import Fact, Outcome, ParseError, Result
from milestones.results import wording, xmlstream
from milestones.results.lane import Lane
from milestones.results.limits import MOST_CASES
from milestones.results.places import line_number, placed
from milestones.results.runs import Run, runs_in
from milestones.results.wording import split_parameters, whole_name

_ENDINGS = {"failure": Result.FAILED, "error": Result.ERROR, "skipped": Result.SKIPPED}
_SUITES = ("testsuite", "testsuites")
_WORSE = {Result.PASSED: 0, Result.SKIPPED: 1, Result.FAILED: 2, Result.ERROR: 3}
_RETRIES = frozenset({"flakyFailure", "flakyError", "rerunFailure", "rerunError", "rerun"})
_NOT_RUN = frozenset({"notrun", "skipped", "disabled", "suppressed", "ignored", "pending", "todo"})
_PASSED = Result.PASSED


def read(stream: BinaryIO) -> Iterator[Fact]:
    """Each `testcase` as an Outcome; ParseError for what is no JUnit XML, or contradicts itself."""
    return xmlstream.read(stream, _Cases())


@dataclass(slots=True)
class _Suite:
    """A suite that is open: what it states, and what the counters stood at when it began."""

    name: str
    stated: dict[str, str]
    cases: int
    inner: int
    bad: int
    skipped: int
    slack: int
    line: int


class _Times(dict[str, float]):
    """Durations by how they are written: few of them, to the millisecond, stand for most of a file's cases."""

    def __missing__(self, written: str) -> float:
        seconds = _seconds(written)
        if len(self) < 10_000 and len(written) < 20:
            self[written] = seconds
        return seconds


_TIMES = _Times()


class _Cases(xmlstream.Reader):
    what = "JUnit XML"

    def __init__(self) -> None:
        super().__init__()
        self.open = True  # until the end: of the last fact another try may follow
        self.plain = self.in_case = False
        self.depth = 0  # of the elements around and within a case; the case itself is `in_case`
        self.suites: list[_Suite] = []
        self.path = ""
        self.handed_on = self.bad = self.skipped = 0
        self.slack = 0  # elements that tools count in one way or the other: repeated cases, retries, extra failures
        self.last_suite = self.last_name = ""
        self.child = self.message = ""
        self.child_depth = self.case_depth = 0
        self.suite_itself = self.from_pytest = self.from_jest = self.counts_subtests = False
        self.todo = self.todo_child = False  # a test that its runner expects to fail: what it says is no failure
        self.in_lane = False
        self.began = -1  # where the first case of a run began, in bytes
        self.lane = Lane(_TIMES, self._listed)

    @property
    def cases(self) -> int:
        return self.handed_on + len(self.facts)

    def handing_on(self, count: int) -> None:
        self.handed_on += count
        if self.handed_on > MOST_CASES:
            raise ParseError(f"more than {MOST_CASES:,} test cases, which is the limit; send them in shards")

    def attach(self, parser: expat.XMLParserType) -> None:
        self._leave_lane()
        self.parser = parser
        parser.ordered_attributes = True
        parser.StartElementHandler = self._listed
        parser.EndElementHandler = self.end

    def piece(self, *, plain: bool) -> None:
        self.plain = plain
        self._may_enter_lane()

    def runs(self, piece: bytes) -> Iterable[Run]:
        return runs_in(piece) if self.plain else ()

    def expect(self) -> None:
        self.began = -1
        if self.in_lane:
            self.parser.StartElementHandler = self._noted

    def _noted(self, tag: str, attributes: list[str]) -> None:
        self.began = self.parser.CurrentByteIndex
        self.parser.StartElementHandler = self.lane.start
        self.lane.start(tag, attributes)

    def take(self, run: Run, began: int) -> bool:
        if not self.in_lane or self.began != began or len(self.lane.ends) != len(self.lane.facts):
            return False
        self.lane.take(run)
        return True

    def settle(self) -> None:
        self._leave_lane()

    def _leave_lane(self) -> None:
        """Makes good what the lane let pass: its cases, the one that is open still, suites that have ended."""
        if not self.in_lane:
            return
        self.in_lane = False
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._listed, self.end
        lane = self.lane
        if lane.facts:
            self.facts += lane.facts
            last = self._last()
            self.last_suite, self.last_name = last.suite, whole_name(last.name, last.parameters)
            self.in_case, self.case_depth = lane.is_open, self.depth
        for tag in lane.further_ends:
            self._end(tag)
        lane.clear()

    def _may_enter_lane(self) -> None:
        if self.plain and not self.in_case and self.suites and self.depth == len(self.suites):
            self.in_lane = True
            self.lane.enter(self.last_name)
            self.parser.StartElementHandler, self.parser.EndElementHandler = self.lane.start, self.lane.ends.append

    def _listed(self, tag: str, attributes: list[str]) -> None:
        """What the lane does not take, its attributes as expat lists them."""
        self._leave_lane()
        self.start(tag, _paired(attributes))
        self._may_enter_lane()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "testcase" and not self.in_case:
            self._case(attributes)
            return
        self.depth += 1
        xmlstream.check_depth(self.depth)
        if self.in_case:
            self._within_case(tag, attributes)
        elif tag in _SUITES:
            self._suite(attributes)
        elif self.depth == 1:
            raise ParseError(f"the root element is <{tag[:60]}>, not <testsuites> or <testsuite>: this is no JUnit XML")
        else:
            self._beside_case(tag, attributes)

    def end(self, tag: str) -> None:
        self._end(tag)
        self._may_enter_lane()

    def _end(self, tag: str) -> None:
        if tag == "testcase" and self.in_case and self.depth == self.case_depth:
            self.in_case = self.todo = False
            return
        self.depth -= 1
        if self.child and self.depth == self.child_depth:
            self._close_child()
        elif tag in _SUITES and not self.in_case:
            self._close_suite()

    # --- cases

    def _case(self, attributes: dict[str, str]) -> None:
        if not self.suites:
            raise ParseError("a <testcase> outside any <testsuite>: this is no JUnit XML; write the file again")
        get = attributes.get
        written = get("time")
        whole = wording.one_line(get("name", ""))
        suite = wording.one_line(get("classname") or get("class") or self.path)
        if whole == self.last_name and suite == self.last_suite and self._again():
            return
        self.last_suite, self.last_name = suite, whole
        name, parameters = split_parameters(whole)
        seconds = _TIMES[written] if written else None
        path = placed(get("file") or "")
        line = line_number(get("line"))
        self.facts.append(Outcome(_PASSED, suite, name, parameters, seconds, "", path, line))
        self.in_case = True
        self.case_depth = self.depth
        if (get("status") or get("result") or "").lower() in _NOT_RUN:
            self._mark(Result.SKIPPED, "")

    def _again(self) -> bool:
        """The same case right after itself: from pytest one more try, or its teardown, of the one test."""
        self.slack += 1
        if not (self.from_pytest and self.facts):
            return False
        last = self._last()
        self.facts[-1] = last._replace(flaky=last.result is _PASSED)
        self.in_case = True
        self.case_depth = self.depth
        return True

    def _within_case(self, tag: str, attributes: dict[str, str]) -> None:
        if self.child:
            return
        if tag == "testcase":
            raise ParseError("a <testcase> within a <testcase>; write the file again with the tool itself")
        if tag in _ENDINGS:
            self._begin_child(tag, attributes)
        elif tag in _RETRIES:
            self.slack += 1
            last = self._last()
            self.facts[-1] = last._replace(flaky=tag.startswith("flaky") or (tag == "rerun" and last.result == _PASSED))

    def _beside_case(self, tag: str, attributes: dict[str, str]) -> None:
        """An error of a suite as a whole counts as a case of its own: no test of it can be trusted."""
        if tag in ("error", "failure") and self.suites and self.depth == len(self.suites) + 1:
            self.facts.append(Outcome(Result.PASSED, self.path, "(the suite itself)"))
            self.slack += 1
            self.in_case, self.case_depth = True, self.depth
            self._begin_child(tag, attributes)
            self.suite_itself = True

    def _begin_child(self, tag: str, attributes: dict[str, str]) -> None:
        self.child, self.child_depth = tag, self.depth - 1
        self.todo_child = tag == "skipped" and attributes.get("type") == "todo"
        self.message = attributes.get("message") or attributes.get("type") or ""
        self.capture()

    def _close_child(self) -> None:
        text = self.release()
        self._mark(_ENDINGS[self.child], self.message if len(self.message) > 3 else f"{self.message} {text}")
        self.todo = self.todo or self.todo_child
        self.child = ""
        if self.suite_itself:
            self.suite_itself = self.in_case = False

    def _last(self) -> Outcome:
        last = self.facts[-1]
        assert isinstance(last, Outcome)  # noqa: S101 - a case is open, so its fact stands last
        return last

    def _mark(self, result: Result, text: str) -> None:
        last = self._last()
        if last.result is not _PASSED:
            self.slack += 1
        if self.todo or _WORSE[result] <= _WORSE[last.result]:
            return
        bad = _WORSE[result] >= 2
        self.bad += bad and _WORSE[last.result] < 2
        self.skipped += (result is Result.SKIPPED) - (last.result is Result.SKIPPED)
        flaky = last.flaky and not bad
        self.facts[-1] = last._replace(result=result, text=wording.clean(text), flaky=flaky)

    # --- suites

    def _suite(self, attributes: dict[str, str]) -> None:
        name = wording.name(attributes.get("name", ""))
        self.from_pytest = self.from_pytest or name in ("pytest", "pytest tests")
        # From version 9 on pytest adds subtests that passed to the count and writes no case for them.
        self.counts_subtests = self.counts_subtests or name == "pytest tests"
        self.from_jest = self.from_jest or name == "jest tests"
        stated = {key: attributes[key] for key in ("tests", "failures", "errors", "skipped") if attributes.get(key)}
        self.suites.append(
            _Suite(
                name,
                stated,
                self.cases,
                0,
                self.bad,
                self.skipped,
                self.slack,
                self.lines_before + self.parser.CurrentLineNumber,
            )
        )
        self._set_path()

    def _set_path(self) -> None:
        self.path = " / ".join(suite.name for suite in self.suites if suite.name)[: wording.LONGEST_NAME]

    def _close_suite(self) -> None:
        suite = self.suites.pop()
        every = self.cases - suite.cases
        slack = self.slack - suite.slack
        bad = self.bad - suite.bad
        tolerant = self.from_pytest or self.from_jest  # they leave out further tries, and tests to do
        low = 0 if tolerant else every - suite.inner - slack - bad - (self.skipped - suite.skipped)
        high = MOST_CASES * 2 if self.counts_subtests else every + slack
        _hold(suite, "tests", ("tests",), low, high)
        low = 0 if suite.inner else bad - slack
        _hold(suite, "failures and errors", ("failures", "errors"), low, bad + slack)
        skipped = self.skipped - suite.skipped
        _hold(suite, "skipped", ("skipped",), 0, skipped + slack)
        if self.suites:
            self.suites[-1].inner += every
        self._set_path()


def _paired(attributes: list[str]) -> dict[str, str]:
    return dict(zip(attributes[::2], attributes[1::2], strict=True))


def _hold(suite: _Suite, what: str, keys: tuple[str, ...], low: int, high: int) -> None:
    """ParseError if the count that a suite states cannot be that of its cases."""
    if keys[0] not in suite.stated:
        return
    stated = sum(_count(suite.stated[key], key, suite.line) for key in keys if key in suite.stated)
    if not low <= stated <= high:
        found = high if stated > high else max(low, 0)
        raise ParseError(
            f"the suite {suite.name[:100]!r} states {stated:,} {what}, its cases make {found:,}: "
            "the file is incomplete or was put together wrongly; send the file that the test run wrote",
            suite.line,
        )


def _count(written: str, key: str, line: int) -> int:
    try:
        number = int(written)
    except ValueError:
        raise ParseError(f"{key}={written[:40]!r} is no number; write the file again", line) from None
    if number < 0:
        raise ParseError(f"{key}={written[:40]!r} is negative; write the file again", line)
    return number


def _seconds(written: str) -> float:
    """A duration; Surefire writes thousands with a comma."""
    try:
        seconds = float(written)
    except ValueError:
        seconds = _grouped(written)
    if not 0 <= seconds < 1e9:
        raise ParseError(f"time={written[:40]!r} is no duration; a test's time is a number of seconds, 0 or more")
    return seconds


def _grouped(written: str) -> float:
    plain = written.replace(",", "") if "." in written else written.replace(",", ".")
    try:
        return float(plain)
    except ValueError:
        return -1.0
