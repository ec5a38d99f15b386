"""The weekly report in the browser, as it is mailed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from milestones.services import report

from .access import person_of, project_for, signed_in


@require_GET
@signed_in
def weekly(request: HttpRequest, slug: str) -> HttpResponse:
    """What moved this week."""
    project = project_for(person_of(request), slug)
    return render(request, "milestones/weekly_report.html", report.context_of(report.weekly(project)))
