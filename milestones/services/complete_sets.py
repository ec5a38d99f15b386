"""What a complete set of results has, learnt at the commits of the default branch, expected of those that follow."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet, Subquery

from milestones.gates.expected import CompleteSet, learnable
from milestones.gates.inputs import Inputs, complete_kinds
from milestones.gates.pieces import counted
from milestones.gates.policy import Policy
from milestones.models import Commit, Project, Role
from milestones.models import CompleteSet as Row

from . import accounts, log, mirror
from .refusals import NotAllowedError

ANCESTORS_TRIED = 20


def learnt_for(project: Project, sha: str, kinds: Collection[str]) -> tuple[CompleteSet, ...]:
    """For each kind the last complete set of a commit before this one, or the one that a person declared here."""
    rows = list(_candidates(project, sha)) if kinds else []
    found: dict[str, CompleteSet] = {}
    tried: dict[str, bool] = {}
    for row in rows:
        own = row.sha == sha and not row.declared_by  # what was learnt from a commit says nothing about that commit
        if own or row.kind not in kinds or row.kind in found or len(tried) > ANCESTORS_TRIED:
            continue
        if row.sha not in tried:
            tried[row.sha] = _is_before(project, row.sha, sha)
        if tried[row.sha]:
            found[row.kind] = CompleteSet(row.kind, row.sha, tuple(row.jobs), tuple(row.suites))
    return tuple(found[kind] for kind in sorted(found))


def _candidates(project: Project, sha: str) -> QuerySet[Row]:
    """Sets, the newest first; where no mirror can tell what came before, only those that are not younger."""
    rows = Row.objects.filter(project=project).order_by("-committed_at", "-pk")
    if mirror.repository(project) is not None:
        return rows
    at = Commit.objects.filter(project=project, sha=sha).values("committed_at")[:1]
    return rows.filter(committed_at__lte=Subquery(at))


def _is_before(project: Project, older: str, newer: str) -> bool:
    """Whether a set that was complete at `older` is expected at `newer`; a mirror that lacks either cannot tell."""
    repo = mirror.repository(project)
    if older == newer or repo is None:
        return True
    return repo.is_ancestor(older, newer)


def learn(project: Project, sha: str, inputs: Inputs, policy: Policy) -> None:
    """Remember what came whole at a commit of the default branch, where it says more than is known."""
    if not policy.expected.learn:
        return
    kinds = complete_kinds(inputs, policy)
    known = {one.kind: one for one in inputs.evidence.learnt}
    pieces = counted(inputs.evidence.pieces, policy.expected.attempts)
    new = [one for one in (learnable(kind, sha, pieces) for kind in kinds) if _differs(one, known.get(one.kind))]
    declared = {one.kind for one in inputs.evidence.learnt if one.sha == sha}
    new = [one for one in new if one.kind not in declared]
    if new and _is_on_default_branch(project, sha):
        _store(project, sha, new)


def _differs(one: CompleteSet, known: CompleteSet | None) -> bool:
    return known is None or (one.jobs, one.suites) != (known.jobs, known.suites)


def _is_on_default_branch(project: Project, sha: str) -> bool:
    return sha == project.sha or (bool(project.sha) and _is_before(project, sha, project.sha))


def _store(project: Project, sha: str, sets: Iterable[CompleteSet], declared_by: str = "") -> None:
    at = Commit.objects.filter(project=project, sha=sha).values_list("committed_at", flat=True).first()
    if at is None:
        return
    for one in sets:
        said = {"committed_at": at, "jobs": list(one.jobs), "suites": list(one.suites), "declared_by": declared_by}
        Row.objects.update_or_create(project=project, kind=one.kind, sha=sha, defaults=said)


@transaction.atomic
def declare_complete(project: Project, sha: str, inputs: Inputs, policy: Policy, *, by: User) -> list[str]:
    """Take what came for a commit as the complete set, on a person's word. Raises NotAllowedError."""
    if not accounts.may(project, by, Role.MAINTAINER):
        raise NotAllowedError(f"{by} may not say what is complete in {project.slug}; a maintainer may")
    pieces = [one for one in counted(inputs.evidence.pieces, policy.expected.attempts) if not one.static]
    kinds = sorted({one.kind for one in pieces})
    if not kinds:
        raise NotAllowedError(f"no results have come for {sha[:7]}; send them first")
    sets = [learnable(kind, sha, pieces) for kind in kinds]
    _store(project, sha, sets, by.get_username())
    said = {one.kind: {"jobs": list(one.jobs), "suites": list(one.suites)[:200]} for one in sets}
    log.record(by.get_username(), "declared complete", f"results of {sha[:8]}", project, {"sha": sha, **said})
    return kinds
