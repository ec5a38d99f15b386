"""All that a judgement of one commit rests on, in one value: judged by a pure function, so that it can be had again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from milestones.codec import storable
from milestones.facts import Measurement, Milestone, MilestoneKind
from milestones.gates import bounds as gates
from milestones.gates.accepting import accept
from milestones.gates.expected import CompleteSet, flaky, gaps, too_few
from milestones.gates.judgement import MilestoneJudgement
from milestones.gates.judging import Reading, judge_milestone
from milestones.gates.measures import family_of
from milestones.gates.pieces import Piece, brought_by, combine, counted, parts_of, places_of, set_aside
from milestones.gates.policy import EMPTY, MilestonePolicy, Policy, read_policy

RULE_VERSION = 2
KEY_LENGTH = 60  # of a milestone's key, as the tables hold it


@dataclass(frozen=True, slots=True)
class Signed:
    """What people's words come to for one criterion: enough of them or not, and the sentence that says so."""

    milestone: str
    identity: str
    enough: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Bound:
    """A gate that a person took for a criterion."""

    milestone: str
    identity: str
    gate: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Numbers that hold the commit against the baseline, the kinds that each rests on, and why some are not told."""

    measurements: tuple[Measurement, ...] = ()
    brought: tuple[tuple[str, tuple[str, ...]], ...] = ()
    untold: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the commit, and the numbers of those that bounds compare with."""

    pieces: tuple[Piece, ...] = ()
    baseline: tuple[Piece, ...] = ()
    previous: tuple[Piece, ...] = ()
    learnt: tuple[CompleteSet, ...] = ()
    circumstances: tuple[Measurement, ...] = ()
    compared: Compared = Compared()
    lacking: tuple[tuple[str, str], ...] = ()  # kind -> what CI said that it would send, and has not


@dataclass(frozen=True, slots=True)
class Inputs:
    """The parts are kept apart, so that what many commits share is stored once. `day` is as 2026-11-21."""

    sha: str
    slug: str
    day: str
    same: tuple[str, ...] = ()  # the commits whose tree this commit has, itself among them
    ever: tuple[str, ...] = ()
    last_seen: tuple[tuple[str, str], ...] = ()
    policy: str = ""
    documents: tuple[Milestone, ...] = ()
    evidence: Evidence = Evidence()
    people: tuple[Signed, ...] = ()
    bindings: tuple[Bound, ...] = ()


def policy_in(text: str) -> Policy:
    """A policy that was read before it was stored, its keys as the tables hold them."""
    policy = read_policy(text) if text else EMPTY
    if all(len(one.key) <= KEY_LENGTH for one in policy.milestones):
        return policy
    named = tuple(replace(one, key=storable(one.key, KEY_LENGTH)) for one in policy.milestones)
    return replace(policy, milestones=named)


def judge_inputs(inputs: Inputs, policy: Policy | None = None) -> tuple[MilestoneJudgement, ...]:
    """Every milestone of the documents, and those that only the policy knows, judged at the commit."""
    policy = policy or policy_in(inputs.policy)
    reading = reading_of(inputs, policy)
    rules = {one.key.casefold(): one for one in policy.milestones}
    found = [_judged(rules.pop(one.key.casefold(), None), one, reading, inputs) for one in inputs.documents]
    for rule in rules.values():
        bare = Milestone(rule.key, MilestoneKind.MILESTONE, rule.key, "migration.toml", 0, 0)
        found.append(judge_milestone(rule, bare, reading, frozenset()))
    return tuple(found)


def _judged(rule: MilestonePolicy | None, milestone: Milestone, reading: Reading, inputs: Inputs) -> MilestoneJudgement:
    words = [one for one in inputs.people if one.milestone == milestone.key]
    signed = frozenset(one.identity for one in words if one.enough)
    accepted: dict[str, tuple[gates.Bound, ...]] = {}
    for one in inputs.bindings:
        if one.milestone == milestone.key:
            accepted[one.identity] = (*accepted.get(one.identity, ()), gates.parse_bound(one.gate))
    heard = {one.identity: one.sentence for one in words}
    return judge_milestone(rule, milestone, reading, signed, accepted, heard=heard)


