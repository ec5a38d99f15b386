"""What a real browser makes of our headers: nothing is blocked that the pages need."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def complaints(page: Any) -> list[str]:
    """What the browser's console says that our policy forbids."""
    found: list[str] = []
    page.on(
        "console", lambda message: found.append(message.text) if "Content Security Policy" in message.text else None
    )
    return found


def test_the_admin_can_be_used_under_the_content_security_policy(
    page: Any, live_server: Any, complaints: list[str]
) -> None:
    get_user_model().objects.create_superuser("ada", password="a long enough word")
    page.goto(f"{live_server.url}/admin/")
    page.fill("[name=username]", "ada")
    page.fill("[name=password]", "a long enough word")
    page.click("[type=submit]")
    assert page.url == f"{live_server.url}/admin/"
    assert complaints == []


def test_an_inline_script_is_refused(page: Any, live_server: Any, complaints: list[str]) -> None:
    page.goto(f"{live_server.url}/admin/login/")
    page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.body.append(script);
    }""")
    assert page.evaluate("window.ran") is None
    assert len(complaints) == 1
