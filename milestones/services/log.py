"""The decision log: who did what, chained so that a row altered, removed or added shows."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from milestones.codec import storable, to_plain
from milestones.models import Decision, Project

START = "0" * 64


def _mac(row: Decision) -> str:
    said = [row.number, row.actor, row.verb, row.subject, row.data, row.at.isoformat(), row.previous]
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    key = hashlib.sha256(b"decision log\0" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


@transaction.atomic
def record(actor: str, verb: str, subject: str, project: Project | None, data: Mapping[str, Any]) -> Decision:
    """Append one decision; the last row is locked, so that the chain never forks."""
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
    return row


def head() -> str:
    """The mac of the newest decision, printed in every report."""
    return Decision.objects.order_by("-number").values_list("mac", flat=True).first() or START


def first_broken() -> int | None:
    """The number of the first row where the chain does not hold, None where all of it does."""
    previous = START
    for expected, row in enumerate(Decision.objects.order_by("number").iterator(), start=1):
        if row.number != expected or row.previous != previous or not hmac.compare_digest(row.mac, _mac(row)):
            return expected
        previous = row.mac
    return None
