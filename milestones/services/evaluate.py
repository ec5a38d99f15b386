"""Judging a commit: what is known of it, held against the policy in force and the documents' criteria."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Now

from milestones import facts
from milestones.codec import from_plain, storable, to_plain
from milestones.gates import pieces as counting
from milestones.gates.inputs import RULE_VERSION, Inputs, judge_inputs, policy_in, reading_of
from milestones.gates.judgement import MilestoneJudgement
from milestones.gates.judging import Reading
from milestones.gates.policy import Policy
from milestones.models import Evidence, Judgement, Project, Verdict

from . import complete_sets, contradictions, gathering, kept
from .gathering import basis_of
from .measuring import policy_hash

__all__ = ["basis_of", "policy_hash"]

PARTS = ("policy", "documents", "evidence", "people", "bindings")
SEEN = 10


@dataclass(frozen=True, slots=True)
class Case:
    """All that a verdict of one commit rests on, what it came to, and the hashes that name it."""

    project: Project
    sha: str
    policy: Policy
    inputs: Inputs
    judged: tuple[MilestoneJudgement, ...]
    parts: Mapping[str, str]
    circumstances: tuple[int, ...]
    now: datetime

    @property
    def policy_hash(self) -> str:
        return policy_hash(self.inputs.policy)

    @property
    def evidence_hash(self) -> str:
        """Names all but the policy; when each kind was last seen elsewhere does not count."""
        named = {name: digest for name, digest in self.parts.items() if name != "policy"}
        return kept.digest_of(kept.canonical([named, self.inputs.ever]))

    def milestone(self, key: str) -> MilestoneJudgement | None:
        return next((one for one in self.judged if one.key == key), None)


def policy_of(project: Project) -> Policy:
    """The policy in force, which was read before it was stored."""
    return policy_in(project.policy_in_force)


# --- evidence as the pages look at it -------------------------------------------------------------------------------


def evidence_in_force(project: Project, sha: str) -> list[Evidence]:
    """The evidence about a commit that counts, in an order that does not depend on when it came."""
    rows = Evidence.objects.at(project, sha).exclude(kind="docs").prefetch_related("measurements")
    policy = policy_of(project)
    found = in_force(rows, basis_of(project), policy.expected.attempts)
    dismissed = gathering.dismissed_in(project)
    elsewhere = gathering.documents_are_elsewhere(project, policy)
    return found + contradictions.evidence_in_force(project, sha, elsewhere=elsewhere, dismissed=dismissed)


def in_force(about: Iterable[Evidence], basis: str, attempts: str = "last") -> list[Evidence]:
    """Of all that came about one tree, what counts on this basis."""
    rows = {gathering.piece_of(row, whole=False).key: row for row in gathering.readable(about, basis)}
    numbers = [gathering.piece_of(row, whole=False) for row in rows.values()]
    return [rows[one.key] for one in counting.counted(numbers, attempts)]


def combine(rows: Iterable[Evidence]) -> dict[str, facts.Measurement]:
    """One number a measure, of these rows."""
    return counting.combine(gathering.piece_of(row, whole=False) for row in rows)


def places_of(rows: Iterable[Evidence]) -> dict[str, str]:
    """measure -> the first places that it counted."""
    return counting.places_of(gathering.piece_of(row) for row in rows)


# --- judging --------------------------------------------------------------------------------------------------------


def case_of(project: Project, sha: str, now: datetime) -> Case:
    """Gather what a verdict of this commit rests on, and judge it, without a trace."""
    policy = policy_of(project)
    found = gathering.gather(project, sha, policy, now)
    parts = {name: kept.digest_of(text) for name, text in texts_of(found.inputs).items() if name in PARTS}
    judged = judge_inputs(found.inputs, policy)
    return Case(project, sha, policy, found.inputs, judged, parts, found.circumstances, now)


def texts_of(inputs: Inputs) -> dict[str, str]:
    """The inputs as they are kept: the parts that commits share, each by itself, and the rest."""
    plain = to_plain(inputs)
    texts = {name: kept.canonical(plain.pop(name)) for name in PARTS}
    return {**texts, "rest": kept.canonical(plain)}


def inputs_of(texts: Mapping[str, Any]) -> Inputs:
    """The inputs from their parts, each already decoded."""
    return from_plain(Inputs, {**texts["rest"], **{name: texts[name] for name in PARTS}})


def answer_of(judged: Iterable[MilestoneJudgement]) -> str:
    """What was said, byte for byte."""
    return kept.canonical(to_plain(list(judged)))


def judge(project_id: int, sha: str) -> Judgement:
    """The verdicts of a commit as of now."""
    return judged(project_id, sha)[0]


@transaction.atomic
def judged(project_id: int, sha: str) -> tuple[Judgement, Case]:
    """The verdicts of a commit as of now, with what they rest on.

    The project is locked, so that the highest number saw the most evidence. Now is the database's.
    """
    newest = Judgement.objects.filter(project=OuterRef("pk"), sha=sha).order_by("-number").values("pk")[:1]
    found = Project.objects.annotate(now=Now(), newest=Subquery(newest))
    project = found.select_for_update(of=("self",)).get(pk=project_id)
    now, last = project.now, project.newest  # type: ignore[attr-defined]
    case = case_of(project, sha, now)
    return _store(case, last), case


def _store(case: Case, newest: int | None) -> Judgement:
    known = Judgement.objects.get(pk=newest) if newest else None
    key = {
        "project": case.project, "sha": case.sha, "policy_hash": case.policy_hash,
        "evidence_hash": case.evidence_hash, "rule_version": RULE_VERSION, "day": case.now.date(),
    }  # fmt: skip
    if known is not None and all(getattr(known, field) == value for field, value in key.items()):
        return known
    texts, answer = texts_of(case.inputs), answer_of(case.judged)
    kept.keep([*texts.values(), answer])
    row = Judgement.objects.create(
        **key, number=known.number + 1 if known else 1, milestones=[_milestone(case, one) for one in case.judged],
        inputs={name: kept.digest_of(text) for name, text in texts.items()}, answer=kept.digest_of(answer),
    )  # fmt: skip
    Verdict.objects.bulk_create(_rows(row, case.judged))
    complete_sets.learn(case.project, case.sha, case.inputs, case.policy)
    return row


def _milestone(case: Case, judged: MilestoneJudgement) -> dict[str, Any]:
    criteria = [
        {
            "identity": one.criterion.id,
            "state": one.state.value,
            "claimed": one.claimed,
            "sentence": one.sentence,
            "next": one.next,
            "awaits_sign_off": one.awaits_sign_off,
            "gates": [to_plain(gate) for gate in one.gates],
        }
        for one in judged.criteria
    ]
    said = {"key": judged.key, "state": judged.state.value, "reasons": list(judged.reasons), "criteria": criteria}
    return {**said, "seen": seen_in(case, judged.key)}


def _rows(row: Judgement, judged: Iterable[MilestoneJudgement]) -> list[Verdict]:
    every = [(one.key, gate) for one in judged for gate in one.gates]
    return [
        Verdict(
            judgement=row, position=position, milestone_key=key, gate=storable(gate.gate, 300), state=gate.state.value,
            strict=not gate.informational, value=gate.value, expect=storable(gate.expect, 200),
            sentence=gate.sentence, next=gate.next, lack=gate.lack.value if gate.lack else "",
        )
        for position, (key, gate) in enumerate(every)
    ]  # fmt: skip


def numbers_at(project: Project, sha: str, policy: Policy, now: datetime) -> tuple[Inputs, Reading]:
    """What is known of a commit under a policy, without judging any milestone."""
    inputs = gathering.gather(project, sha, policy, now).inputs
    return inputs, reading_of(inputs, policy)


# --- what somebody has seen -----------------------------------------------------------------------------------------


def seen_in(case: Case, key: str) -> str:
    """Names, a few digits each, what a person sees of a milestone: so that what changed since can be told apart.

    Other milestones do not bear on it, nor does the branch moving on.
    """
    documents = [to_plain(one) for one in case.inputs.documents if one.key == key]
    people = [to_plain(one) for one in case.inputs.people if one.milestone == key]
    people += [to_plain(one) for one in case.inputs.bindings if one.milestone == key]
    evidence = to_plain(replace(case.inputs.evidence, circumstances=()))
    said = [case.policy_hash, documents, [evidence, case.inputs.ever], people, list(case.circumstances)]
    return "".join(kept.digest_of(kept.canonical(one))[:SEEN] for one in said)
