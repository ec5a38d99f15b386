"""Documents that strangers wrote to harm, or that something broke."""

from __future__ import annotations

import time

import pytest

from milestones.facts import Document
from milestones.reading import read_document

HOSTILE = {
    "brackets": "[" * 50_000,
    "images": "![" * 50_000,
    "quotes": ">" * 10_000 + " deep",
    "quoted lists": "> - " * 5_000 + "deep",
    "lists": "".join("  " * depth + "- item\n" for depth in range(600)),
    "one line of lists": "- " * 5_000 + "deep",
    "stars": "*a **b " * 7_000,
    "ticks": "".join("`" * n + " " for n in range(400)),
    "pipes": "|" + "a|" * 5_000 + "\n|" + "-|" * 5_000 + "\n|" + "b|" * 5_000,
    "links": "[a](" * 20_000,
    "comments": "- x <!-- " * 10_000,
    "colons": "a: " * 30_000 + "\n\n- b\n",
    "dashes": "# Phase 1 " + "— " * 40_000,
    "parens": "# " + "(" * 90_000,
    "signs": "- " + "a <= " * 20_000,
    "digits": "- " + "1" * 90_000,
    "bold": "**" + "a " * 40_000 + "**: x",
    "spaces": "#" + " " * 90_000 + "x",
    "setext": "a\n" * 30_000 + "===\n",
    "references": "".join(f"[{n}]: u\n" for n in range(9_000)) + "[1]" * 9_000,
    "front matter": "---\n" + "a: b\n" * 30_000,
}


def read(text: str | bytes) -> Document:
    return read_document("x.md", text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_markdown_ends_soon(name: str) -> None:
    start = time.perf_counter()
    read(HOSTILE[name])
    assert time.perf_counter() - start < 2  # under a second on an idle machine; the rest is for a busy one


def test_what_is_nested_too_deep_is_named_with_its_line() -> None:
    (problem,) = read("fine\n\n" + HOSTILE["quotes"]).problems
    assert (problem.path, problem.line) == ("x.md", 3)
    assert "nested deeper" in problem.reason


def test_a_document_over_the_limit_is_refused_by_name() -> None:
    (problem,) = read(b"a" * 1_000_001).problems
    assert "limit of 1 MB" in problem.reason


def test_bytes_that_are_not_utf8_are_named_and_the_rest_is_read() -> None:
    document = read(b"# Milestone 1: r\xe9sum\xe9\n\nDefinition of done:\n\n- fine\n")
    assert [item.text for item in document.milestones[0].criteria] == ["fine"]
    assert (document.problems[0].line, "not UTF-8" in document.problems[0].reason) == (1, True)


def test_a_nul_is_named_and_the_rest_is_read() -> None:
    document = read(b"# Stage 2: x\n\nab\0c\n\n- [x] box\n")
    assert document.problems[0].line == 3
    assert document.milestones[0].criteria[0].checked is True


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_a_byte_order_mark_change_nothing(end: str) -> None:
    text = "# Phase 1: a\n\nStatus: done\n\n- [ ] b\n  more\n- [x] c\n"
    assert read(b"\xef\xbb\xbf" + text.replace("\n", end).encode()) == read(text)


def test_control_and_direction_characters_are_carried() -> None:
    document = read("# Phase 1: a\u200b\u202eb\n\n- [ ] c\x0bd\u2028e\n")
    assert document.milestones[0].criteria[0].line == 3
    assert document.problems == ()


def test_a_table_that_is_too_wide_is_a_problem_of_that_table_only() -> None:
    document = read(HOSTILE["pipes"] + "\n\n- [ ] still read\n")
    assert len(document.criteria) == 1
    assert "too wide" in document.problems[0].reason


def test_time_grows_with_length() -> None:
    def seconds(items: int) -> float:
        text = "".join(
            f"## Phase {n}: x\n\n" if n % 50 == 0 else f"- [ ] item number {n} of `f/{n}.py`\n" for n in range(items)
        )
        start = time.perf_counter()
        read(text)
        return time.perf_counter() - start

    assert seconds(20_000) < 30 * max(seconds(2_000), 0.02)  # the exact ratio is the benchmark's to print
