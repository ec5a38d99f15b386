"""Corrections from a page: a wrong fact put right once, with a reason, and the lines that make it policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from milestones.codec import storable
from milestones.facts import Finding
from milestones.gates.accepting import accept, lines_for
from milestones.gates.inputs import Inputs
from milestones.gates.pieces import Piece, counted, findings_by_measure, fingerprint
from milestones.gates.policy import Acceptance
from milestones.models import Correction, Project, Role

from . import accounts, evaluate, log
from .change import with_corrections
from .refusals import NotAllowedError

LISTED = 50
ELSEWHERE = ("docs.", "functions.")  # corrected on pages of their own, which pin them in their own way


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A fact read from source that a person may correct: `what` names it as policy does."""

    what: str
    content: str
    finding: Finding


def correctable(project: Project) -> list[Doubtful]:
    """What was read from source at the project's commit and is not corrected yet, the first of each measure."""
    if not project.sha:
        return []
    policy = with_corrections(project, evaluate.policy_of(project))
    inputs = evaluate.case_of(project, project.sha, timezone.now()).inputs
    pieces, _ = accept(_static(inputs), policy.accept, date.fromisoformat(inputs.day))
    return [
        Doubtful(storable(_named(measure, one), 500), fingerprint(one), one)
        for measure, found in sorted(findings_by_measure(pieces).items())
        for one in found[:LISTED]
        if not measure.startswith(ELSEWHERE)
    ]


def _static(inputs: Inputs) -> list[Piece]:
    return [one for one in counted(inputs.evidence.pieces) if one.static]


def _named(measure: str, finding: Finding) -> str:
    words = " ".join(f"{finding.path} {finding.text}".split())
    return f"{measure} {words}"


@transaction.atomic
def correct(project: Project, what: str, *, by: User, why: str, until: date | None = None) -> Correction:
    """Take one fact out of its count, for the change question at once. Raises NotAllowedError."""
    if not accounts.may(project, by, Role.MAINTAINER):
        raise NotAllowedError(f"{by} may not correct facts in {project.slug}; a maintainer may")
    why = storable(why.strip(), 2000)
    if not why:
        raise NotAllowedError("a correction needs a reason; say why the fact is wrong, or expected")
    found = next((one for one in correctable(project) if one.what == what), None)
    if found is None:
        raise NotAllowedError("nothing that was read from source says this now; look again, then correct it")
    row = Correction.objects.create(
        project=project, what=found.what, content=found.content, why=why, by=by.get_username(), until=until
    )
    said = {"why": why, "content": found.content, "until": until.isoformat() if until else None}
    log.record(row.by, "corrected", found.what, project, said)
    return row


@transaction.atomic
def end(project: Project, pk: int, *, by: User) -> Correction:
    """Take a correction back. Raises NotAllowedError."""
    if not accounts.may(project, by, Role.MAINTAINER):
        raise NotAllowedError(f"{by} may not end a correction in {project.slug}; a maintainer may")
    row = Correction.objects.select_for_update().filter(project=project, pk=pk, ended_at=None).first()
    if row is None:
        raise NotAllowedError("this correction has ended already")
    row.ended_at, row.ended_by = timezone.now(), by.get_username()
    row.save(update_fields=["ended_at", "ended_by"])
    log.record(row.ended_by, "ended a correction", row.what, project, {"why": row.why})
    return row


def toml_of(project: Project) -> str:
    """The lines of `migration.toml` that bring the corrections of the page to the default branch."""
    rows = Correction.objects.filter(project=project, ended_at=None).order_by("pk")
    known = {(one.what, one.content) for one in evaluate.policy_of(project).accept}
    mine = [Acceptance(row.what, row.why, f"@{row.by}", row.until, row.content) for row in rows]
    return lines_for(one for one in mine if (one.what, one.content) not in known)
