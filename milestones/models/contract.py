"""What two systems answered to the same request, one example an endpoint, for people to look at."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models

from .evidence import Evidence


class RecordedPairQuerySet(models.QuerySet["RecordedPair"]):
    def of(self, evidence: Evidence, method: str, route: str) -> Self:
        return self.filter(evidence=evidence, method=method, route=route)


class RecordedPair(models.Model):
    """The first pair of answers of an endpoint that differs, or the first of all where none does."""

    evidence = models.ForeignKey(Evidence, models.CASCADE, related_name="pairs")
    method = models.CharField(max_length=20)
    route = models.CharField(max_length=500)
    test = models.TextField(blank=True, default="")
    legacy = models.JSONField(help_text="the exchange as recorded, its body cut where it is long")
    new = models.JSONField()
    differences = models.JSONField(default=list)

    objects: ClassVar = RecordedPairQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["evidence", "method", "route"], name="one_pair_an_endpoint")]

    def __str__(self) -> str:
        return f"{self.method} {self.route}"
