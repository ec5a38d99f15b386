"""Plans in ten different styles, each read as a careful person reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from milestones.facts import Milestone, Status
from milestones.reading import read_document

PLANS = Path(__file__).parents[1] / "fixtures" / "reading"

# name -> each milestone with its status, date, items by kind, ticked boxes, targets and gates
READ = {
    "bold": [
        "milestone 1: complete 2025-03-03 | 2 checklist | 2/2",
        "milestone 2: in_progress | 2 acceptance | 0/2",
        "milestone 3: not_started",
        "milestone 4: dropped",
    ],
    "details": [
        "phase 1: complete 2025-10-01 | 2 success, 2 checklist | 2/2",
        "phase 2: in_progress | 1 success",
        "phase 3: not_started",
    ],
    "emoji": [
        "phase 1: complete | 2 checklist | 2/2",
        "phase 2: in_progress | 3 checklist | 1/3",
        "phase 3: none | 2 checklist | 1/2",
        "phase 4: pending | 2 verification_gate | 0/2 | Exit criteria -> ",
    ],
    "front": [
        "iteration 7: none 2025-08-30 | 1 scope_exclusion, 3 constraint, 2 success"
        " | Commit subject line <= 60; Hop count <= 2; coverage >= 82%",
        "  phase 0: none | 1 checklist | 1/1",
        "  phase 1: complete | 1 checklist | 1/1 | Verification gates -> ruff check gateway, pytest -q gateway/tests",
    ],
    "nested": [
        "milestone A: none | error rate < 1% | Stop point A: read side gate -> npm ci, npm run contract -- --all",
        "  phase A.1: complete",
        "  phase A.2: in_progress 2025-06-01 | 4 checklist | 1/4 | Gate -> npm run contract",
        "milestone B: optional",
        "  phase B.1: none | 1 checklist | 0/1",
        "milestone C: dropped",
    ],
    "prose": ["milestone 3: complete", "milestone 4: in_progress", "phase 2: dropped 2025-02-11"],
    "short": [
        "milestone 1: complete 2025-02-14 | 4 checklist | 3/4",
        "milestone 2: complete 2025-03-02 | 5 acceptance | 2/2 | p95 latency < 120 ms; Coverage >= 85%",
        "  milestone 2.1: pending",
        "  milestone 2.2: complete",
        "milestone 3: none",
    ],
    "sprints": [
        "sprint 4: in_progress | 4 checklist, 2 definition_of_done | 2/4",
        "sprint 5: pending | 1 scope_exclusion, 2 risk",
        "sprint 6: none",
    ],
    "steps": [
        "step 1: none | 2 definition_of_done",
        "step 2: none | 2 definition_of_done",
        "step 3: none | 2 stop_the_line",
    ],
    "table": [
        "milestone 1: complete 2024-11-03",
        "milestone 3: not_started",
        "milestone 4: none",
        "milestone 2: in_progress | 2 deliverable, 1 non_goal"
        " | Login p95 (ms) <= 200; Error rate < 0.5%; Similarity in 0.6..0.8",
    ],
}


def told(one: Milestone) -> Iterator[str]:
    items = (*one.criteria, *one.non_goals)
    boxes = [item.checked for item in items if item.checked is not None]
    parts = [f"{one.kind} {one.key}: {one.status}" + (f" {one.date}" if one.date else "")]
    parts += [", ".join(f"{n} {kind}" for kind, n in Counter(item.kind.value for item in items).items())]
    parts += [f"{sum(boxes)}/{len(boxes)}" if boxes else ""]
    parts += ["; ".join(f"{target.measure} {target.expect}" for target in one.targets)]
    parts += ["; ".join(f"{gate.label} -> {', '.join(gate.commands)}" for gate in one.gates)]
    yield " | ".join(filter(None, parts))
    for child in one.children:
        yield from ("  " + row for row in told(child))


@pytest.mark.parametrize("name", READ)
def test_each_style_is_read(name: str) -> None:
    document = read_document(f"{name}.md", (PLANS / f"{name}.md").read_bytes())
    assert [row for one in document.milestones for row in told(one)] == READ[name]


def status_of(text: str) -> Status:
    (one,) = read_document("x.md", text.encode()).milestones
    return one.status


@pytest.mark.parametrize(
    ("heading", "status"),
    [
        ("Phase 1: Removed features", Status.NONE),
        ("Phase 1: Active users", Status.NONE),
        ("Phase 1: Planned downtime - rehearsal", Status.NONE),
        ("Phase 1: Warnings (partial auth failure)", Status.NONE),
        ("Phase 1: Hooks (40% done)", Status.IN_PROGRESS),
        ("Phase 1: Hooks (100% complete)", Status.COMPLETE),
        ("Phase 1 (Current - COMPLETE)", Status.COMPLETE),
        ("Phase 1: Docks 🔌 PLANNED", Status.PENDING),
        ("Phase 1: Docks (done in May)", Status.COMPLETE),
        ("Phase 1 - Docks — status: dropped", Status.DROPPED),
    ],
)
def test_a_heading_states_a_status_only_where_nothing_else_can_be_meant(heading: str, status: Status) -> None:
    assert status_of(f"# P\n\n## {heading}\n") is status


@pytest.mark.parametrize(
    "sentence",
    [
        "Once phase 1 is complete, the crane moves.",
        "Phase 2 starts when phase 1 is done.",
        "Ensure that phase 1 is complete.",
        "Phase 1 is complete when all cranes stand.",
    ],
)
def test_a_condition_states_nothing(sentence: str) -> None:
    assert status_of(f"# P\n\n{sentence}\n\n## Phase 1: Cranes\n") is Status.NONE


def test_the_status_under_the_title_may_stand_in_a_quotation_but_no_items_do() -> None:
    document = read_document("x.md", b"# P\n\n> **Status: done** (2025-03-02)\n>\n> - [ ] quoted\n")
    assert (document.status, document.status_text, document.criteria) == (Status.COMPLETE, "done (2025-03-02)", ())


def test_a_bold_label_at_the_left_ends_the_item_above_it() -> None:
    text = "# P\n\n## Phase 1: Cranes\n\n**Acceptance**:\n1. it lifts\n**Owner**: us\n"
    (one,) = read_document("x.md", text.encode()).milestones
    assert [(item.text, item.line, item.last_line) for item in one.criteria] == [("it lifts", 6, 6)]


def test_a_label_that_names_its_phase_owns_the_list_below_it() -> None:
    text = "# P\n\n## Phase 0: Piers\n\n**Phase 0 exit criteria**:\n- piers stand\n\n## Phase 1: Cranes\n"
    first, _ = read_document("x.md", text.encode()).milestones
    assert [item.kind.value for item in first.criteria] == ["verification_gate"]


def test_a_line_reference_and_an_effort_are_no_targets() -> None:
    text = "# P\n\n## Phase 1: Cranes\n\n- `crane.py:10-20` moves\n- Estimated effort: 2-3 days\n- sway: 2-3\n"
    (one,) = read_document("x.md", text.encode()).milestones
    assert [(target.measure, target.expect) for target in one.targets] == [("sway", "in 2..3")]
