"""The point that gates compare with: the commit or promotion that the policy names, else the start."""

from __future__ import annotations

from milestones.clients.git import GitError
from milestones.gates.policy import Policy
from milestones.models import Commit, Project, Promotion

from . import mirror
from .in_force import policy_of


def baseline_of(project: Project, policy: Policy) -> tuple[str, str]:
    """The full id of the baseline, "" where there is none, and then why."""
    named = policy.baseline
    if named.milestone:
        rows = Promotion.objects.of_project(project).filter(approved=True, milestone__key__iexact=named.milestone)
        sha = rows.order_by("-pk").values_list("sha", flat=True).first() or ""
        return sha, "" if sha else f"milestone {named.milestone}, the baseline, was never promoted"
    if named.commit:
        repo = mirror.repository(project)
        try:
            return (repo.resolve(named.commit), "") if repo else ("", "the repository was never fetched")
        except GitError as missing:
            return "", f"the baseline cannot be found: {missing.reason}"
    if project.start_sha:
        return project.start_sha, ""
    return "", "no baseline is named; write commit or milestone under [baseline] in migration.toml"


def compared_with(project: Project) -> set[str]:
    """The commits that the verdict of the project's own commit compares with."""
    parent = Commit.objects.filter(project=project, sha=project.sha).values_list("parent", flat=True).first() or ""
    return {baseline_of(project, policy_of(project))[0], project.start_sha, parent} - {""}
