"""The page of changes: what became of files, rules and tests, and the approval of rewrites."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from milestones.models import Project, Role
from milestones.services import accounts
from milestones.services.changes import NotSeenError, approve
from milestones.services.changes import changes as changes_of
from milestones.services.promote import NotAllowedError

from .access import person_of, project_for, signed_in


@require_GET
@signed_in
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """From the start to the head, or what a person asks for."""
    return _page(request, project_for(person_of(request), slug), request.GET.get("range", "").strip())


def _page(request: HttpRequest, project: Project, text: str, refused: str = "", status: int = 200) -> HttpResponse:
    shown, missing = None, ""
    try:
        shown = changes_of(project, text)
    except NotSeenError as problem:
        missing, status = str(problem), 422
    context = {
        "project": project,
        "shown": shown,
        "range": text,
        "refused": refused or missing,
        "may_decide": accounts.may(project, person_of(request), Role.MAINTAINER),
    }
    return render(request, "milestones/change_list.html", context, status=status)


@require_POST
@signed_in
def approve_rewrites(request: HttpRequest, slug: str) -> HttpResponse:
    """Approve the rewrites that were ticked."""
    project = project_for(person_of(request), slug, Role.MAINTAINER)
    text = request.POST.get("range", "").strip()
    try:
        approve(project, request.POST.getlist("line"), by=person_of(request), text=text)
    except NotAllowedError as refused:
        return _page(request, project, text, str(refused), 422)
    except NotSeenError as missing:
        return _page(request, project, "", str(missing), 422)
    query = f"?{urlencode({'range': text})}" if text else ""
    return redirect(f"{reverse('changes', args=[project.slug])}{query}#rewrites")
