"""Pages as a person reads them."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client

from milestones.models import Project, Role
from tests.makers import make_member

HTMX = {"HX-Request": "true"}


def text(page: Any) -> str:
    """The words of a page or a response, one blank between them."""
    source = page if isinstance(page, str) else page.content.decode()
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", source)))


def member_client(project: Project, role: Role = Role.MAINTAINER, name: str = "") -> Client:
    client = Client()
    client.force_login(make_member(project, role, name))
    return client


def page(project: Project, query: str = "", role: Role = Role.MAINTAINER) -> str:
    """The project page as a member sees it."""
    answer = member_client(project, role).get(f"/projects/{project.slug}/{query}")
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def row_of(page: str, words: str) -> str:
    """The row of the criteria table that holds these words."""
    body = page.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    return next(row for row in body.split("<tr>") if words in row)
