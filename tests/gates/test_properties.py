"""What holds of judgement whatever is known: no pass comes of a failure, nor of a gap."""

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from milestones.facts import Known, Measurement, Milestone, State
from milestones.gates.bounds import Bound, parse_bound, within
from milestones.gates.judgement import MilestoneJudgement
from milestones.gates.judging import Reading, judge_gate, judge_milestone
from milestones.gates.measures import family_of
from milestones.gates.policy import MilestonePolicy, Proof
from tests.gates.makers import make_criterion, make_milestone, make_reading

NAMES = ("tests.failed", "tests.total", "tests.skipped", "leftovers.imports", "lint.ruff.findings", "routes.missing")
KINDS = ("junit", "leftovers", "ruff", "routes")
BOUNDS = (
    "tests.failed == 0",
    "tests.total >= 2",
    "leftovers.imports <= baseline",
    "leftovers.imports == 0 (informational)",
    "lint.ruff.findings in 0..3",
    "routes.missing < previous",
    "routes.missing present",
    "lint.ruff.findings != 2",
)

# mostly in order, so that passes are met with and not only what is broken anyhow
values = st.sampled_from([0.0, 0.0, 0.0, 1.0, 2.0, 3.0, 3.0, 5.0, -1.0, float("nan"), float("inf")])
measurements = st.dictionaries(
    st.sampled_from(NAMES),
    st.builds(
        Measurement,
        name=st.just(""),
        value=values,
        unit=st.sampled_from(["count"] * 7 + ["ratio"]),
        known=st.sampled_from([Known.MEASURED] * 4 + [Known.STATIC, Known.SUGGESTED]),
        unresolved=st.sampled_from([0, 0, 0, 0, 0, 1]),
    ),
    min_size=3,
).map(lambda found: {name: replace(one, name=name) for name, one in found.items()})
some_kinds = st.frozensets(st.sampled_from(KINDS), max_size=1)
readings = st.builds(
    lambda found, absent, never, broken, baseline, previous: replace(
        make_reading(),
        measurements=found,
        present=frozenset(KINDS) - absent,
        ever=frozenset(KINDS) - (absent & never),
        unusable=dict.fromkeys(broken, "cut short"),
        baseline=baseline,
        previous=previous,
    ),
    measurements,
    some_kinds,
    some_kinds,
    st.one_of(st.just(frozenset()), st.just(frozenset()), some_kinds),
    measurements,
    measurements,
)
bounds = st.sampled_from(BOUNDS).map(parse_bound)
policies = st.builds(
    MilestonePolicy,
    key=st.just("12"),
    done=st.lists(bounds, max_size=3).map(tuple),
    proves=st.lists(
        st.builds(Proof, st.sampled_from(["tests pass", "nothing left"]), st.tuples(bounds)), max_size=1
    ).map(tuple),
)
criteria = st.lists(
    st.tuples(
        st.sampled_from(["All tests pass.", "Nothing left.", "Rehearsed."]),
        st.sampled_from(["", *BOUNDS, *BOUNDS, "x ="]),
    ),
    max_size=3,
)
milestones = criteria.map(
    lambda some: make_milestone(*(make_criterion(text, n, gate=gate) for n, (text, gate) in enumerate(some)))
)
signatures = st.frozensets(st.sampled_from(["c0", "c1", "c2"]))
cases = st.tuples(policies, milestones, readings, signatures)
Case = tuple[MilestonePolicy, Milestone, Reading, frozenset[str]]
TESTS = parse_bound("tests.failed == 0")


def without(reading: Reading, kind: str) -> Reading:
    """The same commit, had evidence of one kind never come for it."""
    kept = {name: one for name, one in reading.measurements.items() if (f := family_of(name)) and f.kind != kind}
    return replace(reading, measurements=kept, present=reading.present - {kind})


def all_states(found: MilestoneJudgement) -> list[State]:
    return [found.state, *(one.state for one in found.criteria)]


@given(cases, st.sampled_from(KINDS))
@settings(max_examples=150, deadline=None)
def test_taking_evidence_away_turns_nothing_green(case: Case, kind: str) -> None:
    policy, milestone, reading, signed = case
    before = judge_milestone(policy, milestone, reading, signed)
    after = judge_milestone(policy, milestone, without(reading, kind), signed)
    for was, now in zip(all_states(before), all_states(after), strict=True):
        assert now is not State.PASS or was is State.PASS


@given(bounds, readings)
@settings(max_examples=150, deadline=None)
def test_taking_what_is_compared_with_away_turns_nothing_green(bound: Bound, reading: Reading) -> None:
    after = judge_gate(bound, replace(reading, baseline={}, previous={}))
    assert after.state is not State.PASS or judge_gate(bound, reading).state is State.PASS


@given(cases, bounds, values)
@settings(max_examples=150, deadline=None)
@example((MilestonePolicy("12"), make_milestone(), make_reading({"tests.total": 3}), frozenset()), TESTS, 1.0)
def test_a_failing_measurement_turns_nothing_green(case: Case, bound: Bound, value: float) -> None:
    policy, milestone, reading, signed = case
    measured = Measurement(bound.measure, value)
    others = {"baseline": reading.baseline.get(bound.measure), "previous": reading.previous.get(bound.measure)}
    if within(bound, measured, **others) is not State.FAIL:
        return
    policy = replace(policy, done=(*policy.done, bound))
    known = {**reading.measurements, bound.measure: measured}
    worse = replace(reading, measurements=known, present=frozenset(KINDS))
    assert judge_gate(bound, worse).state is State.FAIL
    if bound.blocks(reading.today):
        assert judge_milestone(policy, milestone, worse, signed).state is State.FAIL


@given(bounds, readings, st.sampled_from(KINDS))
@settings(max_examples=150, deadline=None)
def test_a_broken_file_turns_nothing_green(bound: Bound, reading: Reading, kind: str) -> None:
    after = judge_gate(bound, replace(reading, unusable={**reading.unusable, kind: "cut short"}))
    assert after.state is not State.PASS or judge_gate(bound, reading).state is State.PASS


@given(cases)
@settings(max_examples=150, deadline=None)
def test_a_milestone_passes_exactly_when_there_is_no_reason_against_it(case: Case) -> None:
    policy, milestone, reading, signed = case
    found = judge_milestone(policy, milestone, reading, signed)
    assert (found.state is State.PASS) == (not found.reasons)
    assert all(gate.sentence for gate in found.gates)
    assert all(gate.next for gate in found.gates if gate.state is not State.PASS)
    assert all((gate.lack is None) == (gate.state is not State.UNKNOWN) for gate in found.gates)


@given(milestones, readings)
@settings(max_examples=60, deadline=None)
def test_the_order_in_which_facts_are_known_does_not_matter(milestone: Milestone, reading: Reading) -> None:
    turned = replace(reading, measurements=dict(reversed(reading.measurements.items())))
    assert judge_milestone(None, milestone, reading) == judge_milestone(None, milestone, turned)
