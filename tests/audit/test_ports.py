"""Hundreds of tests change their client at once: exactly those that expect something else are told, at their line."""

from __future__ import annotations

import pytest

from milestones.audit.frozen import Frozen, compare_tests
from milestones.source.definitions import read_module
from tests.audit.ports import DIALECTS, Port, line_of, ported


def judged(port: Port, rules: dict[str, str] | None = None) -> Frozen:
    sources = {(side, path): text.split("\n") for side, files in (("base", port.old), ("head", port.new))
               for path, text in files.items()}  # fmt: skip
    sides = [[read_module(text.encode(), path) for path, text in files.items()] for files in (port.old, port.new)]
    return compare_tests(*sides, rules or {}, sources)


@pytest.fixture(scope="module")
def port() -> Port:
    return ported(18, 36)


@pytest.fixture(scope="module")
def first(port: Port) -> Frozen:
    return judged(port)


def test_before_any_approval_nothing_is_waved_through(port: Port, first: Frozen) -> None:
    assert len(port.edited) == 648
    assert not first.unchanged
    assert not first.plumbing
    assert {one.test.key for one in first.assertions} == set(port.sown)


def test_after_one_approval_all_but_what_was_sown_is_plumbing(port: Port, first: Frozen) -> None:
    second = judged(port, first.proposed_rewrite)
    assert {port.sown[one.test.key] for one in second.assertions} == set(port.sown.values())
    assert {one.key for one in second.plumbing} == port.edited - set(port.sown)
    assert second.proposed_rewrite == {}


def test_each_change_is_told_at_the_line_where_it_shows(port: Port, first: Frozen) -> None:
    for change in judged(port, first.proposed_rewrite).assertions:
        path, name = change.test.key
        if port.shown[path, name]:
            assert change.line == line_of(port.new[path], name, port.shown[path, name]), port.sown[path, name]


def test_no_proposed_rule_holds_a_status_a_value_or_a_message(first: Frozen) -> None:
    assert len(first.proposed_rewrite) < 25
    for was, now in first.proposed_rewrite.items():
        for word in ("200", "404", "422", "ada", "Hello", "Welcome", "KeyError", "Lookup", "=="):
            assert word not in was + now


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_dialect_alone_takes_one_approval(dialect) -> None:
    lines = [dialect(n) for n in range(9)]
    head = "import json\nimport pytest\n\n"
    texts = [
        head + "\n\n".join("\n".join(line[side] for line in one if line[side]) for one in lines) for side in (0, 1)
    ]
    port = Port({"tests/test_a.py": texts[0]}, {"tests/test_a.py": texts[1]})
    rules = judged(port).proposed_rewrite
    assert len(judged(port, rules).plumbing) == 9, rules
