"""What a judgement says of a milestone, and what of it is in the way of a promotion."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from milestones.facts import Criterion, State, Verdict

_WORST = (State.FAIL, State.UNKNOWN, State.PASS)


def worst(states: Iterable[State]) -> State:
    """The worst of some states; of none at all it is unknown, for nothing was proven."""
    found = set(states)
    return next((state for state in _WORST if state in found), State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class CriterionVerdict:
    """One line of the team's document: claimed by it, and proven by its gates or a person's word, or not."""

    criterion: Criterion
    state: State
    claimed: bool
    sentence: str
    next: str = ""
    gates: tuple[Verdict, ...] = ()
    awaits_sign_off: bool = False

    @property
    def blocking(self) -> tuple[Verdict, ...]:
        """Those of its gates that stand in the way."""
        return tuple(gate for gate in self.gates if blocks(gate))


@dataclass(frozen=True, slots=True)
class MilestoneJudgement:
    """What stands between a milestone and its promotion; `reasons` is empty exactly when it passes.

    `gates` are all of them, once each; `done` are those that policy sets for the milestone as such.
    """

    key: str
    gates: tuple[Verdict, ...]
    criteria: tuple[CriterionVerdict, ...]
    state: State
    reasons: tuple[str, ...]
    unmatched: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()
    done: tuple[Verdict, ...] = ()


def blocks(gate: Verdict) -> bool:
    return gate.state is not State.PASS and not gate.informational


def by_gates(
    criterion: Criterion, claimed: bool, gates: tuple[Verdict, ...], strict: Sequence[Verdict]
) -> CriterionVerdict:
    """A criterion as its strict gates have it: the worst of them speak."""
    state = worst(gate.state for gate in strict)
    speaking = [gate for gate in strict if state is State.PASS or gate.state is not State.PASS]
    sentence = "; ".join(dict.fromkeys(gate.sentence for gate in speaking))
    step = next((gate.next for gate in speaking if gate.state is state), "")
    return CriterionVerdict(criterion, state, claimed, sentence, step, gates)


def reasons_of(
    key: str, done: Iterable[Verdict], criteria: Sequence[CriterionVerdict], unmatched: Iterable[str]
) -> tuple[str, ...]:
    """Each thing in the way once, as a sentence."""
    strict = [gate for gate in done if not gate.informational]
    found = [gate.sentence for gate in strict if gate.state is not State.PASS]
    found += [_reason(one) for one in criteria if one.state is not State.PASS and not _told(one, strict)]
    found += [f'policy proves "{words}", and no criterion of milestone {key} holds these words' for words in unmatched]
    if not strict and not criteria and not found:
        found = [f"nothing is asked of milestone {key}: no criterion in its document, and no strict bound in policy"]
    return tuple(dict.fromkeys(found))


def _told(one: CriterionVerdict, gates: Iterable[Verdict]) -> bool:
    """Whether the milestone's own gates have said all that blocks this criterion."""
    return bool(one.blocking) and set(one.blocking) <= set(gates)


def _reason(one: CriterionVerdict) -> str:
    return f"{said(one.criterion)}: {one.sentence}"


def said(criterion: Criterion) -> str:
    """The words of a criterion, between quotes, cut to what fits a sentence."""
    text = " ".join(criterion.text.split())
    return f'"{text[:77]}..."' if len(text) > 80 else f'"{text}"'


# --- what is in the way, thing by thing -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that blocks and that a person could let pass: a strict gate, or a criterion without a word for it.

    `name` is the gate's bound or the criterion's identity.
    """

    name: str
    text: str
    state: State
    sentence: str
    value: float | None = None
    measure: str = ""


def obstacles(judged: MilestoneJudgement) -> Iterator[Obstacle]:
    """Every strict gate that does not pass, then every criterion that awaits a word."""
    for gate in judged.gates:
        if blocks(gate):
            yield Obstacle(gate.gate, gate.gate, gate.state, gate.sentence, gate.value, gate.gate)
    for one in judged.criteria:
        if one.state is not State.PASS and one.awaits_sign_off:
            yield Obstacle(one.criterion.id, one.criterion.text, one.state, one.sentence)


def reasons_beside(judged: MilestoneJudgement, let_pass: Collection[str]) -> tuple[str, ...]:
    """What is still in the way where these obstacles are let pass."""
    if not let_pass:
        return judged.reasons
    done = [gate for gate in judged.done if gate.gate not in let_pass]
    criteria = [_beside(one, let_pass) for one in judged.criteria]
    found = reasons_of(judged.key, done, criteria, judged.unmatched)
    asked = judged.done or judged.criteria
    return found if not asked else tuple(one for one in found if not one.startswith("nothing is asked of"))


def _beside(one: CriterionVerdict, let_pass: Collection[str]) -> CriterionVerdict:
    if one.state is State.PASS or (one.awaits_sign_off and one.criterion.id in let_pass):
        return replace(one, state=State.PASS)
    if one.awaits_sign_off:
        return one
    kept = tuple(gate for gate in one.gates if gate.gate not in let_pass)
    strict = [gate for gate in kept if not gate.informational]
    return by_gates(one.criterion, one.claimed, kept, strict) if strict else replace(one, state=State.PASS)
