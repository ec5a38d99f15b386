"""What gates say of one commit."""

import math
from dataclasses import replace

import pytest

from milestones.facts import Known, Lack, Measurement, State, Verdict
from milestones.gates.bounds import parse_bound
from milestones.gates.judging import Reading, judge_gate, worst
from tests.gates.makers import make_reading

GREEN = {"tests.failed": 0, "tests.total": 40, "tests.skipped": 2}


def judged(text: str, reading: Reading) -> Verdict:
    return judge_gate(parse_bound(text), reading)


def with_similarity(value: float) -> Reading:
    api = Measurement("similarity.api", value, "ratio", known=Known.STATIC)
    kinds = frozenset({"similarity"})
    return make_reading(measurements={api.name: api}, present=kinds, ever=kinds)


def test_the_worst_wins_and_nothing_is_unknown() -> None:
    assert worst([State.PASS, State.UNKNOWN, State.FAIL]) is State.FAIL
    assert worst([State.PASS, State.UNKNOWN]) is State.UNKNOWN
    assert worst([State.PASS]) is State.PASS
    assert worst([]) is State.UNKNOWN


def test_a_value_within_its_bound_passes() -> None:
    verdict = judged("tests.failed == 0", make_reading(GREEN))
    assert (verdict.state, verdict.value, verdict.expect, verdict.lack) == (State.PASS, 0, "== 0", None)
    assert verdict.sentence == "tests.failed is 0, which keeps == 0"
    assert (verdict.evidence, verdict.informational) == ("junit", False)


def test_a_value_out_of_its_bound_fails_and_says_what_it_is() -> None:
    verdict = judged("tests.failed == 0", make_reading(GREEN | {"tests.failed": 3}))
    assert (verdict.state, verdict.value) == (State.FAIL, 3)
    assert verdict.sentence == "tests.failed is 3; it has to be == 0"
    assert "3fa9c1b" in verdict.next


@pytest.mark.parametrize(("value", "side"), [(0.7059, "below"), (0.98, "above")])
def test_too_high_a_similarity_fails_its_range_like_too_low_a_one(value: float, side: str) -> None:
    verdict = judged("similarity.api in 0.74..0.76", with_similarity(value))
    assert verdict.state is State.FAIL
    assert verdict.sentence == f"similarity.api is {value}, {side} the range 0.74..0.76"


def test_a_value_is_never_rounded_onto_the_end_of_its_bound() -> None:
    verdict = judged("similarity.api in 0.74..0.76", with_similarity(0.73999999))
    assert "0.73999999" in verdict.sentence


def test_evidence_that_never_came_is_never_connected_and_says_how_to_send_it() -> None:
    verdict = judged("tests.failed == 0", make_reading())
    assert (verdict.state, verdict.lack) == (State.UNKNOWN, Lack.NEVER_CONNECTED)
    assert verdict.sentence == "no JUnit results have ever come for shop"
    assert f"/api/projects/shop/evidence/junit?sha={'3fa9c1b' + '0' * 33}" in verdict.next


def test_evidence_for_another_commit_is_missing_here() -> None:
    reading = make_reading(ever=frozenset({"junit"}), last_seen={"junit": "be64dbee"})
    verdict = judged("tests.failed == 0", reading)
    assert (verdict.state, verdict.lack) == (State.UNKNOWN, Lack.MISSING_HERE)
    assert verdict.sentence == "no JUnit results for 3fa9c1b; the last came for be64dbe"
    assert verdict.next.startswith("upload JUnit results for 3fa9c1b: curl ")


def test_a_value_carried_forward_proves_nothing() -> None:
    verdict = judged("tests.failed == 0", make_reading(GREEN, present=frozenset()))
    assert (verdict.state, verdict.lack, verdict.value) == (State.UNKNOWN, Lack.MISSING_HERE, None)


def test_evidence_that_came_and_does_not_tell_is_missing_here() -> None:
    verdict = judged("tests.flaky == 0", make_reading(GREEN))
    assert (verdict.state, verdict.lack) == (State.UNKNOWN, Lack.MISSING_HERE)
    assert "tell nothing of tests.flaky" in verdict.sentence


def test_unusable_evidence_is_unknown_and_says_why() -> None:
    reading = make_reading(unusable={"junit": "junit.xml: line 9: it ends in the middle of a test case"})
    verdict = judged("tests.failed == 0", reading)
    assert (verdict.state, verdict.lack) == (State.UNKNOWN, Lack.UNUSABLE)
    assert "line 9" in verdict.sentence


def test_a_pass_beside_unusable_evidence_of_its_kind_is_unknown() -> None:
    broken = {"junit": "shard 2 of 4 never came"}
    assert judged("tests.failed == 0", make_reading(GREEN, unusable=broken)).state is State.UNKNOWN
    assert judged("tests.failed == 0", make_reading(GREEN, unusable={"ruff": "broken"})).state is State.PASS


