"""Judging: what is known of one commit, held against bounds and against a milestone's criteria."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from milestones.facts import Criterion, Lack, Measurement, Milestone, ParseError, State, Verdict
from milestones.gates import wording
from milestones.gates.bounds import Bound, Reference, doubt, parse_bound, within
from milestones.gates.criteria import criteria_of, set_aside, words_of
from milestones.gates.judgement import CriterionVerdict, MilestoneJudgement, by_gates, reasons_of, worst
from milestones.gates.measures import Family, complaint_about, family_of
from milestones.gates.parts import Known as KnownParts
from milestones.gates.parts import Parts, weigh
from milestones.gates.policy import MilestonePolicy, Proof
from milestones.gates.scopes import scoped


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of one commit.

    `measurements` are by name, all shards and suites combined. `present` are the kinds of evidence that came for
    this commit or one of the same tree: a measurement whose kind is not among them is carried forward, and proves
    nothing. `unusable` says of a kind why it cannot be trusted, `ever` and `last_seen` whether and when it came.
    `brought` says by which kinds a measure came, where that is not its family's own: ruff's findings in SARIF.
    `untold` says of a measure that compares why it cannot be worked out.
    `parts` are the values of a measure by subject, here, at the baseline and at the commit before. `doubted` says of
    a measure why it proves nothing of its family; `retries` of a kind, what the attempts that do not count said.
    """

    sha: str
    slug: str
    today: date
    measurements: Mapping[str, Measurement] = field(default_factory=dict)
    brought: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unusable: Mapping[str, str] = field(default_factory=dict)
    present: frozenset[str] = frozenset()
    ever: frozenset[str] = frozenset()
    last_seen: Mapping[str, str] = field(default_factory=dict)
    baseline: Mapping[str, Measurement] = field(default_factory=dict)
    previous: Mapping[str, Measurement] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    untold: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, Parts] = field(default_factory=dict)
    baseline_parts: Mapping[str, Parts] = field(default_factory=dict)
    previous_parts: Mapping[str, Parts] = field(default_factory=dict)
    doubted: Mapping[str, str] = field(default_factory=dict)
    retries: Mapping[str, str] = field(default_factory=dict)

    @property
    def short(self) -> str:
        return self.sha[:7]

    def kinds_of(self, measure: str, family: Family) -> frozenset[str]:
        """The kinds of evidence that a measure rests on here."""
        return self.brought.get(measure) or frozenset({family.kind})

    def trouble(self, measure: str, family: Family) -> str:
        """Why evidence that could speak of a measure cannot be used, or nothing."""
        kinds = sorted(self.kinds_of(measure, family) | {family.kind})
        found = [self.unusable[kind] for kind in kinds if kind in self.unusable]
        found += [why for name, why in self.doubted.items() if name.startswith(f"{family.prefix}.")]
        return "; ".join(found)

    def retried(self, measure: str, family: Family) -> str:
        """What other attempts of the same runs said, to stand behind a sentence, or nothing."""
        said = "; ".join(self.retries[kind] for kind in sorted(self.kinds_of(measure, family)) if kind in self.retries)
        return f" (besides, not counted: {said})" if said else ""


# --- one gate -------------------------------------------------------------------------------------------------------


def judge_gate(bound: Bound, reading: Reading) -> Verdict:
    """Hold a bound against what is known of a commit: pass, fail or unknown, with the reason and the next step.

    Worst wins: a value out of bounds fails whatever lies beside it, and one within bounds passes only if its
    evidence is here, usable, complete and of something.
    """
    family = family_of(bound.measure)
    blocks = bound.blocks(reading.today)
    if family is None:
        verdict = _unknown(bound, complaint_about(bound.measure), "correct the bound", Lack.UNUSABLE)
    else:
        verdict = _judge(bound, family, reading)
        verdict = replace(verdict, sentence=verdict.sentence + reading.retried(bound.measure, family))
    sentence = verdict.sentence + wording.mode_of(bound, blocks=blocks)
    return replace(verdict, sentence=sentence, informational=not blocks)


