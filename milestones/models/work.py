"""Work that survives: rows that a worker claims, holds for a while, and finishes or gives back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

ATTEMPTS = 5
W = TypeVar("W", bound="Work")


class WorkState(models.TextChoices):
    STORED = "stored"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DEAD = "dead"


class WorkQuerySet(models.QuerySet[W]):
    """Queries of everything that is worked on."""

    def due(self) -> Self:
        """Rows that a worker may claim now: not begun, to be tried again, or left by a worker whose lease ran out."""
        open_ = Q(state__in=[WorkState.STORED, WorkState.WAITING]) & (Q(not_before=None) | Q(not_before__lte=Now()))
        return self.filter(open_ | Q(state=WorkState.RUNNING, lease_until__lt=Now()))

    def claim(self, pk: int, now: datetime) -> int | None:
        """Take one due row; the fence that every later write must show, or None where another worker was first."""
        lease = now + timedelta(seconds=settings.LEASE_SECONDS)
        held = {"state": WorkState.RUNNING, "lease_until": lease, "not_before": None}
        taken = self.due().filter(pk=pk).update(**held, fence=F("fence") + 1, attempts=F("attempts") + 1)
        return self.values_list("fence", flat=True).get(pk=pk) if taken == 1 else None

    def held(self, pk: int, fence: int) -> Self:
        """The row while this claim still holds it."""
        return self.filter(pk=pk, fence=fence, state=WorkState.RUNNING)


class Work(models.Model):
    """State, tries and lease of one piece of work; the fence rises with every claim."""

    state = models.CharField(max_length=16, choices=WorkState.choices, default=WorkState.STORED)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    sentence = models.TextField(blank=True, default="")

    objects: ClassVar = WorkQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        return self.state in {WorkState.STORED, WorkState.WAITING, WorkState.RUNNING}
