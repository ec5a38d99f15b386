"""What every commit of a project's history did to which files, packed: thousands of commits are a few rows."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from .project import Project


class CommitPack(models.Model):
    """Some commits: their ids one after the other, 20 bytes each, and deflated JSON of the files of each."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="commit_packs")
    shas = models.BinaryField()
    packed = models.BinaryField()

    def __str__(self) -> str:
        return f"{len(self.shas) // 20} commits"


class HistoryState(models.Model):
    """How far the history is known, and what the mirror did not hold of it."""

    project = models.OneToOneField(Project, models.CASCADE, primary_key=True, related_name="history_state")
    commits = models.PositiveIntegerField(default=0)
    gaps = models.JSONField(default=list)
    synced_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.commits} commits, {len(self.gaps)} gaps"
