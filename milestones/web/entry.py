"""The door: one-time links in, and whether the house stands."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from milestones.services import keys, throttle


@require_GET
@never_cache
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Log the person of a one-time link in; a link that was used, or is too old, says so."""
    person = keys.use_entry_link(token)
    if person is None or not person.is_active:
        return render(request, "milestones/link_used.html", {"hours": keys.ENTRY_LINK_HOURS}, status=410)
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    return redirect("projects")


class SlowLoginView(LoginView):
    """Name and password; whoever tries many wrong ones waits, longer each time."""

    template_name = "milestones/login.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        seconds = throttle.wait(*self._tried())
        if seconds:
            form = AuthenticationForm(request)  # empty: one with what was typed would try the password
            said = f"Too many wrong passwords; wait {seconds} second{'s' * (seconds != 1)}, then try again."
            answer = self.render_to_response(self.get_context_data(form=form, slowed=said), status=429)
            answer["Retry-After"] = str(seconds)
            return answer
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: Any) -> HttpResponse:
        throttle.failed(*self._tried())
        return super().form_invalid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        throttle.succeeded(*self._tried())
        return super().form_valid(form)

    def _tried(self) -> tuple[str, str]:
        return self.request.META.get("REMOTE_ADDR", ""), self.request.POST.get("username", "")


@require_GET
@never_cache
def health(_request: HttpRequest) -> HttpResponse:
    """200 where the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
