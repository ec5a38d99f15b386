"""How close the new code stands to the old: the page of a project, and one function side by side."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from milestones.clients.git import GitError
from milestones.services.likeness import PairShown, function_diff, likeness

from . import drawing
from .access import person_of, project_for, signed_in


@dataclass(frozen=True, slots=True)
class PairDrawn:
    """A pair with its chart; `flags` are the points where its level changed."""

    pair: PairShown
    chart: drawing.Chart
    flags: tuple[tuple[float, float], ...]


@require_GET
@signed_in
def likeness_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Pairs, functions, templates, readability and inventories at the project's commit."""
    project = project_for(person_of(request), slug)
    words = request.GET.get("words", "").strip()[:200]
    shown = likeness(project, request.GET.get("state", ""), words, whole="whole" in request.GET)
    context = {"project": project, "shown": shown, "drawn": [_drawn(pair) for pair in shown.pairs]}
    return render(request, "milestones/likeness_detail.html", context)


def _drawn(pair: PairShown) -> PairDrawn:
    if pair.ratio is None and not pair.moments:
        return PairDrawn(pair, drawing.Chart(pair.trend, (), None, f"{pair.name}: not measured"), ())
    chart = drawing.chart_of(pair.trend)
    return PairDrawn(pair, chart, drawing.points_of(pair.trend, [step.at for step, _ in pair.shifts]))


@require_GET
@signed_in
def function_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One function of the legacy system beside what became of it."""
    project = project_for(person_of(request), slug)
    old, new = request.GET.get("old", ""), request.GET.get("new", "")
    try:
        shown = function_diff(project, old, new)
    except GitError as missing:
        raise Http404(missing.reason) from missing
    if shown is None:
        raise Http404(f"no function {old or new!r} was measured at this commit")
    return render(request, "milestones/function_detail.html", {"project": project, "shown": shown})
