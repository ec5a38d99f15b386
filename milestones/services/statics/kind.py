"""What a kind of evidence that is read from the mirror is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from milestones.facts import Finding, Measurement, Problem
from milestones.gates.policy import Policy

from ..reader import Reader

FINDINGS_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Static:
    """One kind of evidence read from the mirror; `details` is what its page shows, as plain JSON."""

    kind: str
    measurements: tuple[Measurement, ...]
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """What is read: a commit, against the legacy system's last one ("" where none is named), under a policy."""

    reader: Reader
    sha: str
    start: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind is read. `version` goes up with its rules; `wanted` says if a policy gives it anything to do."""

    version: int
    wanted: Callable[[Policy], bool]
    read: Callable[[Case], Static]
