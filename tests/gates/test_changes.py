"""Whether a change makes anything worse than its base."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milestones.facts import Lack, Measurement, State
from milestones.gates.changes import change_verdict
from milestones.gates.policy import Policy
from tests.gates.makers import make_reading

TESTS = {"tests.failed": 1, "tests.total": 9}
IMPORTS = {"leftovers.imports": 21}


def asking(*measures: str) -> Policy:
    return Policy(no_worse=measures)


def test_a_change_that_leaves_all_as_it_was_is_green_while_tests_fail() -> None:
    found = change_verdict(asking("tests.failed"), make_reading(TESTS), make_reading(TESTS))
    assert (found.state, found.worse, found.better) == (State.PASS, (), ())
    assert found.verdicts[0].sentence == "tests.failed is 1, as at the base"


def test_what_got_worse_and_what_got_better_is_told() -> None:
    base = make_reading(TESTS | IMPORTS)
    head = make_reading(TESTS | {"tests.failed": 3, "leftovers.imports": 16})
    found = change_verdict(asking("tests.failed", "leftovers.imports"), base, head)
    assert found.state is State.FAIL
    assert found.worse == ("tests.failed went from 1 to 3",)
    assert found.better == ("leftovers.imports went from 21 to 16",)
    assert found.verdicts[0].expect == "<= 1"


def test_more_coverage_and_more_tests_are_better() -> None:
    base = make_reading(TESTS | {"coverage.lines": 80, "coverage.total": 500})
    head = make_reading(TESTS | {"coverage.lines": 70, "coverage.total": 500, "tests.total": 12})
    found = change_verdict(asking("coverage.lines", "tests.total"), base, head)
    assert found.worse == ("coverage.lines went from 80 to 70",)
    assert found.better == ("tests.total went from 9 to 12",)


def test_evidence_that_never_came_holds_nobody_up_and_is_named() -> None:
    found = change_verdict(asking("tests.failed", "routes.missing"), make_reading(TESTS), make_reading(TESTS))
    assert (found.state, found.not_asked) == (State.PASS, ("routes.missing",))


def test_nothing_to_ask_is_unknown() -> None:
    assert change_verdict(asking("tests.failed"), make_reading(), make_reading()).state is State.UNKNOWN
    assert change_verdict(asking(), make_reading(TESTS), make_reading(TESTS)).state is State.UNKNOWN


@pytest.mark.parametrize("end", ["base", "head"])
def test_evidence_that_lacks_at_either_end_is_unknown(end: str) -> None:
    ends = {"base": make_reading(TESTS), "head": make_reading(TESTS)}
    ends[end] = make_reading(ever=frozenset({"junit"}))
    found = change_verdict(asking("tests.failed"), **ends)
    assert (found.state, found.verdicts[0].lack) == (State.UNKNOWN, Lack.MISSING_HERE)
    assert found.verdicts[0].sentence.startswith("at the base: ") == (end == "base")
    assert found.verdicts[0].next


@pytest.mark.parametrize(
    "head",
    [
        {"tests.failed": 0, "tests.total": 0},
        {"tests.failed": 0, "tests.total": 9, "tests.skipped": 9},
        {"tests.failed": float("nan"), "tests.total": 9},
    ],
)
def test_a_run_that_proves_nothing_is_no_improvement(head: dict[str, float]) -> None:
    found = change_verdict(asking("tests.failed"), make_reading(TESTS), make_reading(head))
    assert found.state is State.UNKNOWN


def test_a_broken_file_beside_a_worse_value_does_not_hide_it() -> None:
    head = make_reading(TESTS | {"tests.failed": 2}, unusable={"junit": "cut short"})
    assert change_verdict(asking("tests.failed"), make_reading(TESTS), head).state is State.FAIL
    head = make_reading(TESTS, unusable={"junit": "cut short"})
    assert change_verdict(asking("tests.failed"), make_reading(TESTS), head).state is State.UNKNOWN


def unresolved(count: int) -> Any:
    imports = Measurement("leftovers.imports", 5, unresolved=count)
    return replace(make_reading(IMPORTS), measurements={imports.name: imports})


def test_what_could_not_be_resolved_before_is_held_against_nobody() -> None:
    assert change_verdict(asking("leftovers.imports"), unresolved(2), unresolved(2)).state is State.PASS
    assert change_verdict(asking("leftovers.imports"), unresolved(2), unresolved(3)).state is State.UNKNOWN


amounts = st.integers(0, 4)


@given(amounts, amounts, amounts, amounts)
@settings(max_examples=80, deadline=None)
def test_a_change_is_green_exactly_when_no_measure_got_worse(a: int, b: int, c: int, d: int) -> None:
    base = make_reading({"tests.failed": a, "tests.total": 9, "leftovers.imports": b})
    head = make_reading({"tests.failed": c, "tests.total": 9, "leftovers.imports": d})
    found = change_verdict(asking("tests.failed", "leftovers.imports"), base, head)
    assert found.state is (State.PASS if c <= a and d <= b else State.FAIL)
    assert len(found.worse) == (c > a) + (d > b)
    assert len(found.better) == (c < a) + (d < b)
