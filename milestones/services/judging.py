"""Judging a commit on demand: its sources are read first where nobody has yet."""

from __future__ import annotations

from milestones.models import Judgement, Project

from . import evaluate, mirror, proofs, readings


def judge_commit(project: Project, sha: str) -> Judgement:
    """The verdicts of a fetched commit as of now. Raises GitError."""
    repo = mirror.repository(project)
    if repo is not None:
        readings.ensure_static(None, project, repo, sha)
        proofs.settle(None, project, sha)
    return evaluate.judge(project.pk, sha)
