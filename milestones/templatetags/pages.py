"""The pages of a project, side by side at the top of each."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from milestones.models import Project

register = template.Library()

# the name of each page's address, and what it is called
PAGES = (
    ("project", "Milestones"),
    ("documents", "Documents"),
    ("endpoints", "Endpoints"),
    ("likeness", "Likeness"),
    ("results", "Results"),
    ("changes", "Changes"),
    ("behaviour", "Behaviour"),
    ("decisions", "Decisions"),
    ("report", "Weekly report"),
)


@register.inclusion_tag("milestones/_pages.html")
def pages(project: Project, current: str) -> dict[str, Any]:
    """The links to all pages of a project, of which `current` is open."""
    listed = [{"label": label, "url": reverse(name, args=[project.slug]), "open": name == current}
              for name, label in PAGES]  # fmt: skip
    return {"project": project, "pages": listed}
