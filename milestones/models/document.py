"""The project's documents, every version that git has of them, and what became of each criterion."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Self

from django.db import models

from .milestone import KEY_LENGTH
from .project import Project


class DocumentQuerySet(models.QuerySet["Document"]):
    def in_order(self) -> Self:
        """Those that the documents' commit has, by path."""
        return self.filter(gone=False).order_by("path")


class Document(models.Model):
    """One document through all its names: `path` is the last one; `gone` where the commit no longer has it."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="documents")
    path = models.CharField(max_length=500)
    blob = models.CharField(max_length=40, blank=True, default="")
    title = models.CharField(max_length=500, blank=True, default="")
    status = models.CharField(max_length=20, blank=True, default="")
    status_text = models.TextField(blank=True, default="")
    milestones = models.JSONField(default=list, blank=True, help_text="kind and key of each that it has a part about")
    boxes = models.PositiveIntegerField(default=0)
    ticked = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, blank=True)
    gone = models.BooleanField(default=False)

    objects: ClassVar = DocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "path"], condition=models.Q(gone=False), name="one_document_a_path"
            )
        ]

    def __str__(self) -> str:
        return self.path


class DocumentVersionQuerySet(models.QuerySet["DocumentVersion"]):
    def last_of_each(self, project: Project) -> dict[int, DocumentVersion]:
        """document id -> its last version, in the order in which they came."""
        later = self.filter(document=models.OuterRef("document"), number__gt=models.OuterRef("number"))
        found = self.filter(~models.Exists(later), document__project=project).order_by("order")
        return {one.document_id: one for one in found}

    def in_order(self, project: Project) -> Self:
        return self.filter(document__project=project).order_by("order")


class DocumentVersion(models.Model):
    """A document as one commit left it; `blob` is "" where the commit took it away. `order` counts over the project."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    order = models.PositiveIntegerField()
    path = models.CharField(max_length=500)
    blob = models.CharField(max_length=40, blank=True, default="")
    sha = models.CharField(max_length=40)
    author = models.CharField(max_length=200)
    at = models.DateTimeField()
    promised = models.PositiveIntegerField(default=0)
    ticked = models.PositiveIntegerField(default=0)

    objects: ClassVar = DocumentVersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="versions_rise")]

    def __str__(self) -> str:
        return f"{self.path} at {self.sha[:8]}"


class StoryQuerySet(models.QuerySet["CriterionStory"]):
    def of_documents(self, project: Project, paths: Iterable[str]) -> Self:
        """Those that stand, or stood, in documents of these names."""
        found = self.filter(document__project=project, document__path__in=list(paths))
        return found.select_related("document").prefetch_related("events")


class CriterionStory(models.Model):
    """A criterion over the versions of its document; `identity`, `within` and `text` are its last."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="stories")
    identity = models.CharField(max_length=80)
    within = models.JSONField(default=list, blank=True, help_text="kind and key of its milestones, outermost first")
    kind = models.CharField(max_length=30)
    text = models.TextField()
    alive = models.BooleanField(default=True)

    objects: ClassVar = StoryQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["document", "identity"], name="story_of_criterion")]

    def __str__(self) -> str:
        return self.text[:60]

    def belongs_to(self, kind: str, key: str) -> bool:
        """Whether it stands in a milestone, or in the iteration plan about it."""
        return any(own in ([kind, key], ["iteration", key]) for own in self.within)


class CriterionEvent(models.Model):
    """One thing that happened to a criterion: appeared, ticked, unticked, reworded, moved or removed."""

    story = models.ForeignKey(CriterionStory, models.CASCADE, related_name="events")
    number = models.PositiveIntegerField()
    what = models.CharField(max_length=12)
    sha = models.CharField(max_length=40)
    author = models.CharField(max_length=200)
    at = models.DateTimeField()
    before = models.TextField(blank=True, default="")
    after = models.TextField(blank=True, default="")
    line = models.PositiveIntegerField(default=0)
    weakened = models.BooleanField(default=False)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["story", "number"], name="events_rise")]
        indexes = [models.Index(fields=["weakened"], condition=models.Q(weakened=True), name="weakened_events")]

    def __str__(self) -> str:
        return f"{self.what} in {self.sha[:8]}"


class DocumentFindingQuerySet(models.QuerySet["DocumentFinding"]):
    def standing(self, project: Project) -> Self:
        """Those that nobody dismissed."""
        dismissed = Dismissal.objects.filter(project=project).values("fingerprint")
        return self.filter(project=project).exclude(fingerprint__in=dismissed)


class DocumentFinding(models.Model):
    """A contradiction that the documents hold now; `fingerprint` is of its rule and words, never of line numbers."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="findings")
    fingerprint = models.CharField(max_length=64)
    rule = models.PositiveSmallIntegerField()
    message = models.TextField()
    places = models.JSONField(default=list)
    position = models.PositiveIntegerField(default=0)

    objects: ClassVar = DocumentFindingQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        indexes = [models.Index(fields=["project", "fingerprint"], name="finding_by_words")]

    def __str__(self) -> str:
        return self.message[:60]


class Dismissal(models.Model):
    """A person's word that a finding is none; it stands until the text of the finding changes."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="dismissals")
    fingerprint = models.CharField(max_length=64)
    rule = models.PositiveSmallIntegerField()
    message = models.TextField()
    reason = models.TextField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "fingerprint"], name="dismissed_once")]

    def __str__(self) -> str:
        return f"{self.by} dismissed {self.message[:40]}"


class Binding(models.Model):
    """A proposed gate that a person accepted as what proves a criterion."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="bindings")
    milestone_key = models.CharField(max_length=KEY_LENGTH)
    identity = models.CharField(max_length=80)
    text = models.TextField()
    gate = models.CharField(max_length=400)
    why = models.TextField(blank=True, default="")
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["project", "milestone_key", "identity", "gate"], name="one_binding_a_gate")
        ]

    def __str__(self) -> str:
        return f"{self.gate} for {self.text[:40]}"
