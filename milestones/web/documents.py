"""The documents of a project: their list with what contradicts it, and each one as it stands."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET, require_POST

from milestones.models import Document, Project, Role
from milestones.services import accounts, dismissals, rendering
from milestones.services.document_list import document_list
from milestones.services.document_page import NoSuchVersionError, document_page
from milestones.services.promote import NotAllowedError

from . import drawing
from .access import person_of, project_for, signed_in


@require_GET
@signed_in
def documents(request: HttpRequest, slug: str) -> HttpResponse:
    """Every document with what it claims, and the findings."""
    project = project_for(person_of(request), slug)
    return _list(request, project)


def _list(request: HttpRequest, project: Project, refused: str = "", status: int = 200) -> HttpResponse:
    shown = document_list(project)
    context = {
        "project": project,
        "shown": shown,
        "chart": drawing.chart_of(shown.trend) if shown.trend else None,
        "may_decide": accounts.may(project, person_of(request), Role.MAINTAINER),
        "refused": refused,
    }
    return render(request, "milestones/document_list.html", context, status=status)


@require_GET
@signed_in
def document(request: HttpRequest, slug: str, path: str) -> HttpResponse:
    """One document at one of its versions."""
    project = project_for(person_of(request), slug)
    row = Document.objects.filter(project=project, path=path).order_by("gone", "-pk").first()
    if row is None:
        raise Http404(f"there is no document {path!r} in {slug}")
    try:
        shown = document_page(project, row, request.GET.get("version", ""), request.GET.get("against", ""))
    except NoSuchVersionError as missing:
        raise Http404(str(missing)) from missing
    known = set(Document.objects.filter(project=project).in_order().values_list("path", flat=True))

    def page_of(target: str) -> str:
        return reverse("document", args=[project.slug, target]) if target in known else ""

    drawn = rendering.marked(shown.html, row.path, shown.marks, page_of)
    context: dict[str, Any] = {
        "project": project,
        "shown": shown,
        "drawn": mark_safe(drawn),  # noqa: S308 - cleaned to an allowlist, and every mark in it is set as text
        "chart": drawing.chart_of(shown.trend) if shown.trend else None,
    }
    return render(request, "milestones/document_detail.html", context)


@require_POST
@signed_in
def dismiss(request: HttpRequest, slug: str, fingerprint: str) -> HttpResponse:
    """Say once, with a reason, that a finding is none."""
    project = project_for(person_of(request), slug, Role.MAINTAINER)
    try:
        dismissals.dismiss(project, fingerprint, by=person_of(request), reason=request.POST.get("reason", ""))
    except NotAllowedError as refused:
        return _list(request, project, str(refused), 422)
    return redirect(f"{reverse('documents', args=[project.slug])}#findings")
