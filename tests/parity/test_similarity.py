from __future__ import annotations

import difflib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milestones.parity.similarity import lines_of, similarity, upper_bound

lines = st.lists(st.sampled_from(["a", "b", "c", "  d", "e"]), max_size=260)


def ratio(a: list[str], b: list[str], autojunk: bool = True) -> float:
    return difflib.SequenceMatcher(None, a, b, autojunk).ratio()


@settings(max_examples=100, deadline=None)
@given(lines, lines)
def test_the_ratio_is_difflibs_to_the_last_bit(a, b):
    found = similarity("\n".join(a), "\n".join(b))
    assert found.ratio == ratio(a, b)
    assert found.ratio_without_autojunk == ratio(a, b, autojunk=False)
    assert ratio(a, b) <= upper_bound(a, b)


def test_autojunk_makes_a_difference_that_is_shown():
    a = ["x", *(str(n % 3) for n in range(300))]
    b = [*(str(n % 3) for n in range(301)), "x"]
    found = similarity("\n".join(a), "\n".join(b))
    assert found.ratio == ratio(a, b)
    assert found.ratio != found.ratio_without_autojunk == ratio(a, b, autojunk=False)


def generated(chance: random.Random) -> tuple[list[str], list[str]]:
    """Two files of one to some hundred lines, of few or many different ones, the second often made of the first."""
    kinds, size = chance.choice([1, 2, 5, 30, 400]), int(chance.expovariate(1 / 70))
    a = [f"line {chance.randrange(kinds)}" for _ in range(size)]
    if chance.random() < 0.3:
        return a, [f"line {chance.randrange(kinds)}" for _ in range(int(chance.expovariate(1 / 70)))]
    b = [line if chance.random() < 0.8 else f"new {chance.randrange(9)}" for line in a if chance.random() < 0.9]
    at, length = chance.randrange(len(b) + 1), chance.randrange(40)
    return a, b[at : at + length] + b[:at] + b[at + length :]


def test_ten_thousand_generated_pairs_have_difflibs_ratios():
    chance = random.Random(20)
    differing = 0
    for _ in range(10_000):
        a, b = generated(chance)
        found = similarity("\n".join(a), "\n".join(b))
        expected = ratio(a, b), ratio(a, b, autojunk=False)
        assert (found.ratio, found.ratio_without_autojunk) == expected, (a, b)
        differing += expected[0] != expected[1]
    assert differing > 100  # the difference that autojunk makes was among them


@pytest.mark.parametrize("kinds", [3, 40, 5_000])
def test_long_files_are_searched_by_parts_to_the_same_bit(monkeypatch, kinds):
    monkeypatch.setattr("milestones.parity.similarity.SHORT", 50)
    chance = random.Random(kinds)
    a = [f"line {chance.randrange(kinds)}" for _ in range(700)]
    b = [line if chance.random() < 0.7 else "other" for line in a] + a[:100]
    found = similarity("\n".join(a), "\n".join(b))
    assert (found.ratio, found.ratio_without_autojunk) == (ratio(a, b), ratio(a, b, autojunk=False))


def test_the_order_of_the_two_counts():
    a, b = ["a", "b", "c", "a"], ["c", "a", "b", "b", "c"]
    assert similarity("\n".join(a), "\n".join(b)).ratio == ratio(a, b)
    assert similarity("\n".join(b), "\n".join(a)).ratio == ratio(b, a)


def test_only_what_is_on_a_line_counts():
    assert lines_of("a  \n\n   \n  b\t\r\nc") == ["a", "  b", "c"]
    assert similarity("a\n\nb  ", "a\nb").ratio == 1.0


def test_nothing_against_something_and_nothing_against_nothing():
    assert similarity("", "a").ratio == 0.0
    assert similarity("", "").ratio == 1.0


def test_one_line_a_hundred_thousand_times_is_a_number():
    assert similarity("a\n" * 100_000, "a\n" * 99_998).ratio == 2 * 99_998 / 199_998


def test_what_takes_too_long_is_a_named_problem():
    a = "".join(f"{n % 50}\n" for n in range(60_000))
    found = similarity(a, a[::-1])
    assert found.ratio_without_autojunk is None
    assert "too many repeated lines" in found.problems[-1].reason
