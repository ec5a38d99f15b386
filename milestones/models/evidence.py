"""Evidence: one parsed thing at one commit, and the numbers it brought."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Now

from .delivery import Delivery
from .project import Project


class Commit(models.Model):
    """A commit that something is known about."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="commits")
    sha = models.CharField(max_length=40)
    tree = models.CharField(max_length=40)
    parent = models.CharField(max_length=40, blank=True, default="", help_text="the first parent")
    author = models.CharField(max_length=200)
    subject = models.CharField(max_length=500)
    committed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "sha"], name="one_row_a_commit")]

    def __str__(self) -> str:
        return f"{self.sha[:8]} {self.subject}"


class BlobFact(models.Model):
    """What a reader found in a file, remembered by the file's hash and the reader's version."""

    blob = models.CharField(max_length=40)
    reader = models.CharField(max_length=40, help_text="name and version, such as 'imports/1'")
    path = models.CharField(max_length=500, blank=True, default="")
    facts = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["blob", "reader", "path"], name="one_reading_a_blob")]

    def __str__(self) -> str:
        return f"{self.reader} of {self.blob[:8]}"


def same_tree(project: Project, sha: str) -> list[str]:
    """The commit itself and every other known one of the project whose tree has the same hash."""
    tree = Commit.objects.filter(project=project, sha=sha).values("tree")[:1]
    return [
        sha,
        *Commit.objects.filter(project=project, tree=Subquery(tree)).exclude(sha=sha).values_list("sha", flat=True),
    ]


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def at(self, project: Project, sha: str) -> Self:
        """Evidence about a commit, without details: its own, or what ran on a tree of the same hash."""
        tree = Commit.objects.filter(project=project, sha=sha).values("tree")[:1]
        about = models.Q(sha__in=same_tree(project, sha)) | models.Q(tree=Subquery(tree))
        return self.filter(about, project=project).defer("details")

    def with_details(self, project: Project, sha: str, *kinds: str) -> Self:
        """Evidence of these kinds about a commit, or one of the same tree, with what its page shows."""
        return self.filter(project=project, sha__in=same_tree(project, sha), kind__in=kinds)

    def of_commits(self, project: Project, shas: list[str]) -> Self:
        """What came for these commits, documents apart, with its numbers and without its findings."""
        rows = self.filter(project=project, sha__in=shas).exclude(kind="docs").defer("findings", "covers", "details")
        return rows.prefetch_related("measurements")

    def last_of_each_kind(self, project: Project) -> dict[str, str]:
        """Where each kind that ever came was seen last: kind -> full sha."""
        latest = self.filter(project=project, kind=OuterRef("kind")).order_by("-pk").values("sha")[:1]
        rows = self.filter(project=project).order_by().values("kind").distinct().annotate(last=Subquery(latest))
        return dict(rows.values_list("kind", "last"))


class Evidence(models.Model):
    """One parsed thing at one commit; `vacuous` says why it proves nothing, if so."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="evidence")
    sha = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    job = models.CharField(max_length=200, blank=True, default="")
    shard = models.CharField(max_length=20, blank=True, default="")
    attempt = models.PositiveIntegerField(default=1)
    tree = models.CharField(
        max_length=40, blank=True, default="", help_text="the tree that ran, where it is not the commit's own"
    )
    digest = models.CharField(max_length=64)
    delivery = models.ForeignKey(Delivery, models.SET_NULL, null=True, blank=True, related_name="evidence")
    vacuous = models.TextField(blank=True, default="")
    covers = models.JSONField(default=dict, blank=True)
    findings = models.JSONField(default=list, blank=True)
    details = models.JSONField(default=dict, blank=True, help_text="what the page of this kind shows")
    problems = models.JSONField(default=list, blank=True)
    stored_at = models.DateTimeField(db_default=Now())

    objects: ClassVar = EvidenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "sha", "kind", "job", "shard", "attempt", "digest"], name="evidence_once"
            )
        ]
        indexes = [
            models.Index(fields=["project", "kind"], name="evidence_kinds"),
            models.Index(fields=["project", "tree"], name="evidence_trees"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.sha[:8]}"


class Measurement(models.Model):
    """A named number that a piece of evidence brought."""

    evidence = models.ForeignKey(Evidence, models.CASCADE, related_name="measurements")
    name = models.CharField(max_length=200)
    subject = models.CharField(max_length=500, blank=True, default="")
    value = models.FloatField()
    unit = models.CharField(max_length=20)
    known = models.CharField(max_length=12)
    unresolved = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["evidence", "name", "subject"], name="one_value_a_measure")]

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"
