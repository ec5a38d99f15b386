"""Judging a commit on demand: its sources are read first where nobody has yet."""

from __future__ import annotations

from milestones.models import Judgement, Project

from . import derived, evaluate, mirror, readings


def judge_commit(project: Project, sha: str) -> Judgement:
    """The verdicts of a fetched commit as of now. Raises GitError."""
    read_sources(project, sha)
    return evaluate.judge(project.pk, sha)


def read_sources(project: Project, sha: str) -> None:
    """Read what a commit's sources say, unless that was done. Raises GitError."""
    repo = mirror.repository(project)
    if repo is not None:
        readings.ensure_static(None, project, repo, sha)
        derived.settle(None, project, sha)
