"""A stranger's Markdown on our page: drawn as GitHub draws it, harmless, with our marks at their lines."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestones.services.rendering import Mark, cleaned, draw, marked

HOSTILE = [
    "<script>alert(1)</script>",
    "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](vbscript:x) [d](data:text/html,<script>alert(1)</script>)",
    "![x](javascript:alert(1)) ![y](data:image/svg+xml;base64,PHN2Zz4=) ![z](https://tracker.example/p.png)",
    '<div id="overview" class="chip" style="position:fixed" hx-get="/projects/" onclick="x()">words</div>',
    '<a href="x" id="main" hx-on:click="alert(1)">k</a> <form action="/logout/"><button>go</button></form>',
    "<iframe src=https://a.example></iframe><object data=x></object><svg onload=alert(1)></svg><math></math>",
    "<style>body{display:none}</style><link rel=stylesheet href=//a.example><base href=//a.example>",
    "<meta http-equiv=refresh>",
    '```"><script>alert(1)</script>\nx\n```',
    '[x]: javascript:alert(1) "onmouseover=alert(1)"\n\n[x]',
    "# <img src=x onerror=alert(1)>",
    "| <script>x</script> | b |\n|---|---|\n| [q](javascript:x) | `<b>` |",
    "<!-- --><script>alert(1)</script><!-- -->",
    "[^1]\n\n[^1]: <script>alert(1)</script> [^1]",
    '<https://a.example/"onclick=alert(1)> <javascript:alert(1)>',
    "- [x] <input name=csrfmiddlewaretoken value=1>",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#x6a;avascript:alert(1)",
]
TAGS = {"h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "blockquote", "pre", "code", "table", "thead",
        "tbody", "tr", "th", "td", "hr", "br", "em", "strong", "del", "sup", "section", "a", "input",
        "span"}  # fmt: skip
OURS = re.compile(r"(?:h-.*|L\d+|doc-fn.*)", re.DOTALL)


class Page(HTMLParser):
    """Collects what could do harm."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            if name in {"style", "src", "action", "name", "value"} or name.startswith(("on", "hx-", "data-")):
                self.wrong.append(f"{tag} {name}")
            if name == "id" and not OURS.fullmatch(value or ""):
                self.wrong.append(f"{tag} id={value}")
            if name == "class" and tag != "span" and not (value or "").startswith(("note", "verdict")):
                self.wrong.append(f"{tag} class={value}")
            if name == "href" and not re.match(r"(?:https?://|mailto:|#|/projects/)", value or "-"):
                self.wrong.append(f"{tag} href={value}")


def faults(html: str) -> list[str]:
    page = Page()
    page.feed(html)
    return page.wrong


