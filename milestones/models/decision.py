"""The log of every decision, and the seal on its newest line."""

from __future__ import annotations

from django.db import models

from .project import Project


class Decision(models.Model):
    """One line of the decision log: append only, each chained to the one before by HMAC with the instance's key."""

    number = models.PositiveBigIntegerField(unique=True)
    project = models.ForeignKey(Project, models.SET_NULL, null=True, related_name="decisions")
    actor = models.CharField(max_length=150)
    verb = models.CharField(max_length=40)
    subject = models.CharField(max_length=300)
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    previous = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.actor} {self.verb} {self.subject}"


class Seal(models.Model):
    """How far the log goes, under a mac of its own: one row, so that lines taken off its end are missed."""

    number = models.PositiveBigIntegerField()
    head = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"sealed at {self.number}"
