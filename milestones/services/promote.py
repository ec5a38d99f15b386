"""Promotion: one commit of one milestone, judged again as of now, answered once and for ever."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from milestones.clients.git import GitError
from milestones.codec import storable
from milestones.facts import State
from milestones.gates.judging import MilestoneJudgement
from milestones.models import Judgement, Milestone, Project, Promotion, Role

from . import accounts, evaluate, log, mirror


class NotAllowedError(Exception):
    """This person may not do this, or it is asked of something that is not there; the text says which."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a promotion would answer now; `seen` names policy and evidence, to be shown again with the click."""

    approved: bool
    reasons: tuple[str, ...]
    seen: str


def milestone_of(project: Project, key: str) -> Milestone:
    """Raises NotAllowedError naming the milestones that there are."""
    found = Milestone.objects.filter(project=project, key=storable(key)).in_order().first()
    if found is None:
        keys = ", ".join(Milestone.objects.filter(project=project).in_order().values_list("key", flat=True)) or "none"
        raise NotAllowedError(f"there is no milestone {key!r} in {project.slug}; its documents have: {keys}")
    return found


def candidate_of(project: Project, revision: str) -> str:
    """The full id of the commit to promote. Raises NotAllowedError for anything but the 40 digits of a fetched one."""
    repo = mirror.repository(project)
    if len(revision) != 40 or repo is None or not repo.has_commit(revision):
        raise NotAllowedError(f"{revision!r} is no commit that was fetched; give all 40 digits (git rev-parse HEAD)")
    return revision


def dry_run(milestone: Milestone, sha: str) -> DryRun:
    """What would be answered, without a trace."""
    case = evaluate.case_of(milestone.project, sha, timezone.now().date())
    judged = _judged(case, milestone.key)
    return DryRun(judged.state is State.PASS, judged.reasons, seen_of(case))


def seen_of(looked_at: evaluate.Case | Judgement) -> str:
    """Names the policy and the evidence that somebody looks at, to be shown again with the click."""
    return f"{looked_at.policy_hash[:16]}{looked_at.evidence_hash[:16]}"


def _judged(case: evaluate.Case, key: str) -> MilestoneJudgement:
    found = next((one for one in evaluate.judge_case(case) if one.key == key), None)
    if found is None:
        raise NotAllowedError(f"milestone {key!r} has just gone from the documents; look again, then decide")
    return found


class ChangedSinceSeenError(Exception):
    """Policy or evidence is not what the person looked at."""


def promote(milestone: Milestone, sha: str, *, by: AbstractBaseUser, seen: str = "") -> Promotion:
    """Answer an attempt; blocked is an answer, too. Raises NotAllowedError, ChangedSinceSeenError."""
    if not accounts.may(milestone.project, by, Role.MAINTAINER):
        raise NotAllowedError(f"{by} may not promote in {milestone.project.slug}; a maintainer may")
    candidate_of(milestone.project, sha)
    with transaction.atomic():
        locked = Milestone.objects.select_for_update().select_related("project").get(pk=milestone.pk)
        evaluate.judge(locked.project_id, sha)
        case = evaluate.case_of(locked.project, sha, timezone.now().date())
        if seen and seen != seen_of(case):
            raise ChangedSinceSeenError("policy or evidence changed since you looked; look again, then decide")
        return _answer(locked, case, by)


def _answer(milestone: Milestone, case: evaluate.Case, by: AbstractBaseUser) -> Promotion:
    granted = Promotion.objects.approved().filter(milestone=milestone, stage="", sha=case.sha).first()
    key = {"milestone": milestone, "stage": "", "sha": case.sha}
    hashes = {"policy_hash": case.policy_hash, "evidence_hash": case.evidence_hash}
    known = granted or Promotion.objects.filter(**key, **hashes).first()
    if known is not None:
        return known
    judged = _judged(case, milestone.key)
    row = Promotion.objects.create(
        **key, **hashes, approved=judged.state is State.PASS, reasons=list(judged.reasons), by=by.get_username(),
        day=case.reading.today,
    )  # fmt: skip
    said = {"sha": case.sha, "reasons": row.reasons, **hashes}
    log.record(row.by, "approved" if row.approved else "blocked", f"milestone {milestone.key}", milestone.project, said)
    return row


def latest(project: Project) -> Judgement | None:
    """The verdicts of the commit that the project stands at."""
    return Judgement.objects.latest_at(project, project.sha)


def resolve(project: Project, revision: str) -> str:
    """A full commit id from what a person typed. Raises NotAllowedError."""
    repo = mirror.repository(project)
    if repo is None:
        raise NotAllowedError(f"{project.slug} was never fetched; run manage.py track first")
    try:
        return repo.resolve(revision)
    except GitError as missing:
        raise NotAllowedError(missing.reason) from missing
