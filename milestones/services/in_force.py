"""Which evidence about a commit counts: of static readings those of this policy, of a job's attempts the last."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from milestones.gates.policy import EMPTY, Policy, read_policy
from milestones.models import Dismissal, Evidence, Project

from . import contradictions, measuring
from .statics import KINDS


def policy_of(project: Project) -> Policy:
    """The policy in force, which was read before it was stored."""
    return read_policy(project.policy_in_force) if project.policy_in_force else EMPTY


def policy_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _counts(evidence: Evidence, digests: dict[str, str], last: dict[tuple[str, str, str], int]) -> bool:
    """Whether a row still speaks: static readings of this policy, and of a job's attempts the last."""
    if evidence.kind in KINDS:
        return evidence.digest == digests[evidence.kind]
    return evidence.attempt == last[evidence.kind, evidence.job, evidence.shard]


def basis_of(project: Project) -> str:
    """What the project's static readings rest on now."""
    return measuring.basis_of(policy_hash(project.policy_in_force), project.start_sha)


def evidence_in_force(project: Project, sha: str) -> list[Evidence]:
    """The evidence about a commit that counts, in an order that does not depend on when it came."""
    rows = in_force(
        Evidence.objects.at(project, sha).exclude(kind="docs").prefetch_related("measurements"), basis_of(project)
    )
    elsewhere = bool(project.docs_revision or policy_of(project).docs_ref)
    return rows + contradictions.evidence_in_force(project, sha, elsewhere=elsewhere, dismissed=dismissed_in(project))


def dismissed_in(project: Project) -> list[str]:
    """The findings in documents that a person said are none."""
    rows = Dismissal.objects.filter(project=project).order_by("fingerprint")
    return list(rows.values_list("fingerprint", flat=True))


def in_force(about: Iterable[Evidence], basis: str) -> list[Evidence]:
    """Of all that came about one tree, what counts on this basis."""
    rows = list(about)
    digests = {kind: measuring.static_digest(kind, basis) for kind in KINDS}
    last: dict[tuple[str, str, str], int] = {}
    for row in rows:
        key = (row.kind, row.job, row.shard)
        last[key] = max(last.get(key, 0), row.attempt)
    kept = {natural_key(row): row for row in rows if _counts(row, digests, last)}
    return [kept[key] for key in sorted(kept)]


def natural_key(row: Evidence) -> tuple[str, str, str, int, str]:
    return (row.kind, row.job, row.shard, row.attempt, row.digest)
