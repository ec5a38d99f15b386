"""Whoever tries passwords waits, longer each time; nobody else does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from milestones.models import LoginFailure
from milestones.services import throttle
from tests.makers import make_user
from tests.web.pages import text

pytestmark = pytest.mark.django_db


def tried(name: str, password: str, address: str = "192.0.2.7"):  # type: ignore[no-untyped-def]
    return Client().post("/login/", {"username": name, "password": password}, REMOTE_ADDR=address)


def test_many_wrong_passwords_cost_time_even_before_the_right_one() -> None:
    make_user("signe")
    for _ in range(throttle.FREE):
        assert tried("signe", "wrong").status_code == 200
    slowed = tried("Signe", "correct horse")
    assert slowed.status_code == 429
    assert int(slowed["Retry-After"]) <= 2
    assert "Too many wrong passwords; wait" in text(slowed)
    assert tried("signe", "correct horse", address="192.0.2.8").status_code == 302, "another address does not wait"
    LoginFailure.objects.update(last_at=timezone.now() - timedelta(seconds=3))
    assert tried("signe", "correct horse").status_code == 302
    assert not LoginFailure.objects.exists(), "it is forgotten with the right one"


def test_the_wait_doubles_and_ends_at_a_quarter_of_an_hour() -> None:
    make_user("signe")
    waits = []
    for _ in range(throttle.FREE + 14):
        throttle.failed("192.0.2.7", "signe")
        waits.append(throttle.wait("192.0.2.7", "signe"))
    assert waits[: throttle.FREE - 1] == [0] * (throttle.FREE - 1)
    assert waits[throttle.FREE : throttle.FREE + 4] == [4, 8, 16, 32]
    assert waits[-1] == throttle.LONGEST.total_seconds()
