"""A project's milestones and their criteria, as its documents have them now."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models

from .project import Project

KEY_LENGTH = 60


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def in_order(self) -> Self:
        return self.filter(gone=False).order_by("position")


class Milestone(models.Model):
    """One milestone; the row stays, since promotions refer to it, and is marked `gone` when the docs drop it."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="milestones")
    key = models.CharField(max_length=KEY_LENGTH)
    kind = models.CharField(max_length=20)
    title = models.CharField(max_length=500)
    position = models.PositiveIntegerField(default=0)
    path = models.CharField(max_length=500, blank=True, default="")
    line = models.PositiveIntegerField(default=0)
    status = models.CharField(max_length=20)
    status_text = models.TextField(blank=True, default="")
    date = models.CharField(max_length=20, blank=True, default="")
    goal = models.TextField(blank=True, default="")
    facts = models.JSONField(default=dict, blank=True, help_text="the milestone as read, whole")
    sources = models.JSONField(default=list, blank=True, help_text="each document about it, the primary first")
    gone = models.BooleanField(default=False)

    objects: ClassVar = MilestoneQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "key"], name="one_milestone_a_key")]

    def __str__(self) -> str:
        return f"{self.project} {self.key}"


class Criterion(models.Model):
    """One line of a milestone's definition of done; `identity` is the reader's."""

    milestone = models.ForeignKey(Milestone, models.CASCADE, related_name="criteria")
    identity = models.CharField(max_length=80)
    kind = models.CharField(max_length=30)
    text = models.TextField()
    position = models.PositiveIntegerField(default=0)
    path = models.CharField(max_length=500)
    line = models.PositiveIntegerField()
    depth = models.PositiveSmallIntegerField(default=0)
    checked = models.BooleanField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["milestone", "identity"], name="one_criterion_an_identity")]

    def __str__(self) -> str:
        return self.text[:60]
