"""An upload becomes evidence: inflated within bounds, parsed by its stated kind, stored in one transaction."""

from __future__ import annotations

import io
from typing import BinaryIO

from django.conf import settings

from milestones import facts
from milestones.clients import git
from milestones.codec import storable, to_plain
from milestones.models import Commit, Delivery, Evidence, Judgement, Project, WorkState
from milestones.models.evidence import same_tree
from milestones.results import PARSERS, limits
from milestones.results.manifest import read_manifest

from . import claims, completeness, evaluate, mirror, readings
from .parsed import parse_file, settle, settled

KINDS = frozenset(PARSERS)
EXPECTED = "expected"  # what a complete set is: a manifest, no evidence


def commit_is_here(row: Delivery) -> bool:
    repo = mirror.repository(row.project)
    return repo is not None and repo.has_commit(row.sha)


def take_in(claim: claims.Claim, row: Delivery) -> list[int]:
    """Parse, store, judge. Raises ParseError for a file that cannot be read; nothing of it is then stored."""
    repo = mirror.repository(row.project)
    if repo is None:
        raise facts.ParseError("the mirror is gone; ask for a look at the repository, then try again")
    raw = limits.opened(io.BytesIO(bytes(row.body)), settings.MIGRATOR_UPLOAD_BYTES)
    expected = row.kind == EXPECTED
    said = _store_expected(claim, row, raw.read()) if expected else _store_evidence(claim, row, repo, raw)
    readings.ensure_static(claim, row.project, repo, row.sha)
    with claim.writing() as held:
        judgement = evaluate.judge(row.project_id, row.sha)
        for sha in _judged_with(row.project, row.sha, row.tree):
            evaluate.judge(row.project_id, sha)
        claims.close(held, WorkState.DONE, f"judged as number {judgement.number} of {row.sha[:8]}: {said}")
    return []


def _store_expected(claim: claims.Claim, row: Delivery, body: bytes) -> str:
    parts = read_manifest(body)
    with claim.writing():
        completeness.state_expected(row.project, row.sha, parts)
    return f"{len(parts)} job{'s' * (len(parts) != 1)} expected"


def _store_evidence(claim: claims.Claim, row: Delivery, repo: git.Repository, raw: BinaryIO) -> str:
    parsed = parse_file(row.project, row.kind, raw)
    summary = parsed.summary()
    found = settle(parsed, repo, row.sha)
    tree = frozenset(entry.path for entry in repo.tree(row.sha))
    findings = [to_plain(one) for one in settled(summary.findings, tree)]
    with claim.writing():
        mirror.remember_commit(row.project, repo, row.sha)
        place = {"job": row.job, "shard": row.shard, "attempt": row.attempt, "digest": row.digest}
        evidence, new = Evidence.objects.get_or_create(
            project=row.project, sha=row.sha, kind=row.kind, **place,
            defaults={"delivery": row, "vacuous": storable(summary.vacuous), "covers": to_plain(summary.covers),
                      "findings": findings, "tree": row.tree},
        )  # fmt: skip
        if new:
            readings.store_measurements(evidence, summary.measurements)
            found.store(evidence)
    return summary.vacuous or ", ".join(f"{m.name} {m.value:g}" for m in summary.measurements[:4])


def _judged_with(project: Project, sha: str, tree: str) -> list[str]:
    """Other commits whose verdict rests on these results too: of the same tree, or the head that compares with them."""
    same = set(same_tree(project, sha))
    if tree:
        same |= set(Commit.objects.filter(project=project, tree=tree).values_list("sha", flat=True))
    judged = set(Judgement.objects.filter(project=project, sha__in=same).values_list("sha", flat=True))
    head = {project.sha} if sha in evaluate.compared_with(project) else set()
    return sorted((judged | head) - {sha, ""})
