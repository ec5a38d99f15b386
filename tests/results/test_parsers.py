"""What real runs of the tools wrote is read with the counts that the tools themselves printed."""

import io
from pathlib import Path

import pytest

from milestones.facts import ParseError, Summary
from milestones.results import PARSERS, likely_kind, parse, summarise

FIXTURES = Path(__file__).parents[1] / "fixtures" / "results"
REAL = sorted(path for path in FIXTURES.rglob("*") if path.is_file() and not path.name.startswith("broken"))
BROKEN = sorted(FIXTURES.rglob("broken*"))


def summary_of(kind: str, name: str) -> Summary:
    with (FIXTURES / kind / name).open("rb") as file:
        return summarise(kind, parse(kind, file))


def numbers(summary: Summary) -> dict[str, float]:
    return {item.name: item.value for item in summary.measurements if not item.subject}


def counts(kind: str, name: str) -> tuple[float, ...]:
    """total, passed, failed, errors, skipped, flaky"""
    found = numbers(summary_of(kind, name))
    return tuple(found[f"tests.{key}"] for key in ("total", "passed", "failed", "errors", "skipped", "flaky"))


# What the tool printed stands above each line.
TESTS = [
    # 4 failed, 5 passed, 2 skipped, 1 xfailed, 1 error, 1 subtests passed; one test passed with a failed subtest
    ("junit", "pytest.xml", (12, 4, 5, 1, 3, 0)),
    ("junit", "pytest_xdist.xml", (12, 4, 5, 1, 3, 0)),
    ("pytest-json", "pytest.json", (12, 4, 5, 1, 3, 0)),
    # the same, and the unsteady one passed when it was run again
    ("junit", "pytest_reruns.xml", (12, 5, 4, 1, 3, 1)),
    ("pytest-json", "pytest_reruns.json", (12, 5, 4, 1, 3, 1)),
    # tests="8" failures="3" errors="2" skipped="2"
    ("junit", "xmlrunner.xml", (8, 1, 5, 2, 2, 0)),
    # Tests: 2 failed, 1 skipped, 1 todo, 3 passed, 7 total; jest-junit writes the test to do as one that passed
    ("junit", "jest.xml", (7, 4, 2, 0, 1, 0)),
    # tests="5" errors="1" skipped="1" failures="1"; one passed when it was run again
    ("junit", "surefire_from_schema.xml", (5, 2, 2, 1, 1, 1)),
    # tests 5, pass 2, fail 1, skipped 1, todo 1
    ("junit", "node_junit.xml", (5, 2, 1, 0, 2, 0)),
    ("tap", "node.tap", (5, 2, 1, 0, 2, 0)),
    # 1..5, of which one is a subtest of two
    ("tap", "perl.tap", (6, 3, 1, 0, 2, 0)),
    # Ran 7 tests; failures=3 (two of them parts of one test), errors=1, skipped=1, expected failures=1, unexpected 1
    ("unittest", "unittest.txt", (7, 1, 4, 1, 2, 0)),
    ("unittest", "unittest_v.txt", (7, 1, 4, 1, 2, 0)),
    # three PASS, two FAIL, one SKIP and a package that did not build
    ("go-test", "go.jsonl", (7, 3, 3, 1, 1, 0)),
    ("trx", "from_schema.trx", (5, 3, 1, 0, 1, 0)),
]


@pytest.mark.parametrize(("kind", "name", "expected"), TESTS, ids=lambda value: str(value).replace("/", "-"))
def test_test_counts_are_those_that_the_tool_printed(kind, name, expected):
    assert counts(kind, name) == expected


LINT = [
    ("ruff", "ruff.json", "ruff", 10),  # Found 10 errors.
    ("sarif", "ruff.sarif", "ruff", 10),
    ("sarif", "eslint.sarif", "eslint", 4),
    ("github", "ruff.github", "github", 10),
    ("eslint", "eslint.json", "eslint", 4),  # 4 problems (2 errors, 2 warnings)
    ("flake8", "flake8.txt", "flake8", 8),
    ("flake8", "flake8_clean.txt", "flake8", 0),
    ("pylint", "pylint.json", "pylint", 12),
    ("pylint", "pylint2.json", "pylint", 12),
    ("mypy", "mypy.txt", "mypy", 4),  # Found 4 errors in 1 file (checked 2 source files)
    ("mypy", "mypy_pretty.txt", "mypy", 6),
    ("mypy", "mypy.jsonl", "mypy", 4),
    ("mypy", "mypy_clean.txt", "mypy", 0),
    ("pyright", "pyright.json", "pyright", 3),  # 3 errors, 0 warnings
    ("checkstyle", "checkstyle.xml", "checkstyle", 12),  # Checkstyle ends with 12 errors.
]