def _judge(bound: Bound, family: Family, reading: Reading) -> Verdict:
    measurement = reading.measurements.get(bound.measure)
    kinds = reading.kinds_of(bound.measure, family)
    if (measurement is None and not reading.parts.get(bound.measure)) or not kinds <= reading.present:
        return _missing(bound, family, reading)
    if quarrel := _quarrel(family, reading):
        step = "correct what is wrong: send the dump of this very commit, or name what was read wrongly"
        return replace(_unknown(bound, quarrel, step, Lack.UNUSABLE), evidence=" ".join(sorted(kinds)))
    if bound.quantifier is not None or measurement is None:
        return _judge_parts(bound, family, reading)
    other = _referred(bound, reading)
    measured = Verdict(
        gate=bound.text,
        state=within(bound, measurement, baseline=other, previous=other),
        sentence=wording.kept(bound, measurement, other),
        value=measurement.value if math.isfinite(measurement.value) else None,  # no JSON, no row holds another
        expect=wording.expected(bound, other),
        evidence=" ".join(sorted(kinds)),
    )
    if measured.state is State.FAIL:
        return _failed(measured, wording.broken(bound, measurement, other), bound.measure, family, reading)
    why = _why_unknown(bound, measurement, family, reading)
    if not why:
        return measured
    step = family.next_step(bound.measure, reading.slug, reading.sha)
    return replace(measured, state=State.UNKNOWN, sentence=why, next=step, lack=_lack(bound, other))


def _judge_parts(bound: Bound, family: Family, reading: Reading) -> Verdict:
    """A bound on every subject of a measure; a plain bound on one that has subjects alone asks all of them."""
    name = bound.measure
    found = weigh(
        bound,
        KnownParts(
            reading.parts.get(name, {}),
            reading.measurements.get(name),
            reading.baseline_parts.get(name),
            reading.previous_parts.get(name),
        ),
    )
    kinds = " ".join(sorted(reading.kinds_of(name, family)))
    verdict = Verdict(bound.text, found.state, found.sentence, "", float(found.kept), bound.expect, evidence=kinds)
    if found.state is State.FAIL:
        return _failed(verdict, found.sentence, name, family, reading)
    trouble = reading.trouble(name, family)
    why = f"{family.name} for {reading.short} cannot be used: {trouble}" if trouble else ""
    why = why or emptiness(name, family, reading) or (found.sentence if found.state is State.UNKNOWN else "")
    if not why:
        return verdict
    step = family.next_step(name, reading.slug, reading.sha)
    return replace(verdict, state=State.UNKNOWN, sentence=why, next=step, lack=Lack.UNUSABLE)


def _lack(bound: Bound, other: Measurement | None) -> Lack:
    return Lack.MISSING_HERE if bound.reference and other is None else Lack.UNUSABLE


def _quarrel(family: Family, reading: Reading) -> str:
    """Two kinds of evidence that contradict each other: neither a pass nor a failure stands on them."""
    name = f"{family.prefix}.disputed"
    disputed = reading.measurements.get(name)
    if disputed is None or not disputed.value:
        return ""
    told = reading.places.get("routes.disputed", "")
    said = f"what the application printed and its source disagree about {wording.shown(disputed)} endpoint"
    return said + ("s" if disputed.value != 1 else "") + (f": {told}" if told else "")


def _failed(verdict: Verdict, sentence: str, measure: str, family: Family, reading: Reading) -> Verdict:
    if measure in reading.places:
        sentence += f": {reading.places[measure]}"
    if trouble := reading.trouble(measure, family):
        sentence += f"; besides, part of its evidence cannot be used: {trouble}"
    seen = "what is named" if measure in reading.places else f"what {measure} counts at {reading.short}"
    step = f"mend {seen}, and send the results of the commit that does"
    return replace(verdict, sentence=sentence, next=step)


def _why_unknown(bound: Bound, measurement: Measurement, family: Family, reading: Reading) -> str:
    """Why a value that does not fail proves nothing, or nothing when it passes."""
    other = _referred(bound, reading)
    if reason := doubt(bound, measurement, baseline=other, previous=other):
        return reason
    if trouble := reading.trouble(bound.measure, family):
        return f"{family.name} for {reading.short} cannot be used: {trouble}"
    if reason := emptiness(bound.measure, family, reading):
        return reason
    unsure = within(bound, measurement, baseline=other, previous=other) is State.UNKNOWN
    return wording.unproven(bound, measurement) if unsure else ""


