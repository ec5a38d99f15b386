"""What CI's results leave behind: packed by the run, in rows only where there is something to say."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Now

from .evidence import Evidence
from .project import Project


class RollSegment(models.Model):
    """A segment of a project's dictionary of tests: positions from `first` on, `count` of them."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="roll")
    first = models.PositiveIntegerField()
    count = models.PositiveIntegerField()
    packed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "first"], name="one_segment_a_place")]

    def __str__(self) -> str:
        return f"{self.count} tests from {self.first}"


class RenamedTest(models.Model):
    """A test that goes by another name now: found by its equal body, or stated by a person."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="renamed_tests")
    old = models.PositiveIntegerField(help_text="position in the dictionary")
    new = models.PositiveIntegerField(help_text="position in the dictionary")
    how = models.CharField(max_length=20, help_text="renamed or moved")
    sha = models.CharField(max_length=40, help_text="the commit at which it was seen")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "old"], name="one_name_after_a_test")]

    def __str__(self) -> str:
        return f"{self.old} is {self.new}"


class Outcomes(models.Model):
    """The outcomes of one run as a packed column: position in the dictionary -> mark and duration."""

    evidence = models.OneToOneField(Evidence, models.CASCADE, primary_key=True, related_name="outcomes")
    packed = models.BinaryField()

    def __str__(self) -> str:
        return f"outcomes of {self.evidence_id}"


class ToldOutcomeQuerySet(models.QuerySet["ToldOutcome"]):
    def of_runs(self, evidence: list[int]) -> Self:
        return self.filter(evidence__in=evidence).order_by("position", "-mark")


class ToldOutcome(models.Model):
    """An outcome with something to say: it failed, was skipped, was unsteady, or is not what it was in the last run."""

    evidence = models.ForeignKey(Evidence, models.CASCADE, related_name="told")
    position = models.PositiveIntegerField(help_text="position in the dictionary")
    mark = models.PositiveSmallIntegerField()
    was = models.PositiveSmallIntegerField(default=0, help_text="its mark in the last run of this job, 0 for none")
    text = models.TextField(blank=True, default="")
    path = models.TextField(blank=True, default="")
    line = models.PositiveIntegerField(null=True, blank=True)

    objects: ClassVar = ToldOutcomeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.position}: {self.mark}"


class CoverageLines(models.Model):
    """Which lines of which file a run executed, packed."""

    evidence = models.OneToOneField(Evidence, models.CASCADE, primary_key=True, related_name="coverage_lines")
    packed = models.BinaryField()

    def __str__(self) -> str:
        return f"coverage of {self.evidence_id}"


class LintFindings(models.Model):
    """Every finding of a run with its fingerprint, packed."""

    evidence = models.OneToOneField(Evidence, models.CASCADE, primary_key=True, related_name="lint_findings")
    packed = models.BinaryField()

    def __str__(self) -> str:
        return f"findings of {self.evidence_id}"


class Expected(models.Model):
    """What a complete set of results of a commit is, as its CI stated it."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="expected")
    sha = models.CharField(max_length=40)
    parts = models.JSONField(default=list, help_text="kind, job, shards and suites of each part")
    stated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "sha"], name="one_manifest_a_commit")]

    def __str__(self) -> str:
        return f"expected at {self.sha[:8]}"


class RemovedTest(models.Model):
    """Why a test is gone, as a person said it: covered by others, or a reason. It is remembered for good."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="removed_tests")
    test = models.TextField(help_text="as it is shown: suite::name[parameters]")
    digest = models.CharField(max_length=64)
    covered_by = models.TextField(blank=True, default="")
    reason = models.TextField(blank=True, default="")
    by = models.CharField(max_length=150)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "digest"], name="one_word_a_removed_test")]

    def __str__(self) -> str:
        return self.test

    @property
    def said(self) -> str:
        """The sentence that stands beside the test."""
        return f"covered by {self.covered_by}" if self.covered_by else self.reason
