"""The door: one-time links in, and whether the house stands."""

from __future__ import annotations

from django.contrib.auth import login
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from milestones.services import keys


@require_GET
@never_cache
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Log the person of a one-time link in; a link that was used, or is too old, says so."""
    person = keys.use_entry_link(token)
    if person is None or not person.is_active:
        return render(request, "milestones/link_used.html", {"hours": keys.ENTRY_LINK_HOURS}, status=410)
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("projects")


@require_GET
@never_cache
def health(_request: HttpRequest) -> HttpResponse:
    """200 where the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
