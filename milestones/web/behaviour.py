"""The pages of what both systems were recorded to answer."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from milestones.parity.contracts.frameworks import HABITS
from milestones.services.answers import answers_of, asked_of, behaviour_of

from .access import person_of, project_for, signed_in


@require_GET
@never_cache
@signed_in
def behaviour(request: HttpRequest, slug: str) -> HttpResponse:
    """Every endpoint that was recorded, and how its answers compare."""
    project = project_for(person_of(request), slug)
    return render(request, "milestones/behaviour_list.html", {"project": project, "shown": behaviour_of(project)})


@require_GET
@never_cache
@signed_in
def answers(request: HttpRequest, slug: str, method: str, route: str) -> HttpResponse:
    """Both answers of one endpoint, side by side."""
    project = project_for(person_of(request), slug)
    found = answers_of(project, method, f"/{route}")
    if found is None:
        raise Http404(f"no answers of {method} /{route} are recorded in {slug}")
    told = {"project": project, "found": found, "asked": asked_of(found.pair), "habits": HABITS}
    return render(request, "milestones/behaviour_detail.html", told)
