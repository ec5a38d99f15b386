"""A person's word that a finding is none: once, with a reason, until the text of the finding changes."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from milestones.codec import storable
from milestones.models import Dismissal, DocumentFinding, Project, Role

from . import accounts, evaluate, log
from .contradictions import Found, storable_places
from .promote import NotAllowedError

LONGEST_REASON = 2000


def replace_findings(project: Project, found: Iterable[Found]) -> None:
    """The findings of this look in place of those before; dismissals stay."""
    DocumentFinding.objects.filter(project=project).delete()
    rows = (
        DocumentFinding(
            project=project, fingerprint=one.fingerprint, rule=one.rule, message=storable(one.message),
            places=storable_places(one.places), position=position,
        )
        for position, one in enumerate(found)
    )  # fmt: skip
    DocumentFinding.objects.bulk_create(rows, batch_size=500)


def dismiss(project: Project, fingerprint: str, *, by: AbstractBaseUser, reason: str) -> Dismissal:
    """Dismiss a finding that stands. Raises NotAllowedError for somebody who may not, without a reason, or for none."""
    if not accounts.may(project, by, Role.MAINTAINER):
        raise NotAllowedError(f"{by} may not dismiss findings in {project.slug}; a maintainer may")
    reason = " ".join(storable(reason).split())[:LONGEST_REASON]
    if not reason:
        raise NotAllowedError("a finding is dismissed with a reason; say in a sentence why it is none")
    found = DocumentFinding.objects.filter(project=project, fingerprint=storable(fingerprint, 64)).first()
    if found is None:
        raise NotAllowedError("this finding is not there any more; look at the page again")
    name = by.get_username()
    with transaction.atomic():
        row, new = Dismissal.objects.get_or_create(
            project=project, fingerprint=found.fingerprint,
            defaults={
                "rule": found.rule, "message": found.message, "reason": reason, "by": name, "at": timezone.now(),
            },
        )  # fmt: skip
        if new:
            said = {"rule": row.rule, "message": row.message, "places": found.places, "reason": reason}
            log.record(name, "dismissed", f"finding {row.fingerprint[:12]}", project, said)
            evaluate.judge(project.pk, project.sha)
    return row


def counts(project: Project) -> dict[int, int]:
    """rule -> how often a finding of it was dismissed, ever."""
    rows = Dismissal.objects.filter(project=project).order_by().values("rule").annotate(times=Count("pk"))
    return dict(rows.values_list("rule", "times"))
