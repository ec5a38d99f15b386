"""Renaming leaves the match; one changed operator shows."""

import difflib
import random
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from milestones.parity.functions import LEAST_SIMILAR, best_pairs, compare_functions
from milestones.source.definitions import read_module

FUNCTION = """
def {name}({first}, limit):
    {total} = {n}
    for {item} in {first}:
        if {item} > limit:
            {total} += {item} * {n}
    return {total} + {helper}({n})
"""
HELPER = "def {name}(value):\n    return value - 1\n"


def source(rename: dict[str, str]) -> str:
    def name(word: str) -> str:
        return rename.get(word, word)

    parts = [HELPER.format(name=name("helper"))]
    words = ("first", "total", "item", "helper")
    parts += [FUNCTION.format(n=n, name=name(f"work_{n}"), **{word: name(word) for word in words}) for n in range(40)]
    return "".join(parts)


def renamed(seed: int) -> str:
    letters = random.Random(seed)
    words = ["first", "total", "item", "helper", *(f"work_{n}" for n in range(40))]
    return source({word: f"n{letters.randrange(10**9)}" for word in words})


def compared(old: str, new: str, path: str = "b.py"):
    return compare_functions([read_module(old.encode(), "a.py")], [read_module(new.encode(), path)])


@given(st.integers(0, 10**6))
@settings(max_examples=10, deadline=None)
def test_random_renames_leave_the_match(seed):
    result = compared(source({}), renamed(seed))
    assert (result.missing, result.extra, result.changed) == ([], [], [])
    assert len(result.renamed) == 41
    lines = {(pair.old.line, pair.new.line) for pair in result.renamed}
    assert all(old == new for old, new in lines)


def test_one_changed_operator_among_forty_is_found():
    new = renamed(3).replace("> limit", ">= limit", 1)
    result = compared(source({}), new)
    assert [(pair.old.name, pair.new.line) for pair in result.changed] == [("work_0", 4)]
    assert 0.5 < result.changed[0].similarity < 1
    assert len(result.renamed) == 40


def test_another_helper_called_is_a_change_and_no_renaming():
    old = "def a(x):\n    return strict(x)\ndef strict(x):\n    return x == 1\ndef loose(x):\n    return x\n"
    result = compared(old, old.replace("return strict", "return loose"), "a.py")
    assert [pair.old.name for pair in result.changed] == ["a"]


def test_what_moved_is_moved_and_what_is_gone_is_missing():
    result = compared("def a(x):\n    return x + 1\ndef b():\n    launch()\n", "def a(x):\n    return (x + 1)\n")
    assert [pair.old.name for pair in result.moved] == ["a"]
    assert [one.name for one in result.missing] == ["b"]


WORDS = st.lists(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=12), max_size=6)


@given(WORDS, WORDS)
@settings(max_examples=80, deadline=None)
def test_best_pairs_are_those_of_comparing_all(old, new):
    every = {
        (i, j): difflib.SequenceMatcher(None, old[i], new[j], autojunk=False).ratio()
        for i, j in product(range(len(old)), range(len(new)))
    }
    expected = []
    while left := {pair: ratio for pair, ratio in every.items() if ratio >= LEAST_SIMILAR}:
        (i, j), ratio = min(left.items(), key=lambda item: (-item[1], item[0]))
        expected.append((i, j, ratio))
        every = {pair: value for pair, value in every.items() if pair[0] != i and pair[1] != j}
    assert best_pairs(old, new) == expected
