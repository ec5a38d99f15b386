"""The eight rules in many wordings: what has to be found, and what a careful reader lets stand."""

from __future__ import annotations

import pytest

from milestones.reading.claims import Tree, contradictions, page_of

HEAD = "# Quay\n\n"
DONE = HEAD + "## Milestone 1 — Cranes (complete)\n\nDefinition of done:\n\n- {}\n"


def rules(text: str, tree: dict[str, str] | None = None, **others: str) -> set[int]:
    documents = {"plan.md": text, **{f"{name}.md": other for name, other in others.items()}}
    files = {**documents, **(tree or {})}
    held = Tree(frozenset(files), lambda path: files.get(path, "").encode()) if tree is not None else None
    return {
        one.rule for one in contradictions([page_of(path, text.encode()) for path, text in documents.items()], held)
    }


TABLE = "| Dock | Old | New |\n|---|---:|---:|\n| north | 10 | 12 |\n| south | 5 | 5 |\n| {} | {} | 17 |\n"


@pytest.mark.parametrize("name", ["Total", "**Total**", "Total:", "Sum", "Grand total", "Total (all)", "Total boats"])
def test_a_row_of_totals_has_many_names(name: str) -> None:
    assert rules(TABLE.format(name, 16)) == {1}
    assert rules(TABLE.format(name, 15)) == set()


def test_a_metric_whose_name_begins_with_total_is_no_sum() -> None:
    assert rules("| Metric | Old |\n|---|---|\n| Latency | 3 |\n| Size | 4 |\n| Total boats | 900 |\n") == set()


@pytest.mark.parametrize(
    "text",
    [
        "| Phase | Status |\n|---|---|\n| Phase 2 | Pending |\n\n## Phase 2: Rails (complete)\n\nx\n",
        "## Phase 2: Rails\n\nStatus: in progress\n\nx\n\n## Summary\n\nPhase 2 is complete.\n",
        "## Phase 2: Rails (complete)\n\nx\n\n## Overview\n\n- Phase 2: pending\n",
        "## Phase 2: Rails ✅\n\nStatus: In Progress\n",
        "## Phase 1\n\n### Task 4: bolts (done)\n\n## Now\n\n- Task 4: pending\n",
    ],
)
def test_two_statuses_wherever_they_stand(text: str) -> None:
    assert rules(HEAD + text) == {2}


@pytest.mark.parametrize(
    "text",
    [
        "## Phase 2: Rails\n\nStatus: in progress\n\n## Log\n\n- 2025-03-02: Phase 2 is complete.\n",
        "## Phase 2: Rails\n\nStatus: in progress\n\nOnce Phase 2 is complete, trains run.\n",
        "## Phase 2: Rails\n\nStatus: in progress\n\n### Sleepers\n\nStatus: done\n",
    ],
)
def test_a_log_a_condition_and_a_part_are_no_second_status(text: str) -> None:
    assert rules(HEAD + text) == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Status: not started\n\n- [x] a\n- [x] b\n", True),
        ("Status: not started\n\n- [x] a\n- [ ] b\n", True),
        ("Status: pending\n\n- [x] a\n- [ ] b\n", False),
        ("Status: in progress\n\n- [x] a\n- [x] b\n- [x] c\n", True),
        ("Status: partially complete\n\n- [x] a\n- [x] b\n- [x] c\n", False),
        ("Status: complete\n\n- [x] a\n- [ ] b\n", True),
        ("Status: complete\n\n- [x] a\n- [ ] b (optional)\n", False),
        ("Status: complete\n\n- [x] a\n\n**Later, optional:**\n\n- [ ] b\n", False),
        ("Status: complete\n\n- [x] a\n- [ ] b - DEFERRED\n  - [ ] inside b\n", False),
        ("Status: complete\n\n- [x] a\n\n### Next steps\n\n- [ ] b\n", False),
    ],
)
def test_boxes_and_the_status_over_them(text: str, *, found: bool) -> None:
    assert (rules(HEAD + "## Phase 1: Piers\n\n" + text) == {3}) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The API exposes 17 endpoints.\n\nLater the API exposes 19 endpoints.\n", True),
        ("We have 17 tables.\n\nAll 19 tables are copied.\n", True),
        ("The crane layer has 17 schemas.\n\n```\n- crane layer (19 schemas)\n```\n", True),
        ("The crane layer has 17 schemas.\n\n| Part | Size |\n|---|---|\n| crane layer | 19 schemas |\n", True),
        ("Deleted (3 files):\n\n- `a.py`\n- `b.py`\n", True),
        ("This removes 3 files:\n\n- `a.py`\n- `b.py`\n- `c.py`\n- `d.py`\n", True),
        ("The following 3 phases:\n\n- wood\n- iron\n- steel\n- paint\n", True),
        ("The API exposes ~17 endpoints.\n\nLater the API exposes 19 endpoints.\n", False),
        ("The API exposes about 17 endpoints.\n\nLater the API exposes 19 endpoints.\n", False),
        ("The admin API exposes 17 endpoints.\n\nThe public API exposes 19 endpoints.\n", False),
        ("The API exposes 17 endpoints.\n\n## 2025-01-02\n\nThe API exposes 15 endpoints.\n", False),
        ("### Flask services (12 services)\n\nx\n\n### FastAPI services (8 services)\n", False),
        ("### Wave 1: easy (2 views)\n\nx\n\n### Wave 2: medium (3 views)\n", False),
        ("| Server | Has |\n|---|---|\n| crane | 9 MCP tools |\n| dock | 15 MCP tools |\n", False),
        ("Mocks (3 modules, relative to `a/b/`)\n\nMocks (2 modules, relative to `c/d/`)\n", False),
        ("- 20 service plan templates\n- 7 team plan templates\n", False),
        ("Updated 2025-02-17 Files:\n\n- `a.py`\n- `b.py`\n", False),
        ("Some 3 files, first of all:\n\n- `a.py`\n- `b.py`\n", False),
    ],
)
def test_counts_of_one_thing_and_of_two(text: str, *, found: bool) -> None:
    assert (rules(HEAD + text) == {4}) is found


