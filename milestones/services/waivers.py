"""Waivers: this may fail, because, until; asked for by one person, approved by another, ended by the clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from milestones.codec import from_plain, storable, to_plain
from milestones.gates.judgement import Obstacle, obstacles
from milestones.gates.pieces import contents_of, counted
from milestones.gates.policy import Policy
from milestones.gates.waiving import Pin, covers, difference, pin_of
from milestones.models import Membership, Milestone, Project, Role, Waiver

from . import accounts, log
from .evaluate import Case, judged, policy_of
from .refusals import NotAllowedError

WARNED_BEFORE = timedelta(days=3)
LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True)
class LetPass:
    """What waivers come to for one attempt: the obstacles let pass, and what is said of the waivers, used or not."""

    names: frozenset[str] = frozenset()
    used: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def request(milestone: Milestone, name: str, *, by: User, reason: str, days: int) -> Waiver:
    """Ask that one obstacle may stand for some days, at the commit that the project stands at."""
    project = milestone.project
    if not accounts.may(project, by, Role.DEVELOPER):
        raise NotAllowedError(f"{by} may not ask for a waiver in {project.slug}; a developer may")
    reason = storable(reason.strip(), LONGEST_REASON)
    if not reason:
        raise NotAllowedError("a waiver needs a reason; say why this may fail")
    with transaction.atomic():
        _, case = judged(project.pk, project.sha)
        _refuse_length(days, case.policy)
        obstacle = _obstacle(case, milestone.key, name)
        row = Waiver.objects.create(
            project=project, milestone_key=milestone.key, gate=name, text=storable(obstacle.text, 500),
            sha=project.sha, pinned=to_plain(_pins(case, [obstacle])[0]), reason=reason,
            until=case.now + timedelta(days=days), requested_by=by.get_username(),
        )  # fmt: skip
        said = {"reason": reason, "until": row.until.isoformat(), "sha": row.sha, "sentence": obstacle.sentence}
        log.record(row.requested_by, "asked for a waiver", _subject(row), project, said)
    return row


def _refuse_length(days: int, policy: Policy) -> None:
    longest = policy.waivers.longest_days
    if not 1 <= days <= longest:
        raise NotAllowedError(f"a waiver lasts 1 to {longest} days (longest_days under [waivers] of migration.toml)")


def _obstacle(case: Case, key: str, name: str) -> Obstacle:
    said = case.milestone(key)
    found = {one.name: one for one in obstacles(said)} if said else {}
    if name not in found:
        listed = "; ".join(list(found)[:8]) or "nothing"
        raise NotAllowedError(f"{name!r} is not in the way of milestone {key} now; what is: {listed}")
    return found[name]


def _subject(row: Waiver) -> str:
    return f"{row.gate} of milestone {row.milestone_key}"


def _pins(case: Case, listed: Iterable[Obstacle]) -> list[Pin]:
    pieces = counted(case.inputs.evidence.pieces, case.policy.expected.attempts)
    contents = contents_of(pieces)
    return [pin_of(one, contents) for one in listed]


# --- approval -------------------------------------------------------------------------------------------------------


def approvers(project: Project, role: str) -> list[str]:
    """Who may approve: the members of the role or above it, and the operators of this instance."""
    ranked = [one.value for one in Role if one.rank >= Role(role).rank]
    people = get_user_model().objects.filter(is_active=True)
    members = Membership.objects.filter(project=project, role__in=ranked).values("user")
    return sorted(people.filter(Q(pk__in=members) | Q(is_superuser=True)).values_list("username", flat=True))


def _owners(project: Project) -> list[str]:
    return approvers(project, Role.OWNER)


def approve(project: Project, pk: int, *, by: User) -> Waiver:
    """Approve what another person asked for; a sole owner may approve their own, and everything shows it."""
    name = by.get_username()
    with transaction.atomic():
        row = _locked(project, pk)
        policy = policy_of(project)
        if why := why_not(project, policy, row.requested_by, name):
            raise NotAllowedError(why)
        row.approved_by, row.approved_at = name, _now(project)
        row.by_sole_owner = name == row.requested_by
        row.save(update_fields=["approved_by", "approved_at", "by_sole_owner"])
        said = {"asked by": row.requested_by, "until": row.until.isoformat(), "sole owner": row.by_sole_owner}
        log.record(name, "approved a waiver", _subject(row), project, {**said, "reason": row.reason})
    return row


def why_not(project: Project, policy: Policy, requester: str, approver: str) -> str:
    """Why this person's approval does not count, or nothing where it does."""
    may = approvers(project, policy.waivers.role)
    if approver not in may:
        return f"{approver} may not approve a waiver in {project.slug}: it takes the role {policy.waivers.role}"
    if approver != requester:
        return ""
    others = [one for one in _owners(project) if one != approver]
    if others:
        return f"{approver} asked for this waiver and may not approve it: another person does, such as {others[0]}"
    return "" if approver in _owners(project) else f"{approver} asked for this waiver and owns nothing here"


