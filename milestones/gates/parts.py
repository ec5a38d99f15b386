"""Bounds on a measure that has a value for each subject: all of them, any of them, or how many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from milestones.facts import Measurement, State
from milestones.gates import wording
from milestones.gates.bounds import Bound, Quantifier, finite, holds_number, within

SUBJECTS_TOLD = 3
Parts = Mapping[str, Measurement]


@dataclass(frozen=True, slots=True)
class Weighed:
    """What came of asking every subject: the state, how many keep the bound, and the sentence."""

    state: State
    kept: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Known:
    """The subjects of one measure at a commit, at the baseline and at the commit before; `whole` is their sum."""

    parts: Parts
    whole: Measurement | None = None
    baseline: Parts | None = None
    previous: Parts | None = None

    @property
    def subjects(self) -> Parts:
        """Each subject; a measure that comes without any is its own only part."""
        return self.parts or ({"": self.whole} if self.whole else {})

    @property
    def untold(self) -> bool:
        """Whether the parts do not add up to the whole, so that some subject was not told."""
        if self.whole is None or not self.parts or self.whole.unit != "count":
            return False
        return sum(one.value for one in self.parts.values() if finite(one.value)) != self.whole.value


def weigh(bound: Bound, known: Known) -> Weighed:
    """Ask every subject; of none at all nothing is known, whatever the quantifier."""
    asked = replace(bound.each or bound, quantifier=None, each=None)
    states = {
        subject: within(
            asked, one, baseline=(known.baseline or {}).get(subject), previous=(known.previous or {}).get(subject)
        )
        for subject, one in known.subjects.items()
    }
    kept = sum(state is State.PASS for state in states.values())
    if not states:
        return Weighed(State.UNKNOWN, 0, f"{bound.measure} is told of no subject, so nothing keeps the bound")
    state = _STATES[bound.quantifier or Quantifier.ALL](bound, states, known.untold)
    return Weighed(state, kept, _sentence(bound, asked, states, known, state))


def _all(_bound: Bound, states: Mapping[str, State], untold: bool) -> State:
    found = set(states.values())
    if State.FAIL in found:
        return State.FAIL
    return State.UNKNOWN if State.UNKNOWN in found or untold else State.PASS


def _any(_bound: Bound, states: Mapping[str, State], untold: bool) -> State:
    found = set(states.values())
    if State.PASS in found:
        return State.PASS
    return State.UNKNOWN if State.UNKNOWN in found or untold else State.FAIL


def _count(bound: Bound, states: Mapping[str, State], untold: bool) -> State:
    """Decided only if every number that the count may turn out to be gives the same answer."""
    least = sum(state is State.PASS for state in states.values())
    most = least + sum(state is State.UNKNOWN for state in states.values())
    candidates = {least, most, *range(least, min(most, least + 10_000) + 1)}
    if untold:  # any greater number is possible
        ends = [int(end) for end in (bound.value, bound.high) if end is not None]
        candidates |= {number for end in ends for number in (end, end + 1) if number >= least} | {most + 1}
    answers = {holds_number(bound, number) for number in candidates}
    if len(answers) > 1:
        return State.UNKNOWN
    return State.PASS if True in answers else State.FAIL


_STATES = {Quantifier.ALL: _all, Quantifier.ANY: _any, Quantifier.COUNT: _count}


def _sentence(bound: Bound, asked: Bound, states: Mapping[str, State], known: Known, state: State) -> str:
    kept = sum(one is State.PASS for one in states.values())
    count = f"{kept} of {len(states)} subject{'s' * (len(states) != 1)} of {bound.measure}"
    verb = "keeps" if kept == 1 else "keep"
    said = f"{count} {verb} {asked.expect}"
    if bound.quantifier is Quantifier.COUNT:
        said += f"; it has to be {bound.expect.partition(') ')[2]}" if state is not State.PASS else ""
    worst = State.PASS if bound.quantifier is Quantifier.COUNT and state is State.FAIL else None
    shown = [subject for subject, one in states.items() if (one is worst if worst else one is not State.PASS)]
    if shown and state is not State.PASS:
        said += ": " + ", ".join(_told(subject, known, asked) for subject in shown[:SUBJECTS_TOLD])
        said += f" and {len(shown) - SUBJECTS_TOLD} more" if len(shown) > SUBJECTS_TOLD else ""
    if known.untold and state is State.UNKNOWN:
        said += "; the subjects that were told do not add up to the whole"
    return said


def _told(subject: str, known: Known, asked: Bound) -> str:
    return f"{subject or asked.measure} is {wording.shown(known.subjects[subject], asked)}"
