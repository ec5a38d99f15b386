"""A project: a repository, its policy, its people and the keys they hold."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Role(models.TextChoices):
    """What a member may do; each role may do what those before it may."""

    VIEWER = "viewer"
    DEVELOPER = "developer"
    MAINTAINER = "maintainer"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: object) -> Self:
        """The projects that this person is a member of: every query of the web starts here."""
        return self.filter(members__user=user).distinct()

    def for_list(self) -> Self:
        return self.order_by("name")


class Project(models.Model):
    """One migration in one repository."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    source = models.CharField(max_length=1000, help_text="a local path or an https address")
    default_branch = models.CharField(max_length=250, blank=True, default="")
    pinned_revision = models.CharField(max_length=250, blank=True, default="")
    docs_revision = models.CharField(max_length=250, blank=True, default="")
    policy_text = models.TextField(
        blank=True, default="", help_text="given by --policy; empty: the file in the repository"
    )
    hook_secret = models.TextField(blank=True, default="", help_text="encrypted")
    named_by_hand = models.BooleanField(default=False, help_text="the policy's name does not replace this one")
    created_at = models.DateTimeField(db_default=Now())
    # what the last look at the mirror found; written in one transaction with its evidence
    sha = models.CharField(max_length=40, blank=True, default="")
    docs_sha = models.CharField(max_length=40, blank=True, default="")
    start_sha = models.CharField(max_length=40, blank=True, default="", help_text="the legacy system's last commit")
    policy_sha = models.CharField(max_length=40, blank=True, default="")
    policy_in_force = models.TextField(blank=True, default="")
    problems = models.JSONField(default=list, blank=True)
    history_sha = models.CharField(max_length=40, blank=True, default="", help_text="up to which documents are told")
    history_basis = models.CharField(max_length=64, blank=True, default="", help_text="by which rules and patterns")
    history_problems = models.JSONField(default=list, blank=True, help_text="what of the history was not read")
    conditions = models.JSONField(default=list, blank=True, help_text="measures of the tree that documents ask for")

    objects: ClassVar = ProjectQuerySet.as_manager()

    def __str__(self) -> str:
        return self.slug

    @property
    def mirror(self) -> Path:
        return Path(settings.VAR_DIR) / "mirrors" / f"{self.pk}.git"


class Membership(models.Model):
    """A person's role in a project."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.DEVELOPER)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "user"], name="one_role_a_member")]

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.project}"


class UploadTokenQuerySet(models.QuerySet["UploadToken"]):
    def usable(self) -> Self:
        return self.filter(models.Q(expires_at=None) | models.Q(expires_at__gt=Now()))


class UploadToken(models.Model):
    """A key that may upload evidence to one project and do nothing else; only its SHA-256 is kept."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="tokens")
    label = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = UploadTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.label})"


class EntryLink(models.Model):
    """A link that logs one person in, once; only its SHA-256 is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"entry link of {self.user}"


class LoginFailure(models.Model):
    """How often in a row a name was tried with a wrong password from one address."""

    key = models.CharField(max_length=64, unique=True, help_text="the hash of address and name")
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.count} times, last {self.last_at:%H:%M:%S}"
