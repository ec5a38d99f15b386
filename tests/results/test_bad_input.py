"""Hostile and damaged files: refused in one sentence, within bounds of time and memory."""

import gzip
import io
import time

import pytest

from milestones.facts import ParseError, Result
from milestones.results import PARSERS, limits, parse, summarise
from milestones.results.places import placed, settle
from tests.results import fuzz

LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]><testsuites>&j;</testsuites>"
)


def refusal(kind: str, body: bytes) -> ParseError:
    with pytest.raises(ParseError) as caught:
        list(parse(kind, io.BytesIO(body)))
    return caught.value


def suite(cases: bytes, attributes: bytes = b"") -> bytes:
    return b'<testsuite name="shop" %s>\n%s\n</testsuite>' % (attributes, cases)


JUNIT = [
    (b"<testsuite>\n<testcase name='a'>", "stops in the middle", 2),
    (b"<testsuite><testcase name='a", "stops within a tag", 1),
    (b"<testsuite>\n<testcase></b>", "end tag", 2),
    (LAUGHS, "internal subset", 1),
    (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite>&x;</testsuite>', "internal subset", 1),
    (b"<testsuite>&nope;</testsuite>", "entities are refused", 1),
    (b"<testsuite>" * 200_000, "nested deeper", 1),
    (b'<testsuite name="' + b"a" * 30_000_000, "longer than", 1),
    (b"<testsuite>" + b"a" * 10_000_000 + b"</testsuite><", "stops within a tag", 1),
    (suite(b'<testcase name="a" time="-1"/>'), "no duration", 2),
    (suite(b'<testcase name="a" classname="b" time="NaN"/>'), "no duration", 2),
    (suite(b'<testcase name="a" classname="b" time="soon"/>'), "no duration", 2),
    (suite(b'<testcase name="a"/>', b'tests="2"'), "states 2 tests", 1),
    (suite(b'<testcase name="a"/><testcase name="b"/>', b'tests="1"'), "states 1 tests", 1),
    (suite(b'<testcase name="a"/>', b'failures="1"'), "states 1 failures", 1),
    (suite(b'<testcase name="a"><failure/></testcase>', b'failures="0"'), "states 0 failures", 1),
    (suite(b'<testcase name="a"/>', b'tests="many"'), "no number", 1),
    (suite(b'<testcase name="a" file="../../x.py"/>'), "leads out", 2),
    (b'<?xml version="1.0" encoding="utf-8"?>\n<testsuite name="caf\xe9"/>', "UTF-8", 2),
    (suite(b'<testcase name="a&#xD800;"/>'), "surrogate", 2),
    (b"<testsuite/>and so on", "text after the end", 1),
    (b"<testcase name='a'/>", "outside any", 1),
]


@pytest.mark.parametrize(("body", "words", "line"), JUNIT, ids=range(len(JUNIT)))
def test_a_bad_junit_file_is_refused_with_its_line(body, words, line):
    began = time.monotonic()
    error = refusal("junit", body)
    assert words in error.reason
    assert error.line == line
    assert time.monotonic() - began < 5


JSON = [
    (b'[{"filename": "a",\n "filename": "b"}]', "twice", 2),
    (b'[{"line":\nNaN}]', "NaN", 2),
    (b"[1e999]", "too large", None),
    (b"[" * 100_000, "nested deeper", 1),
    (b'{"a":' * 100_000, "nested deeper", 1),
    (b'["\\ud800"]', "surrogate", 1),
    (b'["a', "stops within a text", 1),
    (b'[{"a": 1}', "stops in the middle", 1),
    (b"[]\n[]", "more text", 2),
    (b'["caf\xe9"]', "UTF-8", 1),
    (b"\xff\xfe[\x00]\x00", "UTF-16", 1),
    (b"[" + b"9" * 5_000 + b"]", "digits", None),
]


@pytest.mark.parametrize(("body", "words", "line"), JSON, ids=range(len(JSON)))
@pytest.mark.parametrize("kind", ["ruff", "sarif", "coverage-py"])
def test_a_bad_json_file_is_refused_with_its_line(kind, body, words, line):
    error = refusal(kind, body)
    assert words in error.reason
    assert error.line == line


def test_an_escaped_pair_of_surrogates_is_a_character():
    (finding,) = parse("ruff", io.BytesIO(b'[{"filename": "a.py", "message": "\\ud83d\\ude00 and \\\\ud800"}]'))
    assert finding.text == "\U0001f600 and \\ud800"


@pytest.mark.parametrize("kind", ["flake8", "mypy", "lcov", "tap", "unittest", "go-test", "openmetrics", "github"])
def test_ten_megabytes_of_one_line_are_refused(kind):
    assert "longer than" in refusal(kind, b"a" * 10_000_000).reason


@pytest.mark.parametrize("body", [b"<html><body>Not found</body></html>", b'{"a": 1}', b"a.py:1: error: no\n", b"\0\0"])
def test_a_file_that_is_no_log_is_no_clean_run_without_annotations(body):
    assert "no annotation in it" in refusal("github", body).reason


@pytest.mark.parametrize("body", [b"All is well\n", b"::group::Tests\nRan 3 tests in 1s\n", b"<3 lint\n"])
def test_a_log_without_annotations_is_a_clean_run(body):
    assert list(parse("github", io.BytesIO(body))) == []


def test_an_external_doctype_is_accepted_and_not_fetched():
    body = b'<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "http://127.0.0.1:1/coverage-04.dtd"><coverage/>'
    assert list(parse("cobertura", io.BytesIO(body))) == []


def test_control_characters_and_several_roots_are_read():
    first = suite(b'<testcase name="a\x00"><failure message="&#27;[31mred\x1b[0m"/></testcase>')
    second = b'<?xml version="1.0"?>' + suite(b'<testcase name="b"/>')
    a, b = parse("junit", io.BytesIO(first + b"\n" + second))
    assert (a.name, a.result, a.text) == ("a", Result.FAILED, "red")
    assert (b.name, b.result) == ("b", Result.PASSED)


def test_a_reference_cut_by_the_end_of_a_piece_is_still_replaced():
    for fill in range(limits.CHUNK - 60, limits.CHUNK - 20):
        body = suite(b"<!--" + b"a" * fill + b"-->" + b'<testcase name="x"><failure message="a&#x1b;b"/></testcase>')
        (case,) = parse("junit", io.BytesIO(body))
        assert case.text == "ab"


def test_repeated_names_are_named():
    body = suite(b'<testcase name="a"/><testcase name="b"/><testcase name="a"/>')
    assert summarise("junit", parse("junit", io.BytesIO(body))).covers.repeated == ("shop a",)


def test_gzip_is_inflated_only_to_its_limit():
    packed = gzip.compress(b"a" * 50_000_000)
    stream = limits.opened(io.BytesIO(packed), largest=1024 * 1024)
    with pytest.raises(ParseError, match="1 MB"):
        stream.read()


def test_gzip_in_several_members_is_whole_and_cut_gzip_is_refused():
    packed = gzip.compress(b"a" * 100_000) + gzip.compress(b"b") + b"\0" * 10
    assert limits.opened(io.BytesIO(packed)).read() == b"a" * 100_000 + b"b"
    with pytest.raises(ParseError, match="stop in the middle"):
        limits.opened(io.BytesIO(packed[:50])).read()
    with pytest.raises(ParseError, match="damaged"):
        limits.opened(io.BytesIO(packed[:20] + b"XXXX" + packed[24:])).read()


@pytest.mark.parametrize(("body", "name"), [(b"PK\x03\x04rest", "zip"), (b"a" * 257 + b"ustar\0", "tar")])
def test_archives_are_refused_by_name(body, name):
    for sent in (body, gzip.compress(body)):
        with pytest.raises(ParseError, match=name):
            limits.opened(io.BytesIO(sent)).read()


def test_paths_come_to_lie_in_the_repository():
    assert placed("/home/runner/work/shop/shop/a/b.py") == "a/b.py"
    assert placed("D:\\a\\shop\\shop\\src\\x.cs") == "src/x.cs"
    assert placed("file:///github/workspace/a%20b.js") == "a b.js"
    assert placed("./a/../b.py") == "b.py"
    with pytest.raises(ParseError, match="leads out"):
        placed("a/../../etc/passwd")


def test_a_path_is_settled_by_the_tree():
    tree = {"src/shop/basket.py", "tests/test_basket.py"}
    assert settle("/app/src/shop/basket.py", tree) == "src/shop/basket.py"
    assert settle("shop/basket.py", tree) == "src/shop/basket.py"
    assert settle("elsewhere.py", tree) == "elsewhere.py"


@pytest.mark.parametrize("kind", sorted(PARSERS))
def test_three_hundred_mutants_are_read_or_refused_in_a_sentence(kind):
    reasons = [fuzz.survives(kind, body) for body in fuzz.mutants(kind, 300)]
    assert any(reasons)
    assert all("\n" not in reason and len(reason) < 1_000 for reason in reasons)
