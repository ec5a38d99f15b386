"""The line of commits over which a migration is watched."""

from __future__ import annotations

from django.db import models

from .project import Project


class RouteHistory(models.Model):
    """The commits from the legacy system's last one to the newest, and what each serves, as the last look had it.

    `commits` are [sha, seconds, author, subject, set, edited files, read] from the oldest; `set` names what is served,
    in `BlobFact`, "" where that is not known yet; what was not read itself lies between two that serve the same.
    `basis` is what the sets rest on beside the sources.
    """

    project = models.OneToOneField(Project, models.CASCADE, related_name="route_history")
    basis = models.CharField(max_length=64)
    head = models.CharField(max_length=40)
    whole = models.PositiveIntegerField(help_text="how many commits there are, of which those listed are a sample")
    commits = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"routes of {self.project} up to {self.head[:8]}"
