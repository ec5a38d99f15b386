"""An upload becomes evidence: inflated within bounds, parsed by its stated kind, stored in one transaction."""

from __future__ import annotations

import io

from django.conf import settings

from milestones import facts
from milestones.codec import storable, to_plain
from milestones.models import Delivery, Evidence, WorkState
from milestones.results import PARSERS, limits

from . import claims, evaluate, mirror, readings
from .parsed import parse_file, settle, settled

KINDS = frozenset(PARSERS)


def commit_is_here(row: Delivery) -> bool:
    repo = mirror.repository(row.project)
    return repo is not None and repo.has_commit(row.sha)


def take_in(claim: claims.Claim, row: Delivery) -> list[int]:
    """Parse, store, judge. Raises ParseError for a file that cannot be read; nothing of it is then stored."""
    raw = limits.opened(io.BytesIO(bytes(row.body)), settings.MIGRATOR_UPLOAD_BYTES)
    parsed = parse_file(row.project, row.kind, raw)
    summary = parsed.summary()
    repo = mirror.repository(row.project)
    if repo is None:
        raise facts.ParseError("the mirror is gone; ask for a look at the repository, then try again")
    found = settle(parsed, repo, row.sha)
    tree = frozenset(entry.path for entry in repo.tree(row.sha))
    findings = [to_plain(one) for one in settled(summary.findings, tree)]
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
            found.store(evidence)
    readings.ensure_static(claim, row.project, repo, row.sha)
    with claim.writing() as held:
        judgement = evaluate.judge(row.project_id, row.sha)
        said = summary.vacuous or ", ".join(f"{m.name} {m.value:g}" for m in summary.measurements[:4])
        claims.close(held, WorkState.DONE, f"judged as number {judgement.number} of {row.sha[:8]}: {said}")
    return []
