"""Results of CI, read: tests, coverage, lint and metrics in the formats that tools write.

The kind is stated by who sends, never sniffed. `parse` streams facts, `summarise` sums them up.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import BinaryIO

from milestones.facts import Fact, ParseError, Summary
from milestones.results import (
    checkstyle,
    cobertura,
    coverage_py,
    eslint,
    flake8,
    github,
    go_cover,
    go_test,
    jacoco,
    junit,
    lcov,
    metrics,
    mypy,
    openmetrics,
    pylint,
    pyright,
    pytest_json,
    ruff,
    sarif,
    tap,
    trx,
    unittest_text,
)
from milestones.results.likely import likely_kind
from milestones.results.limits import CHUNK, refuse_archive
from milestones.results.parser import Family, Parser
from milestones.results.tally import Tally

PARSERS: dict[str, Parser] = {
    "junit": Parser(junit.read, Family.TESTS, "JUnit XML", "pytest --junit-xml=FILE"),
    "pytest-json": Parser(pytest_json.read, Family.TESTS, "a pytest-json-report", "pytest --json-report"),
    "unittest": Parser(unittest_text.read, Family.TESTS, "unittest's text", "python -m unittest -v 2> FILE"),
    "tap": Parser(tap.read, Family.TESTS, "TAP", "node --test --test-reporter=tap"),
    "go-test": Parser(go_test.read, Family.TESTS, "go test's JSON", "go test -json ./..."),
    "trx": Parser(trx.read, Family.TESTS, "TRX", "dotnet test --logger trx"),
    "cobertura": Parser(cobertura.read, Family.COVERAGE, "Cobertura XML", "coverage xml"),
    "coverage-py": Parser(coverage_py.read, Family.COVERAGE, "coverage.py's JSON", "coverage json"),
    "lcov": Parser(lcov.read, Family.COVERAGE, "an LCOV tracefile", "coverage lcov"),
    "jacoco": Parser(jacoco.read, Family.COVERAGE, "JaCoCo XML", "mvn jacoco:report"),
    "go-cover": Parser(go_cover.read, Family.COVERAGE, "a Go cover profile", "go test -coverprofile=FILE ./..."),
    "sarif": Parser(sarif.read, Family.LINT, "SARIF", "ruff check --output-format sarif"),
    "ruff": Parser(ruff.read, Family.LINT, "ruff JSON", "ruff check --output-format json"),
    "flake8": Parser(flake8.read, Family.LINT, "flake8's text", "flake8 --count"),
    "pylint": Parser(pylint.read, Family.LINT, "pylint JSON", "pylint --output-format=json2"),
    "mypy": Parser(mypy.read, Family.LINT, "mypy's text", "mypy"),
    "pyright": Parser(pyright.read, Family.LINT, "pyright JSON", "pyright --outputjson"),
    "eslint": Parser(eslint.read, Family.LINT, "ESLint JSON", "eslint -f json"),
    "checkstyle": Parser(checkstyle.read, Family.LINT, "checkstyle XML", "checkstyle -f xml"),
    "github": Parser(github.read, Family.LINT, "GitHub annotations", "ruff check --output-format github"),
    "metrics": Parser(metrics.read, Family.METRICS, "metrics as JSON", """echo '{"name": 1}'"""),
    "openmetrics": Parser(openmetrics.read, Family.METRICS, "OpenMetrics text", "curl .../metrics"),
}


FAMILY_OF = {kind: parser.family for kind, parser in PARSERS.items()}


def parser_of(kind: str) -> Parser:
    """The parser of a kind; ParseError that lists the kinds if there is none."""
    if kind not in PARSERS:
        raise ParseError(f"there is no kind {kind[:60]!r}; the kinds are {', '.join(sorted(PARSERS))}")
    return PARSERS[kind]


def parse(kind: str, stream: BinaryIO) -> Iterator[Fact]:
    """The facts of a result file of the stated kind, streamed; ParseError with a sentence, the mend and the line.

    Facts that came before an error are no evidence: whoever reads must drop them.
    """
    return chain.from_iterable(batches(kind, stream))


def batches(kind: str, stream: BinaryIO) -> Iterator[list[Fact]]:
    """The facts as `parse` has them, some hundreds at once."""
    parser = parser_of(kind)
    head = stream.read(CHUNK)
    refuse_archive(head)
    if not head.removeprefix(b"\xef\xbb\xbf").strip():
        raise ParseError(f"the file is empty; send what `{parser.make}` writes")
    facts = parser.read(io.BufferedReader(_Joined(head, stream), CHUNK))
    return _batches(kind, facts, head)


def _batches(kind: str, facts: Iterator[Fact], head: bytes) -> Iterator[list[Fact]]:
    """The facts in batches, so that a million of them pass through here at no cost; an error names the likely kind."""
    try:
        while batch := list(islice(facts, 512)):
            yield batch
    except ParseError as error:
        likely = likely_kind(head)
        if likely in ("", kind) or likely not in PARSERS:
            raise
        hint = f"it looks like {PARSERS[likely].title}: send it as the kind {likely!r}, not {kind!r}"
        raise ParseError(f"{error.reason}; {hint}", error.line) from None


def tally(kind: str, *, watch: bool = True) -> Tally:
    """A running summary for a kind: let it `take` every fact, then ask for `summary`; `watch` notes repeated names."""
    parser = parser_of(kind)
    return Tally(kind, parser.family, parser.title, watch=watch)


def summarise(kind: str, facts: Iterable[Fact]) -> Summary:
    """All facts of one file summed up; takes them as they stream and keeps none."""
    running = tally(kind)
    rest = iter(facts)
    while batch := list(islice(rest, 512)):
        running.take(batch)
    return running.summary()


class _Joined(io.RawIOBase):
    """A first piece that was looked at, and the rest of the stream after it."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        found = self._head[: len(buffer)] or self._rest.read(len(buffer)) or b""
        self._head = self._head[len(found) :]
        buffer[: len(found)] = found
        return len(found)
