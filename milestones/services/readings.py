"""Static readings of the mirror, stored as evidence at their commit under the policy in force."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from milestones import facts, reading
from milestones.clients import git
from milestones.codec import storable, to_plain
from milestones.gates.policy import Policy
from milestones.models import KEY_LENGTH, Criterion, Evidence, Measurement, Milestone, Project

from . import claims, conditions, contradictions, evaluate, measuring, mirror
from .documents import Documents, read_documents
from .reader import Reader
from .statics import KINDS, Static


def ensure_static(claim: claims.Claim | None, project: Project, repo: git.Repository, sha: str) -> None:
    """Read a commit's sources unless that was done under this policy and these rules; without a claim, on demand."""
    project.refresh_from_db()
    basis = evaluate.basis_of(project)
    policy = evaluate.policy_of(project)
    conditions.ensure(claim, project, repo, sha)
    _ensure_documents(claim, project, repo, sha, policy)
    known = known_kinds(project, sha, basis)
    if measuring.kinds_wanted(policy) <= known:
        return
    found = measuring.measure(Reader(repo), sha, project.start_sha, policy, known)
    with claim.writing() if claim else transaction.atomic():
        store_static(project, repo, sha, basis, found)


def _ensure_documents(
    claim: claims.Claim | None, project: Project, repo: git.Repository, sha: str, policy: Policy
) -> None:
    """Read a commit's own documents where policy sets bounds on what is found in them."""
    elsewhere = project.docs_revision or policy.docs_ref
    if elsewhere or "docs." not in project.policy_in_force or Evidence.objects.at(project, sha).filter(kind="docs"):
        return
    reader = Reader(repo)
    found = contradictions.look_for(project, reader, sha, sha, read_documents(reader, sha, policy))
    with claim.writing() if claim else transaction.atomic():
        contradictions.store_evidence(project, sha, found)


def known_kinds(project: Project, sha: str, basis: str) -> frozenset[str]:
    """The kinds that were read at a commit on this basis, by the rules of now: nothing would come out otherwise."""
    rows = Evidence.objects.filter(project=project, sha=sha).values_list("kind", "digest")
    return frozenset(kind for kind, digest in rows if kind in KINDS and digest == measuring.static_digest(kind, basis))


def baseline(repo: git.Repository, policy: Policy) -> str:
    """The legacy system's last commit, "" where the policy names none. Raises GitError for one that is not there."""
    return repo.resolve(policy.start) if policy.start else ""


def store_static(project: Project, repo: git.Repository, sha: str, basis: str, found: Iterable[Static]) -> None:
    """One row a kind, each once."""
    mirror.remember_commit(project, repo, sha)
    for one in found:
        evidence, new = Evidence.objects.get_or_create(
            project=project, sha=sha, kind=one.kind, digest=measuring.static_digest(one.kind, basis),
            defaults={
                "findings": to_plain(one.findings), "problems": to_plain(one.problems), "details": one.details,
            },
        )  # fmt: skip
        if new:
            store_measurements(evidence, one.measurements)


def store_documents(project: Project, found: Documents) -> None:
    """The milestones and criteria of the documents, in place of those of the commit before."""
    joined = reading.join(found.documents)
    keys = [storable(one.key, KEY_LENGTH) for one in joined]
    Milestone.objects.filter(project=project).exclude(key__in=keys).update(gone=True)
    for position, one in enumerate(joined):
        _store_milestone(project, position, one)


def _as_one(joined: reading.JoinedMilestone) -> facts.Milestone:
    """Several documents about one milestone as the one that is judged: the roadmap's word counts where it has one."""
    primary = joined.primary
    stating = primary if primary.status_text else joined.stating
    return dataclasses.replace(
        primary, key=storable(joined.key, KEY_LENGTH), criteria=joined.criteria, status=stating.status,
        status_text=stating.status_text, date=stating.date,
    )  # fmt: skip


def _source(one: facts.Milestone) -> dict[str, Any]:
    """What one document says of a milestone, as read."""
    said = {"status": one.status.value, "status_text": one.status_text, "date": one.date}
    return {"path": one.path, "line": one.line, "title": one.title, **said}


def _store_milestone(project: Project, position: int, joined: reading.JoinedMilestone) -> None:
    read = _as_one(joined)
    row, _ = Milestone.objects.update_or_create(
        project=project,
        key=read.key,
        defaults={
            "kind": read.kind.value, "title": read.title[:500], "position": position,
            "path": storable(read.path, 500),
            "line": read.line, "status": read.status.value, "status_text": read.status_text,
            "date": (read.date or "")[:20], "goal": read.goal, "facts": to_plain(read), "gone": False,
            "sources": [_source(one) for one in joined.sources],
        },
    )  # fmt: skip
    row.criteria.all().delete()
    Criterion.objects.bulk_create(
        Criterion(
            milestone=row, identity=storable(one.id, 80), kind=one.kind.value, text=one.text, position=place,
            path=storable(one.path, 500),
            line=one.line, depth=one.depth, checked=one.checked,
        )
        for place, one in enumerate(read.criteria)
    )  # fmt: skip


def store_measurements(evidence: Evidence, measurements: Iterable[facts.Measurement]) -> None:
    """The numbers of one piece of evidence, in one statement."""
    rows = [
        Measurement(
            evidence=evidence, name=storable(one.name, 200), subject=storable(one.subject, 500), value=one.value,
            unit=storable(one.unit, 20),
            known=one.known.value, unresolved=one.unresolved,
        )
        for one in measurements
    ]  # fmt: skip
    Measurement.objects.bulk_create(rows, batch_size=500)
