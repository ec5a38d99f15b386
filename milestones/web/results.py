"""The results of CI: the runs of a commit, what became of every test, and why some are gone."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from milestones.clients.git import GitError
from milestones.models import Delivery, Judgement, Project, Role
from milestones.results import PARSERS
from milestones.results.reconciliation import TITLES
from milestones.services import accounts, reconciling
from milestones.services.results_page import FILES_SHOWN, FINDINGS_SHOWN, results_page

from .access import person_of, project_for, signed_in

STEPS = ("stored", "parsed", "judged")


@require_GET
@never_cache
@signed_in
def results(request: HttpRequest, slug: str) -> HttpResponse:
    """The results of one commit against those of another."""
    return _page(request, project_for(person_of(request), slug), request.GET)


def _page(request: HttpRequest, project: Project, asked: Any, refused: str = "", status: int = 200) -> HttpResponse:
    ends = [_commit(project, str(asked.get(name, "")).strip()[:250]) for name in ("at", "base")]
    shown = results_page(project, *ends)
    context = {
        "project": project,
        "shown": shown,
        "titles": [TITLES[name] for name in shown.table.columns] if shown.table else [],
        "changed": [(TITLES[name], name, some) for name, some in (shown.changed or {}).items()],
        "new_findings": shown.lint.new[:FINDINGS_SHOWN] if shown.lint else (),
        "gone_findings": shown.lint.gone[:FINDINGS_SHOWN] if shown.lint else (),
        "missed": list(shown.patch.missed.items())[:FILES_SHOWN] if shown.patch else [],
        "may_decide": accounts.may(project, person_of(request), Role.MAINTAINER),
        "refused": refused,
        "server": settings.SITE_URL,
        "kinds": [(kind, parser.title, parser.make) for kind, parser in PARSERS.items()],
    }
    return render(request, "milestones/results_list.html", context, status=status)


def _commit(project: Project, revision: str) -> str:
    """The full id that a revision of the address names. Raises Http404."""
    if not revision:
        return ""
    try:
        return reconciling.resolve(project, revision)
    except GitError as missing:
        raise Http404(missing.reason) from missing


@require_POST
@signed_in
def explain(request: HttpRequest, slug: str) -> HttpResponse:
    """Say why tests are gone: what covers them now, or a reason."""
    project = project_for(person_of(request), slug, Role.MAINTAINER)
    told = request.POST
    try:
        reconciling.explain(
            project, told.getlist("test")[:1000], covered_by=told.get("covered_by", ""),
            reason=told.get("reason", ""), by=person_of(request).get_username(),
        )  # fmt: skip
    except reconciling.NothingSaidError as refused:
        return _page(request, project, told, str(refused), 422)
    ends = urlencode({name: told.get(name, "") for name in ("at", "base") if told.get(name)})
    return redirect(f"{reverse('results', args=[project.slug])}?{ends}#reconciliation")


@require_GET
@never_cache
@signed_in
def delivery(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """How far one delivery has come: stored, parsed, judged."""
    project = project_for(person_of(request), slug)
    row = Delivery.objects.filter(project=project, pk=pk).defer("body").first()
    if row is None:
        raise Http404(f"there is no delivery {pk} of {slug!r}")
    evidence = list(row.evidence.defer("findings", "details").prefetch_related("measurements"))
    reached = 3 if row.state == "done" else 2 if evidence else 1
    context = {
        "project": project,
        "row": row,
        "steps": [(step, place < reached) for place, step in enumerate(STEPS)],
        "numbers": [one for found in evidence for one in found.measurements.all() if not one.subject],
        "judgement": Judgement.objects.latest_at(project, row.sha) if row.state == "done" and row.sha else None,
        "may_work": accounts.may(project, person_of(request), Role.DEVELOPER),
    }
    return render(request, "milestones/delivery_detail.html", context)
