"""Verdicts of a commit with all that they rest on, promotions, and what became of them later."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Now

from .milestone import Milestone
from .project import Project


class Kept(models.Model):
    """A text kept by the hash of its content, so that what many judgements rest on is stored once."""

    digest = models.CharField(max_length=64, primary_key=True)
    body = models.BinaryField(help_text="compressed by zlib")

    def __str__(self) -> str:
        return self.digest[:12]


class JudgementQuerySet(models.QuerySet["Judgement"]):
    def latest_at(self, project: Project, sha: str) -> Judgement | None:
        return self.filter(project=project, sha=sha).order_by("-number").first()

    def newest_of_each(self, project: Project, shas: list[str]) -> dict[str, Judgement]:
        """sha -> its newest judgement, of those commits that have one."""
        newest = self.filter(project=project, sha=OuterRef("sha")).order_by("-number").values("pk")[:1]
        found = self.filter(project=project, sha__in=shas, pk=Subquery(newest))
        return {one.sha: one for one in found}


class Judgement(models.Model):
    """All verdicts of one commit under one policy and one set of evidence; the newest has the highest number."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="judgements")
    sha = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    policy_hash = models.CharField(max_length=64)
    evidence_hash = models.CharField(max_length=64)
    rule_version = models.PositiveIntegerField()
    day = models.DateField(help_text="gates that turn strict on a day, and sign-offs, are judged as of this one")
    judged_at = models.DateTimeField(db_default=Now())
    milestones = models.JSONField(default=list, help_text="the state, reasons and criteria of each milestone")
    inputs = models.JSONField(default=dict, help_text="each part of what was judged -> the hash it is kept by")
    answer = models.CharField(max_length=64, default="", help_text="the hash of what was said, byte for byte")

    objects: ClassVar = JudgementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "sha", "number"], name="judgements_rise"),
        ]

    def __str__(self) -> str:
        return f"judgement {self.number} of {self.sha[:8]}"

    @property
    def handle(self) -> str:
        """How a person names it: project, commit and number."""
        return f"{self.project.slug}/{self.sha[:12]}/{self.number}"


class VerdictQuerySet(models.QuerySet["Verdict"]):
    def blocking(self) -> Self:
        return self.exclude(state="pass").filter(strict=True)


class Verdict(models.Model):
    """What one gate says."""

    judgement = models.ForeignKey(Judgement, models.CASCADE, related_name="verdicts")
    position = models.PositiveIntegerField()
    milestone_key = models.CharField(max_length=60)
    gate = models.CharField(max_length=300)
    state = models.CharField(max_length=10)
    strict = models.BooleanField(default=True)
    value = models.FloatField(null=True)
    expect = models.CharField(max_length=200, blank=True, default="")
    sentence = models.TextField()
    next = models.TextField(blank=True, default="")
    lack = models.CharField(max_length=20, blank=True, default="")

    objects: ClassVar = VerdictQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["judgement", "position"], name="one_verdict_a_place")]

    def __str__(self) -> str:
        return f"{self.gate}: {self.state}"


class PromotionQuerySet(models.QuerySet["Promotion"]):
    def approved(self) -> Self:
        return self.filter(approved=True)

    def of_project(self, project: Project) -> Self:
        """The answers of a project, the newest first."""
        return self.filter(milestone__project=project).select_related("milestone").order_by("-at", "-pk")

    def standing(self, project: Project) -> dict[str, Promotion]:
        """milestone key -> its latest approval."""
        return {one.milestone.key: one for one in self.of_project(project).approved().order_by("at", "pk")}


class Promotion(models.Model):
    """The answer to one attempt to promote a milestone at a commit, with every reason, for ever."""

    milestone = models.ForeignKey(Milestone, models.PROTECT, related_name="promotions")
    stage = models.CharField(max_length=40, blank=True, default="")
    sha = models.CharField(max_length=40)
    policy_hash = models.CharField(max_length=64)
    evidence_hash = models.CharField(max_length=64)
    day = models.DateField()
    approved = models.BooleanField()
    reasons = models.JSONField(default=list)
    waived = models.JSONField(default=list, blank=True, help_text="what would have blocked, and who let it pass")
    notes = models.JSONField(default=list, blank=True, help_text="what everybody should know of it")
    judgement = models.ForeignKey(Judgement, models.SET_NULL, null=True, related_name="promotions")
    by = models.CharField(max_length=150)
    at = models.DateTimeField(db_default=Now())

    objects: ClassVar = PromotionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["milestone", "stage", "sha", "policy_hash", "evidence_hash"],
                name="one_answer_an_attempt",
            ),
            models.UniqueConstraint(
                fields=["milestone", "stage", "sha"], condition=models.Q(approved=True), name="one_approval"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.milestone} at {self.sha[:8]}: {'approved' if self.approved else 'blocked'}"


class RegressionQuerySet(models.QuerySet["Regression"]):
    def open(self, project: Project) -> Self:
        """What was proven once and fails now."""
        found = self.filter(promotion__milestone__project=project, mended_at=None)
        return found.select_related("promotion__milestone").order_by("-pk")


class Regression(models.Model):
    """What an approved milestone had proven fails at a later commit; the approval stays as it was."""

    promotion = models.ForeignKey(Promotion, models.CASCADE, related_name="regressions")
    gate = models.CharField(max_length=300)
    sentence = models.TextField()
    sha = models.CharField(max_length=40, help_text="the first commit known to fail")
    after = models.CharField(max_length=40, help_text="the last one before it known to pass")
    unjudged = models.PositiveIntegerField(default=0, help_text="commits between the two without evidence")
    noticed_at = models.DateTimeField(db_default=Now())
    mended_at = models.DateTimeField(null=True, blank=True)
    mended_sha = models.CharField(max_length=40, blank=True, default="")

    objects: ClassVar = RegressionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["promotion", "gate", "sha"], name="regressed_once")]

    def __str__(self) -> str:
        return f"{self.gate} regressed with {self.sha[:8]}"
