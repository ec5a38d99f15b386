"""The gates on trial: each variant turns its gate, and a trial without that gate does not hold."""

from __future__ import annotations

import pytest

from milestones.facts import Known, Measurement
from milestones.gates.inputs import Inputs, Signed
from milestones.gates.pieces import Piece
from milestones.gates.trial import VARIANTS, try_gates
from tests.gates.makers import SHA
from tests.gates.test_inputs import imports, inputs, run

GATES = {
    "a dropped route": "routes.missing == 0",
    "a lost guard": "guards.lost == 0",
    "a failing test": "tests.failed == 0",
    "a test removed": "tests.total >= 9",
    "no test at all": "tests.failed == 0",
    "a suite skipped": "tests.skipped == 0",
    "a shard lost": "tests.passed >= 1",
    "a leftover put back": "leftovers.imports == 0",
    "a finding of a linter": "lint.ruff.findings == 0",
    "a ticked box without proof": "the milestone as a whole",
    "similarity out of range": "similarity.api in 0.70..0.80",
    "an edited frozen test": "frozen.assertions == 0",
    "the parent's evidence": "tests.failed == 0",
}


def static(kind: str, **numbers: float) -> Piece:
    unit = "ratio" if kind == "similarity" else "count"
    named = [Measurement(name.replace("__", "."), value, unit, known=Known.STATIC) for name, value in numbers.items()]
    return Piece(kind, SHA, digest=kind, static=True, measurements=tuple(named))


def whole(*left_out: str) -> Inputs:
    """A commit where every gate passes, but for gates that are left out of the policy."""
    listed = ", ".join(
        f'"{gate}"' for gate in dict.fromkeys(GATES.values()) if " as a whole" not in gate and gate not in left_out
    )
    ruff = (Measurement("lint.ruff.findings", 0.0), Measurement("lint.ruff.files", 4.0))
    pieces = (
        run(), imports(), static("routes", routes__missing=0, guards__lost=0),
        static("similarity", similarity__api=0.75),
        static("audit", frozen__assertions=0), Piece("ruff", SHA, measurements=ruff),
    )  # fmt: skip
    return inputs(*pieces, policy=f"[milestones.12]\ndone = [{listed}]\n")


def test_there_is_a_gate_for_every_variant() -> None:
    assert GATES.keys() == VARIANTS.keys()
    assert try_gates(whole()).holds


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_variant_turns_its_gate_from_pass_to_not_pass(variant: str) -> None:
    tried = next(one for one in try_gates(whole()).tried if one.name == variant)
    assert f"12: {GATES[variant]}" in tried.caught, tried


@pytest.mark.parametrize("variant", ["a dropped route", "a lost guard", "a leftover put back", "a finding of a linter",
                                     "similarity out of range", "an edited frozen test"])  # fmt: skip
def test_without_its_gate_a_variant_is_caught_by_none(variant: str) -> None:
    tried = next(one for one in try_gates(whole(GATES[variant])).tried if one.name == variant)
    assert tried.caught == ()
    assert tried.skipped


@pytest.mark.parametrize("blunt", ["routes.missing <= 100", "routes.missing present", "leftovers.imports != 7"])
def test_a_gate_that_catches_nothing_it_should_is_not_trusted(blunt: str) -> None:
    listed = inputs(imports(), static("routes", routes__missing=0), policy=f'[milestones.12]\ndone = ["{blunt}"]\n')
    found = try_gates(listed)
    assert not found.holds
    assert found.untrusted == (f"12: {blunt}",)


def test_words_that_are_taken_back_are_missed() -> None:
    from dataclasses import replace

    from tests.gates.makers import make_criterion, make_milestone

    word = Signed("12", "c1", True, "signed off by ola")
    signed = replace(whole(), documents=(make_milestone(make_criterion("Drilled.")),), people=(word,))
    tried = next(one for one in try_gates(signed).tried if one.name == "a ticked box without proof")
    assert '12: the word for "Drilled."' in tried.caught
