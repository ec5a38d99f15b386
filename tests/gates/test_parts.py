"""Bounds on a measure that has a value for each subject."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestones.facts import Measurement, State
from milestones.gates.bounds import parse_bound
from milestones.gates.judging import judge_gate
from milestones.gates.parts import Known, weigh
from tests.gates.makers import make_reading


def coverage(**files: float) -> dict[str, Measurement]:
    return {name: Measurement("coverage.file", value, "percent", name) for name, value in files.items()}


@pytest.mark.parametrize(
    ("bound", "state"),
    [
        ("all coverage.file >= 80%", State.FAIL),
        ("all(coverage.file >= 60%)", State.PASS),
        ("any coverage.file >= 90%", State.PASS),
        ("any coverage.file >= 99%", State.FAIL),
        ("count(coverage.file < 80%) <= 1", State.PASS),
        ("count(coverage.file < 80%) == 0", State.FAIL),
        ("count(coverage.file >= 80%) in 2..3", State.PASS),
    ],
)
def test_every_subject_is_asked(bound: str, state: State) -> None:
    assert weigh(parse_bound(bound), Known(coverage(a=95, b=81, c=70))).state is state


def test_the_subjects_that_break_it_are_named() -> None:
    said = weigh(parse_bound("all coverage.file >= 80%"), Known(coverage(a=95, b=71, c=70))).sentence
    assert said == "1 of 3 subjects of coverage.file keeps >= 80%: b is 71%, c is 70%"


@pytest.mark.parametrize("bound", ["all a.b == 0", "any a.b == 0", "count(a.b == 0) <= 5"])
def test_no_subject_at_all_is_unknown(bound: str) -> None:
    assert weigh(parse_bound(bound), Known({})).state is State.UNKNOWN


def test_a_measure_without_subjects_is_its_own_only_part() -> None:
    known = Known({}, Measurement("tests.failed", 0))
    assert weigh(parse_bound("all tests.failed == 0"), known).state is State.PASS
    assert weigh(parse_bound("count(tests.failed > 0) == 0"), known).state is State.PASS


def test_subjects_that_do_not_add_up_to_the_whole_prove_nothing() -> None:
    parts = {"a": Measurement("tests.failed", 0, subject="a")}
    assert (
        weigh(parse_bound("all tests.failed == 0"), Known(parts, Measurement("tests.failed", 3))).state is State.UNKNOWN
    )
    bound = parse_bound("count(tests.failed == 0) == 1")
    assert weigh(bound, Known(parts, Measurement("tests.failed", 3))).state is State.UNKNOWN
    assert weigh(bound, Known(parts, Measurement("tests.failed", 0))).state is State.PASS


def test_a_subject_is_held_against_its_own_baseline() -> None:
    known = Known(coverage(a=80, b=70), baseline=coverage(a=75, b=75))
    assert weigh(parse_bound("all coverage.file >= baseline"), known).state is State.FAIL
    assert weigh(parse_bound("any coverage.file >= baseline"), known).state is State.PASS
    new = Known(coverage(a=80, new=70), baseline=coverage(a=75))
    assert weigh(parse_bound("all coverage.file >= baseline"), new).state is State.UNKNOWN


def test_a_gate_on_subjects_lacks_its_evidence_aloud() -> None:
    verdict = judge_gate(parse_bound("all coverage.file >= 80%"), make_reading())
    assert (verdict.state, verdict.gate) == (State.UNKNOWN, "all coverage.file >= 80%")
    assert "coverage results" in verdict.sentence


values = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 3), max_size=5)
bounds = st.sampled_from(["all m.x <= 1", "any m.x <= 1", "count(m.x <= 1) >= 2", "count(m.x > 1) == 0"])


@given(bounds, values, st.sampled_from("abcde"))
def test_a_subject_that_is_not_known_never_turns_it_green(bound: str, found: dict[str, int], lost: str) -> None:
    def state(numbers: dict[str, int], unresolved: str = "") -> State:
        parts = {
            name: Measurement("m.x", n, subject=name, unresolved=name == unresolved) for name, n in numbers.items()
        }
        return weigh(parse_bound(bound), Known(parts)).state

    if lost in found:
        before, after = state(found), state(found, unresolved=lost)
        assert after is not State.PASS or before is State.PASS