@pytest.mark.parametrize(("kind", "name", "tool", "findings"), LINT)
def test_findings_are_as_many_as_the_tool_printed(kind, name, tool, findings):
    summary = summary_of(kind, name)
    assert numbers(summary)[f"lint.{tool}.findings"] == findings
    assert len(summary.findings) == findings
    assert all(finding.text for finding in summary.findings)


COVERAGE = [
    ("coverage-py", "coverage.json", 66, 71),  # TOTAL 71 statements, 5 missed
    ("cobertura", "coverage_py.xml", 66, 71),
    ("lcov", "coverage_py.lcov", 66, 71),
    ("cobertura", "jest.xml", 6, 7),  # 85.71 % of the lines
    ("lcov", "jest.info", 6, 7),
    ("go-cover", "go.cover", 3, 4),  # 75.0% of statements
    ("jacoco", "jacoco.xml", 3, 4),
]


@pytest.mark.parametrize(("kind", "name", "covered", "total"), COVERAGE)
def test_coverage_is_what_the_tool_printed(kind, name, covered, total):
    found = numbers(summary_of(kind, name))
    assert (found["coverage.covered"], found["coverage.total"]) == (covered, total)
    assert found["coverage.lines"] == pytest.approx(100 * covered / total)


def test_paths_of_a_ci_workspace_are_those_of_the_repository():
    assert {finding.path for finding in summary_of("ruff", "ruff.json").findings} == {
        "loose.py",
        "tests/test_counting.py",
    }


def test_metrics_carry_unit_and_subject():
    first, second = summary_of("metrics", "production.json").measurements
    assert (first.name, first.value) == ("orders.per_minute", 41.5)
    assert (second.name, second.unit, second.subject) == ("answer.p95", "seconds", "GET /orders")
    orders, refused, answer = summary_of("openmetrics", "prometheus_client.txt").measurements
    assert (orders.subject, orders.value, refused.value) == ("status=ok", 7, 2)
    assert answer.unit == "seconds"


def test_a_failure_says_where_and_why_without_colours():
    texts = [finding.text for finding in summary_of("junit", "pytest.xml").findings]
    assert any("test_total[wrong]: assert 5 == 6" in text for text in texts)
    assert not any("\x1b" in text or "#x1B" in text for text in texts)


def test_skip_reasons_are_counted():
    assert ("the ledger is not ported yet", 1) in summary_of("junit", "pytest.xml").covers.skips


@pytest.mark.parametrize("path", REAL, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_file_sent_as_a_wrong_kind_is_refused_or_reads_as_nothing(path):
    """The likely kind is named for every real file, and no other family's parser takes it for evidence."""
    if path.name in ("flake8_clean.txt", "production.json"):
        assert likely_kind(path.read_bytes()[:65536]) == ""
        return
    assert likely_kind(path.read_bytes()[:65536]) == path.parent.name
    wrong = "junit" if path.parent.name != "junit" else "cobertura"
    with pytest.raises(ParseError, match=f"send it as the kind '{path.parent.name}'"):
        list(parse(wrong, io.BytesIO(path.read_bytes())))


def test_every_kind_has_a_real_or_labelled_fixture_and_a_broken_one():
    assert {path.parent.name for path in REAL} == set(PARSERS)
    assert {path.parent.name for path in BROKEN} == set(PARSERS)


@pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.parent.name)
def test_a_broken_file_is_refused_with_a_sentence(path):
    with pytest.raises(ParseError) as refusal:
        list(parse(path.parent.name, io.BytesIO(path.read_bytes())))
    assert len(refusal.value.reason) > 20


@pytest.mark.parametrize("kind", sorted(PARSERS))
@pytest.mark.parametrize("body", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(kind, body):
    with pytest.raises(ParseError, match="empty"):
        list(parse(kind, io.BytesIO(body)))


def test_an_unknown_kind_is_answered_with_the_kinds():
    with pytest.raises(ParseError, match="junit"):
        parse("junot", io.BytesIO(b"x"))


VACUOUS = [
    ("junit", b"<testsuites/>", "no test"),
    ("junit", b'<testsuite><testcase name="a"><skipped/></testcase></testsuite>', "skipped"),
    ("eslint", b"[]", "no file"),
    ("checkstyle", b"<checkstyle/>", "no file"),
    ("tap", b"1..0 # SKIP nothing here\n", "no test"),
    ("cobertura", b"<coverage/>", "no line"),
    ("sarif", b'{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "x"}}}]}', "no results"),
]


@pytest.mark.parametrize(("kind", "body", "words"), VACUOUS)
def test_what_proves_nothing_says_so(kind, body, words):
    assert words in summarise(kind, parse(kind, io.BytesIO(body))).vacuous
