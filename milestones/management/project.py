"""What the commands about a project share: finding it and its people, and saying no with exit code 2."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from milestones.models import Project
from milestones.services import promote

from .repository import wrong_usage


def project_named(slug: str) -> Project:
    found = Project.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Project.objects.for_list().values_list("slug", flat=True)) or "none yet"
        raise wrong_usage(f"there is no project {slug!r}; there are: {known}")
    return found


def user_named(name: str) -> User:
    found = get_user_model().objects.filter(username=name, is_active=True).first()
    if found is None:
        raise wrong_usage(f"there is no user {name!r}; make one with manage.py createsuperuser or in the admin pages")
    return found


def commit_named(project: Project, revision: str) -> str:
    try:
        return promote.resolve(project, revision or project.sha)
    except promote.NotAllowedError as refused:
        raise wrong_usage(str(refused)) from refused
