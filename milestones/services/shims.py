"""Shims that outlived the milestone which was to take them away, with how long ago that was called complete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from milestones.facts import Known, Measurement, Status
from milestones.models import DocumentVersion, Evidence, Milestone, Project
from milestones.parity.inventories.overdue import Promise, promised_away

from . import mirror
from .documents import read_one
from .reader import Reader

MOST_VERSIONS = 60  # of a document that are looked into for the day of a claim


@dataclass(frozen=True, slots=True)
class Overdue:
    """A shim that is still there: its own age, and since when its milestone is called complete, both in days."""

    name: str
    path: str
    line: int
    age: int | None
    promise: Promise
    days: int | None = None


def measured(project: Project, evidence: Iterable[Evidence]) -> Iterator[Measurement]:
    """How many are overdue, where the inventories of the commit were read."""
    row = next((one for one in evidence if one.kind == "inventory"), None)
    if row is not None:
        details = Evidence.objects.values_list("details", flat=True).get(pk=row.pk)
        lists = details.get("lists", {})
        open_ = len(details.get("unread", ())) + sum(one["untold"] for one in _alive(lists))
        found = list(_found(project, lists))
        yield Measurement("inventory.shims_overdue", len(found), "count", "", Known.STATIC, open_)


def overdue_of(project: Project, details: Mapping[str, Any]) -> tuple[Overdue, ...]:
    """Those of an inventory as stored, with the age of the claim."""
    found = list(_found(project, details.get("lists", {})))
    since = {key: _claimed_days(project, key) for key in {one.promise.milestone for one in found}}
    return tuple(
        Overdue(one.name, one.path, one.line, one.age, one.promise, since[one.promise.milestone]) for one in found
    )


def _alive(lists: Mapping[str, Any]) -> list[dict[str, Any]]:
    own = lists.get("shims", {})
    return [*own.get("kept", ()), *own.get("added", ())]


def _found(project: Project, lists: Mapping[str, Any]) -> Iterator[Overdue]:
    alive = _alive(lists)
    promises = list(_promises(project)) if alive else []
    for one in alive:
        promise = promised_away(one["name"], one["path"], promises)
        if promise is not None:
            yield Overdue(one["name"], one["path"], one["line"], one["age"], promise)


def _promises(project: Project) -> Iterator[Promise]:
    """All that milestones called complete say, criteria first; what stands unticked is not claimed."""
    for row in Milestone.objects.filter(project=project).in_order():
        if row.status in (Status.REACHED, Status.COMPLETE):
            for one in row.facts.get("criteria", ()):
                if one.get("checked") is not False:
                    yield Promise(row.key, one["text"], one["path"], one["line"])
            yield from (Promise(row.key, text, row.path, row.line) for text in (row.goal, row.title) if text)


def _claimed_days(project: Project, key: str) -> int | None:
    """For how many days its document has called a milestone complete without a break; None where nobody can tell."""
    row = Milestone.objects.filter(project=project).in_order().filter(key=key).first()
    repo = mirror.repository(project)
    if row is None or repo is None:
        return None
    reader, since = Reader(repo), None
    versions = DocumentVersion.objects.in_order(project).filter(document__path=row.path).exclude(blob="").reverse()
    for version in versions[:MOST_VERSIONS]:
        document = read_one(reader, version.path, version.blob)
        if document is None or not any(one.key == key and one.status.claims_done for one in document.milestones):
            break
        since = version.at
    return (timezone.now() - since).days if since else None
