"""The reading of two real documents against counts made by hand, item for item."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from milestones.facts import Criterion, CriterionKind, Document, Milestone, Status
from milestones.reading import read_document

SHARED = Path(__file__).parents[2] / ".." / "shared"
ROADMAP, TODO = "000_f9e7d13de27af202.txt", "004_b83a62c622ef003a.txt"

pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the documents counted by hand are not beside this checkout"
)


@lru_cache
def facts(name: str) -> dict[str, Any]:
    return dict(json.loads((SHARED / "facts" / "docs.json").read_text())[name])


@lru_cache
def read(name: str) -> Document:
    return read_document(name, (SHARED / "seeds" / name).read_bytes())


def everyone(milestones: tuple[Milestone, ...]) -> Iterator[Milestone]:
    for milestone in milestones:
        yield milestone
        yield from everyone(milestone.children)


def count(milestone: Milestone, kind: CriterionKind) -> int:
    owned: list[Criterion] = [*milestone.criteria, *milestone.non_goals]
    return sum(item.kind is kind and item.depth == 0 for item in owned)


def whole(milestone: Milestone, kind: CriterionKind) -> int:
    return sum(count(part, kind) for part in everyone((milestone,)))


STATUSES = {"in progress": Status.IN_PROGRESS, "reached": Status.REACHED, "complete": Status.COMPLETE}


@pytest.fixture
def pairs() -> list[tuple[dict[str, Any], Milestone]]:
    return list(zip(facts(ROADMAP)["milestones"], read(ROADMAP).milestones, strict=True))


def test_the_roadmap_has_its_milestones(pairs: list[tuple[dict[str, Any], Milestone]]) -> None:
    assert [(milestone.key, milestone.line) for _, milestone in pairs] == [
        (expected["id"], expected["heading_line"]) for expected, _ in pairs
    ]
    for expected, milestone in pairs:
        assert milestone.title == f"Milestone {expected['id']} — {expected['title']}"


def test_the_roadmap_states_its_statuses(pairs: list[tuple[dict[str, Any], Milestone]]) -> None:
    for expected, milestone in pairs:
        status = STATUSES.get(expected["status"], Status.NONE)
        assert (milestone.key, milestone.status, milestone.date) == (expected["id"], status, expected["date"])
        assert bool(milestone.status_text) == bool(expected["status"])
        assert bool(milestone.goal) == expected["has_goal"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("dod_items", CriterionKind.DEFINITION_OF_DONE),
        ("non_goal_items", CriterionKind.NON_GOAL),
        ("scope_exclusion_items", CriterionKind.SCOPE_EXCLUSION),
        ("metric_items", CriterionKind.METRIC),
        ("verification_gate_items", CriterionKind.VERIFICATION_GATE),
    ],
)
def test_the_roadmap_counts(name: str, kind: CriterionKind, pairs: list[tuple[dict[str, Any], Milestone]]) -> None:
    assert {e["id"]: whole(m, kind) for e, m in pairs} == {e["id"]: e.get(name, 0) for e, _ in pairs}
    if kind is CriterionKind.DEFINITION_OF_DONE:
        assert {e["id"]: count(m, kind) for e, m in pairs} == {e["id"]: e["dod_items"] for e, _ in pairs}


def test_the_roadmap_sets_its_targets() -> None:
    found = [
        (milestone.key, target.line, target.expect)
        for milestone in read(ROADMAP).milestones
        for part in everyone((milestone,))
        for target in part.targets
    ]
    assert found == [(row["milestone"], row["line"], _bound(row)) for row in facts(ROADMAP)["targets"]]


def _bound(row: dict[str, Any]) -> str:
    if row["op"] == "range":
        return f"in {row['value'][0]:.2f}..{row['value'][1]:.2f}"
    return f"{row['op']} {row['value']}"


def test_the_roadmap_has_phases_tasks_and_commands() -> None:
    milestones = {milestone.key: milestone for milestone in read(ROADMAP).milestones}
    for key, titles in facts(ROADMAP)["inner_phases"].items():
        assert [child.title for child in milestones[key].children] == titles
    last = facts(ROADMAP)["milestones"][-1]
    assert [child.title for child in milestones["N"].children] == last["task_titles"]
    assert milestones["N"].children[-1].status is Status.OPTIONAL
    gates = [gate for child in milestones["N"].children for gate in child.gates]
    assert [list(gate.commands) for gate in gates] == [facts(ROADMAP)["gate_commands_milestone_N"]]


def test_the_todo_list_has_its_phases_and_gates() -> None:
    phases = zip(facts(TODO)["phases"], read(TODO).milestones, strict=True)
    for expected, phase in phases:
        assert phase.title == f"Phase {expected['id']}: {expected['title']}"
        assert len(phase.criteria) == expected["items"]
        (gate,) = phase.gates
        assert gate.label == f"Stop point {expected['gate']} {expected['gate_kind']}"
        assert len(gate.items) == expected["gate_items"]
        assert list(gate.commands) == expected["gate_commands"]


def test_the_todo_list_has_its_boxes() -> None:
    document, expected = read(TODO), facts(TODO)["checkboxes"]
    boxes = document.checkboxes
    assert (boxes.total, boxes.checked) == (expected["total"], expected["checked"])
    assert boxes.by_depth == {"0": expected["depth0"], "1": expected["depth1"]}
    done = [item for item in document.criteria if item.kind is CriterionKind.DEFINITION_OF_DONE]
    assert len(done) == expected["definition_of_done"]
    assert len(document.criteria) - len(done) == expected["pre_phase_sections"]
    (target,) = [target for phase in document.milestones for target in phase.targets]
    assert (target.measure, target.expect) == ("coverage", ">= 80%")


@pytest.mark.parametrize("name", ["001_da06dbc25a8d93c8.txt", "002_6e0348fbfcf8c5d7.txt", "003_244b75e2ac76280b.txt"])
def test_the_others_are_read_without_a_problem(name: str) -> None:
    assert read(name).problems == ()
