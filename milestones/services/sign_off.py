"""A person's word for what no program measures."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from milestones import facts
from milestones.codec import from_plain, storable
from milestones.gates.criteria import criteria_of
from milestones.models import Milestone, Role, SignOff

from . import accounts, evaluate, judged, log
from .promote import NotAllowedError


def sign_off(milestone: Milestone, identities: Iterable[str], *, by: User, note: str = "") -> list[SignOff]:
    """Put a person's word to criteria at the commit that the project stands at, and judge again.

    Raises NotAllowedError for somebody who may not, for no criterion at all, and for one that has a gate of its own.
    """
    project = milestone.project
    if not accounts.may(project, by, Role.MAINTAINER):
        raise NotAllowedError(f"{by} may not sign off in {project.slug}; a maintainer may")
    with transaction.atomic():
        judgement = evaluate.judge(project.pk, project.sha)
        said = judged.read_back(judgement).get(milestone.key, judged.JudgedMilestone(milestone.key))
        wanted = _awaiting(said, identities)
        texts = {one.id: one.text for one, _ in criteria_of(from_plain(facts.Milestone, milestone.facts))}
        found = [_record(milestone, one, texts.get(one, ""), by, note) for one in wanted]
        evaluate.judge(project.pk, project.sha)
    return found


def _awaiting(said: judged.JudgedMilestone, identities: Iterable[str]) -> list[str]:
    wanted = list(dict.fromkeys(identities))
    open_ = {one.identity for one in said.criteria if one.awaits_sign_off}
    if not wanted:
        raise NotAllowedError("no criterion was chosen; tick those that you stand for")
    if set(wanted) - open_:
        raise NotAllowedError("one of these does not await a person's word any more; look again, then sign off")
    return wanted


def _record(milestone: Milestone, identity: str, text: str, by: User, note: str) -> SignOff:
    name, note = by.get_username(), storable(note)
    row, new = SignOff.objects.get_or_create(
        project=milestone.project, milestone_key=milestone.key, identity=identity, sha=milestone.project.sha, by=name,
        defaults={"text": text, "note": note, "at": timezone.now()},
    )  # fmt: skip
    if new:
        said = {"identity": identity, "text": text, "sha": row.sha, "note": note}
        log.record(name, "signed off", f"milestone {milestone.key}", milestone.project, said)
    return row
