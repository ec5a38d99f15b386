"""The decision log: who did what, chained so that a row altered, removed or added shows."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from milestones.codec import storable, to_plain
from milestones.models import Decision, Project, Seal

START = "0" * 64


@dataclass(frozen=True, slots=True)
class Break:
    """Where the log is not as it was written, and what is wrong there."""

    number: int
    why: str


def _keyed(said: list[Any]) -> str:
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    key = hashlib.sha256(b"decision log\0" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _mac(row: Decision) -> str:
    return _keyed([row.number, row.actor, row.verb, row.subject, row.data, row.at.isoformat(), row.previous])


def _seal_mac(number: int, head: str) -> str:
    return _keyed(["seal", number, head])


@transaction.atomic
def record(actor: str, verb: str, subject: str, project: Project | None, data: Mapping[str, Any]) -> Decision:
    """Append one decision and seal it; the last row is locked, so that the chain never forks."""
    last = Decision.objects.select_for_update().order_by("-number").first()
    row = Decision(
        number=last.number + 1 if last else 1,
        project=project,
        actor=storable(actor, 150),
        verb=verb,
        subject=storable(subject, 300),
        data={"project": project.slug if project else None, **to_plain(data)},
        at=timezone.now(),
        previous=last.mac if last else START,
    )
    row.mac = _mac(row)
    row.save(force_insert=True)
    _seal(row, last)
    return row


def _seal(row: Decision, last: Decision | None) -> None:
    """Move the seal on, but never over lines that were taken away: a broken seal stays where it is."""
    new = {"number": row.number, "head": row.mac, "mac": _seal_mac(row.number, row.mac)}
    if last is None:
        if not Seal.objects.exists():
            Seal.objects.create(**new)
        return
    Seal.objects.filter(number=last.number, head=last.mac).update(**new)


def head() -> str:
    """The mac of the newest decision, printed in every report."""
    return Decision.objects.order_by("-number").values_list("mac", flat=True).first() or START


def first_broken() -> int | None:
    """The number of the first row where the chain does not hold, None where all of it does."""
    found = first_break()
    return found.number if found else None


def recent_break(window: int = 5000) -> Break | None:
    """Where the last so many decisions do not hold: what a page can afford to check each time."""
    newest = Decision.objects.order_by("-number").values_list("number", flat=True).first() or 0
    return first_break(after=max(0, newest - window))


def first_break(known_head: str = "", after: int = 0) -> Break | None:
    """Where the log does not hold, None where all of it does; `known_head` is one that a report once printed.

    What comes `after` a number is held against the row of that number.
    """
    before = Decision.objects.filter(number=after).values_list("mac", flat=True).first() if after else START
    previous, expected, heads = before or START, after, {START}
    rows = Decision.objects.filter(number__gt=after).order_by("number").select_related("project")
    begun = dict(Project.objects.values_list("slug", "created_at"))
    for expected, row in enumerate(rows.iterator(), start=after + 1):
        if row.number != expected or row.previous != previous or not hmac.compare_digest(row.mac, _mac(row)):
            return Break(expected, "a row there was altered, removed or added")
        if _taken_away(row, begun):
            return Break(expected, "it was put to another project than it was made in, or to none")
        previous = row.mac
        heads.add(row.mac)
    if known_head and known_head not in heads:
        return Break(expected + 1, f"the head {known_head[:12]}… that was printed is not in it: rows were rewritten")
    return _unsealed(expected, previous)


def _taken_away(row: Decision, begun: Mapping[str, datetime]) -> bool:
    """Whether a row stands with another project than its data says; one whose project was deleted stands with none."""
    said = str(row.data.get("project"))
    if row.project is not None:
        return bool(row.project.slug != said)
    return said in begun and begun[said] <= row.at


def _unsealed(last: int, mac: str) -> Break | None:
    """Whether the log ends where its seal says."""
    seal = Seal.objects.order_by("pk").first()
    if seal is None:
        return Break(1, "its seal is gone") if last else None
    if not hmac.compare_digest(seal.mac, _seal_mac(seal.number, seal.head)):
        return Break(seal.number, "its seal was altered")
    if seal.number > last:
        return Break(last + 1, f"the seal says that it goes to {seal.number}: rows at its end were removed")
    return None if (seal.number, seal.head) == (last, mac) else Break(seal.number + 1, "a row there has no seal")