def shown(text: str, *marks: Mark, known: frozenset[str] = frozenset({"docs/other.md"})) -> str:
    return marked(
        draw(text.encode()),
        "docs/plan.md",
        marks,
        lambda path: f"/projects/x/documents/{path}" if path in known else "",
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_a_document_holds_can_do_anything(text: str) -> None:
    assert faults(shown(text)) == []


@given(st.lists(st.sampled_from([*HOSTILE, "\n", "- ", "> ", "1. ", "`", "**", "|", "\n\n"]), max_size=8))
def test_nor_can_any_of_it_together(parts: list[str]) -> None:
    assert faults(shown("".join(parts), Mark(1, "verdict", "pass", "proven"))) == []


@given(st.text(max_size=300))
def test_any_text_at_all_is_drawn_and_stays_harmless(text: str) -> None:
    assert faults(shown(text.encode("utf-8", "replace").decode(), Mark(2, "note", "fail", "Rule 1", "<b>"))) == []


def test_raw_html_is_cleaned_even_where_the_parser_would_let_it_through() -> None:
    raw = '<h1 id="main" onclick="x" data-sourcepos="1:1-1:2">T</h1><script>x</script>'
    html = cleaned(raw)
    assert "script" not in html
    assert 'id="main"' not in html
    assert "onclick" not in html


def test_it_looks_as_github_shows_it() -> None:
    html = shown(
        "# T\n\n- [x] done ~~not~~\n- [ ] open\n\n| a | b |\n|:--|--:|\n| 1 | 2 |\n\n"
        "www.example.org note[^1]\n\n[^1]: foot"
    )
    assert re.search(r'<input type="checkbox" checked disabled aria-label="ticked"> done <del>not</del>', html)
    assert '<td align="right">2</td>' in html
    assert '<a href="http://www.example.org" rel="nofollow noopener noreferrer">' in html
    assert 'href="#doc-fn-1"' in html
    assert 'id="doc-fn-1"' in html


def test_links_lead_to_our_pages_to_anchors_and_to_the_web_and_else_nowhere() -> None:
    text = (
        "# What was *done*!\n\n# What was done\n\n[a](other.md#part) [b](#what-was-done-1) [c](#none) [d](../lamp.py) "
        "[e](/docs/other.md) [f](https://a.example/x) [g](../../../etc/passwd)"
    )
    html = shown(text)
    assert 'href="/projects/x/documents/docs/other.md#h-part">a<' in html
    assert 'id="h-what-was-done-1"' in html
    assert 'href="#h-what-was-done-1">b<' in html
    for name, target in (("c", "#none"), ("d", "../lamp.py"), ("g", "../../../etc/passwd")):
        assert f'<span class="inert" title="{target}: no page here">{name}</span>' in html
    assert 'href="/projects/x/documents/docs/other.md">e<' in html
    assert 'href="https://a.example/x"' in html


def test_no_image_is_loaded_and_its_words_stand_in_its_place() -> None:
    html = shown("![the plan](https://tracker.example/pixel.png)")
    assert "<img" not in html
    assert "image: the plan" in html


TEXT = """---
title: Head
---
# Plan

- [x] first `item`
  goes on
  - [ ] inner

    with a paragraph
- last

| a | b |
|---|---|
| 1 | 2 |

> quoted

```
fenced
```
"""


@pytest.mark.parametrize(
    ("line", "before"),
    [
        (6, "goes on"), (8, "inner"), (11, "last"), (15, "<td>1"), (17, "quoted"), (4, "Plan"),
        (10, "with a paragraph"),
    ],
)  # fmt: skip
def test_a_verdict_stands_behind_the_words_of_its_own_line(line: int, before: str) -> None:
    html = shown(TEXT, Mark(line, "verdict", "pass", "proven", "because", "●", "/projects/x/"))
    words = re.sub(r"</?code>", "", html.split('<span class="verdict')[0])
    assert words.rstrip().endswith(before), words[-60:]
    assert html.count("proven") == 1


@pytest.mark.parametrize("line", [1, 4, 6, 7, 8, 11, 13, 15, 17, 20, 21, 500])
def test_a_note_is_never_lost_and_never_inside_a_table_or_a_fence(line: int) -> None:
    html = shown(TEXT, Mark(line, "note", "fail", "Rule 1:", "it does not <add> up"))
    assert html.count("it does not &lt;add&gt; up") == 1
    for holder in ("table", "pre", "blockquote"):
        assert "note is-fail" not in html.split(f"<{holder}")[1].split(f"</{holder}")[0]


def test_every_line_that_begins_something_can_be_linked_to() -> None:
    html = shown(TEXT)
    assert {f'id="L{line}"' in html for line in (6, 8, 11, 13, 15, 17, 19)} == {True}


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 50_000, b"![" * 50_000, b">" * 10_000 + b"x", b"- " * 5_000 + b"x",
        b"|" + b"a|" * 5_000 + b"\n|" + b"-|" * 5_000 + b"\n" + (b"|" + b"b|" * 5_000 + b"\n") * 5,
        b"\xff\xfe\x00 not text", b"", b"x" * 30_000_000, b"\xef\xbb\xbf# bom\r\n\r\n- [ ] x\r\n",
        b"".join(b"  " * depth + b"- x\n" for depth in range(600)),
    ],
    ids=["brackets", "images", "quotes", "lists", "wide", "bytes", "empty", "huge", "bom", "deep"],
)  # fmt: skip
def test_a_hostile_document_is_drawn_or_shown_as_it_is(data: bytes) -> None:
    html = marked(draw(data), "a.md", [Mark(1, "note", "fail", "Rule 1")], lambda _path: "") if draw(data) else ""
    assert faults(html) == []


def test_a_document_of_a_megabyte_with_ten_thousand_marks_has_each_of_them() -> None:
    html = draw(("# T\n\n" + "- [ ] an item of `some` **words**\n" * 25_000).encode())
    drawn = marked(html, "a.md", [Mark(3 + at, "verdict", "pass", f"p{at}.") for at in range(10_000)], lambda _path: "")
    assert all(f" p{at}.<" in drawn for at in (0, 77, 9_999))
    assert drawn.count('class="verdict') == 10_000