def _locked(project: Project, pk: int) -> Waiver:
    row = Waiver.objects.select_for_update().filter(project=project, pk=pk, ended_at=None).first()
    if row is None or row.until <= _now(project):
        raise NotAllowedError("this waiver has ended, or was never asked for; ask for a new one")
    if row.approved_at is not None:
        raise NotAllowedError(f"this waiver was approved already, by {row.approved_by}")
    return row


def end(project: Project, pk: int, *, by: User) -> Waiver:
    """End a waiver, or turn a request down. Raises NotAllowedError."""
    name = by.get_username()
    with transaction.atomic():
        row = Waiver.objects.select_for_update().filter(project=project, pk=pk, ended_at=None).first()
        own = row is not None and row.requested_by == name
        if row is None:
            raise NotAllowedError("this waiver has ended already")
        if not own and not accounts.may(project, by, Role.MAINTAINER):
            raise NotAllowedError(f"{by} may not end a waiver in {project.slug}; a maintainer may")
        row.ended_at, row.ended_by = _now(project), name
        row.save(update_fields=["ended_at", "ended_by"])
        log.record(name, "ended a waiver", _subject(row), project, {"reason": row.reason})
    return row


# --- what a promotion makes of them ---------------------------------------------------------------------------------


def in_force(project: Project, key: str) -> list[Waiver]:
    """The waivers of a milestone that the database's clock has not ended."""
    return list(Waiver.objects.in_force(project).filter(milestone_key=key))


def let_pass(case: Case, key: str, given: Iterable[Waiver]) -> LetPass:
    """Which obstacles these waivers let pass: the very failure, approved by somebody who still may."""
    said = case.milestone(key)
    listed = list(given)
    if said is None or not listed:
        return LetPass()
    found = list(obstacles(said))
    pins = dict(zip((one.name for one in found), _pins(case, found), strict=True))
    used: dict[str, str] = {}
    refused = []
    for row in listed:
        if row.gate not in pins:
            continue
        now, pinned = pins[row.gate], from_plain(Pin, row.pinned)
        why = why_not(case.project, case.policy, row.requested_by, row.approved_by)
        if why:
            refused.append(f"the waiver for {row.text} does not count: {why}")
        elif not covers(pinned, now):
            refused.append(f"the waiver for {row.text} is for another failure: {difference(pinned, now)}")
        else:
            alone = ", as the sole owner" if row.by_sole_owner else ""
            used[row.gate] = (
                f"{row.text} is waived until {row.until:%Y-%m-%d}: {row.reason} "
                f"(asked by {row.requested_by}, approved by {row.approved_by}{alone})"
            )
    return LetPass(frozenset(used), tuple(used.values()), tuple(refused))


# --- the clock ------------------------------------------------------------------------------------------------------


def close_the_expired() -> int:
    """Write down the end of those whose day has come, so that a clock set back does not wake them."""
    past = Waiver.objects.filter(ended_at=None, until__lte=Now())
    return past.update(ended_at=F("until"), ended_by="the clock")


def warn_of_ends() -> list[Waiver]:
    """Announce, once each, what ends within three days."""
    near = Waiver.objects.annotate(now=Now()).filter(ended_at=None, warned_at=None, until__lte=Now() + WARNED_BEFORE)
    found = list(near.exclude(approved_at=None).select_related("project"))
    for row in found:
        with transaction.atomic():
            if Waiver.objects.filter(pk=row.pk, warned_at=None).update(warned_at=Now()):
                said = {"until": row.until.isoformat(), "asked by": row.requested_by}
                log.record("the clock", "warned of a waiver's end", _subject(row), row.project, said)
    return found


def _now(project: Project) -> datetime:
    """Now by the database's clock."""
    return Project.objects.annotate(now=Now()).values_list("now", flat=True).get(pk=project.pk)
