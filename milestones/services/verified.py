"""How many frozen tests prove parity: the same test, green on the legacy system and green on the new one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from milestones.facts import Known, Measurement
from milestones.models import Evidence, Project
from milestones.results.packing import Mark
from milestones.results.roll import test_of

from . import claims, evaluate, gathering, outcomes, readings

KIND = "frozen-proofs"
NAME = "tests.verified"
SAME = frozenset({"unchanged", "plumbing", "moved", "renamed"})
Address = tuple[str, str]  # a runner's suite and the bare name


@dataclass(frozen=True, slots=True)
class Verified:
    """Of the `same` tests, how many were green on both sides, and of how many a result is missing."""

    same: int
    verified: int
    unknown: int

    @property
    def measurement(self) -> Measurement:
        return Measurement(NAME, self.verified, "count", "", Known.MEASURED, self.unknown)


def settle(claim: claims.Claim | None, project: Project, sha: str) -> None:
    """Store how many frozen tests are proven at a commit, where a gate asks for it and it is not stored already."""
    if not gathering.speaks_of(NAME, project, gathering.documents_of(project)):
        return
    before = evaluate.evidence_in_force(project, project.start_sha) if project.start_sha else []
    rows = evaluate.evidence_in_force(project, sha)
    found = verified_at(project, rows, before, evaluate.policy_of(project).frozen.legacy_job)
    if found is None:
        return
    digest = hashlib.sha256(repr(found).encode()).hexdigest()
    latest = Evidence.objects.filter(project=project, sha=sha, kind=KIND).order_by("-attempt").first()
    if latest is not None and latest.digest == digest:
        return
    writing: AbstractContextManager[Any] = claim.writing() if claim else transaction.atomic()
    with writing:
        row, new = Evidence.objects.get_or_create(
            project=project, sha=sha, kind=KIND, attempt=latest.attempt + 1 if latest else 1, digest=digest
        )
        if new:
            readings.store_measurements(row, [found.measurement])


def verified_at(
    project: Project, rows: Iterable[Evidence], legacy_rows: Iterable[Evidence], legacy_job: str
) -> Verified | None:  # fmt: skip
    """Count over the audit and the results among the evidence of a commit, and the results of the legacy system's last.

    Where the policy names the legacy system's job, only its results count as the legacy system's, and none of them as
    the new one's. None where nothing was audited, or no result came on a side.
    """
    rows, legacy_rows = list(rows), list(legacy_rows)
    audits = [row.pk for row in rows if row.kind == "audit"]
    details = Evidence.objects.filter(pk__in=audits).order_by("-pk").values_list("details", flat=True).first()
    legacy = _marks(project, [row for row in legacy_rows if not legacy_job or row.job == legacy_job])
    now = _marks(project, [row for row in rows if not legacy_job or row.job != legacy_job])
    if not details or not legacy or not now:
        return None
    same = [one for one in details["tests"]["standings"] if one[4] in SAME]
    pairs = [(_found(legacy, one[0], one[1]), _found(now, one[2], one[3])) for one in same]
    green = sum(before is Mark.PASSED and after is Mark.PASSED for before, after in pairs)
    return Verified(len(same), green, sum(before is None or after is None for before, after in pairs))


def _marks(project: Project, rows: list[Evidence]) -> dict[Address, Mark]:
    """The worst mark of each test's cases, by its suite and bare name."""
    run = outcomes.run_of(rows, rows)
    if not run.known:
        return {}
    found: dict[Address, Mark] = {}
    for key, position in outcomes.index_of(project).items():
        mark = run.column.mark(position)
        if mark is not Mark.ABSENT:
            test = test_of(key)
            address = test.suite, test.name
            found[address] = max(found.get(address, mark), mark, key=_worse)
    return found


def _worse(mark: Mark) -> int:
    """A case that was skipped proves nothing, so it counts as worse than one that passed."""
    return int(mark) if mark is not Mark.SKIPPED else int(Mark.PASSED) * 10


def _found(marks: Mapping[Address, Mark], path: str, name: str) -> Mark | None:
    """The mark of a test, under whichever name its runner gave the file: by its place or by the end of its place."""
    owner, _, simple = name.rpartition(".")
    parts = path.rpartition(".")[0].split("/")
    tail = f".{owner}" if owner else ""
    names = [".".join(parts[start:]) + tail for start in range(len(parts))] + [path]
    return next((marks[one, simple] for one in names if (one, simple) in marks), None)
