"""Judging a commit: what is known of it, held against the policy in force and the documents' criteria."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from milestones import facts
from milestones.codec import from_plain, storable, to_plain
from milestones.gates.bounds import Bound, parse_bound
from milestones.gates.judging import MilestoneJudgement, Reading, judge_milestone
from milestones.gates.policy import EMPTY, Policy, read_policy
from milestones.models import (
    KEY_LENGTH,
    Binding,
    Commit,
    Dismissal,
    Evidence,
    Judgement,
    Milestone,
    Project,
    SignOff,
    Verdict,
)
from milestones.models import Measurement as MeasurementRow
from milestones.models.evidence import same_tree

from . import contradictions, measuring
from .statics import KINDS

RULE_VERSION = 1
PLACES_TOLD = 3
# the measure that the findings of a kind are the places of; elsewhere each finding names its own
COUNTED = {"leftovers": "leftovers.imports", "junit": "tests.failed", "ruff": "lint.ruff.findings",
           "docs": contradictions.MEASURE}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """All that a verdict of one commit rests on, with the hashes that name it."""

    project: Project
    sha: str
    policy: Policy
    reading: Reading
    policy_hash: str
    evidence_hash: str
    signed: frozenset[tuple[str, str]]
    accepted: Mapping[tuple[str, str], tuple[Bound, ...]] = field(default_factory=dict)


def policy_of(project: Project) -> Policy:
    """The policy in force, which was read before it was stored."""
    return read_policy(project.policy_in_force) if project.policy_in_force else EMPTY


def policy_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _counts(evidence: Evidence, digests: dict[str, str], last: dict[tuple[str, str, str], int]) -> bool:
    """Whether a row still speaks: static readings of this policy, and of a job's attempts the last."""
    if evidence.kind in KINDS:
        return evidence.digest == digests[evidence.kind]
    return evidence.attempt == last[evidence.kind, evidence.job, evidence.shard]


def basis_of(project: Project) -> str:
    """What the project's static readings rest on now."""
    return measuring.basis_of(policy_hash(project.policy_in_force), project.start_sha)


def evidence_in_force(project: Project, sha: str) -> list[Evidence]:
    """The evidence about a commit that counts, in an order that does not depend on when it came."""
    rows = in_force(
        Evidence.objects.at(project, sha).exclude(kind="docs").prefetch_related("measurements"), basis_of(project)
    )
    elsewhere = bool(project.docs_revision or policy_of(project).docs_ref)
    return rows + contradictions.evidence_in_force(project, sha, elsewhere=elsewhere, dismissed=_dismissed(project))


def _dismissed(project: Project) -> list[str]:
    """The findings in documents that a person said are none."""
    rows = Dismissal.objects.filter(project=project).order_by("fingerprint")
    return list(rows.values_list("fingerprint", flat=True))


def _accepted(project: Project) -> dict[tuple[str, str], tuple[Bound, ...]]:
    """(milestone, criterion) -> the proposed gates that a person accepted for it."""
    found: dict[tuple[str, str], tuple[Bound, ...]] = {}
    for one in Binding.objects.filter(project=project):
        key = (one.milestone_key, one.identity)
        found[key] = (*found.get(key, ()), parse_bound(one.gate))
    return found


def in_force(about: Iterable[Evidence], basis: str) -> list[Evidence]:
    """Of all that came about one tree, what counts on this basis."""
    rows = list(about)
    digests = {kind: measuring.static_digest(kind, basis) for kind in KINDS}
    last: dict[tuple[str, str, str], int] = {}
    for row in rows:
        key = (row.kind, row.job, row.shard)
        last[key] = max(last.get(key, 0), row.attempt)
    kept = {natural_key(row): row for row in rows if _counts(row, digests, last)}
    return [kept[key] for key in sorted(kept)]


def natural_key(row: Evidence) -> tuple[str, str, str, int, str]:
    return (row.kind, row.job, row.shard, row.attempt, row.digest)


