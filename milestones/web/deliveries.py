"""Work that a person asks for: a look at the repository, another try."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from milestones import tasks
from milestones.models import Delivery, Role
from milestones.services import claims, intake

from .access import person_of, project_for, signed_in
from .projects import redraw


@require_POST
@signed_in
def look(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for one look at the repository now."""
    project = project_for(person_of(request), slug, Role.DEVELOPER)
    tasks.ring(intake.receive_look(project).pk)
    return redraw(request, project)


@require_POST
@signed_in
def retry(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Open a delivery that failed once more."""
    project = project_for(person_of(request), slug, Role.DEVELOPER)
    if not Delivery.objects.filter(project=project, pk=pk).exists():
        raise Http404(f"there is no delivery {pk} of {slug!r}")
    if claims.try_again(pk):
        tasks.ring(pk)
    return redraw(request, project)