def emptiness(measure: str, family: Family, reading: Reading) -> str:
    """Whether nothing was looked at: zero tests, all skipped, a lint run over no file."""
    volume = _beside(measure, family, family.volume, reading)
    if volume is None:
        untold = f"{family.name} for {reading.short} do not say how much they cover"
        return untold if family.must_say else ""
    name = f"{family.prefix}.{family.volume}"
    if not volume.value > 0:
        return f"{name} is 0 at {reading.short}: nothing was run, so nothing is proven"
    idle = _beside(measure, family, family.idle, reading)
    if idle is not None and not volume.value - idle.value > 0:
        return f"every one of the {wording.shown(volume)} in {name} was skipped at {reading.short}; nothing is proven"
    return ""


def _beside(measure: str, family: Family, last: str, reading: Reading) -> Measurement | None:
    """A measure of the same family by its last name: the one nearest to `measure`."""
    if not last:
        return None
    near = f"{measure.rsplit('.', maxsplit=1)[0]}.{last}"
    return reading.measurements.get(near) or reading.measurements.get(f"{family.prefix}.{last}")


def _referred(bound: Bound, reading: Reading) -> Measurement | None:
    if bound.reference is None:
        return None
    there = reading.baseline if bound.reference is Reference.BASELINE else reading.previous
    return there.get(bound.measure)


def _missing(bound: Bound, family: Family, reading: Reading) -> Verdict:
    kind, here = family.kind, f"{family.name} for {reading.short}"
    step = family.next_step(bound.measure, reading.slug, reading.sha)
    if trouble := reading.trouble(bound.measure, family):
        sentence, lack = f"{here} cannot be used: {trouble}", Lack.UNUSABLE
    elif bound.measure in reading.untold:
        sentence, lack = f"{bound.measure} cannot be told: {reading.untold[bound.measure]}", Lack.MISSING_HERE
    elif kind in reading.present:
        sentence, lack = f"{here} came and tell nothing of {bound.measure}", Lack.MISSING_HERE
    elif kind in reading.ever:
        last = reading.last_seen.get(kind, "")
        sentence, lack = f"no {here}" + (f"; the last came for {last[:7]}" if last else ""), Lack.MISSING_HERE
    else:
        sentence, lack = f"no {family.name} have ever come for {reading.slug}", Lack.NEVER_CONNECTED
    return replace(_unknown(bound, sentence, step, lack), evidence=kind)


def _unknown(bound: Bound, sentence: str, step: str, lack: Lack) -> Verdict:
    return Verdict(bound.text, State.UNKNOWN, sentence, step, expect=bound.expect, lack=lack)


# --- a milestone ----------------------------------------------------------------------------------------------------


def judge_milestone(
    policy: MilestonePolicy | None,
    milestone: Milestone,
    reading: Reading,
    signed: frozenset[str] = frozenset(),
    accepted: Mapping[str, tuple[Bound, ...]] = MappingProxyType({}),
    *,
    heard: Mapping[str, str] = MappingProxyType({}),
) -> MilestoneJudgement:
    """Judge `done` and every criterion at one commit; `signed` are the ids of criteria that people stand for.

    `heard` says of a criterion what people's words come to, whether they suffice or not.
    `accepted` are bounds by the ids of criteria for which a person took a proposal: they must hold, and alone they
    prove nothing, since what proves comes from policy and documents.

    A milestone with nothing to prove is unknown, and so is one whose policy proves words that no criterion holds:
    a line reworded or deleted must not take its gate along.
    """
    policy = policy or MilestonePolicy(milestone.key)
    reading = scoped(reading, policy)
    bench = _Bench(policy.proves, reading, People(signed, heard, accepted))
    criteria = tuple(bench.judge(criterion, claimed) for criterion, claimed in criteria_of(milestone))
    done = tuple(judge_gate(bound, reading) for bound in policy.done)
    gates = tuple(dict.fromkeys([*done, *(gate for one in criteria for gate in one.gates)]))
    unmatched = bench.unmatched()
    states = [gate.state for gate in done if not gate.informational] + [one.state for one in criteria]
    states += [State.UNKNOWN for _ in unmatched]
    return MilestoneJudgement(
        milestone.key,
        gates,
        criteria,
        worst(states),
        reasons_of(milestone.key, done, criteria, unmatched),
        unmatched,
        tuple(f"{part.key} {part.title}".strip() for part in set_aside(milestone)),
        done,
    )


@dataclass(frozen=True, slots=True)
class People:
    """What people said of criteria, by their ids: who stands for which, in what words, and with which gates."""

    signed: frozenset[str]
    heard: Mapping[str, str]
    accepted: Mapping[str, tuple[Bound, ...]]


