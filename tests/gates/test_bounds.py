"""Bounds as people write them."""

import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milestones.facts import Known, Measurement, ParseError, State
from milestones.gates.bounds import Bound, Mode, parse_bound, within


def measured(value: float, unit: str = "count", **more: object) -> Measurement:
    return Measurement("tests.failed", value, unit, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "expect"),
    [
        ("tests.failed == 0", "== 0"),
        ("tests.failed==0", "== 0"),
        ("tests.failed != 3", "!= 3"),
        ("leftovers.imports < 21", "< 21"),
        ("leftovers.imports <= 1_000", "<= 1000"),
        ("tests.total > 0", "> 0"),
        ("coverage.lines >= 80%", ">= 80%"),
        ("coverage.lines >= 80 %", ">= 80%"),
        ("similarity.api in 0.74..0.76", "in 0.74..0.76"),
        ("similarity.api in 74%..76%", "in 74%..76%"),
        ("similarity.api  in  .74..1".replace(".74", "0.74"), "in 0.74..1"),
        ("leftovers.imports <= baseline", "<= baseline"),
        ("leftovers.imports < previous", "< previous"),
        ("contract.mismatched present", "present"),
        ("metric.balance >= -1.5e3", ">= -1500"),
    ],
)
def test_a_bound_is_read_and_printed_again(text: str, expect: str) -> None:
    assert parse_bound(text).expect == expect


def test_a_bound_may_only_tell_or_tell_until_a_day() -> None:
    always = parse_bound("similarity.api in 0.74..0.76 (informational)")
    until = parse_bound("similarity.api in 0.74..0.76 (informational until 2026-12-01)")
    assert (always.mode, always.informational_until) == (Mode.INFORMATIONAL, None)
    assert until.informational_until == date(2026, 12, 1)
    assert not always.blocks(date(2999, 1, 1))
    assert not until.blocks(date(2026, 11, 30))
    assert until.blocks(date(2026, 12, 1))


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("", "it starts with no measure"),
        ("tests.failed", "nothing stands where a comparison belongs"),
        ("tests.failed = 0", 'write "=="'),
        ("tests.failed => 0", "is no comparison"),
        ("tests.failed ≤ 2", "write <="),
        ("tests.failed is 0", '"is" stands where a comparison belongs'),
        ("tests.failed ==", "a number, baseline or previous belongs"),
        ("tests.failed == none", '"none" is no number'),
        ("tests.failed == nan", "write a finite one"),
        ("tests.failed <= inf", "write a finite one"),
        ("tests.failed >= -Infinity", "write a finite one"),
        ("tests.failed <= 1e999", "too large"),
        ("tests.failed == 1,5", "with a point for decimals"),
        ("tests.failed == 0; tests.total > 0", "one bound a string"),
        ("tests.failed == 0 tests.total > 0", "left over"),
        ("similarity.api in 0.76..0.74", "write the smaller end first"),
        ("similarity.api in 0.74-0.76", "two dots"),
        ("similarity.api in 0.74 0.76", "two dots"),
        ("similarity.api in 0.74..", "no upper end"),
        ("similarity.api in 0.8..90%", "write both alike"),
        ("similarity.api in 0..1 (informal)", '"informational until 2026-12-01"'),
        ("similarity.api in 0..1 (informational until soon)", "write it as 2026-12-01"),
        ("similarity.api in 0..1 (informational until 2026-02-30)", "no day of any calendar"),
        ("similarity.api in 0..1 (informational", "closing bracket"),
        ("x" * 500, "too long"),
    ],
)
def test_a_bad_bound_is_refused_with_the_mend(text: str, mend: str) -> None:
    with pytest.raises(ParseError) as caught:
        parse_bound(text)
    assert mend in caught.value.reason


