"""Documents as teams write them, each with a form of its own."""

from __future__ import annotations

import pytest

from milestones.facts import CriterionKind, Document, Milestone, MilestoneKind, Status
from milestones.reading import read_document


def read(text: str) -> Document:
    return read_document("a.md", text.encode())


def only(text: str) -> Milestone:
    (milestone,) = read(text).milestones
    return milestone


@pytest.mark.parametrize(
    ("heading", "kind", "key", "status"),
    [
        ("Milestone 12 — Lock gates", "milestone", "12", "none"),
        ("Milestone N-1 — Wrap up (reached)", "milestone", "N-1", "reached"),
        ("Phase 3.1: Sluices", "phase", "3.1", "none"),
        ("Stage 2. Boxes", "stage", "2", "none"),
        ("Step 9: Remove old pumps", "step", "9", "none"),
        ("Sprint 4 [done]", "sprint", "4", "complete"),
        ("Iteration plan (Milestone 10 — pumps)", "iteration", "10", "none"),
        ("Task 4 - OPTIONAL: paint", "task", "4", "optional"),
        ("Phase 5 — (optional) paint", "phase", "5", "optional"),
        ("**Phase 1: Locks** ✅ **COMPLETE**", "phase", "1", "complete"),
        ("Phase 4 ✅ — Named", "phase", "4", "complete"),
        ("Milestone 8 — dams — in progress", "milestone", "8", "in_progress"),
        ("~~Phase 11: canals~~", "phase", "11", "dropped"),
        ("Phase One - Setup", "phase", "1", "none"),
        ("3. Phase 2: Build", "phase", "2", "none"),
        ("M7 — Barges", "milestone", "7", "none"),
        ("Milestone 4 — Explicit glue (incrementally)", "milestone", "4", "none"),
        ("Milestone 4 — Explicit glue (rebase-safe)", "milestone", "4", "none"),
        ("Phase 15: Done when stable", "phase", "15", "none"),
        ("Phase 12: Planned maintenance", "phase", "12", "none"),
    ],
)
def test_headings_open_milestones(heading: str, kind: str, key: str, status: str) -> None:
    milestone = only(f"# Canal\n\n## {heading}\n")
    assert (milestone.kind, milestone.key, milestone.status) == (MilestoneKind(kind), key, Status(status))
    assert milestone.title == heading


@pytest.mark.parametrize(
    "heading", ["Phase outcomes", "Milestones", "Next iteration (soon)", "Task list", "Stages of grief"]
)
def test_headings_that_open_none(heading: str) -> None:
    assert read(f"# Canal\n\n## {heading}\n").milestones == ()


@pytest.mark.parametrize(
    ("line", "status", "date"),
    [
        ("Status: complete (2026-03-04); see [log](x.md).", "complete", "2026-03-04"),
        ("**Status:** In progress", "in_progress", None),
        ("**Status**: 🔄 In Progress", "in_progress", None),
        ("*Status:* **Done** on 4 March 2026", "complete", "2026-03-04"),
        ("- Status: not started", "not_started", None),
        ("Status:\n\n- Milestone 1 is complete; see log.", "complete", None),
        ("### Status\n\nReached, Mar 4, 2026.", "reached", "2026-03-04"),
        ("Milestone 1 is complete.", "complete", None),
        ("Status: parts 1–3 complete; part 4 pending", "none", None),
        ("Status: assessed, closed", "none", None),
    ],
)
def test_statuses_where_teams_write_them(line: str, status: str, date: str | None) -> None:
    milestone = only(f"# Canal\n\n## Milestone 1 — Locks\n\n{line}\n")
    assert (milestone.status, milestone.date) == (Status(status), date)
    assert milestone.status_text in line


def test_a_table_states_the_status_of_milestones_with_and_without_headings() -> None:
    document = read(
        "# Canal\n\n| Phase | What | Status |\n|-|-|-|\n| 1 | Dig | **Done** |\n| 2 | Fill | Pending |\n\n"
        "## Phase 2 — Fill\n"
    )
    assert [(one.key, one.title, one.status) for one in document.milestones] == [
        ("1", "Phase 1 — Dig", Status.COMPLETE),
        ("2", "Phase 2 — Fill", Status.PENDING),
    ]


def test_levels_nest_whatever_stands_between_them() -> None:
    outer = only("# Milestone 3: x\n\n## Work\n\n### Phase 1 — a\n\n#### Phase 1 results\n\n### Phase 2 — b\n")
    assert [child.key for child in outer.children] == ["1", "2"]


def test_phases_that_paragraphs_open_end_at_a_label_of_what_is_round_them() -> None:
    outer = only(
        "# Milestone 3: x\n\n**Phase A — dig:**\n- one\n\n**Phase B — fill:**\n- two\n\n"
        "Acceptance criteria:\n- water holds\n"
    )
    assert [child.title for child in outer.children] == ["Phase A — dig", "Phase B — fill"]
    assert [item.text for item in outer.criteria] == ["water holds"]


