"""What people decide beside promotions: sign-offs, waivers, corrections, and the circumstances that they set."""

from __future__ import annotations

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from .milestone import KEY_LENGTH
from .project import Project


class SignOffQuerySet(models.QuerySet["SignOff"]):
    def given(self, project: Project) -> Self:
        """Every word that was not taken back; whether it still stands depends on the commit and the time."""
        return self.filter(project=project, withdrawn_at=None).defer("attachment").order_by("pk")


class SignOff(models.Model):
    """A person's word that a criterion is met at a commit, and at later ones while the paths it speaks of are the same.

    `paths` are the globs whose change ends it, none for any change; `content` is the hash of what they held.
    """

    project = models.ForeignKey(Project, models.CASCADE, related_name="sign_offs")
    milestone_key = models.CharField(max_length=KEY_LENGTH)
    identity = models.CharField(max_length=80)
    text = models.TextField()
    sha = models.CharField(max_length=40)
    by = models.CharField(max_length=150)
    role = models.CharField(max_length=16, blank=True, default="")
    note = models.TextField(blank=True, default="")
    paths = models.JSONField(default=list, blank=True)
    content = models.CharField(max_length=64, blank=True, default="")
    file_name = models.CharField(max_length=200, blank=True, default="")
    file_digest = models.CharField(max_length=64, blank=True, default="")
    attachment = models.BinaryField(default=b"", blank=True)
    at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=150, blank=True, default="")

    objects: ClassVar = SignOffQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "milestone_key", "identity", "sha", "by"],
                condition=Q(withdrawn_at=None),
                name="one_word_a_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.by} on {self.text[:40]}"


class WaiverQuerySet(models.QuerySet["Waiver"]):
    def in_force(self, project: Project) -> Self:
        """Approved, not ended by a person, not past their day by the database's clock."""
        given = self.filter(project=project, ended_at=None, until__gt=Now())
        return given.exclude(approved_at=None).order_by("pk")

    def listed(self, project: Project) -> Self:
        """All of a project's, the newest first."""
        return self.filter(project=project).order_by("-pk")


class Waiver(models.Model):
    """This may fail, because, until: pinned to what failed when it was asked for, approved by another person."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="waivers")
    milestone_key = models.CharField(max_length=KEY_LENGTH)
    gate = models.CharField(max_length=300, help_text="the gate's bound, or the identity of a criterion")
    text = models.TextField(help_text="what a person reads of it")
    sha = models.CharField(max_length=40, help_text="the commit at which it was asked for")
    pinned = models.JSONField(default=dict, help_text="the failure that it is for")
    reason = models.TextField()
    until = models.DateTimeField()
    requested_by = models.CharField(max_length=150)
    requested_at = models.DateTimeField(db_default=Now())
    approved_by = models.CharField(max_length=150, blank=True, default="")
    approved_at = models.DateTimeField(null=True, blank=True)
    by_sole_owner = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=150, blank=True, default="")
    warned_at = models.DateTimeField(null=True, blank=True, help_text="when its end was announced")

    objects: ClassVar = WaiverQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.gate} until {self.until:%Y-%m-%d}"


class CircumstanceQuerySet(models.QuerySet["Circumstance"]):
    def standing(self, project: Project) -> Self:
        """What holds now by the database's clock."""
        begun, open_ = Q(starts_at__lte=Now()), Q(ends_at=None) | Q(ends_at__gt=Now())
        return self.filter(begun, open_, project=project, lifted_at=None).annotate(now=Now()).order_by("pk")


class Circumstance(models.Model):
    """What a person with the role sets: a hold, a freeze of the calendar, or that a commit reached a stage."""

    class Kind(models.TextChoices):
        HOLD = "hold"
        FREEZE = "freeze"
        ARRIVAL = "arrival"

    project = models.ForeignKey(Project, models.CASCADE, related_name="circumstances")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    stage = models.CharField(max_length=40, blank=True, default="")
    sha = models.CharField(max_length=40, blank=True, default="")
    why = models.TextField(blank=True, default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    by = models.CharField(max_length=150)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=150, blank=True, default="")

    objects: ClassVar = CircumstanceQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.kind} {self.stage or self.why[:40]}"


class PolicyChange(models.Model):
    """A change of the policy in force: what it weakened and strengthened, by whom, since when."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="policy_changes")
    before = models.CharField(max_length=64, help_text="the hash of the policy that was in force")
    after = models.CharField(max_length=64)
    sha = models.CharField(max_length=40, blank=True, default="", help_text="the commit that brought it")
    author = models.CharField(max_length=200, blank=True, default="")
    weakened = models.JSONField(default=list)
    strengthened = models.JSONField(default=list)
    otherwise = models.JSONField(default=list)
    diff = models.TextField(blank=True, default="")
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"policy {self.before[:8]} to {self.after[:8]}"


class Correction(models.Model):
    """A wrong fact corrected from a page: in force for the change question, until policy itself says it."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="corrections")
    what = models.CharField(max_length=500)
    why = models.TextField()
    content = models.CharField(max_length=64, help_text="the fingerprint of what it corrects")
    by = models.CharField(max_length=150)
    until = models.DateField(null=True, blank=True)
    at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=150, blank=True, default="")

    def __str__(self) -> str:
        return self.what


class CompleteSet(models.Model):
    """What a complete set of results of one kind had at a commit of the default branch."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="complete_sets")
    kind = models.CharField(max_length=40)
    sha = models.CharField(max_length=40)
    committed_at = models.DateTimeField()
    jobs = models.JSONField(default=list)
    suites = models.JSONField(default=list)
    declared_by = models.CharField(max_length=150, blank=True, default="", help_text="empty: learnt")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "kind", "sha"], name="one_set_a_commit")]

    def __str__(self) -> str:
        return f"{self.kind} at {self.sha[:8]}"
