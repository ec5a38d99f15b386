"""Where everything answers."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from milestones.api import hooks, sender
from milestones.api.evidence import api

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", api.urls),
    path("hooks/github/<slug:slug>", hooks.github, name="github_hook"),
    path("send.py", sender.script, name="sender"),
    path("send.py.sha256", sender.checksum, name="sender_checksum"),
    path("", include("milestones.web.urls")),
]
