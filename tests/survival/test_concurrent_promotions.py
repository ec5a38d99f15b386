"""Many people who promote the same commit at once get one decision, and all the same answer."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from django.db import connections

from milestones.models import Decision, Milestone, Promotion
from milestones.services import accounts, log, promote
from tests.example import ferry, junit, send, track

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 50
ROUNDS = int(os.environ.get("SURVIVAL_ROUNDS", "3"))


def test_one_decision_is_written_however_many_ask_at_once(tmp_path: Path) -> None:
    work, _legacy, ported = ferry(tmp_path / "ferry")
    project = track(work)
    for number in range(ROUNDS):
        green = number % 2 == 0
        sha = work.commit({"ferry/more.py": f"MORE = {number}\n"}, f"Round {number}")
        project = track(work)
        send(project, "junit", sha, junit(failed=0 if green else 1))
        together(promote.milestone_of(project, "1"), sha, green=green)
        assert Promotion.objects.count() == number + 1
        assert Decision.objects.filter(verb__in=["approved", "blocked"]).count() == number + 1
    assert log.first_break() is None
    assert ported
    work.repo.close()


def together(milestone: Milestone, sha: str, *, green: bool) -> None:
    """Everybody asks at once: one row, and the same answer for all."""
    boss = accounts.operator()
    answers: list[tuple[int, bool]] = []
    barrier = threading.Barrier(PEOPLE)

    def ask() -> None:
        try:
            barrier.wait(60)
            answer = promote.promote(milestone, sha, by=boss)
            answers.append((answer.pk, answer.approved))
        finally:
            connections.close_all()

    people = [threading.Thread(target=ask) for _ in range(PEOPLE)]
    for person in people:
        person.start()
    for person in people:
        person.join(120)
    assert len(answers) == PEOPLE
    assert set(answers) == {(Promotion.objects.get(sha=sha).pk, green)}
