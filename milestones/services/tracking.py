"""Taking a repository under watch."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from milestones.gates.policy import read_policy
from milestones.models import Delivery, Evidence, Judgement, Measurement, Milestone, Project, Verdict, WorkState

from . import evaluate, intake, log, looking, mirror

POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Wish:
    """What to track: empty fields leave a known project as it is."""

    source: str
    name: str = ""
    slug: str = ""
    policy_text: str = ""
    revision: str = ""
    docs_revision: str = ""
    default_branch: str = ""


def register(wish: Wish) -> Project:
    """The project of a source, made where it is new. Raises GitError for the source, ParseError for the policy."""
    mirror.protocols_for(wish.source)
    if wish.policy_text:
        read_policy(wish.policy_text)
    given: dict[str, Any] = {
        "pinned_revision": wish.revision, "docs_revision": wish.docs_revision,
        "default_branch": wish.default_branch, "policy_text": wish.policy_text,
    }  # fmt: skip
    given = {field: value for field, value in given.items() if value}
    if wish.name:
        given |= {"name": wish.name, "named_by_hand": True}
    with transaction.atomic():
        known = Project.objects.select_for_update().filter(source=wish.source).order_by("pk").first()
        if known is not None:
            Project.objects.filter(pk=known.pk).update(**given)
            known.refresh_from_db()
            return known
        name = wish.name or _name_of(wish.source)
        made = Project.objects.create(source=wish.source, slug=_free_slug(wish.slug or name), **{"name": name, **given})
        log.record("command line", "tracked", wish.source, made, {"name": name})
    return made


def as_it_was(source: str) -> dict[str, Any]:
    """What a person may have set about a source, to be put back if a look shows that the new wish was a slip."""
    fields = ("pinned_revision", "docs_revision", "default_branch")
    return Project.objects.filter(source=source).values(*fields).first() or dict.fromkeys(fields, "")


def put_back(project: Project, before: dict[str, Any]) -> None:
    Project.objects.filter(pk=project.pk).update(**before)


def _name_of(source: str) -> str:
    path = PurePosixPath(source.rstrip("/"))
    last = path.parent.name if path.name in {".git", "repo"} and path.parent.name else path.name
    return last.removesuffix(".git")[:200] or "project"


def _free_slug(name: str) -> str:
    base = slugify(name.replace("+", "-"))[:70] or "project"
    taken = set(Project.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in [base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))] if slug not in taken)


def look_now(project: Project, progress: looking.Progress = looking.quiet) -> Delivery:
    """One look in this process, or wait for the worker that has it; then the uploads that it woke."""
    row = intake.receive_look(project)
    woken = intake.process(row.pk, progress)
    row.refresh_from_db()
    while row.state in {WorkState.RUNNING, WorkState.STORED}:
        time.sleep(POLL_SECONDS)
        woken += intake.process(row.pk, progress)
        row.refresh_from_db()
    for pk in woken:
        intake.process(pk)
    return row


def summary(project: Project) -> dict[str, Any]:
    """What is known at the commit that the project stands at, with unrounded numbers."""
    project.refresh_from_db()
    judgement = Judgement.objects.latest_at(project, project.sha)
    verdicts = Verdict.objects.filter(judgement=judgement).order_by("position") if judgement else []
    return {
        "project": project.slug,
        "sha": project.sha,
        "docs_sha": project.docs_sha,
        "policy_sha": project.policy_sha or None,
        "milestones": [_as_read(one) for one in Milestone.objects.filter(project=project).in_order()],
        "measurements": [_measured(one) for one in measurements(project)],
        "verdicts": [verdict_json(one) for one in verdicts],
        "problems": project.problems + [p for row in _rows(project) for p in row.problems],
    }


def _as_read(row: Milestone) -> dict[str, Any]:
    """A milestone as its primary document has it, with what every document about it states."""
    own = {field: row.sources[0][field] for field in ("status", "status_text", "date")} if row.sources else {}
    return {**row.facts, **own, "sources": row.sources}


def _rows(project: Project) -> list[Evidence]:
    return evaluate.evidence_in_force(project, project.sha)


def measurements(project: Project) -> list[Measurement]:
    """Every number at the project's commit, then those of the legacy system's last one, named `…_before`."""
    found = [one for row in _rows(project) for one in row.measurements.all()]
    if not project.start_sha:
        return found
    rows = evaluate.evidence_in_force(project, project.start_sha)
    for one in (one for row in rows for one in row.measurements.all()):
        if one.name.startswith("leftovers."):
            one.name += "_before"
            found.append(one)
    return found


def _measured(one: Measurement) -> dict[str, Any]:
    return {"name": one.name, "subject": one.subject, "value": number(one.value, one.unit), "unit": one.unit}


def number(value: float | None, unit: str = "") -> float | int | None:
    """Counts as whole numbers, everything else unrounded."""
    return int(value) if value is not None and value.is_integer() and unit != "ratio" else value


def verdict_json(one: Verdict) -> dict[str, Any]:
    """A verdict as commands and the API print it."""
    return {
        "gate": one.gate, "milestone": one.milestone_key, "state": one.state, "strict": one.strict,
        "value": number(one.value), "expect": one.expect, "sentence": one.sentence, "next": one.next,
        "lack": one.lack or None,
    }  # fmt: skip
