"""The endpoints of a project: all of them with their burn-down, and one with both its sides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from milestones.models import Project
from milestones.services import endpoints
from milestones.services.endpoints import FLAGS, STATES, Board, Wanted

from .access import person_of, project_for, signed_in
from .burn_drawing import burn_of
from .projects import is_fragment


@require_GET
@signed_in
def endpoint_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The board; htmx gets the table alone, as its filters have it."""
    project = project_for(person_of(request), slug)
    board = endpoints.board_of(project)
    if board is None:
        return render(request, "milestones/endpoint_list.html", {"project": project, "board": None})
    wanted = _wanted(request)
    context = {"project": project, "board": board, "wanted": wanted, "lines": endpoints.wanted_lines(board, wanted)}
    if is_fragment(request):
        return render(request, "milestones/_endpoint_table.html", context)
    return render(request, "milestones/endpoint_list.html", context | _page(project, board))


def _wanted(request: HttpRequest) -> Wanted:
    asked = {name: request.GET.get(name, "").strip()[:200] for name in ("state", "group", "owner", "flag", "q")}
    return Wanted(asked["state"], asked["group"], asked["owner"], asked["flag"], asked["q"])


def _page(project: Project, board: Board) -> dict[str, Any]:
    return {
        "burn": burn_of(board.course, board.total) if board.course else None,
        "states": list(_strip(board)),
        "flags": [(flag, word, board.counts[flag]) for flag, word in FLAGS.items() if board.counts.get(flag)],
        "groups": endpoints.choices(board.lines, "group"),
        "owners": endpoints.choices(board.lines, "owner"),
        "read": sum(bool(one[6]) for one in board.history.commits) if board.history else 0,
    }


def _strip(board: Board) -> Iterator[dict[str, Any]]:
    """The states side by side, each as wide as its share, from the farthest on."""
    at = 0.0
    for state in reversed(STATES):
        count = board.counts.get(state.value, 0)
        share = 1000 * count / max(board.total, 1)
        yield {"name": state.value, "count": count, "x": round(at, 1), "width": round(share, 1)}
        at += share


@require_GET
@signed_in
def endpoint_detail(request: HttpRequest, slug: str, method: str, path: str = "") -> HttpResponse:
    """One endpoint: both sides, the tests that name it, its history."""
    project = project_for(person_of(request), slug)
    board = endpoints.board_of(project)
    line = endpoints.find(board, method, path) if board else None
    if board is None or line is None:
        raise Http404(f"{method} /{path} is no endpoint of {slug!r}")
    edited = [point for key, point in board.course.edited if key == line.key] if board.course else []
    lost = [point for key, point in board.course.lost if key == line.key] if board.course else []
    disputes = [one for one in board.disputes if f" {line.row['path']} " in f" {one['text']} "]
    context = {"project": project, "board": board, "line": line, "row": line.row, "edited": edited, "lost": lost,
               "disputes": disputes, "recorded": endpoints.recorded_of(project, board, line)}  # fmt: skip
    return render(request, "milestones/endpoint_detail.html", context)