def combine(rows: Iterable[Evidence]) -> dict[str, facts.Measurement]:
    """One number a measure: several files of one kind add up, so that one more file never hides a failure."""
    found: dict[str, facts.Measurement] = {}
    for row in rows:
        listed = list(row.measurements.all())
        whole = {one.name for one in listed if not one.subject}  # the parts of a whole are not counted again
        for one in listed:
            if not one.subject or one.name not in whole:
                found[one.name] = _sum(found.get(one.name), one)
    return found


def brought_by(rows: Iterable[Evidence]) -> dict[str, frozenset[str]]:
    """measure -> the kinds of evidence that it came by: ruff's findings come as ruff's JSON, or in SARIF."""
    found: dict[str, set[str]] = {}
    for row in rows:
        for one in row.measurements.all():
            found.setdefault(one.name, set()).add(row.kind)
    return {name: frozenset(kinds) for name, kinds in found.items()}


def _sum(before: facts.Measurement | None, one: MeasurementRow) -> facts.Measurement:
    """Counts add up. Shares of different files do not: the lowest stands, as unresolved, so that it never proves."""
    if before is None:
        return facts.Measurement(one.name, one.value, one.unit, one.subject, facts.Known(one.known), one.unresolved)
    shares = one.unit in {"ratio", "percent"}
    value = min(before.value, one.value) if shares else before.value + one.value
    unresolved = before.unresolved + one.unresolved + shares
    return facts.Measurement(one.name, value, one.unit, one.subject, facts.Known(one.known), unresolved)


def reading_of(project: Project, sha: str, rows: list[Evidence], today: date) -> Reading:
    """What is known of one commit, in the form that gates judge."""
    seen = Evidence.objects.last_of_each_kind(project)
    unusable: dict[str, str] = {}
    for row in rows:
        problems = [problem["reason"] for problem in row.problems]
        if row.vacuous or problems:
            unusable.setdefault(row.kind, row.vacuous or "; ".join(problems[:3]))
    return Reading(
        sha=sha,
        slug=project.slug,
        measurements=combine(rows),
        brought=brought_by(rows),
        unusable=unusable,
        present=frozenset(row.kind for row in rows),
        ever=frozenset(seen),
        last_seen={kind: full[:8] for kind, full in seen.items()},
        baseline=_measured_at(project, project.start_sha),
        previous=_measured_at(project, parent_of(project, sha)),
        today=today,
        places=places_of(rows),
    )


def places_of(rows: Iterable[Evidence]) -> dict[str, str]:
    """measure -> the first places that it counted, "server/app.py:3 imports flask, and 2 more"."""
    found: dict[str, list[str]] = {}
    for row in rows:
        own = COUNTED.get(row.kind, "")
        for finding in row.findings:
            found.setdefault(own or finding["rule"], []).append(_place(finding, ruled=bool(own)))
    return {name: _listed(places) for name, places in found.items() if places}


def _place(finding: Mapping[str, Any], *, ruled: bool) -> str:
    at = ":".join(str(part) for part in (finding["path"], finding["line"]) if part)
    rule = finding["rule"] if ruled and finding["rule"] != "import" else ""
    first = str(finding["text"]).strip().split("\n")[0]
    return " ".join(part for part in (at, rule, first[:120]) if part)


def _listed(places: list[str]) -> str:
    more = len(places) - PLACES_TOLD
    return "; ".join(places[:PLACES_TOLD]) + (f"; and {more} more" if more > 0 else "")


def parent_of(project: Project, sha: str) -> str:
    """The first parent of a known commit, "" where it has none."""
    return Commit.objects.filter(project=project, sha=sha).values_list("parent", flat=True).first() or ""


def _measured_at(project: Project, sha: str) -> dict[str, facts.Measurement]:
    """The numbers of another commit that a bound compares with."""
    return combine(evidence_in_force(project, sha)) if sha else {}


def _signed(project: Project, sha: str) -> frozenset[tuple[str, str]]:
    rows = SignOff.objects.filter(project=project, sha__in=same_tree(project, sha))
    return frozenset(rows.values_list("milestone_key", "identity"))