def test_labels_stand_flat_beside_their_milestones() -> None:
    stages = "".join(f"## Stage {n}\n\n## Definition of done\n\n- item {n}\n\n" for n in (1, 2))
    assert [[item.text for item in one.criteria] for one in read(stages).milestones] == [["item 1"], ["item 2"]]


def test_one_label_at_the_end_is_the_whole_documents() -> None:
    document = read("## Stage 1\n\n## Stage 2\n\n## Definition of done\n\n- all of it\n")
    assert [item.text for item in document.criteria] == ["all of it"]


def test_a_label_goes_on_under_the_headings_that_divide_it() -> None:
    one = only("# Step 1\n\n**Definition of done**\n\n## Back\n\n- api\n\n## Front\n\n- page\n")
    assert [(item.kind, item.text) for item in one.criteria] == [
        (CriterionKind.DEFINITION_OF_DONE, "api"),
        (CriterionKind.DEFINITION_OF_DONE, "page"),
    ]


@pytest.mark.parametrize("indent", ["\t", "  ", "    "])
def test_boxes_nest_by_tabs_and_spaces(indent: str) -> None:
    document = read(f"# Todo\n\n- [ ] a\n{indent}- [x] b\n- [X] c\n")
    assert [(item.text, item.depth, item.checked) for item in document.criteria] == [
        ("a", 0, False),
        ("b", 1, True),
        ("c", 0, True),
    ]
    assert document.checkboxes.by_depth == {"0": 2, "1": 1}


def test_fences_and_quotes_are_not_mined() -> None:
    one = only("# Step 1\n\nDefinition of done:\n\n```\n- [ ] no\n```\n\n> - [ ] nor this\n\n- yes\n")
    assert [item.text for item in one.criteria] == ["yes"]


def test_gates_belong_to_their_phase_with_what_they_say_to_run() -> None:
    one = only(
        "# Phase 1: dig\n\n- [ ] dig\n\nStop point A test gate:\n- [ ] Run: `pytest -q tests/dig`\n\n"
        "**Gate**: depth is signed off.\n\n**Exit gate**\n\nRun these:\n\n```bash\nmake \\\n  lint\n```\n"
    )
    assert [(gate.label, len(gate.items), gate.commands) for gate in one.gates] == [
        ("Stop point A test gate", 1, ("pytest -q tests/dig",)),
        ("Gate", 1, ()),
        ("Exit gate", 0, ("make lint",)),
    ]
    assert len(one.criteria) == 1


def test_targets_in_words_signs_and_tables() -> None:
    one = only(
        "# Phase 1: dig\n\nMetrics:\n\n- Hops ≤ 2 per lock; leaks < 1%\n- flow: 0.70–0.72\n"
        "- coverage (threshold: 80%)\n"
        "- latency stays under 200 ms\n- 17 barges in 2025–2026\n\n"
        "| Metric | Now | Target |\n|-|-|-|\n| Rust | 4 | 0 |\n"
    )
    assert [(target.measure, target.expect) for target in one.targets] == [
        ("Hops", "<= 2"),
        ("leaks", "< 1%"),
        ("flow", "in 0.70..0.72"),
        ("coverage", ">= 80%"),
        ("latency", "< 200 ms"),
        ("Rust", "== 0"),
    ]


def test_paths_carry_the_rules_that_the_text_makes_of_them() -> None:
    document = read(
        "These folders MUST NOT be modified:\n\n- [old/](../old)\n\nKeep merge hotspots limited to:\n\n"
        "- `app/api.py`\n\n"
        "Keep `lib/a.py`. Do not delete it.\n\nUse `GET /x` and/or `text/html`.\n"
    )
    assert [(path.path, path.rule) for path in document.paths] == [
        ("../old", "read_only"),
        ("app/api.py", "hotspot"),
        ("lib/a.py", "keep"),
    ]


def test_a_gate_comment_stands_beside_its_criterion() -> None:
    (item,) = only("# Step 1\n\nDoD:\n\n- All pass. <!-- gate: tests.failed == 0 -->\n").criteria
    assert (item.text, item.gate) == ("All pass.", "tests.failed == 0")


def test_front_matter_is_no_heading() -> None:
    document = read("---\ntitle: Canal plan\nstatus: in progress\n---\n\n## Phase 1: x\n")
    assert (document.title, document.status, document.milestones[0].line) == ("Canal plan", Status.IN_PROGRESS, 6)


def test_a_table_of_metrics_is_no_part_of_the_list_before_it() -> None:
    text = "## Milestone 4\n\nOpen questions:\n1. Who?\n\n| Metric | Target |\n|---|---|\n| Knots | 12 |\n"
    (one,) = read_document("a.md", text.encode()).milestones
    assert [item.text for item in one.criteria] == ["Who?"]
    assert [target.measure for target in one.targets] == ["Knots"]


def test_a_status_behind_a_colon_at_the_end_of_a_heading() -> None:
    text = "## Phase A — Hull: COMPLETE\n\n## Milestone 2: Complete the mast\n\n## Phase 3: HTTP\n"
    assert [one.status.value for one in read_document("a.md", text.encode()).milestones] == ["complete", "none", "none"]
