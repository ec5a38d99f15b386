"""An upload becomes evidence: inflated within bounds, parsed by its stated kind, stored in one transaction."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterable, Iterator

from django.conf import settings

from milestones import facts
from milestones.clients import git
from milestones.codec import storable, to_plain
from milestones.models import Delivery, Evidence, WorkState
from milestones.results import PARSERS, limits, parse, places, summarise

from . import claims, evaluate, mirror, readings, regress

KINDS = frozenset(PARSERS)


def _settled(found: Iterable[facts.Finding], repo: git.Repository, sha: str) -> Iterator[facts.Finding]:
    """Findings whose paths are those of the commit, wherever the tool ran."""
    tree = {entry.path for entry in repo.tree(sha)}
    return (dataclasses.replace(one, path=places.settle(one.path, tree)) if one.path else one for one in found)


def _settled_coverage(summary: facts.Summary, repo: git.Repository, sha: str) -> facts.Summary:
    """A coverage whose paths are those of the commit; one that is of none of its files proves nothing."""
    paths = summary.covers.paths
    if not paths:
        return summary
    tree = {entry.path for entry in repo.tree(sha)}
    settled = tuple(sorted({places.settle(path, tree) for path in paths}))
    vacuous = summary.vacuous
    if not vacuous and not tree.intersection(settled):
        vacuous = (
            f"none of its {len(settled):,} files is in the commit (the first is {settled[0]}); it covers other code"
        )
    covers = dataclasses.replace(summary.covers, paths=settled)
    return dataclasses.replace(summary, covers=covers, vacuous=vacuous)


def commit_is_here(row: Delivery) -> bool:
    repo = mirror.repository(row.project)
    return repo is not None and repo.has_commit(row.sha)


def take_in(claim: claims.Claim, row: Delivery) -> list[int]:
    """Parse, store, judge. Raises ParseError for a file that cannot be read; nothing of it is then stored."""
    raw = limits.opened(io.BytesIO(bytes(row.body)), settings.MIGRATOR_UPLOAD_BYTES)
    summary = summarise(row.kind, parse(row.kind, raw))
    repo = mirror.repository(row.project)
    if repo is None:
        raise facts.ParseError("the mirror is gone; ask for a look at the repository, then try again")
    summary = _settled_coverage(summary, repo, row.sha)
    findings = [to_plain(one) for one in _settled(summary.findings, repo, row.sha)]
    with claim.writing():
        mirror.remember_commit(row.project, repo, row.sha)
        place = {"job": row.job, "shard": row.shard, "attempt": row.attempt, "digest": row.digest}
        evidence, new = Evidence.objects.get_or_create(
            project=row.project, sha=row.sha, kind=row.kind, **place,
            defaults={"delivery": row, "vacuous": storable(summary.vacuous), "covers": to_plain(summary.covers),
                      "findings": findings},
        )  # fmt: skip
        if new:
            readings.store_measurements(evidence, summary.measurements)
    readings.ensure_static(claim, row.project, repo, row.sha)
    with claim.writing() as held:
        judgement = evaluate.judge(row.project_id, row.sha)
        said = summary.vacuous or ", ".join(f"{m.name} {m.value:g}" for m in summary.measurements[:4])
        claims.close(held, WorkState.DONE, f"judged as number {judgement.number} of {row.sha[:8]}: {said}")
    if row.sha == row.project.sha:
        regress.notice(row.project)
    return []
