"""Many people who promote the same commit at once get one decision, and all the same answer."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import connections

from milestones.models import Decision, Promotion
from milestones.services import accounts, promote
from tests.example import ferry, junit, send, track

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 12


@pytest.mark.parametrize("green", [True, False])
def test_one_decision_is_written_however_many_ask_at_once(tmp_path: Path, green: bool) -> None:
    work, _legacy, ported = ferry(tmp_path / "ferry")
    project = track(work)
    send(project, "junit", ported, junit(failed=0 if green else 1))
    boss, milestone = accounts.operator(), promote.milestone_of(project, "1")
    answers: list[tuple[int, bool]] = []
    together = threading.Barrier(PEOPLE)

    def ask() -> None:
        try:
            together.wait(20)
            answer = promote.promote(milestone, ported, by=boss)
            answers.append((answer.pk, answer.approved))
        finally:
            connections.close_all()

    people = [threading.Thread(target=ask) for _ in range(PEOPLE)]
    for person in people:
        person.start()
    for person in people:
        person.join(60)
    assert len(answers) == PEOPLE
    assert set(answers) == {(Promotion.objects.get().pk, green)}
    assert Decision.objects.exclude(verb="tracked").count() == 1
    work.repo.close()
