"""Where the attacks take place: a project, its people, and a branch that a stranger proposes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.contrib.auth.models import User

from milestones.models import Project, Promotion, Role
from milestones.services import promote
from tests.example import ferry, junit, send, track
from tests.makers import make_member


class Town:
    """The ferry, ported and green, with a maintainer who may promote."""

    def __init__(self, folder: Path) -> None:
        self.work, self.legacy, self.ported = ferry(folder / "ferry")
        self.project: Project = track(self.work)
        self.boss: User = make_member(self.project, Role.OWNER, "ola")

    def green(self, sha: str = "", **place: str) -> None:
        assert send(self.project, "junit", sha or self.ported, junit(), **place).state == "done"

    def push(self, files: Mapping[str, str | None], message: str = "Change", branch: str = "") -> str:
        """A commit on main, or on a branch beside it; fetched."""
        if branch:
            self.work.repo.git.checkout("-q", "-B", branch)
        sha = self.work.commit(files, message)
        if branch:
            self.work.repo.git.checkout("-q", "main")
        self.project = track(self.work)
        return sha

    def seen(self, sha: str = "", key: str = "1") -> str:
        """What the page showed when somebody looked."""
        return promote.dry_run(promote.milestone_of(self.project, key), sha or self.ported).seen

    def promote(self, sha: str = "", *, by: User | None = None, seen: str = "", key: str = "1") -> Promotion:
        milestone = promote.milestone_of(self.project, key)
        return promote.promote(milestone, sha or self.ported, by=by or self.boss, seen=seen)
