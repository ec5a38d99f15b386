"""The page of decisions, and what a person decides on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from milestones.clients.git import GitError
from milestones.models import Project, Role, SignOff
from milestones.services import (
    accounts,
    change,
    circumstances,
    complete_sets,
    correct,
    evaluate,
    judging,
    promote,
    replay,
    sign_off,
    waivers,
)
from milestones.services.decisions import decisions_of
from milestones.services.refusals import NotAllowedError

from .access import person_of, project_for, signed_in

Given = QueryDict


@require_GET
@never_cache
@signed_in
def decisions(request: HttpRequest, slug: str) -> HttpResponse:
    """What was decided, by whom, and what of it is in force."""
    return _page(request, project_for(person_of(request), slug), {})


def _page(request: HttpRequest, project: Project, more: dict[str, Any], status: int = 200) -> HttpResponse:
    person = person_of(request)
    context = {
        "project": project,
        "shown": decisions_of(project, person.get_username()),
        "may_decide": accounts.may(project, person, Role.MAINTAINER),
        "may_work": accounts.may(project, person, Role.DEVELOPER),
        **more,
    }
    return render(request, "milestones/decision_list.html", context, status=status)


@require_GET
@never_cache
@signed_in
def change_of(request: HttpRequest, slug: str) -> HttpResponse:
    """Whether a named commit made anything worse than its base."""
    project = project_for(person_of(request), slug)
    asked = {"sha": request.GET.get("sha", "").strip()[:250], "base": request.GET.get("base", "").strip()[:250]}
    try:
        sha = promote.resolve(project, asked["sha"] or project.sha)
        base = promote.resolve(project, asked["base"]) if asked["base"] else ""
        answer = change.judge_change(project, sha, base)
    except (NotAllowedError, GitError) as refused:
        return _page(request, project, {"asked": asked, "change_refused": str(refused)}, 422)
    return _page(request, project, {"asked": asked, "change": answer})


# --- verbs: each takes the project, the person and the form, and says where on the page to look ----------------------


def _ask_waiver(project: Project, person: User, form: Given) -> None:
    key, _, name = form.get("what", "").partition("\t")
    milestone = promote.milestone_of(project, key)
    waivers.request(milestone, name, by=person, reason=form.get("why", ""), days=_whole(form, "days"))


def _approve(project: Project, person: User, form: Given) -> None:
    waivers.approve(project, _whole(form, "pk"), by=person)


def _end_waiver(project: Project, person: User, form: Given) -> None:
    waivers.end(project, _whole(form, "pk"), by=person)


def _hold(project: Project, person: User, form: Given) -> None:
    starts, ends = _day(form, "starts"), _day(form, "ends")
    kind = "freeze" if form.get("kind") == "freeze" else "hold"
    circumstances.set_hold(project, kind, form.get("why", ""), by=person, starts=starts, ends=ends)
    _judge_again(project)


def _lift(project: Project, person: User, form: Given) -> None:
    circumstances.lift(project, _whole(form, "pk"), by=person)
    _judge_again(project)


def _stage(project: Project, person: User, form: Given) -> None:
    sha = promote.candidate_of(project, form.get("sha", "").strip())
    policy = evaluate.policy_of(project)
    circumstances.arrive(project, form.get("stage", ""), sha, by=person, policy=policy)
    _judge_again(project)


def _correct(project: Project, person: User, form: Given) -> None:
    until = _day(form, "until")
    correct.correct(project, form.get("what", ""), by=person, why=form.get("why", ""), until=until and until.date())


def _end_correction(project: Project, person: User, form: Given) -> None:
    correct.end(project, _whole(form, "pk"), by=person)


def _take_back(project: Project, person: User, form: Given) -> None:
    sign_off.withdraw(project, _whole(form, "pk"), by=person)


def _complete(project: Project, person: User, form: Given) -> None:
    """What came for the project's commit is all there is."""
    del form
    inputs = replay.inputs_of(judging.judge_commit(project, project.sha))
    complete_sets.declare_complete(project, project.sha, inputs, evaluate.policy_of(project), by=person)
    _judge_again(project)


VERBS: Mapping[str, tuple[Callable[[Project, User, Given], None], str]] = {
    "ask-waiver": (_ask_waiver, "waivers"),
    "approve-waiver": (_approve, "waivers"),
    "end-waiver": (_end_waiver, "waivers"),
    "hold": (_hold, "now"),
    "lift": (_lift, "now"),
    "stage": (_stage, "now"),
    "correct": (_correct, "corrections"),
    "end-correction": (_end_correction, "corrections"),
    "take-back": (_take_back, "words"),
    "complete": (_complete, "now"),
}


@require_POST
@signed_in
def decide(request: HttpRequest, slug: str, verb: str) -> HttpResponse:
    """Do what a person decided, or say in a sentence why not; each verb checks the role itself."""
    project = project_for(person_of(request), slug)
    if verb not in VERBS:
        raise Http404(f"there is no decision {verb!r}")
    act, place = VERBS[verb]
    try:
        act(project, person_of(request), request.POST)
    except (NotAllowedError, GitError) as refused:
        return _page(request, project, {"refused": str(refused), "place": place, "form": request.POST}, 422)
    return redirect(f"{reverse('decisions', args=[project.slug])}#{place}")


def _judge_again(project: Project) -> None:
    if project.sha:
        evaluate.judge(project.pk, project.sha)


def _whole(form: Given, name: str) -> int:
    text = form.get(name, "").strip()
    if not text.isdecimal() or len(text) > 18:
        raise NotAllowedError(f"{name} is a whole number; {text[:40]!r} is none")
    return int(text)


def _day(form: Given, name: str) -> datetime | None:
    text = form.get(name, "").strip()
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC) if text else None
    except ValueError:
        raise NotAllowedError(f"{text[:40]!r} is no day; write it as 2026-12-31") from None


@require_GET
@signed_in
def attachment(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The file that somebody put beside their word: to be saved, never shown as a page of ours."""
    project = project_for(person_of(request), slug)
    row = SignOff.objects.filter(project=project, pk=pk).first()
    if row is None or not row.file_digest:
        raise Http404("there is no such file")
    name = "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in row.file_name)[:120] or "file"
    answer = HttpResponse(bytes(row.attachment), content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