class _Bench:
    """Judges the criteria of one milestone; what policy proves is read once for all of them."""

    def __init__(self, proofs: tuple[Proof, ...], reading: Reading, people: People) -> None:
        self.reading = reading
        self.people = people
        self.proofs = [(words_of(proof.words), proof) for proof in proofs]
        self.matched: set[Proof] = set()
        self.verdicts: dict[Bound, Verdict] = {}

    def judge(self, criterion: Criterion, claimed: bool) -> CriterionVerdict:
        gates = tuple(dict.fromkeys([*self.gates_beside(criterion), *self.gates_proving(criterion)]))
        strict = [gate for gate in gates if not gate.informational]
        accepted = [self.verdict(bound) for bound in self.people.accepted.get(criterion.id, ())]
        every = tuple(dict.fromkeys([*gates, *accepted]))
        if strict or any(gate.state is not State.PASS for gate in accepted):
            return by_gates(criterion, claimed, every, [*strict, *accepted])
        if gates and all(gate.state is State.PASS for gate in gates):
            return by_gates(criterion, claimed, every, list(gates))
        if accepted:
            return self.by_acceptance(criterion, claimed, every, accepted)
        return self.by_person(criterion, claimed, gates)

    def gates_beside(self, criterion: Criterion) -> list[Verdict]:
        """The gate that a comment sets beside the criterion; one that cannot be read is unknown, and says where."""
        text = criterion.gate.strip()
        if not text:
            return []
        try:
            bound = parse_bound(text)
        except ParseError as error:
            return [_unreadable(criterion, text, error.reason)]
        if complaint := complaint_about(bound.measure):
            return [_unreadable(criterion, text, complaint)]
        return [self.verdict(bound)]

    def gates_proving(self, criterion: Criterion) -> list[Verdict]:
        text = words_of(criterion.text)
        proofs = [proof for words, proof in self.proofs if words in text]
        self.matched.update(proofs)
        return [self.verdict(bound) for proof in proofs for bound in proof.bounds]

    def verdict(self, bound: Bound) -> Verdict:
        if bound not in self.verdicts:
            self.verdicts[bound] = judge_gate(bound, self.reading)
        return self.verdicts[bound]

    def by_acceptance(
        self, criterion: Criterion, claimed: bool, gates: tuple[Verdict, ...], accepted: list[Verdict]
    ) -> CriterionVerdict:
        """Gates that a person accepted and that pass: shown, and counted once they stand in policy or are signed."""
        found = self.by_person(criterion, claimed, gates)
        if found.state is State.PASS:
            return found
        said = "; ".join(dict.fromkeys(gate.sentence for gate in accepted))
        sentence = f"{said}, by a gate that a person accepted; it is not in policy, and nobody has signed it off"
        step = "put its line into migration.toml on the default branch, or sign it off"
        return replace(found, sentence=sentence, next=step)

    def by_person(self, criterion: Criterion, claimed: bool, gates: tuple[Verdict, ...]) -> CriterionVerdict:
        if criterion.id in self.people.signed:
            said = self.people.heard.get(criterion.id, "a person signed it off")
            return CriterionVerdict(criterion, State.PASS, claimed, said, gates=gates)
        told = "".join(f"; {gate.sentence}" for gate in gates)
        if criterion.id in self.people.heard:
            told += f"; {self.people.heard[criterion.id]}"
        sentence = f"awaits sign-off: no strict gate is bound to it{told}"
        step = (
            "sign it off, or bind a gate to it: <!-- gate: tests.failed == 0 --> beside it, or proves in migration.toml"
        )
        return CriterionVerdict(criterion, State.UNKNOWN, claimed, sentence, step, gates, awaits_sign_off=True)

    def unmatched(self) -> tuple[str, ...]:
        return tuple(proof.words for _, proof in self.proofs if proof not in self.matched)


def _unreadable(criterion: Criterion, text: str, reason: str) -> Verdict:
    sentence = f"{criterion.path}:{criterion.line}: the gate beside this criterion cannot be used: {reason}"
    step = f"correct the comment in {criterion.path}, as <!-- gate: tests.failed == 0 -->"
    return Verdict(text, State.UNKNOWN, sentence, step, lack=Lack.UNUSABLE)
