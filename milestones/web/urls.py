"""The pages."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from . import deliveries, documents, entry, milestones, projects, reports

_milestone = "projects/<slug:slug>/milestones/<path:key>/"

urlpatterns = [
    path("", projects.project_list, name="projects"),
    path("healthz", entry.health, name="health"),
    path("login/", LoginView.as_view(template_name="milestones/login.html"), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("enter/<str:token>/", entry.enter, name="enter"),
    path("projects/<slug:slug>/", projects.project_detail, name="project"),
    path("projects/<slug:slug>/look", deliveries.look, name="look"),
    path("projects/<slug:slug>/documents/", documents.documents, name="documents"),
    path("projects/<slug:slug>/documents/<path:path>", documents.document, name="document"),
    path("projects/<slug:slug>/findings/<str:fingerprint>/dismiss", documents.dismiss, name="dismiss"),
    path("projects/<slug:slug>/report/", reports.weekly, name="report"),
    path("projects/<slug:slug>/deliveries/<int:pk>/retry", deliveries.retry, name="retry"),
    path(f"{_milestone}dry-run", milestones.dry_run, name="dry_run"),
    path(f"{_milestone}promote", milestones.promote_milestone, name="promote"),
    path(f"{_milestone}sign-off", milestones.sign_off_criteria, name="sign_off"),
]
