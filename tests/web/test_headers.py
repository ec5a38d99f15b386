"""The pages keep to a policy without inline script or style, and to one way of loading everything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from milestones.models import Role
from tests.makers import make_member, make_migration, make_user

TEMPLATES = Path(__file__).parents[2] / "templates"
INLINE = re.compile(
    r"<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:|<script(?![^>]*\ssrc=)|hx-on|hx-vals='?js:", re.IGNORECASE
)
pytestmark = pytest.mark.django_db


def test_no_page_has_inline_script_or_style() -> None:
    project = make_migration()
    client = Client()
    client.force_login(make_member(project, Role.MAINTAINER))
    base = f"/projects/{project.slug}"
    addresses = ["/login/", "/enter/none/", "/nowhere", f"{base}/", f"{base}/report/", f"{base}/?milestone=2"]
    addresses += [f"{base}/milestones/3/dry-run?sha={project.sha}", "/"]
    for address in addresses:
        answer = client.get(address)
        assert not INLINE.search(answer.content.decode()), (address, INLINE.search(answer.content.decode()))
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_no_template_of_a_page_has_inline_script_or_style() -> None:
    pages = [
        path for path in TEMPLATES.rglob("*.html") if path.name != "weekly_report.html" or "emails" not in path.parts
    ]
    assert len(pages) > 20
    for path in pages:
        assert not INLINE.search(path.read_text()), path


@pytest.mark.parametrize(
    "bad", ["<p style='x'>", "<script>x</script>", "<a onclick=x>", "<style>", "<b hx-on:click=x>"]
)
def test_the_search_finds_what_it_looks_for(bad: str) -> None:
    assert INLINE.search(bad)


def test_everything_comes_from_this_server() -> None:
    client = Client()
    client.force_login(make_user())
    loaded = re.findall(r'(?:src|<link[^>]*href)="([^"]+)"', client.get("/").content.decode())
    assert len(loaded) >= 5
    assert all(address.startswith("/static/") for address in loaded), loaded
    for address in loaded:
        assert client.get(address).status_code == 200, address


def test_htmx_is_told_to_evaluate_nothing() -> None:
    page = Client().get("/login/").content.decode()
    assert '"allowEval":false' in page
    assert '"includeIndicatorStyles":false' in page


def test_a_broken_page_is_drawn_without_the_database(client: Client) -> None:
    from django.template.loader import render_to_string

    page = render_to_string("500.html")
    assert "Nothing that came in is lost" in page
    assert not INLINE.search(page)


def test_the_admin_pages_change_nothing_that_was_decided() -> None:
    make_migration()
    client = Client()
    client.force_login(make_user(superuser=True))
    for name in ("promotion", "decision", "signoff", "judgement", "delivery", "milestone"):
        assert client.get(f"/admin/milestones/{name}/").status_code == 200, name
        assert client.get(f"/admin/milestones/{name}/add/").status_code == 403, name
    assert client.get("/admin/milestones/project/").status_code == 200
    assert client.get("/admin/milestones/uploadtoken/").status_code == 200
