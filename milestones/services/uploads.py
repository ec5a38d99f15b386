"""An upload becomes evidence: inflated within bounds, parsed by its stated kind, stored in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from milestones import facts
from milestones.clients import git
from milestones.codec import storable, to_plain
from milestones.models import Commit, Delivery, Evidence, Judgement, WorkState
from milestones.models.evidence import same_tree
from milestones.results import PARSERS
from milestones.results.manifest import read_manifest

from . import (
    baselines,
    claims,
    completeness,
    derived,
    dumped,
    evaluate,
    mirror,
    page_pairs,
    parsed,
    readings,
    recorded,
    regress,
)
from .taken import Read, opened

# how each kind that can be sent is read
READERS: Mapping[str, Read] = {
    **dict.fromkeys(PARSERS, parsed.taken),
    **dict.fromkeys(dumped.KINDS, dumped.taken),
    "recording": recorded.taken,
    **dict.fromkeys(page_pairs.KINDS, page_pairs.taken),
}
KINDS = frozenset(READERS)
EXPECTED = "expected"  # what a complete set is: a manifest, no evidence


def commit_is_here(row: Delivery) -> bool:
    repo = mirror.repository(row.project)
    return repo is not None and repo.has_commit(row.sha)


def take_in(claim: claims.Claim, row: Delivery) -> list[int]:
    """Parse, store, judge. Raises ParseError for a file that cannot be read; nothing of it is then stored."""
    repo = mirror.repository(row.project)
    if repo is None:
        raise facts.ParseError("the mirror is gone; ask for a look at the repository, then try again")
    told = _store_expected(claim, row, repo) if row.kind == EXPECTED else _store_evidence(claim, row, repo)
    readings.ensure_static(claim, row.project, repo, row.sha)
    concerned = _concerned(row)
    for sha in concerned:
        derived.settle(claim, row.project, sha)
    with claim.writing() as held:
        for sha in concerned[1:]:
            evaluate.judge(row.project_id, sha)
        judgement = evaluate.judge(row.project_id, row.sha)
        claims.close(held, WorkState.DONE, f"judged as number {judgement.number} of {row.sha[:8]}: {told}")
    if row.project.sha in concerned:
        regress.notice(row.project)
    return []


def _store_expected(claim: claims.Claim, row: Delivery, repo: git.Repository) -> str:
    parts = read_manifest(opened(row).read())
    with claim.writing():
        mirror.remember_commit(row.project, repo, row.sha)
        completeness.state_expected(row.project, row.sha, parts)
    return f"{len(parts)} job{'s' * (len(parts) != 1)} expected"


def _store_evidence(claim: claims.Claim, row: Delivery, repo: git.Repository) -> str:
    found = READERS[row.kind](row, repo)
    summary = found.summary
    with claim.writing():
        mirror.remember_commit(row.project, repo, row.sha)
        place = {"job": row.job, "shard": row.shard, "attempt": row.attempt, "digest": row.digest}
        evidence, new = Evidence.objects.get_or_create(
            project=row.project, sha=row.sha, kind=summary.kind, **place,
            defaults={"delivery": row, "vacuous": storable(summary.vacuous), "covers": to_plain(summary.covers),
                      "findings": to_plain(found.findings), "details": found.details,
                      "problems": to_plain(found.problems), "tree": row.tree},
        )  # fmt: skip
        if new:
            readings.store_measurements(evidence, summary.measurements)
            found.store(evidence)
    whole = [one for one in summary.measurements if not one.subject]
    return summary.vacuous or ", ".join(f"{one.name} {one.value:g}" for one in whole[:4])


def _concerned(row: Delivery) -> list[str]:
    """The commits whose verdict rests on a delivery too: of the same tree, or the newest, which compares with it."""
    project = row.project
    same = set(same_tree(project, row.sha))
    if row.tree:
        same |= set(Commit.objects.filter(project=project, tree=row.tree).values_list("sha", flat=True))
    judged = set(Judgement.objects.filter(project=project, sha__in=same).values_list("sha", flat=True))
    newest = {project.sha} if row.sha in baselines.compared_with(project) else set()
    return [row.sha, *sorted((judged | newest) - {row.sha, ""})]
