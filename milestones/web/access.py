"""Who gets to see what: another team's object is not there, one's own without the role is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect

from milestones.models import Project, Role
from milestones.services import accounts

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def signed_in(view: View[P]) -> View[P]:
    """For people with a session; a fragment's request is sent to the login page whole, not into the fragment."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.headers.get("HX-Request") == "true":
            return HttpResponseClientRedirect(resolve_url(settings.LOGIN_URL))
        return redirect_to_login(request.get_full_path())

    return guarded


def person_of(request: HttpRequest) -> User:
    """The person behind a request that `signed_in` let through."""
    if isinstance(request.user, AnonymousUser):
        raise PermissionDenied("log in first")
    return request.user


def visible_projects(user: User) -> list[Project]:
    """The projects of this person; the operator sees all."""
    found = Project.objects.all() if user.is_superuser else Project.objects.visible_to(user)
    return list(found.for_list())


def project_for(user: User, slug: str, needed: Role = Role.VIEWER) -> Project:
    """The project, if this person may. Raises Http404 where it is none of theirs, PermissionDenied without the role."""
    project = Project.objects.filter(slug=slug).first()
    if project is None or accounts.role_in(project, user) is None:
        raise Http404(f"there is no project {slug!r} that you may see")
    if not accounts.may(project, user, needed):
        raise PermissionDenied(f"this takes a {needed.label.lower()} of {project.name}; ask one of its owners")
    return project
