"""A project with many gates and criteria, for what has to stay quick however many there are."""

from __future__ import annotations

from milestones.models import Project
from tests.makers import make_criterion, make_evidence, make_milestone, make_project, make_tests, sha_of

MILESTONES = 10


def many(gates: int = 500, criteria: int = 1000, slug: str = "harbour") -> Project:
    """A project at a commit with its parent and its start, under a policy of so many gates."""
    each, lines = gates // MILESTONES, criteria // MILESTONES
    tables = []
    for key in range(MILESTONES):
        listed = ", ".join(f'"metric.m{key}x{number} <= {number}"' for number in range(each))
        tables.append(f"[milestones.{key}]\ndone = [{listed}]\n")
    policy = "\n".join(tables) + '\n[milestones.more]\ndone = ["tests.total >= baseline", "tests.failed <= previous"]\n'
    project = make_project(slug, policy=policy, sha=sha_of(3), start_sha=sha_of(1))
    project.commits.filter(sha=sha_of(3)).update(parent=sha_of(2))
    for key in range(MILESTONES):
        asked = [make_criterion(f"Line {number} of {key}.", line=1 + number) for number in range(lines)]
        make_milestone(project, str(key), criteria=asked)
    for sha in (sha_of(1), sha_of(2), sha_of(3)):
        make_tests(project, sha=sha)
    numbers = {f"metric.m{key}x{number}": float(number) for key in range(MILESTONES) for number in range(each)}
    make_evidence(project, "metrics", numbers)
    return project
