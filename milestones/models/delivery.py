"""What arrived: stored whole before it is answered, and worked on from here."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Now

from .project import Project
from .work import Work, WorkQuerySet, WorkState


class Channel(models.TextChoices):
    """The road that a delivery came by."""

    WEBHOOK = "webhook"
    UPLOAD = "upload"
    CLICK = "click"


class DeliveryQuerySet(WorkQuerySet["Delivery"]):
    def recent(self, count: int = 8) -> Self:
        """The last that came or were asked for: a look is one row that is opened again."""
        return self.defer("body").order_by("-received_at", "-pk")[:count]

    def waiting_for_commits(self) -> Self:
        return self.filter(channel=Channel.UPLOAD, state=WorkState.WAITING)

    def under_way(self) -> Self:
        return self.filter(state__in=[WorkState.STORED, WorkState.RUNNING])

    def unfinished_looks(self) -> Self:
        """Looks at the mirror that are asked for and not begun: one more would find nothing new."""
        return self.filter(kind="look", state=WorkState.STORED)


class Delivery(Work):
    """One thing that came in: `guid` is its natural key on its channel, `body` the bytes as they came."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=16, choices=Channel.choices)
    guid = models.CharField(max_length=200)
    kind = models.CharField(max_length=40, help_text="the evidence kind, the webhook's event, or 'look'")
    sha = models.CharField(max_length=40, blank=True, default="")
    job = models.CharField(max_length=200, blank=True, default="")
    shard = models.CharField(max_length=20, blank=True, default="")
    system = models.CharField(max_length=10, blank=True, default="", help_text="'legacy', 'new', 'noise' or unsaid")
    attempt = models.PositiveIntegerField(default=1)
    tree = models.CharField(
        max_length=40, blank=True, default="", help_text="the tree that ran, where it is not the commit's own"
    )
    branch = models.CharField(max_length=250, blank=True, default="")
    pull_request = models.CharField(max_length=20, blank=True, default="")
    file_name = models.CharField(max_length=300, blank=True, default="")
    encoding = models.CharField(max_length=16, blank=True, default="", help_text="'gzip' or nothing")
    digest = models.CharField(max_length=64)
    body = models.BinaryField(default=b"")
    received_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "channel", "guid"], name="one_delivery_a_guid")]
        indexes = [models.Index(fields=["state", "not_before"], name="delivery_due")]

    def __str__(self) -> str:
        return f"{self.channel} {self.kind} {self.guid}"
