"""The list of projects, and the page of one."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from milestones.models import Milestone, Project, Promotion, Role
from milestones.services import accounts, evaluate
from milestones.services.overview import line_of, overview, stamp_of

from . import drawing
from .access import person_of, project_for, signed_in, visible_projects

BUSY_SECONDS, QUIET_SECONDS = 2, 30


@require_GET
@signed_in
def project_list(request: HttpRequest) -> HttpResponse:
    """All projects of this person; the only one is shown at once."""
    projects = visible_projects(person_of(request))
    if len(projects) == 1:
        return redirect("project", projects[0].slug)
    return render(request, "milestones/project_list.html", {"lines": [line_of(one) for one in projects]})


@require_GET
@never_cache
@signed_in
def project_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The project page; htmx gets its living part alone, and nothing where nothing has changed."""
    project = project_for(person_of(request), slug)
    polling = "stamp" in request.GET
    if polling and request.GET["stamp"] == stamp_of(project):
        return HttpResponse(status=204)
    template = "_overview.html" if is_fragment(request) else "project_detail.html"
    answer = _answer(project, request.GET.get("answer", ""))
    context = page_of(request, project, request.GET.get("milestone", ""), answer=answer)
    return render(request, f"milestones/{template}", context)


def _answer(project: Project, pk: str) -> Promotion | None:
    """The promotion that the person was sent here to read."""
    return Promotion.objects.of_project(project).filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page, and not the browser's history for all of it."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"


def page_of(request: HttpRequest, project: Project, key: str, **more: Any) -> dict[str, Any]:
    """What the page and its living part are drawn from. Raises Http404 for a milestone that is not there."""
    try:
        shown = overview(project, key)
    except Milestone.DoesNotExist:
        raise Http404(f"there is no milestone {key!r} in {project.slug}") from None
    return {
        "project": project,
        "overview": shown,
        "key": key,
        "nodes": drawing.nodes_of(shown),
        "charts": [drawing.chart_of(one) for one in shown.trends],
        "may_decide": accounts.may(project, person_of(request), Role.MAINTAINER),
        "may_work": accounts.may(project, person_of(request), Role.DEVELOPER),
        "stages": [one.name for one in evaluate.policy_of(project).stages],
        "seconds": BUSY_SECONDS if shown.under_way else QUIET_SECONDS,
        **more,
    }


def redraw(request: HttpRequest, project: Project) -> HttpResponse:
    """After something was done: the living part for htmx, the page again for a browser without it."""
    key = request.POST.get("milestone", "")
    if is_fragment(request):
        return render(request, "milestones/_overview.html", page_of(request, project, key))
    return redirect("project", project.slug)