@pytest.mark.parametrize(
    ("text", "tree", "found"),
    [
        ("Run: `pytest -q tests/crane/test_x.py`", {"tests/cranes/test_x.py": ""}, True),
        ("See [tool](tools/check.py)", {"tools/checks.py": ""}, True),
        ("- `src/old.py` has been deleted.", {"src/old.py": ""}, True),
        ("Create `tests/crane/test_x.py`.\n\nRun: `pytest -q tests/crane/test_x.py`", {"tests/y/test_x.py": ""}, False),
        ("Run: `ls web/dist/app.js`", {"web/src/app.js": ""}, False),
        ("Run: `cat data/all.csv`", {"data/one.csv": "", "old/all.csv": "", ".gitignore": "/data/all.csv\n"}, False),
        (
            "Run: `python lift.py --output data/a.json`, then `cat data/a.json`",
            {"data/b.json": "", "old/a.json": ""},
            False,
        ),
        ("Run: `pytest other_repository/test_x.py`", {"tests/test_x.py": ""}, False),
        ("See [tab](guide.html?tab=install)", {"guide.html": ""}, False),
    ],
)
def test_paths_that_a_commit_has_and_has_not(text: str, tree: dict[str, str], *, found: bool) -> None:
    assert (5 in rules(HEAD + text + "\n", tree)) is found


@pytest.mark.parametrize(
    "item",
    [
        "No pyramid imports remain in `src/`",
        "`src/` does not import `pyramid`",
        "Nothing imports Pyramid any more",
        "Zero `from pyramid` imports in runtime code.",
        "The server no longer depends on or imports Pyramid.",
        "`src/app.py` no longer defines `_Shim`",
        "`_Shim` is removed.",
        "No `_Shim` remains in `src/app.py`.",
        "`src/new.py` exists",
        "A contract suite exists in `tests/crane/`",
        "`src/app.py` is deleted",
        "Remove `src/legacy/`",
    ],
)
def test_conditions_that_the_tree_refutes(item: str) -> None:
    tree = {"src/app.py": "from pyramid.view import view_config\n\n\nclass _Shim:\n    pass\n", "src/legacy/a.py": ""}
    assert rules(DONE.format(item), tree) == {6}
    clean = {"src/app2.py": "x = 1\n", "src/new.py": "", "tests/crane/a.py": "import pyramid\n"}
    assert rules(DONE.format(item), clean) == set()
    assert rules(DONE.format(item).replace(" (complete)", " (in progress)"), tree) == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("## Phase 1: Lifts (done)\n\n- Hop count ≤ 1 per lift\n\nMeasured:\n\n- Hop count: 3\n", True),
        ("## Phase 1: Lifts (done)\n\n- coverage ≥ 80%\n\nIt is over. Measured coverage: 74%.\n", True),
        ("## Phase 1: Lifts\n\n- sway: 0.74–0.76\n\n## Report\n\nMeasured sway: 0.71\n", True),
        ("| Metric | Target | Actual | Met? |\n|---|---|---|---|\n| Coverage | ≥ 80% | 74% | ✅ |\n", True),
        ("| Metric | Target | Actual | Met? |\n|---|---|---|---|\n| Coverage | 80% | 93% | ✅ |\n", False),
        ("## Phase 1: Lifts (in progress)\n\n- coverage ≥ 80%\n\nMeasured coverage: 74%.\n", False),
        ("## Phase 1: Lifts (done)\n\n- coverage ≥ 80%\n\nBaseline coverage: 74%.\n", False),
        ("## Phase 1: Lifts (done)\n\n- sway: 350-380\n- `sway.py:10`: see there\n", False),
    ],
)
def test_figures_and_what_they_should_be(text: str, *, found: bool) -> None:
    assert (rules(HEAD + text) == {7}) is found


def test_forms_and_inputs_of_tests_claim_nothing() -> None:
    form = "| Task | Who | Status |\n|---|---|---|\n| Task 1 | {name} | Todo |\n| Task 2 | [Name] | Done |\n\n{date}\n"
    assert [one.rule for one in contradictions([page_of("plan.md", form.encode())])] == [3]
    for path in ("templates/sprint.md", "docs/sprint-template.md", "tests/fixtures/sprint.md"):
        assert contradictions([page_of(path, form.encode())]) == ()
    assert contradictions([page_of("docs/71-TEMPLATES-REPORT.md", form.encode())]) != ()


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [("## 1️⃣ First", "1️⃣-first"), ("## 1️⃣ First", "1-first"), ("## Rails {#rails-anchor}", "rails-anchor")],
)
def test_anchors_of_headings_with_marks_and_names_of_their_own(heading: str, anchor: str) -> None:
    assert rules(f"# Quay\n\n[there](#{anchor})\n\n{heading}\n\nx\n") == set()
    assert rules(f"# Quay\n\n[there](#{anchor}-gone)\n\n{heading}\n\nx\n") == {8}
