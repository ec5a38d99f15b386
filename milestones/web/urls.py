"""The pages."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path, re_path

from . import (
    behaviour,
    changes,
    decisions,
    deliveries,
    documents,
    endpoints,
    entry,
    likeness,
    milestones,
    projects,
    reports,
    results,
)

_milestone = "projects/<slug:slug>/milestones/<path:key>/"

urlpatterns = [
    path("", projects.project_list, name="projects"),
    path("healthz", entry.health, name="health"),
    path("login/", entry.SlowLoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("enter/<str:token>/", entry.enter, name="enter"),
    path("projects/<slug:slug>/", projects.project_detail, name="project"),
    path("projects/<slug:slug>/look", deliveries.look, name="look"),
    path("projects/<slug:slug>/decisions/", decisions.decisions, name="decisions"),
    path("projects/<slug:slug>/decisions/change", decisions.change_of, name="change_of"),
    path("projects/<slug:slug>/decisions/files/<int:pk>", decisions.attachment, name="attachment"),
    path("projects/<slug:slug>/decisions/<slug:verb>", decisions.decide, name="decide"),
    path("projects/<slug:slug>/documents/", documents.documents, name="documents"),
    path("projects/<slug:slug>/documents/<path:path>", documents.document, name="document"),
    path("projects/<slug:slug>/findings/<str:fingerprint>/dismiss", documents.dismiss, name="dismiss"),
    path("projects/<slug:slug>/results/", results.results, name="results"),
    path("projects/<slug:slug>/results/explain", results.explain, name="explain"),
    path("projects/<slug:slug>/deliveries/<int:pk>/", results.delivery, name="delivery"),
    path("projects/<slug:slug>/behaviour/", behaviour.behaviour, name="behaviour"),
    re_path(
        r"^projects/(?P<slug>[-\w]+)/behaviour/(?P<method>[A-Z]+)/(?P<route>.*)$", behaviour.answers, name="answers"
    ),
    path("projects/<slug:slug>/endpoints/", endpoints.endpoint_list, name="endpoints"),
    path("projects/<slug:slug>/endpoints/<str:method>/", endpoints.endpoint_detail, name="endpoint"),
    path("projects/<slug:slug>/endpoints/<str:method>/<path:path>", endpoints.endpoint_detail, name="endpoint"),
    path("projects/<slug:slug>/changes/", changes.changes, name="changes"),
    path("projects/<slug:slug>/changes/approve", changes.approve_rewrites, name="approve_rewrites"),
    path("projects/<slug:slug>/likeness/", likeness.likeness_page, name="likeness"),
    path("projects/<slug:slug>/likeness/function", likeness.function_page, name="function"),
    path("projects/<slug:slug>/report/", reports.weekly, name="report"),
    path("projects/<slug:slug>/deliveries/<int:pk>/retry", deliveries.retry, name="retry"),
    path(f"{_milestone}dry-run", milestones.dry_run, name="dry_run"),
    path(f"{_milestone}promote", milestones.promote_milestone, name="promote"),
    path(f"{_milestone}bind", milestones.bind_criterion, name="bind"),
    path(f"{_milestone}sign-off", milestones.sign_off_criteria, name="sign_off"),
]
