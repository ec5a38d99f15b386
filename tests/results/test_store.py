"""Outcomes in the database: each test keeps its place, each run is one column, and what failed has a row."""

import pytest

from milestones.facts import Outcome, Result
from milestones.models import Evidence, Outcomes, RollSegment, ToldOutcome
from milestones.results.collecting import Collector
from milestones.results.packing import Mark
from milestones.services import outcomes, reconciling
from tests.makers import make_commit, make_project, sha_of

pytestmark = pytest.mark.django_db
P, F, S = Result.PASSED, Result.FAILED, Result.SKIPPED


@pytest.fixture
def project():
    found = make_project()
    make_commit(found, found.sha)
    return found


def collected(project, results):
    collector = Collector(outcomes.index_of(project))
    collector.take(
        [Outcome(result, "tests.test_a", name, text="why" * (result != P)) for name, result in results.items()]
    )
    return collector


def run(project, results, **place):
    number = Evidence.objects.count()
    fields = {"sha": project.sha, "kind": "junit", "digest": f"{number:064x}", **place}
    row = Evidence.objects.create(project=project, **fields)
    outcomes.store(row, collected(project, results))
    return row


def marks(project, column):
    found = {p: column.mark(p) for p in range(column.first + len(column.marks)) if column.mark(p)}
    names = outcomes.names_at(project, found)
    return {names[position].name: mark for position, mark in found.items()}


def test_outcomes_are_read_back_by_name(project):
    row = run(project, {"a": P, "b": F, "c": S})
    assert marks(project, outcomes.column_of(row)) == {"a": Mark.PASSED, "b": Mark.FAILED, "c": Mark.SKIPPED}
    assert list(ToldOutcome.objects.order_by("position").values_list("mark", "text")) == [(4, "why"), (1, "why")]


def test_a_test_keeps_its_place_and_new_ones_come_after(project):
    run(project, {"a": P, "b": P})
    second = run(project, {"c": P, "a": F})
    assert [key.split("\x1f")[1] for key in outcomes.index_of(project)] == ["a", "b", "c"]
    assert marks(project, outcomes.column_of(second)) == {"a": Mark.FAILED, "c": Mark.PASSED}
    assert RollSegment.objects.count() == 1, "small additions go into the last segment"


def test_two_files_that_were_read_at_the_same_time_agree_on_the_places(project):
    first, second = collected(project, {"a": P, "b": F}), collected(project, {"x": F, "b": P})
    rows = [
        Evidence.objects.create(project=project, sha=project.sha, kind="junit", job=job, digest=job)
        for job in ("one", "two")
    ]
    outcomes.store(rows[0], first)
    outcomes.store(rows[1], second)
    assert marks(project, outcomes.column_of(rows[0])) == {"a": Mark.PASSED, "b": Mark.FAILED}
    assert marks(project, outcomes.column_of(rows[1])) == {"x": Mark.FAILED, "b": Mark.PASSED}
    assert len(outcomes.index_of(project)) == 3
    told = ToldOutcome.objects.get(evidence=rows[1])
    assert outcomes.names_at(project, [told.position])[told.position].name == "x"


def test_many_tests_at_once_begin_a_segment_of_their_own(project, monkeypatch):
    monkeypatch.setattr(outcomes, "SEGMENT", 3)
    run(project, {"a": P, "b": P})
    run(project, {"c": P, "d": P})
    run(project, {"e": P})
    assert list(RollSegment.objects.order_by("first").values_list("first", "count")) == [(0, 2), (2, 3)]
    assert [one.name for one in outcomes.names_at(project, [4, 1]).values()] == ["b", "e"]


def test_a_row_tells_what_the_test_was_in_the_run_before_of_its_job(project):
    run(project, {"a": P, "b": F, "c": P})
    second = run(project, {"a": F, "b": P, "c": P}, sha=sha_of(7))
    other = run(project, {"a": F}, job="nightly")
    turned = {one.position: (one.was, one.mark) for one in second.told.all()}
    assert turned == {0: (Mark.PASSED, Mark.FAILED), 1: (Mark.FAILED, Mark.PASSED)}
    assert other.told.get().was == 0


def combined(project):
    return reconciling.run_at(project, project.sha)


def test_a_second_attempt_counts_and_what_it_passed_now_is_unsteady(project):
    run(project, {"a": P, "b": F, "c": F}, job="unit", attempt=1)
    run(project, {"a": P, "b": P, "c": F}, job="unit", attempt=2)
    found = combined(project)
    assert marks(project, found.column) == {"a": Mark.PASSED, "b": Mark.FLAKY, "c": Mark.FAILED}
    assert len(found.unsteady) == 1


def test_what_fails_in_the_end_is_a_failure_however_unsteady(project):
    run(project, {"a": P, "b": P}, job="unit", attempt=1)
    run(project, {"a": F, "b": P}, job="unit", attempt=2)
    found = combined(project)
    assert marks(project, found.column) == {"a": Mark.FAILED, "b": Mark.PASSED}
    assert len(found.unsteady) == 1, "and it is named as unsteady"
    run(project, {"a": P, "b": F}, job="matrix")
    run(project, {"a": P, "b": P}, job="matrix")
    assert marks(project, combined(project).column)["b"] is Mark.FAILED, "two runs of one attempt may be two systems"


def test_a_test_that_fails_in_one_job_fails_whatever_the_others_say(project):
    run(project, {"a": P, "b": S}, job="3.11")
    run(project, {"a": F, "b": P}, job="3.13")
    assert marks(project, combined(project).column) == {"a": Mark.FAILED, "b": Mark.PASSED}


def test_the_store_goes_with_its_project(project):
    run(project, {"a": F})
    project.delete()
    assert not Outcomes.objects.exists()
    assert not RollSegment.objects.exists()
