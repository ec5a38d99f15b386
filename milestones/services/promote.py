"""Promotion: one commit of one milestone, judged as of now, answered once and for ever."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, User
from django.db import transaction

from milestones.clients.git import GitError
from milestones.codec import storable
from milestones.facts import State
from milestones.gates.judgement import reasons_beside
from milestones.models import Judgement, Milestone, Project, Promotion, Role

from . import accounts, circumstances, evaluate, kept, log, mirror, order, waivers
from . import seen as seeing
from .refusals import ChangedSinceSeenError, NotAllowedError

__all__ = ["ChangedSinceSeenError", "NotAllowedError"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a promotion comes to: `waived` would have blocked, `notes` are what everybody should know of it.

    `seen` names what it rests on, to be shown again with the click; `attempt` names the attempt.
    """

    approved: bool
    reasons: tuple[str, ...]
    waived: tuple[str, ...]
    notes: tuple[str, ...]
    seen: str
    attempt: str


def milestone_of(project: Project, key: str) -> Milestone:
    """Raises NotAllowedError naming the milestones that there are."""
    found = Milestone.objects.filter(project=project, key=storable(key)).in_order().first()
    found = found or order.called(project, key)
    if found is None:
        keys = ", ".join(Milestone.objects.filter(project=project).in_order().values_list("key", flat=True)) or "none"
        raise NotAllowedError(f"there is no milestone {key!r} in {project.slug}; its documents have: {keys}")
    return found


def candidate_of(project: Project, revision: str) -> str:
    """The full id of the commit to promote. Raises NotAllowedError for anything but the 40 digits of a fetched one,
    and for one that no branch and no tag holds any more."""
    repo = mirror.repository(project)
    if len(revision) != 40 or repo is None or not repo.has_commit(revision):
        raise NotAllowedError(f"{revision!r} is no commit that was fetched; give all 40 digits (git rev-parse HEAD)")
    if not repo.git("for-each-ref", "--count=1", f"--contains={revision}").strip():
        raise NotAllowedError(f"commit {revision[:8]} is on no branch any more: it was pushed away by force")
    return revision


def dry_run(milestone: Milestone, sha: str, stage: str = "") -> Answer:
    """What would be answered, without a trace."""
    return answer_to(evaluate.judged(milestone.project_id, sha)[1], milestone, stage)


def seen_of(judgement: Judgement, key: str) -> str:
    """Names what a page shows of a milestone, to be shown again with the click."""
    return seeing.token_of(judgement, key, waivers.in_force(judgement.project, key))


def answer_to(case: evaluate.Case, milestone: Milestone, stage: str = "") -> Answer:
    """Approved, or blocked with every reason: the milestone's own, its place in the order, and the stage's."""
    judged = case.milestone(milestone.key)
    if judged is None:
        raise NotAllowedError(f"milestone {milestone.key!r} has just gone from the documents; look again, then decide")
    given = waivers.in_force(case.project, milestone.key)
    passed = waivers.let_pass(case, milestone.key, given)
    before = order.reasons(case, milestone)
    entry = order.stage_reasons(case, milestone, stage)
    own = reasons_beside(judged, passed.names)
    reasons = (*before, *entry, *own, *(passed.refused if own else ()))
    approved = not reasons and (judged.state is State.PASS or bool(passed.names))
    word = seeing.token(case, milestone.key, given)
    hours = [(one.name, one.value) for one in case.inputs.evidence.circumstances]
    attempt = kept.digest_of(kept.canonical([word, hours, before, entry, passed.refused]))
    return Answer(approved, reasons, passed.used, order.notes(case, milestone), word, attempt)


def promote(milestone: Milestone, sha: str, *, by: AbstractBaseUser, seen: str = "", stage: str = "") -> Promotion:
    """Answer an attempt; blocked is an answer, too. Raises NotAllowedError, ChangedSinceSeenError."""
    if not accounts.may(milestone.project, by, Role.MAINTAINER):
        raise NotAllowedError(f"{by} may not promote in {milestone.project.slug}; a maintainer may")
    candidate_of(milestone.project, sha)
    with transaction.atomic():
        locked = Milestone.objects.select_for_update().select_related("project").get(pk=milestone.pk)
        waivers.close_the_expired()
        judgement, case = evaluate.judged(locked.project_id, sha)
        attempt = _Attempt(locked, stage, judgement, case, answer_to(case, locked, stage))
        if seen:
            seeing.refuse_changed(seen, attempt.found.seen, seeing.what_changed(seen, case))
        return attempt.answered(by)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One milestone, locked, at one commit, into one stage, with what it comes to."""

    milestone: Milestone
    stage: str
    judgement: Judgement
    case: evaluate.Case
    found: Answer

    def answered(self, by: AbstractBaseUser) -> Promotion:
        """The answer that is known already, or a new one, written with the log."""
        key = {"milestone": self.milestone, "stage": self.stage, "sha": self.case.sha}
        hashes = {"policy_hash": self.case.policy_hash, "evidence_hash": self.found.attempt}
        granted = Promotion.objects.approved().filter(**key).first()
        known = granted or Promotion.objects.filter(**key, **hashes).first()
        return known or self._write({**key, **hashes}, by)

    def _write(self, key: dict[str, Any], by: AbstractBaseUser) -> Promotion:
        case, found, project = self.case, self.found, self.milestone.project
        row = Promotion.objects.create(
            **key, approved=found.approved, reasons=list(found.reasons), waived=list(found.waived),
            notes=list(found.notes), judgement=self.judgement, by=by.get_username(), day=case.now.date(),
        )  # fmt: skip
        said = {"sha": case.sha, "reasons": row.reasons, "waived": row.waived, "verdict": self.judgement.handle}
        said |= {"policy_hash": row.policy_hash, "evidence_hash": row.evidence_hash}
        where = f"milestone {self.milestone.key}{f' into {self.stage}' if self.stage else ''}"
        log.record(row.by, "approved" if row.approved else "blocked", where, project, said)
        if row.approved and self.stage and isinstance(by, User):
            circumstances.arrive(project, self.stage, case.sha, by=by, policy=case.policy)
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
