"""Stages, holds and freezes: set by a person with the role, measured like anything else."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from milestones import facts
from milestones.codec import storable
from milestones.gates.policy import Policy
from milestones.models import Circumstance, Project, Role

from . import accounts, log
from .refusals import NotAllowedError

Kind = Circumstance.Kind


def measured(
    standing: Iterable[Circumstance], trees: Collection[str], policy: Policy, now: datetime
) -> tuple[facts.Measurement, ...]:
    """`hold.set`, `calendar.frozen`, and for how many whole hours a commit of this tree has been in each stage."""
    listed = list(standing)
    found = {
        "hold.set": float(sum(one.kind == Kind.HOLD for one in listed)),
        "calendar.frozen": float(sum(one.kind == Kind.FREEZE for one in listed)),
    }
    order = [stage.name for stage in policy.stages]
    arrived: dict[str, datetime] = {}
    for one in listed:
        if one.kind == Kind.ARRIVAL and one.sha in trees:
            arrived[one.stage] = min(arrived.get(one.stage, one.starts_at), one.starts_at)
    for stage, since in arrived.items():
        found[f"stage.{_word(stage)}.soaked_hours"] = float(int((now - since).total_seconds() // 3600))
    if arrived:
        last = max(arrived, key=lambda stage: (order.index(stage) if stage in order else -1, arrived[stage]))
        found["stage.soaked_hours"] = found[f"stage.{_word(last)}.soaked_hours"]
    return tuple(facts.Measurement(name, value) for name, value in sorted(found.items()))


def _word(stage: str) -> str:
    return "_".join(stage.split()).replace(".", "_")


def identity(standing: Iterable[Circumstance], trees: Collection[str]) -> list[int]:
    """Which of them bear on a commit, whatever the hour."""
    return [one.pk for one in standing if one.kind != Kind.ARRIVAL or one.sha in trees]


@transaction.atomic
def set_hold(
    project: Project, kind: str, why: str, *, by: User, starts: datetime | None = None, ends: datetime | None = None
) -> Circumstance:
    """Hold every promotion, or freeze the calendar for a while. Raises NotAllowedError."""
    _refuse_strangers(project, by, f"set a {kind}")
    why = storable(why.strip(), 2000)
    if not why:
        raise NotAllowedError(f"a {kind} needs a reason; say why nothing may move")
    if ends is not None and ends <= (starts or timezone.now()):
        raise NotAllowedError(f"the {kind} would end before it begins; give a later day")
    row = Circumstance.objects.create(
        project=project, kind=Kind(kind), why=why, starts_at=starts or timezone.now(), ends_at=ends,
        by=by.get_username(),
    )  # fmt: skip
    said = {"why": why, "starts": row.starts_at.isoformat(), "ends": ends.isoformat() if ends else None}
    log.record(row.by, f"set a {kind}", why, project, said)
    return row


@transaction.atomic
def lift(project: Project, pk: int, *, by: User) -> Circumstance:
    """End a hold or a freeze now. Raises NotAllowedError."""
    _refuse_strangers(project, by, "lift it")
    row = Circumstance.objects.select_for_update().filter(project=project, pk=pk).exclude(kind=Kind.ARRIVAL).first()
    if row is None or row.lifted_at is not None:
        raise NotAllowedError("this hold or freeze is not there any more")
    row.lifted_at, row.lifted_by = timezone.now(), by.get_username()
    row.save(update_fields=["lifted_at", "lifted_by"])
    log.record(row.lifted_by, f"lifted a {row.kind}", row.why, project, {"set by": row.by})
    return row


@transaction.atomic
def arrive(project: Project, stage: str, sha: str, *, by: User, policy: Policy) -> Circumstance:
    """Say that a commit is in a stage now; said twice it counts from the first time. Raises NotAllowedError."""
    _refuse_strangers(project, by, "say what is in a stage")
    known = [one.name for one in policy.stages]
    if stage not in known:
        listed = ", ".join(known) or 'none; name them in migration.toml: [stages] order = ["staging", "production"]'
        raise NotAllowedError(f"there is no stage {stage!r}; the policy has: {listed}")
    row = Circumstance.objects.filter(project=project, kind=Kind.ARRIVAL, stage=stage, sha=sha, lifted_at=None).first()
    if row is None:
        row = Circumstance.objects.create(
            project=project, kind=Kind.ARRIVAL, stage=stage, sha=sha, starts_at=timezone.now(), by=by.get_username()
        )
        log.record(row.by, "staged", f"{stage} at {sha[:8]}", project, {"stage": stage, "sha": sha})
    return row


def _refuse_strangers(project: Project, by: User, what: str) -> None:
    if not accounts.may(project, by, Role.MAINTAINER):
        raise NotAllowedError(f"{by} may not {what} in {project.slug}; a maintainer may")
