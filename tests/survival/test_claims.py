"""Claims: one worker at a time, a fence against the one that stalled, five tries and then a person."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from milestones.clients import git
from milestones.models import ATTEMPTS, Delivery, Project, WorkState
from milestones.services import claims, intake, looking

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def delivery() -> Delivery:
    project = Project.objects.create(slug="ferry", name="Ferry", source="/nowhere")
    return intake.receive_look(project)


def expire(row: Delivery) -> None:
    Delivery.objects.filter(pk=row.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_only_one_of_two_workers_gets_it(delivery: Delivery) -> None:
    assert claims.take(delivery.pk) is not None
    assert claims.take(delivery.pk) is None


def test_a_stalled_worker_cannot_write_over_its_successor(delivery: Delivery) -> None:
    stalled = claims.take(delivery.pk)
    expire(delivery)
    successor = claims.take(delivery.pk)
    assert stalled is not None
    assert successor is not None
    with pytest.raises(claims.ClaimLostError):
        stalled.finish(WorkState.DONE, "I was asleep")
    successor.finish(WorkState.FAILED, "the real answer")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.sentence) == ("failed", "the real answer")


def test_a_worker_that_dies_five_times_over_it_leaves_it_dead_and_visible(delivery: Delivery) -> None:
    for _ in range(ATTEMPTS):
        assert claims.take(delivery.pk) is not None
        expire(delivery)
    assert claims.bury_the_exhausted() == 1
    delivery.refresh_from_db()
    assert delivery.state == WorkState.DEAD
    assert claims.due() == []
    assert claims.try_again(delivery.pk)
    assert claims.due() == [delivery.pk]


def test_an_error_of_ours_is_kept_and_tried_again_five_times(delivery: Delivery, monkeypatch: Any) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(looking, "look", broken)
    for attempt in range(1, ATTEMPTS + 1):
        intake.process(delivery.pk)
        delivery.refresh_from_db()
        assert delivery.attempts == attempt
        Delivery.objects.filter(pk=delivery.pk).update(not_before=None)
    assert delivery.state == WorkState.DEAD
    assert "a fault of ours" in delivery.sentence


def test_a_network_that_is_down_is_tried_again_and_a_wrong_address_is_not(delivery: Delivery, monkeypatch: Any) -> None:
    def down(*_: Any, **__: Any) -> None:
        raise git.GitError("git fetch failed: no route", transient=True)

    with monkeypatch.context() as patched:
        patched.setattr(looking, "look", down)
        intake.process(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == WorkState.WAITING
    Delivery.objects.update(not_before=None)
    intake.process(delivery.pk)
    delivery.refresh_from_db()
    assert delivery.state == WorkState.FAILED
    assert "/nowhere is no folder on this machine" in delivery.sentence


def test_a_program_that_starts_alone_lets_go_of_what_its_dead_workers_held(delivery: Delivery) -> None:
    assert claims.take(delivery.pk) is not None
    assert claims.due() == []
    assert claims.release_the_abandoned() == 1
    assert claims.due() == [delivery.pk]
