"""A judgement from its inputs alone: what counts, what is complete, and what never turns it green."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from milestones.codec import from_plain, to_plain
from milestones.facts import Covers, Known, Measurement, State
from milestones.gates.expected import CompleteSet
from milestones.gates.inputs import Evidence, Inputs, judge_inputs
from milestones.gates.pieces import Piece
from tests.gates.makers import SHA, make_criterion, make_milestone

POLICY = '[milestones.12]\ndone = ["tests.failed == 0", "leftovers.imports == 0"]\n'


def run(failed: int = 0, total: int = 9, *, suites: tuple[str, ...] = ("t.a", "t.b"), **place: object) -> Piece:
    """One run of the tests, as a job sends it."""
    numbers = {"total": total, "passed": total - failed, "failed": failed, "skipped": 0, "flaky": 0}
    measured = tuple(Measurement(f"tests.{name}", float(value)) for name, value in numbers.items())
    given = {"job": "ci", "digest": f"{failed}/{total}/{suites}"} | place
    return Piece("junit", SHA, measurements=measured, covers=Covers(suites=tuple((one, 1) for one in suites)), **given)


def imports(left: int = 0) -> Piece:
    measured = (Measurement("leftovers.imports", float(left), known=Known.STATIC),)
    return Piece("leftovers", SHA, digest=f"left {left}", static=True, measurements=measured)


def inputs(*pieces: Piece, policy: str = POLICY, learnt: tuple[CompleteSet, ...] = ()) -> Inputs:
    known = Evidence(pieces=pieces, learnt=learnt)
    documents = (make_milestone(make_criterion("Green.", gate="tests.failed == 0")),)
    return Inputs(
        SHA, "shop", "2026-11-21", (SHA,), ("junit", "leftovers"), policy=policy, documents=documents, evidence=known
    )


def state(found: Inputs) -> State:
    return judge_inputs(found)[0].state


def reasons(found: Inputs) -> str:
    return "; ".join(judge_inputs(found)[0].reasons)


def test_all_that_is_asked_is_there() -> None:
    assert state(inputs(run(), imports())) is State.PASS


def test_evidence_of_another_commit_counts_for_nothing() -> None:
    other = replace(run(), sha="f" * 40)
    assert state(inputs(other, imports())) is State.UNKNOWN


@pytest.mark.parametrize("shards", [("1/3", "2/3"), ("2/2",), ("1/4", "2/4", "4/4")])
def test_a_shard_that_has_not_come_is_named(shards: tuple[str, ...]) -> None:
    found = inputs(*(run(shard=one, digest=one) for one in shards), imports())
    assert state(found) is State.UNKNOWN
    assert "has not come" in reasons(found)
    total = int(shards[0].partition("/")[2])
    whole = [run(shard=f"{n}/{total}", digest=str(n)) for n in range(1, total + 1)]
    assert state(inputs(*whole, imports())) is State.PASS


def test_a_suite_that_vanished_is_named_with_the_commit_that_had_it() -> None:
    learnt = (CompleteSet("junit", "a" * 40, ("ci",), ("t.a", "t.b")),)
    found = inputs(run(suites=("t.a",)), imports(), learnt=learnt)
    assert "suite t.b did not come, which the last complete set, of aaaaaaa, had" in reasons(found)
    gone = POLICY + '[expected]\ngone = ["t.b"]\n'
    assert state(inputs(run(suites=("t.a",)), imports(), learnt=learnt, policy=gone)) is State.PASS
    closed = POLICY + "[expected]\nlearn = false\n"
    assert state(inputs(run(suites=("t.a",)), imports(), learnt=learnt, policy=closed)) is State.PASS


def test_a_job_that_policy_expects_is_missed() -> None:
    found = inputs(run(), imports(), policy=POLICY + '[expected]\njobs = ["ci", "nightly"]\n')
    assert "job nightly did not come, which the policy expects" in reasons(found)


def test_fewer_tests_than_the_least_prove_nothing() -> None:
    found = inputs(run(total=3), imports(), policy=POLICY + '[expected.minimum]\n"tests.total" = 9\n')
    assert "tests.total is 3, fewer than the 9 that the policy expects" in reasons(found)


def test_a_flaky_test_never_proves() -> None:
    flaky = replace(run(), measurements=(*run().measurements[:-1], Measurement("tests.flaky", 1.0)))
    assert "1 test both failed and passed in one run: a flaky test never proves" in reasons(inputs(flaky, imports()))
    borne = POLICY + "[expected]\nflaky = 1\n"
    assert state(inputs(flaky, imports(), policy=borne)) is State.PASS


def test_coverage_of_other_paths_proves_nothing() -> None:
    measured = (Measurement("coverage.lines", 90.0, "percent"), Measurement("coverage.total", 50.0))
    other = Piece("coverage", SHA, measurements=measured, covers=Covers(paths=("docs/conf.py",)))
    policy = '[milestones.12]\ndone = ["coverage.lines >= 80%"]\n[expected]\npaths = ["server/**"]\n'
    found = replace(inputs(other, policy=policy), documents=())
    assert "it is of other paths (docs/conf.py), and of none in server/**" in reasons(found)


def test_inputs_are_the_same_after_they_were_stored() -> None:
    found = inputs(run(1, shard="1/2"), imports(2), learnt=(CompleteSet("junit", "a" * 40, ("ci",), ("t.a",)),))
    assert from_plain(Inputs, to_plain(found)) == found


pieces = st.lists(
    st.one_of(
        st.builds(
            run, st.integers(0, 2), st.integers(3, 9), attempt=st.integers(1, 2), shard=st.sampled_from(["", "1/1"])
        ),
        st.builds(imports, st.integers(0, 2)),
    ),
    max_size=5,
)


@given(pieces, st.randoms())
@settings(max_examples=80, deadline=None)
def test_the_order_of_arrival_does_not_matter(found: list[Piece], random) -> None:  # type: ignore[no-untyped-def]
    turned = list(found)
    random.shuffle(turned)
    assert judge_inputs(inputs(*found)) == judge_inputs(inputs(*turned))


@given(pieces, st.integers(1, 3), st.sampled_from(["ci", "late"]))
@settings(max_examples=80, deadline=None)
def test_one_more_failing_run_never_turns_it_green(found: list[Piece], failed: int, job: str) -> None:
    before = state(inputs(*found))
    after = state(inputs(*found, run(failed, 9, job=job, attempt=3, digest="worse")))
    assert after is not State.PASS or before is State.PASS


@given(pieces, st.integers(0, 4))
@settings(max_examples=80, deadline=None)
def test_evidence_that_is_taken_away_never_turns_it_green_but_for_an_attempt_that_another_stood_for(
    found: list[Piece], place: int
) -> None:
    if place >= len(found):
        return
    rest = [*found[:place], *found[place + 1 :]]
    every = POLICY + '[expected]\nattempts = "all"\n'
    whole = {one.run for one in found} == {one.run for one in rest}
    after, before = (state(inputs(*some, policy=every)) for some in (rest, found))
    if not whole:
        assert after is not State.PASS or before in (State.PASS, State.FAIL)
    assert after is not State.PASS or before is not State.UNKNOWN
