"""An upload becomes evidence: inflated within bounds, parsed by its stated kind, stored in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from milestones import facts
from milestones.codec import storable, to_plain
from milestones.models import Delivery, Evidence, WorkState
from milestones.results import PARSERS

from . import claims, derived, dumped, evaluate, mirror, page_pairs, parsed, readings, recorded, regress
from .taken import Read

# how each kind that can be sent is read
READERS: Mapping[str, Read] = {
    **dict.fromkeys(PARSERS, parsed.taken),
    **dict.fromkeys(dumped.KINDS, dumped.taken),
    "recording": recorded.taken,
    **dict.fromkeys(page_pairs.KINDS, page_pairs.taken),
}
KINDS = frozenset(READERS)


def commit_is_here(row: Delivery) -> bool:
    repo = mirror.repository(row.project)
    return repo is not None and repo.has_commit(row.sha)


def take_in(claim: claims.Claim, row: Delivery) -> list[int]:
    """Parse, store, judge. Raises ParseError for a file that cannot be read; nothing of it is then stored."""
    repo = mirror.repository(row.project)
    if repo is None:
        raise facts.ParseError("the mirror is gone; ask for a look at the repository, then try again")
    found = READERS[row.kind](row, repo)
    summary = found.summary
    with claim.writing():
        mirror.remember_commit(row.project, repo, row.sha)
        place = {"job": row.job, "shard": row.shard, "attempt": row.attempt, "digest": row.digest}
        evidence, new = Evidence.objects.get_or_create(
            project=row.project, sha=row.sha, kind=summary.kind, **place,
            defaults={"delivery": row, "vacuous": storable(summary.vacuous), "covers": to_plain(summary.covers),
                      "findings": to_plain(found.findings), "details": found.details,
                      "problems": to_plain(found.problems)},
        )  # fmt: skip
        if new:
            readings.store_measurements(evidence, summary.measurements)
            found.store(evidence)
    readings.ensure_static(claim, row.project, repo, row.sha)
    for sha in _concerned(row):
        derived.settle(claim, row.project, sha)
    with claim.writing() as held:
        for sha in _concerned(row)[1:]:
            evaluate.judge(row.project_id, sha)
        judgement = evaluate.judge(row.project_id, row.sha)
        said = summary.vacuous or ", ".join(f"{m.name} {m.value:g}" for m in summary.measurements[:4])
        claims.close(held, WorkState.DONE, f"judged as number {judgement.number} of {row.sha[:8]}: {said}")
    if row.project.sha in _concerned(row):
        regress.notice(row.project)
    return []


def _concerned(row: Delivery) -> list[str]:
    """The commits that a delivery bears on: what is known of the legacy system's last one tells of the newest too."""
    project = row.project
    return [row.sha, project.sha] if row.sha == project.start_sha and project.sha not in ("", row.sha) else [row.sha]
