"""Renderings compared as trees, with every normalisation said."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestones.facts import ParseError
from milestones.parity import dom
from milestones.services.page_pairs import findings_of, read, summary_of

LEGACY = """<!DOCTYPE html>
<html><head><title>Berths</title></head>
<body>
<!-- made by the old one -->
<P CLASS='b a' id="x">Two   berths</P>
<input name="csrf_token" value="123" type=hidden><input type="checkbox" checked="checked" style="">
<div data-options='{"b": 1, "a": 2}'>&eacute;</div>
</body></html>"""
NEW = """<!DOCTYPE html><html><head><title>Berths</title></head><body><p id="x" class="a b">Two berths</p>
<input type="hidden" name="csrf_token" value="456"/><input checked type="checkbox">
<div data-options='{"a": 2, "b": 1}'>é</div></body></html>"""


def test_what_a_browser_builds_the_same_is_equal_and_every_step_is_said():
    found = dom.compare(LEGACY, NEW)
    assert (found.raw_equal, found.normalised_equal, found.minified_equal) == (False, True, False)
    assert found.score == 1.0 > found.minified_score
    assert set(found.applied) == set(dom.ORDER)


@pytest.mark.parametrize(
    ("legacy", "new", "step"),
    [
        ("<p>a</p><!-- x -->", "<p>a</p>", dom.COMMENTS),
        ("<p>a  b</p>", "<p>a b</p>", dom.SPACE),
        ('<a href="x" title="y">a</a>', '<a title="y" href="x">a</a>', dom.ATTRIBUTES),
        ('<p class="a b">a</p>', '<p class="b a">a</p>', dom.CLASSES),
        ('<p class="">a</p>', "<p>a</p>", dom.EMPTY),
        ('<input disabled="disabled">', "<input disabled>", dom.BOOLEANS),
        ('<p data-x=\'{"b":1,"a":2}\'>a</p>', '<p data-x=\'{"a":2,"b":1}\'>a</p>', dom.JSON),
        ('<script nonce="1">a</script>', '<script nonce="2">a</script>', dom.TOKENS),
        ('<meta name="csrf-token" content="1">', '<meta name="csrf-token" content="2">', dom.TOKENS),
        ("<P>a", "<p>a</p>", dom.MARKUP),
    ],
)
def test_each_normalisation_is_listed_where_it_was_needed(legacy, new, step):
    found = dom.compare(legacy, new)
    assert found.normalised_equal
    assert step in found.applied
    assert step not in dom.compare("<p>a</p>", "<p>a</p>").applied


@pytest.mark.parametrize(
    ("legacy", "new"),
    [
        ("<p>a</p>", "<p>b</p>"),
        ("<p>a</p>", "<div>a</div>"),
        ('<a href="/x?v=1">a</a>', '<a href="/x?v=2">a</a>'),
        ("<p>a</p><p>b</p>", "<p>b</p><p>a</p>"),
        ('<input value="1">', '<input value="2">'),
        ("<pre>a  b</pre>", "<pre>a b</pre>"),
        ("<p>ab</p>", "<p>a<b>b</b></p>"),
        ("<script>let a = 1</script>", "<script>let a = 2</script>"),
        ("<input checked>", "<input>"),
    ],
)
def test_what_a_person_would_see_changed_is_never_evened_out(legacy, new):
    found = dom.compare(legacy, new)
    assert not found.normalised_equal
    assert found.score < 1
    assert found.difference[0] != found.difference[1]


def test_pages_that_differ_in_white_space_alone_are_equal_minified():
    found = dom.compare("<p>\n  a\n</p>", "<p>a</p>")
    assert (found.raw_equal, found.minified_equal, found.minified_score) == (False, True, 1.0)


@given(st.text(alphabet="<>/ab =\"'!-{}&;\n\0", max_size=80))
def test_no_page_breaks_it_and_each_equals_itself(text):
    found = dom.compare(text, text)
    assert found.raw_equal
    assert found.normalised_equal


def test_deep_and_large_pages_end():
    assert dom.compare("<div>" * 20_000, "<p>" * 20_000).score < 1
    assert 0 < dom.compare("<p>a</p>" * 30_000, "<p>a</p>" * 29_000 + "<i>b</i>").score < 1


# --- as they are sent


def sent(*items: object) -> io.BytesIO:
    return io.BytesIO("\n".join(json.dumps(item) for item in items).encode())


def test_pairs_that_were_sent_are_counted():
    found = read(sent({"name": "/", "legacy": LEGACY, "new": NEW}, {"name": "/x", "legacy": "<p>a", "new": "<p>b"}))
    numbers = {one.name: one.value for one in summary_of("html-pairs", found).measurements}
    assert (numbers["html.pairs"], numbers["html.equal"], numbers["html.different"]) == (2, 1, 1)
    assert numbers["html.score_min"] < 1
    assert [one.rule for one in findings_of(found)] == ["html.different"]


@pytest.mark.parametrize(
    ("stream", "said", "line"),
    [
        (io.BytesIO(b""), "no pair in it", None),
        (sent({"name": "/", "legacy": "a"}), "has no 'new'", 1),
        (sent({"name": "/", "legacy": "a", "new": 3}), "is to be a text", None),
        (sent(*[{"name": "/", "legacy": "a", "new": "b"}] * 2), "comes twice", 2),
        (io.BytesIO(b"\n{"), "stops in the middle", 2),
    ],
)
def test_what_cannot_be_read_says_where(stream, said, line):
    with pytest.raises(ParseError) as error:
        read(stream)
    assert said in error.value.reason
    assert error.value.line == line
