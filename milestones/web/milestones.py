"""What a person decides about a milestone: a dry run, a promotion, a sign-off."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from milestones.clients.git import GitError
from milestones.models import Milestone, Project, Promotion, Role
from milestones.services import bindings, judging, promote, sign_off

from .access import person_of, project_for, signed_in
from .projects import is_fragment, page_of


def _milestone(project: Project, key: str) -> Milestone:
    try:
        return promote.milestone_of(project, key)
    except promote.NotAllowedError as missing:
        raise Http404(str(missing)) from missing


@require_GET
@signed_in
def dry_run(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """What a promotion would answer now, without a trace."""
    project = project_for(person_of(request), slug)
    milestone = _milestone(project, key)
    stage = request.GET.get("stage", "")
    try:
        sha = promote.candidate_of(project, request.GET.get("sha", project.sha))
        judging.read_sources(project, sha)
        context: dict[str, Any] = {"dry": promote.dry_run(milestone, sha, stage), "sha": sha}
    except (promote.NotAllowedError, GitError) as refused:
        context = {"refused": str(refused)}
    return _page(request, project, key, context, 422 if "refused" in context else 200)


@require_POST
@signed_in
def promote_milestone(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Ask for a promotion; approved and blocked are both answers, and both are kept."""
    project = project_for(person_of(request), slug, Role.MAINTAINER)
    milestone = _milestone(project, key)
    sha, seen, stage = (request.POST.get(name, "") for name in ("sha", "seen", "stage"))
    try:
        judging.read_sources(project, promote.candidate_of(project, sha))
        answer = promote.promote(milestone, sha, by=person_of(request), seen=seen, stage=stage)
    except promote.ChangedSinceSeenError as changed:
        return _page(request, project, key, {"refused": str(changed)}, 409)
    except (promote.NotAllowedError, GitError) as refused:
        return _page(request, project, key, {"refused": str(refused)}, 422)
    return _answered(request, project, answer)


def _answered(request: HttpRequest, project: Project, answer: Promotion) -> HttpResponse:
    key = answer.milestone.key
    if is_fragment(request):
        return _page(request, project, key, {"answer": answer}, 200)
    return redirect(
        f"{reverse('project', args=[project.slug])}?milestone={quote(key, safe='')}&answer={answer.pk}#answer"
    )


@require_POST
@signed_in
def sign_off_criteria(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Put this person's word to the criteria that were ticked."""
    project = project_for(person_of(request), slug)
    project = project_for(person_of(request), slug, sign_off.role_needed(project))
    milestone = _milestone(project, key)
    file = request.FILES.get("file")
    proof = sign_off.Proof(
        request.POST.get("note", "").strip(),
        (file.name or "file") if file else "",
        file.read(sign_off.LARGEST_FILE + 1) if file else b"",
        tuple(request.POST.get("paths", "").split()),
    )
    try:
        sign_off.sign_off(milestone, request.POST.getlist("identity"), by=person_of(request), proof=proof)
    except promote.NotAllowedError as refused:
        return _page(request, project, key, {"refused": str(refused)}, 422)
    if is_fragment(request):
        return _page(request, project, key, {}, 200)
    return redirect(f"{reverse('project', args=[project.slug])}?milestone={quote(key, safe='')}")


@require_POST
@signed_in
def bind_criterion(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Accept gates that are proposed for a criterion (`accept` is its id and the gates), or take that back (`undo`)."""
    project = project_for(person_of(request), slug, Role.MAINTAINER)
    milestone = _milestone(project, key)
    identity, *gates = request.POST.get("accept", "").split(";")
    try:
        if "undo" in request.POST:
            bindings.undo(milestone, request.POST["undo"], by=person_of(request))
        else:
            bindings.accept(milestone, identity, gates, by=person_of(request))
    except promote.NotAllowedError as refused:
        return _page(request, project, key, {"refused": str(refused)}, 422)
    if is_fragment(request):
        return _page(request, project, key, {}, 200)
    return redirect(f"{reverse('project', args=[project.slug])}?milestone={quote(key, safe='')}#definition")


def _page(request: HttpRequest, project: Project, key: str, context: dict[str, Any], status: int) -> HttpResponse:
    """The project page with an answer in it, or its living part alone for htmx."""
    template = "_overview.html" if is_fragment(request) else "project_detail.html"
    return render(request, f"milestones/{template}", page_of(request, project, key, **context), status=status)
