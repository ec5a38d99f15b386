"""What an upload was read as, whatever its kind: numbers, findings, details, and what else goes into the store."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.conf import settings

from milestones import facts
from milestones.clients import git
from milestones.models import Delivery, Evidence
from milestones.results import limits


def _nothing(_evidence: Evidence) -> None:
    """Numbers, findings and details are all there is."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One upload as read. `store` writes what does not fit the evidence's own row, in the same transaction."""

    summary: facts.Summary
    findings: tuple[facts.Finding, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    problems: tuple[facts.Problem, ...] = ()
    store: Callable[[Evidence], None] = _nothing


# reads a delivery of its kind for a commit of the repository; raises ParseError
Read = Callable[[Delivery, git.Repository], Taken]


def opened(row: Delivery) -> BinaryIO:
    """What was sent, inflated within bounds as it is read."""
    return limits.opened(io.BytesIO(bytes(row.body)), settings.MIGRATOR_UPLOAD_BYTES)
