"""Requests that nobody types by hand: each is refused or answered, none ends in a 500."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from milestones.models import Project, Role, SignOff
from milestones.services import keys
from tests.example import ferry, junit, track
from tests.makers import make_member

pytestmark = pytest.mark.django_db(transaction=True)
SHA = "a" * 40


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return track(ferry(tmp_path / "ferry")[0])


@pytest.fixture
def browser(project: Project, client: Client) -> Client:
    client.force_login(make_member(project, Role.OWNER))
    client.raise_request_exception = False
    return client


ODD = ["%00", "a%00b", "%ED%A0%80", "%FF", "9" * 60, "x" * 4096, "%0D%0ASet-Cookie:x", "..%2F..", "-1", "%F0%9F%9A%A2"]


@pytest.mark.parametrize("odd", ODD)
def test_no_address_of_the_pages_breaks(browser: Client, project: Project, odd: str) -> None:
    slug = project.slug
    for path in (
        f"/projects/{odd}/", f"/projects/{slug}/?milestone={odd}", f"/projects/{slug}/?answer={odd}",
        f"/projects/{slug}/?stamp={odd}", f"/projects/{slug}/milestones/{odd}/dry-run",
        f"/projects/{slug}/milestones/1/dry-run?sha={odd}", f"/enter/{odd}/", f"/login/?next={odd}",
        f"/projects/{odd}/report/",
    ):  # fmt: skip
        assert browser.get(path).status_code < 500, path
    for path in (
        f"/projects/{slug}/milestones/{odd}/promote", f"/projects/{slug}/milestones/{odd}/sign-off",
        f"/projects/{slug}/deliveries/{odd}/retry", f"/hooks/github/{odd}",
    ):  # fmt: skip
        assert browser.post(path).status_code < 500, path


@pytest.mark.parametrize("odd", ["\0", "a\0b", "9" * 60, "x" * 40, "x" * 4096, "\ufffd\x85\u2028"])
def test_no_form_breaks(browser: Client, project: Project, odd: str) -> None:
    page = f"/projects/{project.slug}/milestones/2"
    fields = {"sha": odd, "seen": odd, "identity": odd, "note": odd, "milestone": odd}
    for path in (f"{page}/promote", f"{page}/sign-off", f"/projects/{project.slug}/look"):
        assert browser.post(path, fields).status_code < 500, path
        assert browser.post(path, fields, headers={"HX-Request": "true"}).status_code < 500, path
    assert browser.post("/login/", {"username": odd, "password": odd}).status_code < 500


def test_a_note_with_a_nul_in_it_is_kept_without_it(browser: Client, project: Project) -> None:
    page = browser.get(f"/projects/{project.slug}/?milestone=2").context["overview"]
    chosen = page.chosen.awaiting[0].identity
    answer = browser.post(f"/projects/{project.slug}/milestones/2/sign-off", {"identity": chosen, "note": "I\0saw"})
    assert answer.status_code == 302
    assert "\0" not in SignOff.objects.get().note


@pytest.mark.parametrize("odd", ODD)
def test_no_address_of_the_api_breaks(project: Project, client: Client, odd: str) -> None:
    client.raise_request_exception = False
    key = {"Authorization": f"Bearer {keys.new_upload_token(project, 'CI')}"}
    slug = project.slug
    for path in (
        f"junit?sha={odd}", f"{odd}?sha={SHA}", f"junit?sha={SHA}&job={odd}", f"junit?sha={SHA}&shard={odd}",
        f"junit?sha={SHA}&file={odd}", f"junit?sha={SHA}&attempt={odd}",
    ):  # fmt: skip
        answer: Any = client.post(f"/api/projects/{slug}/evidence/{path}", junit(), content_type="x/y", headers=key)
        assert answer.status_code < 500, path
    for path in (f"/api/projects/{odd}/deliveries/1", f"/api/projects/{slug}/deliveries/{odd}"):
        assert client.get(path, headers=key).status_code < 500, path


@pytest.mark.parametrize("name", ["Idempotency-Key", "Content-Encoding", "Authorization", "X-GitHub-Delivery"])
def test_no_header_breaks(project: Project, client: Client, name: str) -> None:
    client.raise_request_exception = False
    key = {"Authorization": f"Bearer {keys.new_upload_token(project, 'CI')}"}
    for odd in ("\xff\xfe", "x" * 5000, "Bearer \xff", "Bearer", "\x01"):
        address = f"/api/projects/{project.slug}/evidence/junit?sha={SHA}"
        answer: Any = client.post(address, junit(), content_type="x/y", headers={**key, name: odd})
        assert answer.status_code < 500, odd