@given(st.text(alphabet=st.sampled_from("ab.0123=<>!in %()-+~_eE 'until"), max_size=40))
@settings(max_examples=100, deadline=None)
def test_any_text_is_a_bound_or_refused(text: str) -> None:
    try:
        bound = parse_bound(text)
    except ParseError:
        return
    assert parse_bound(f"{bound.measure} {bound.expect}").expect == bound.expect


@pytest.mark.parametrize(
    ("text", "value", "state"),
    [
        ("tests.failed == 0", 0, State.PASS),
        ("tests.failed == 0", 1, State.FAIL),
        ("tests.failed != 0", 0, State.FAIL),
        ("tests.failed < 2", 2, State.FAIL),
        ("tests.failed <= 2", 2, State.PASS),
        ("tests.failed > 2", 2, State.FAIL),
        ("tests.failed >= 2", 2, State.PASS),
        ("tests.failed in 1..3", 1, State.PASS),
        ("tests.failed in 1..3", 3, State.PASS),
        ("tests.failed in 1..3", 0, State.FAIL),
        ("tests.failed in 1..3", 4, State.FAIL),
        ("tests.failed present", 4, State.PASS),
    ],
)
def test_a_value_is_held_against_its_bound(text: str, value: float, state: State) -> None:
    assert within(parse_bound(text), measured(value)) is state


@pytest.mark.parametrize(
    ("bound", "value", "unit", "state"),
    [
        (">= 80%", 0.8, "ratio", State.PASS),
        (">= 80%", 0.7999, "ratio", State.FAIL),
        (">= 80%", 80, "percent", State.PASS),
        (">= 80%", 0.8, "percent", State.FAIL),
        (">= 80", 80, "percent", State.PASS),
        (">= 0.8", 0.8, "ratio", State.PASS),
        ("in 74%..76%", 0.75, "ratio", State.PASS),
        (">= 80%", 81, "count", State.UNKNOWN),  # a share of what?
        ("<= 80", 0.9, "ratio", State.UNKNOWN),  # would always hold
        (">= 80%", 1.2, "ratio", State.UNKNOWN),
        (">= 80%", 120, "percent", State.UNKNOWN),
    ],
)
def test_a_percentage_is_held_against_a_share_alone(bound: str, value: float, unit: str, state: State) -> None:
    assert within(parse_bound(f"tests.failed {bound}"), measured(value, unit)) is state


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -1])
@pytest.mark.parametrize("text", ["== 0", "!= 0", "<= 5", ">= 0", "in 0..9", "present"])
def test_an_impossible_value_is_unknown_under_any_bound(value: float, text: str) -> None:
    assert within(parse_bound(f"tests.failed {text}"), measured(value)) is State.UNKNOWN


def test_a_static_value_with_unresolved_parts_never_passes_but_may_fail() -> None:
    bound = parse_bound("tests.failed == 0")
    assert within(bound, measured(0, known=Known.STATIC, unresolved=2)) is State.UNKNOWN
    assert within(bound, measured(1, known=Known.STATIC, unresolved=2)) is State.FAIL
    assert within(bound, measured(0, known=Known.STATIC)) is State.PASS


def test_a_suggested_value_proves_nothing() -> None:
    assert within(parse_bound("tests.failed == 0"), measured(0, known=Known.SUGGESTED)) is State.UNKNOWN


def test_a_reference_is_the_other_measurement() -> None:
    bound = parse_bound("tests.failed <= baseline")
    assert within(bound, measured(2), baseline=measured(2)) is State.PASS
    assert within(bound, measured(3), baseline=measured(2)) is State.FAIL
    assert within(bound, measured(2)) is State.UNKNOWN
    assert within(bound, measured(2), previous=measured(2)) is State.UNKNOWN
    assert within(bound, measured(0), baseline=measured(math.inf)) is State.UNKNOWN
    assert within(bound, measured(0), baseline=measured(1, "percent")) is State.UNKNOWN


def test_nothing_measured_is_unknown() -> None:
    assert within(Bound("tests.failed present", "tests.failed", parse_bound("a.b present").op), None) is State.UNKNOWN
