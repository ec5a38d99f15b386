"""Judgements: how few queries they take, how they rise, and how they are had again."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from milestones.models import Judgement, Kept, Verdict
from milestones.services import evaluate, kept, replay
from tests.judgement_rows import many
from tests.makers import make_evidence, make_judgement, make_milestone, make_project, make_tests


def statements(captured: CaptureQueriesContext) -> list[str]:
    """What was asked of the database, but for the brackets of transactions."""
    brackets = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return [one["sql"] for one in captured.captured_queries if not one["sql"].startswith(brackets)]


@pytest.mark.django_db
@pytest.mark.parametrize(("gates", "criteria"), [(20, 40), (500, 1000)])
def test_however_many_gates_there_are_they_take_twelve_queries(gates: int, criteria: int) -> None:
    project = many(gates, criteria)
    with CaptureQueriesContext(connection) as captured:
        case = evaluate.case_of(project, project.sha, timezone.now())
    asked = statements(captured)
    assert len(asked) <= 12, "\n".join(one[:200] for one in asked)
    assert sum(len(one.gates) for one in case.judged) == gates + 2
    assert sum(len(one.criteria) for one in case.judged) == criteria


@pytest.mark.django_db
def test_a_verdict_is_had_again_byte_for_byte(capsys: Any) -> None:
    project = make_project(policy='[milestones.1]\ndone = ["tests.failed == 0"]\n')
    make_milestone(project, "1", criteria=["Seen by somebody."])
    first = make_judgement(project)
    make_tests(project, failed=2)
    second = make_judgement(project)
    assert (first.number, second.number) == (1, 2)
    for row in (first, second):
        assert replay.replay(replay.find(row.handle)).same
    printed = StringIO()
    call_command("replay", second.handle, "--json", stdout=printed, stderr=StringIO())
    assert printed.getvalue().strip() == replay.replay(second).stored
    assert "tests.failed is 2" in printed.getvalue()
    assert "no JUnit results" in replay.replay(first).stored


@pytest.mark.django_db
def test_what_was_altered_is_not_had_again() -> None:
    project = make_project(policy='[milestones.1]\ndone = ["tests.failed == 0"]\n')
    make_tests(project)
    row = make_judgement(project)
    body = Kept.objects.get(pk=row.inputs["evidence"]).body
    Kept.objects.filter(pk=row.inputs["evidence"]).update(body=Kept.objects.get(pk=row.inputs["policy"]).body)
    with pytest.raises(kept.LostError, match="the evidence of this judgement is gone from the store, or was altered"):
        replay.replay(row)
    Kept.objects.filter(pk=row.inputs["evidence"]).update(body=body)
    assert replay.replay(row).same


@pytest.mark.django_db
def test_what_judgements_share_is_kept_once() -> None:
    project = make_project(policy='[milestones.1]\ndone = ["tests.failed == 0"]\n')
    make_milestone(project, "1", criteria=["Seen by somebody."])
    rows = [make_judgement(project)]
    for number in range(3):
        make_evidence(project, "metrics", {"metric.p95": number}, job=str(number))
        rows.append(make_judgement(project))
    assert [row.number for row in rows] == [1, 2, 3, 4]
    assert len({row.inputs["documents"] for row in rows}) == 1
    assert len({row.inputs["evidence"] for row in rows}) == 4
    assert make_judgement(project) == rows[-1], "nothing new is no new verdict"
    assert Judgement.objects.count() == 4
    assert Verdict.objects.count() == 4
