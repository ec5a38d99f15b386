"""An upload becomes evidence: inflated within bounds, parsed by its stated kind, stored in one transaction."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from milestones import facts
from milestones.clients import git
from milestones.codec import storable, to_plain
from milestones.models import Delivery, Evidence, WorkState
from milestones.results import PARSERS, limits, parse, places, summarise

from . import claims, dumped, evaluate, mirror, proofs, readings

KINDS = frozenset(PARSERS) | dumped.KINDS


def _settled(found: Iterable[facts.Finding], repo: git.Repository, sha: str) -> Iterator[facts.Finding]:
    """Findings whose paths are those of the commit, wherever the tool ran."""
    tree = {entry.path for entry in repo.tree(sha)}
    return (dataclasses.replace(one, path=places.settle(one.path, tree)) if one.path else one for one in found)


def commit_is_here(row: Delivery) -> bool:
    repo = mirror.repository(row.project)
    return repo is not None and repo.has_commit(row.sha)


@dataclass(frozen=True, slots=True)
class _Read:
    """An upload as read: in short, and what its page shows."""

    summary: facts.Summary
    details: dict[str, Any]


def _read(row: Delivery) -> _Read:
    raw = limits.opened(io.BytesIO(bytes(row.body)), settings.MIGRATOR_UPLOAD_BYTES)
    if row.kind in dumped.KINDS:
        routes = dumped.read(row.kind, raw)
        return _Read(facts.Summary(row.kind, dumped.measured(routes)), dumped.details(routes))
    try:
        return _Read(summarise(row.kind, parse(row.kind, raw)), {})
    except facts.ParseError as error:
        head = limits.opened(io.BytesIO(bytes(row.body)), settings.MIGRATOR_UPLOAD_BYTES).read(dumped.HEAD)
        raise dumped.hinted(row.kind, head, error) from None


def take_in(claim: claims.Claim, row: Delivery) -> list[int]:
    """Parse, store, judge. Raises ParseError for a file that cannot be read; nothing of it is then stored."""
    read = _read(row)
    summary = read.summary
    repo = mirror.repository(row.project)
    if repo is None:
        raise facts.ParseError("the mirror is gone; ask for a look at the repository, then try again")
    findings = [to_plain(one) for one in _settled(summary.findings, repo, row.sha)]
    with claim.writing():
        mirror.remember_commit(row.project, repo, row.sha)
        place = {"job": row.job, "shard": row.shard, "attempt": row.attempt, "digest": row.digest}
        evidence, new = Evidence.objects.get_or_create(
            project=row.project, sha=row.sha, kind=row.kind, **place,
            defaults={"delivery": row, "vacuous": storable(summary.vacuous), "covers": to_plain(summary.covers),
                      "findings": findings, "details": read.details},
        )  # fmt: skip
        if new:
            readings.store_measurements(evidence, summary.measurements)
    readings.ensure_static(claim, row.project, repo, row.sha)
    for sha in _concerned(row):
        proofs.settle(claim, row.project, sha)
    with claim.writing() as held:
        for sha in _concerned(row)[1:]:
            evaluate.judge(row.project_id, sha)
        judgement = evaluate.judge(row.project_id, row.sha)
        said = summary.vacuous or ", ".join(f"{m.name} {m.value:g}" for m in summary.measurements[:4])
        claims.close(held, WorkState.DONE, f"judged as number {judgement.number} of {row.sha[:8]}: {said}")
    return []


def _concerned(row: Delivery) -> list[str]:
    """The commits that a delivery bears on: what is known of the legacy system's last one tells of the newest too."""
    project = row.project
    return [row.sha, project.sha] if row.sha == project.start_sha and project.sha not in ("", row.sha) else [row.sha]
