"""Whether all results of a commit have come: by what its CI stated, and by what its shards call themselves."""

from __future__ import annotations

from collections.abc import Iterable

from milestones.codec import from_plain, to_plain
from milestones.models import Evidence, Expected, Project
from milestones.models.evidence import same_tree
from milestones.results import PARSERS
from milestones.results.manifest import Came, Part, lacking
from milestones.results.parser import Family

INCOMPLETE = "incomplete: "
# the kind that every gate of a family asks about: whatever a family lacks is told there too
LEADS = {Family.TESTS: "junit", Family.COVERAGE: "cobertura", Family.LINT: "sarif", Family.METRICS: "metrics"}


def state_expected(project: Project, sha: str, parts: Iterable[Part]) -> None:
    """What a complete set of this commit is; the last word counts."""
    Expected.objects.update_or_create(project=project, sha=sha, defaults={"parts": [to_plain(part) for part in parts]})


def expected_at(project: Project, sha: str) -> tuple[Part, ...]:
    rows = Expected.objects.filter(project=project, sha__in=same_tree(project, sha)).order_by("pk")
    return tuple(from_plain(Part, part) for row in rows for part in row.parts)


def lacks(project: Project, sha: str, rows: Iterable[Evidence], *, stated: bool = False) -> dict[str, str]:
    """kind -> what is missing of it at this commit; `stated`: of what the manifest names alone."""
    parts = expected_at(project, sha)
    jobs = {(part.kind, part.job) for part in parts}
    came = [
        Came(row.kind, row.job, row.shard, frozenset(name for name, _ in row.covers.get("suites", ())))
        for row in rows
        if row.kind in PARSERS and (not stated or (row.kind, row.job) in jobs)
    ]
    found = lacking(parts, came)
    missing: dict[str, list[str]] = {}
    for kind, said in found.items():
        for name in {kind, LEADS.get(PARSERS[kind].family, kind)}:
            missing.setdefault(name, []).extend(said)
    return {kind: INCOMPLETE + "; ".join(said) for kind, said in missing.items()}