def reading_of(inputs: Inputs, policy: Policy) -> Reading:
    """What is known of the commit, in the form that gates judge."""
    attempts = policy.expected.attempts
    today = date.fromisoformat(inputs.day)
    here = [one for one in inputs.evidence.pieces if one.sha in inputs.same]  # nobody else's counts
    kept, _ = accept(counted(here, attempts), policy.accept, today)
    baseline, previous = (counted(side, attempts) for side in (inputs.evidence.baseline, inputs.evidence.previous))
    circumstances = {one.name: one for one in inputs.evidence.circumstances}
    told = frozenset(name.partition(".")[0] for name in circumstances)  # a circumstance's kind is its first name
    kinds = frozenset(one.kind for one in kept) | told
    compared = inputs.evidence.compared
    measurements = combine(kept) | circumstances | {one.name: one for one in compared.measurements}
    return Reading(
        sha=inputs.sha,
        slug=inputs.slug,
        today=today,
        measurements=measurements,
        brought=brought_by(kept) | {name: frozenset(kinds) for name, kinds in compared.brought},
        untold=dict(compared.untold),
        unusable=_unusable(inputs, policy, kept),
        doubted=dict(too_few(policy.expected, measurements.values())),
        present=kinds,
        ever=frozenset(inputs.ever) | told,
        last_seen=dict(inputs.last_seen),
        baseline=combine(baseline),
        previous=combine(previous),
        places=places_of(kept),
        parts=parts_of(kept),
        baseline_parts=parts_of(baseline),
        previous_parts=parts_of(previous),
        retries=_retries(set_aside(here, counted(here, attempts))),
    )


def _unusable(inputs: Inputs, policy: Policy, kept: list[Piece]) -> dict[str, str]:
    """Of each kind that proves nothing, why: empty, not read whole, incomplete, or flaky."""
    learnt = {one.kind: one for one in inputs.evidence.learnt}
    by_kind: dict[str, list[Piece]] = {}
    for one in kept:
        by_kind.setdefault(one.kind, []).append(one)
    found: dict[str, str] = {}
    for kind, pieces in sorted(by_kind.items()):
        said = [one.vacuous or "; ".join(one.problems[:3]) for one in pieces]
        if not all(one.static for one in pieces):
            said += gaps(kind, pieces, policy.expected, learnt.get(kind))
            said.append(flaky(policy.expected, combine(pieces).values()))
        if told := list(dict.fromkeys(part for part in said if part)):
            found[kind] = "; ".join(told)
    for kind, lacking in inputs.evidence.lacking:
        found[kind] = f"{found[kind]}; {lacking}" if kind in found else lacking
    return found


def _retries(others: Iterable[Piece]) -> Mapping[str, str]:
    """kind -> what the attempts that do not count said, shown beside those that do."""
    found: dict[str, list[str]] = {}
    for one in others:
        numbers = {measured.name: measured.value for measured in one.measurements if not measured.subject}
        name = next((name for name in ("tests.failed", *numbers) if name in numbers), "")
        told = f"{name} was {numbers[name]:g}" if name else (one.vacuous or "it told no number")
        found.setdefault(one.kind, []).append(f"attempt {one.attempt}{f' of {one.job}' if one.job else ''}: {told}")
    return {kind: "; ".join(said) for kind, said in found.items()}


def complete_kinds(inputs: Inputs, policy: Policy) -> tuple[str, ...]:
    """The kinds of uploads that came whole and may be learnt from."""
    kept = counted(inputs.evidence.pieces, policy.expected.attempts)
    unusable = _unusable(inputs, policy, kept)
    return tuple(sorted({one.kind for one in kept if not one.static and one.kind not in unusable}))


def without_milestones_but(inputs: Inputs, key: str) -> Inputs:
    """The same for one milestone alone: what other milestones' documents and people say does not bear on it."""
    return replace(
        inputs,
        documents=tuple(one for one in inputs.documents if one.key == key),
        people=tuple(one for one in inputs.people if one.milestone == key),
    )


def has_family(policy: Policy, *prefixes: str) -> bool:
    """Whether any bound of the policy is on one of these families."""
    bounds = [bound for one in policy.milestones for bound in one.done]
    bounds += [bound for one in policy.milestones for proof in one.proves for bound in proof.bounds]
    bounds += [bound for stage in policy.stages for bound in stage.needs]
    families = (family_of(bound.measure) for bound in bounds)
    return any(family is not None and family.prefix in prefixes for family in families)