def test_a_measure_may_come_by_another_kind_than_its_familys_own() -> None:
    values = {"lint.ruff.findings": 0}
    brought = {"lint.ruff.findings": frozenset({"sarif"})}
    reading = make_reading(values, brought=brought, present=frozenset({"sarif"}))
    verdict = judged("lint.ruff.findings == 0", reading)
    assert (verdict.state, verdict.evidence) == (State.PASS, "sarif")
    assert judged("lint.ruff.findings == 0", replace(reading, unusable={"sarif": "cut"})).state is State.UNKNOWN
    assert judged("lint.ruff.findings == 0", replace(reading, unusable={"ruff": "cut"})).state is State.UNKNOWN
    assert judged("lint.ruff.findings == 0", replace(reading, present=frozenset())).state is State.UNKNOWN


def test_a_coverage_of_no_lines_proves_nothing() -> None:
    verdict = judged("coverage.lines >= 0", make_reading({"coverage.lines": 0, "coverage.total": 0}))
    assert (verdict.state, verdict.lack) == (State.UNKNOWN, Lack.UNUSABLE)


def test_a_failure_beside_unusable_evidence_stays_a_failure_and_tells_both() -> None:
    reading = make_reading(GREEN | {"tests.failed": 1}, unusable={"junit": "shard 2 of 4 never came"})
    verdict = judged("tests.failed == 0", reading)
    assert verdict.state is State.FAIL
    assert "shard 2 of 4" in verdict.sentence


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"tests.failed": 0, "tests.total": 0}, "nothing was run"),
        ({"tests.failed": 0, "tests.total": 7, "tests.skipped": 7}, "every one of the 7"),
        ({"tests.failed": 0}, "do not say how much they cover"),
        ({"tests.failed": 0, "tests.total": math.nan}, "nothing was run"),
    ],
)
def test_no_tests_prove_nothing(values: dict[str, float], reason: str) -> None:
    verdict = judged("tests.failed == 0", make_reading(values))
    assert (verdict.state, verdict.lack) == (State.UNKNOWN, Lack.UNUSABLE)
    assert reason in verdict.sentence


def test_a_lint_run_over_no_file_proves_nothing() -> None:
    nothing = {"lint.ruff.findings": 0, "lint.ruff.files": 0}
    assert judged("lint.ruff.findings == 0", make_reading(nothing)).state is State.UNKNOWN
    assert judged("lint.ruff.findings == 0", make_reading(nothing | {"lint.ruff.files": 3})).state is State.PASS


def test_a_static_fact_with_unresolved_parts_is_unknown_not_zero() -> None:
    imports = Measurement("leftovers.imports", 0, known=Known.STATIC, unresolved=2)
    reading = replace(make_reading({"leftovers.imports": 0}), measurements={imports.name: imports})
    verdict = judged("leftovers.imports == 0", reading)
    assert (verdict.state, verdict.lack) == (State.UNKNOWN, Lack.UNUSABLE)
    assert "2 parts of it could not be resolved" in verdict.sentence


@pytest.mark.parametrize("value", [math.nan, math.inf, -3])
def test_what_is_no_number_is_unusable(value: float) -> None:
    verdict = judged("tests.failed != 9", make_reading(GREEN | {"tests.failed": value}))
    assert (verdict.state, verdict.lack) == (State.UNKNOWN, Lack.UNUSABLE)


def test_a_bound_on_the_baseline_shows_its_value_and_lacks_it_aloud() -> None:
    bound = "leftovers.imports <= baseline"
    reading = make_reading({"leftovers.imports": 5})
    base = {"leftovers.imports": Measurement("leftovers.imports", 21)}
    assert judged(bound, replace(reading, baseline=base)).expect == "<= baseline (21)"
    assert judged(bound, replace(reading, baseline=base)).state is State.PASS
    assert judged(bound, replace(reading, previous=base)).lack is Lack.MISSING_HERE


def test_an_informational_gate_says_so() -> None:
    verdict = judged("tests.failed == 0 (informational)", make_reading(GREEN | {"tests.failed": 1}))
    assert (verdict.state, verdict.informational) == (State.FAIL, True)
    assert verdict.sentence.endswith("(informational)")
    later = judged("tests.failed == 0 (informational until 2026-11-21)", make_reading(GREEN))
    assert not later.informational


def test_a_percentage_is_shown_as_one() -> None:
    lines = Measurement("coverage.lines", 0.8134, "ratio")
    reading = replace(make_reading({"coverage.lines": 0}), measurements={lines.name: lines})
    assert judged("coverage.lines >= 85%", reading).sentence == "coverage.lines is 81.34%; it has to be >= 85%"


def test_a_family_that_nobody_knows_is_unknown() -> None:
    assert judged("tets.failed == 0", make_reading(GREEN)).state is State.UNKNOWN
