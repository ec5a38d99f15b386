"""People: the operator of this instance, and who may do what in a project."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, User

from milestones.models import Membership, Project, Role

from . import keys

OPERATOR = "operator"


def operator() -> User:
    """The person who runs this instance, made at the first start; has no password until one is set."""
    people = get_user_model().objects
    found = people.filter(is_superuser=True, is_active=True).order_by("pk").first()
    return found or people.create_superuser(OPERATOR, email="", password=None)


def operator_link(base_url: str) -> str:
    """A one-time address that logs the operator in."""
    return f"{base_url.rstrip('/')}/enter/{keys.new_entry_link(operator())}/"


def role_in(project: Project, user: AbstractBaseUser) -> Role | None:
    """A person's role; the operator owns every project."""
    if getattr(user, "is_superuser", False):
        return Role.OWNER
    role = Membership.objects.filter(project=project, user_id=user.pk).values_list("role", flat=True).first()
    return Role(role) if role else None


def may(project: Project, user: AbstractBaseUser, needed: Role) -> bool:
    role = role_in(project, user)
    return role is not None and role.rank >= needed.rank
