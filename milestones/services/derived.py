"""What is worked out from other evidence: recorded answers compared, endpoints and frozen tests proven."""

from __future__ import annotations

from milestones.models import Project

from . import behaviour, claims, proofs, verified


def settle(claim: claims.Claim | None, project: Project, sha: str) -> None:
    """Work it out again for a commit, and store what says something new."""
    behaviour.settle(claim, project, sha)
    proofs.settle(claim, project, sha)
    verified.settle(claim, project, sha)