def case_of(project: Project, sha: str, today: date) -> Case:
    """Gather what a verdict of this commit rests on."""
    hashed = policy_hash(project.policy_in_force)
    rows = evidence_in_force(project, sha)
    signed = _signed(project, sha)
    docs = list(Milestone.objects.filter(project=project).in_order().values_list("key", "facts"))
    reading = reading_of(project, sha, rows, today)
    inputs = [[[*natural_key(row), row.vacuous] for row in rows], sorted(signed), docs, sorted(reading.ever)]
    if "baseline" in project.policy_in_force or "previous" in project.policy_in_force:
        inputs.append([_values(reading.baseline), _values(reading.previous)])
    accepted = _accepted(project)
    if accepted:
        inputs.append([[*key, *(bound.text for bound in bounds)] for key, bounds in sorted(accepted.items())])
    inputs += [dismissed] if (dismissed := _dismissed(project)) else []
    text = json.dumps(inputs, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    evidence_hash = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Case(project, sha, policy_of(project), reading, hashed, evidence_hash, signed, accepted)


def _values(measured: Mapping[str, facts.Measurement]) -> list[list[Any]]:
    return [[name, one.value, one.unresolved] for name, one in sorted(measured.items())]


def judge_case(case: Case) -> list[MilestoneJudgement]:
    """Every milestone of the documents, and those that only the policy knows, judged at the case's commit."""
    named = (replace(one, key=storable(one.key, KEY_LENGTH)) for one in case.policy.milestones)
    rules = {one.key.casefold(): one for one in named}
    found = []
    for key, plain in Milestone.objects.filter(project=case.project).in_order().values_list("key", "facts"):
        signed = frozenset(identity for milestone, identity in case.signed if milestone == key)
        accepted = {identity: bounds for (milestone, identity), bounds in case.accepted.items() if milestone == key}
        read, rule = from_plain(facts.Milestone, plain), rules.pop(key.casefold(), None)
        found.append(judge_milestone(rule, read, case.reading, signed, accepted))
    for rule in rules.values():
        bare = facts.Milestone(rule.key, facts.MilestoneKind.MILESTONE, rule.key, "migration.toml", 0, 0)
        found.append(judge_milestone(rule, bare, case.reading, frozenset()))
    return found


@transaction.atomic
def judge(project_id: int, sha: str) -> Judgement:
    """The verdicts of a commit as of now. The project is locked, so that the highest number saw the most evidence."""
    project = Project.objects.select_for_update().get(pk=project_id)
    case = case_of(project, sha, timezone.now().date())
    return _store(case, judge_case(case))


def _store(case: Case, judged: list[MilestoneJudgement]) -> Judgement:
    key = {
        "project": case.project,
        "sha": case.sha,
        "policy_hash": case.policy_hash,
        "evidence_hash": case.evidence_hash,
        "rule_version": RULE_VERSION,
        "day": case.reading.today,
    }
    known = Judgement.objects.filter(**key).first()
    newest = Judgement.objects.filter(project=case.project, sha=case.sha).aggregate(n=Max("number"))["n"] or 0
    if known is not None and known.number == newest:
        return known
    if known is not None:  # evidence came and went: the same verdict is the newest again
        known.number = newest + 1
        known.save(update_fields=["number"])
        return known
    row = Judgement.objects.create(**key, number=newest + 1, milestones=[_milestone(one) for one in judged])
    Verdict.objects.bulk_create(_rows(row, judged))
    return row


def _milestone(judged: MilestoneJudgement) -> dict[str, Any]:
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
    return {"key": judged.key, "state": judged.state.value, "reasons": list(judged.reasons), "criteria": criteria}


def _rows(row: Judgement, judged: list[MilestoneJudgement]) -> list[Verdict]:
    every = [(one.key, gate) for one in judged for gate in one.gates]
    return [
        Verdict(
            judgement=row, position=position, milestone_key=key, gate=storable(gate.gate, 300), state=gate.state.value,
            strict=not gate.informational, value=gate.value, expect=storable(gate.expect, 200),
            sentence=gate.sentence, next=gate.next, lack=gate.lack.value if gate.lack else "",
        )
        for position, (key, gate) in enumerate(every)
    ]  # fmt: skip
