"""The report of pytest-json-report (`pytest --json-report`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from milestones.facts import Fact, Outcome, ParseError, Result, Scope
from milestones.results import jsontext, wording
from milestones.results.places import line_number, placed

_RESULTS = {
    "passed": Result.PASSED,
    "xpassed": Result.PASSED,
    "failed": Result.FAILED,
    "error": Result.ERROR,
    "skipped": Result.SKIPPED,
    "xfailed": Result.SKIPPED,  # as in pytest's own JUnit XML
}
_STOPPED = {2: "was interrupted", 3: "had an internal error", 4: "was used wrongly"}


def read(stream: BinaryIO) -> Iterator[Fact]:
    """Each test, the one before it folded in where pytest ran it again; collectors that failed are errors."""
    report = jsontext.record(jsontext.load(stream), "the report")
    tests = jsontext.records(jsontext.need(report, "tests", "the report"), "'tests'")
    summary = jsontext.record(jsontext.need(report, "summary", "the report"), "'summary'")
    total = jsontext.count(summary, "total", "'summary'")
    if total is not None and total != len(tests):
        raise ParseError(f"the summary counts {total:,} tests, {len(tests):,} are listed; send the report unchanged")
    if (code := report.get("exitcode")) in _STOPPED:
        yield Scope(None, f"pytest {_STOPPED[code]} (exit code {code}): not every test ran")
    for collector in jsontext.records(report.get("collectors") or [], "'collectors'"):
        if collector.get("outcome") == "failed":
            text = jsontext.text(collector, "longrepr", "a collector")
            yield Outcome(Result.ERROR, *_name(collector), text=wording.clean(text))
    for number, test in enumerate(tests, 1):
        yield _outcome(test, f"test {number}")


def _outcome(test: dict[str, Any], what: str) -> Outcome:
    outcome = jsontext.text(test, "outcome", what)
    flaky = outcome == "rerun"
    if flaky:
        outcome = _last_call(test, what)
    if outcome not in _RESULTS:
        raise ParseError(f"{what} has the outcome {outcome[:40]!r}, which pytest-json-report does not write")
    suite, name, parameters = _name(test)
    seconds, text = _phases(test, what)
    line = jsontext.count(test, "lineno", what)
    return Outcome(
        _RESULTS[outcome],
        suite,
        name,
        parameters,
        seconds,
        wording.clean(text),
        placed(suite.partition("::")[0]),
        None if line is None else line_number(line + 1),  # counted from 0
        flaky,
    )


def _last_call(test: dict[str, Any], what: str) -> str:
    call = jsontext.record(test.get("call") or test.get("setup") or {}, f"'call' of {what}")
    return jsontext.text(call, "outcome", what).replace("rerun", "passed")


def _name(item: dict[str, Any]) -> tuple[str, str, str]:
    node = wording.name(jsontext.text(item, "nodeid", "a test"))
    bare, parameters = wording.split_parameters(node)
    suite, _, name = bare.rpartition("::")
    return suite, name, parameters


def _phases(test: dict[str, Any], what: str) -> tuple[float, str]:
    """The seconds of its three phases, and what the phase that did not pass said."""
    seconds, text = 0.0, ""
    for key in ("setup", "call", "teardown"):
        phase = jsontext.record(test.get(key) or {}, f"{key!r} of {what}")
        duration = jsontext.number(phase, "duration", what) or 0.0
        if duration < 0:
            raise ParseError(f"{what} has a negative duration; a time is 0 or more")
        seconds += duration
        crash = jsontext.record(phase.get("crash") or {}, f"'crash' of {what}")
        if phase.get("outcome") != "passed":
            text = text or jsontext.text(crash, "message", what) or jsontext.text(phase, "longrepr", what)
    return seconds, text
