"""Which results of CI about a commit count: of the attempts of each job those that policy says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from milestones.gates.inputs import policy_in
from milestones.gates.policy import Policy
from milestones.models import Evidence, Project
from milestones.results import PARSERS


def policy_of(project: Project) -> Policy:
    """The policy in force, which was read before it was stored."""
    return policy_in(project.policy_in_force)


def results_at(project: Project, sha: str) -> list[Evidence]:
    """Every result file about a commit, or about one with the same tree, with its numbers."""
    rows = Evidence.objects.at(project, sha).filter(kind__in=PARSERS).select_related("delivery")
    return list(rows.prefetch_related("measurements").order_by("kind", "job", "shard", "-attempt", "pk"))


def counted(rows: Iterable[Evidence], policy: Policy) -> list[Evidence]:
    """Those of them that speak."""
    runs: dict[tuple[str, str, str], list[Evidence]] = {}
    for row in rows:
        runs.setdefault((row.kind, row.job, row.shard), []).append(row)
    return [row for run in runs.values() for row in _of_attempts(run, policy.expected.attempts)]


def _of_attempts(run: Sequence[Evidence], which: str) -> list[Evidence]:
    numbers = [row.attempt for row in run]
    chosen = {"last": max(numbers), "first": min(numbers)}.get(which)
    return [row for row in run if chosen in (None, row.attempt)]
