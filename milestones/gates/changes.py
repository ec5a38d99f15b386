"""The change question: did a commit make anything worse than its base?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from milestones.facts import Lack, Measurement, State, Verdict
from milestones.gates import wording
from milestones.gates.bounds import Bound, Op, Reference, within
from milestones.gates.judgement import worst
from milestones.gates.judging import Reading, judge_gate
from milestones.gates.measures import Family, complaint_about, family_of
from milestones.gates.policy import Policy


@dataclass(frozen=True, slots=True)
class ChangeVerdict:
    """What a change does to the measures that may get no worse.

    `verdicts` has one for each measure that is asked; `not_asked` names those whose evidence has never come, which
    hold nobody up. `worse` and `better` are sentences. With nothing to ask the state is unknown.
    """

    state: State
    verdicts: tuple[Verdict, ...]
    worse: tuple[str, ...] = ()
    better: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()


def change_verdict(policy: Policy, base: Reading, head: Reading) -> ChangeVerdict:
    """Hold each measure of `no_worse` at `head` against the same at `base`; it is green while milestones are open."""
    measures = tuple(dict.fromkeys(policy.no_worse))
    asked = tuple(measure for measure in measures if _is_connected(measure, base, head))
    verdicts = tuple(_verdict(measure, base, head) for measure in asked)
    return ChangeVerdict(
        worst(verdict.state for verdict in verdicts),
        verdicts,
        tuple(verdict.sentence for verdict in verdicts if verdict.state is State.FAIL),
        tuple(_better(asked, base, head)),
        tuple(measure for measure in measures if measure not in asked),
    )


def _is_connected(measure: str, base: Reading, head: Reading) -> bool:
    """Whether evidence of it has ever come; a measure of no known family is asked, so that somebody hears of it."""
    family = family_of(measure)
    if family is None:
        return True
    kinds = head.kinds_of(measure, family) | base.kinds_of(measure, family) | {family.kind}
    return any(kinds & (one.ever | one.present | one.unusable.keys()) for one in (base, head))


def _verdict(measure: str, base: Reading, head: Reading) -> Verdict:
    """Worse fails, whatever lies beside it; no worse passes where both ends are measured and usable."""
    family = family_of(measure)
    bound = _no_worse(measure, family)
    if family is None:
        step = "correct no_worse in migration.toml"
        return Verdict(bound.text, State.UNKNOWN, complaint_about(measure), step, lack=Lack.UNUSABLE)
    before, now = _measured(measure, family, base), _measured(measure, family, head)
    verdict = Verdict(
        bound.text,
        State.PASS,
        _change(measure, before, now),
        value=now.value if now else None,
        expect=f"{bound.op} {wording.shown(before)}" if before else str(bound.op),
        evidence=" ".join(sorted(head.kinds_of(measure, family))),
    )
    if now and within(bound, now, baseline=before) is State.FAIL:
        step = f"see what {measure} counts at {head.short} and not at {base.short}, and mend it"
        return replace(verdict, state=State.FAIL, next=step)
    return _proven(verdict, bound, base, head)


def _proven(verdict: Verdict, bound: Bound, base: Reading, head: Reading) -> Verdict:
    """The verdict, if nothing lacks at either end and no more is unresolved than was."""
    there = Bound(bound.text, bound.measure, Op.PRESENT)
    for reading, where in ((head, ""), (base, "at the base: ")):
        found = judge_gate(there, reading)
        if found.state is not State.PASS:
            return replace(found, sentence=where + found.sentence, expect=verdict.expect, value=verdict.value)
    now, before = head.measurements[bound.measure], base.measurements[bound.measure]
    if now.unit != before.unit:
        why = f"{bound.measure} is in another unit than at the base ({before.unit}, here {now.unit})"
    elif now.unresolved > before.unresolved:
        parts = f"{now.unresolved} parts of it, at the base {before.unresolved}"
        why = f"{verdict.sentence}, but more of it could not be resolved: {parts}"
    else:
        return verdict
    step = f"see what of {bound.measure} could not be read at {head.short}"
    return replace(verdict, state=State.UNKNOWN, sentence=why, next=step, lack=Lack.UNUSABLE)


def _no_worse(measure: str, family: Family | None) -> Bound:
    """The base stands in the place of a baseline."""
    op = Op.AT_LEAST if family and family.rises(measure) else Op.AT_MOST
    return Bound(f"{measure} {op} base", measure, op, reference=Reference.BASELINE)


def _measured(measure: str, family: Family, reading: Reading) -> Measurement | None:
    """A measurement of this very commit, not one carried forward; its unresolved parts are weighed apart."""
    found = reading.measurements.get(measure)
    here = reading.kinds_of(measure, family) <= reading.present
    return replace(found, unresolved=0) if found and here else None


def _change(measure: str, before: Measurement | None, now: Measurement | None) -> str:
    if before is None or now is None:
        return f"{measure} is not known at both ends"
    if before.value == now.value:
        return f"{measure} is {wording.shown(now)}, as at the base"
    return f"{measure} went from {wording.shown(before)} to {wording.shown(now)}"


def _better(measures: tuple[str, ...], base: Reading, head: Reading) -> Iterator[str]:
    for measure in measures:
        family = family_of(measure)
        if family is None:
            continue
        before, now = _measured(measure, family, base), _measured(measure, family, head)
        bound = replace(_no_worse(measure, family), op=Op.MORE if family.rises(measure) else Op.LESS)
        if now and within(bound, now, baseline=before) is State.PASS:
            yield _change(measure, before, now)
