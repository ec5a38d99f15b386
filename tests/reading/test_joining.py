"""Roadmap, plans and reports about the same milestone, joined."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from milestones.facts import CriterionKind, MilestoneKind, Status
from milestones.reading import JoinedMilestone, join, read_document

MIRROR = Path(__file__).parents[2] / ".." / ".mirror" / "ppigazzini+fishtest" / "repo"

ROADMAP = """# Harbour roadmap

## Milestone 1 — Dredge the basin (reached)

Acceptance criteria:

- Depth is charted.

## Milestone 2 — Build the quay

Status: in progress

See [the plan](plans/2.2-plan.md).
"""
PLAN = """# Iteration plan (Milestone 2 — quay)

Status: done

## Definition of done

- Bollards hold.

### Phase 1 — Piles
"""
REPORT = "# Report on milestone 1\n\nWritten by the pilots; see [roadmap](../ROADMAP.md).\n"


def joined(**documents: str) -> tuple[JoinedMilestone, ...]:
    return join(read_document(path, text.encode()) for path, text in documents.items())


def harbour() -> tuple[JoinedMilestone, ...]:
    return joined(**{"ROADMAP.md": ROADMAP, "plans/2.2-plan.md": PLAN, "notes/first.md": REPORT})


def test_a_plan_is_a_further_source_of_its_milestone() -> None:
    first, second = harbour()
    assert [source.path for source in second.sources] == ["ROADMAP.md", "plans/2.2-plan.md"]
    assert (first.title, second.title) == ("Milestone 1 — Dredge the basin (reached)", "Milestone 2 — Build the quay")


def test_criteria_come_from_the_plan_only_where_the_roadmap_has_none() -> None:
    first, second = harbour()
    assert [item.text for item in first.criteria] == ["Depth is charted."]
    assert [item.text for item in second.milestone.criteria] == ["Bollards hold."]


def test_sources_that_disagree_both_stand() -> None:
    first, second = harbour()
    assert [source.status for source in second.disagreeing] == [Status.IN_PROGRESS, Status.COMPLETE]
    assert second.milestone.status is Status.IN_PROGRESS
    assert first.disagreeing == ()


def test_a_report_is_known_by_its_title() -> None:
    assert [one.reports for one in harbour()] == [("notes/first.md",), ()]


def test_a_plan_of_phases_gives_its_phases() -> None:
    line = joined(**{"TODO.md": "# Move\n\n## Phase 1: pack\n\n- [ ] boxes\n\n## Phase 2: drive\n"})
    assert [(one.kind, one.key) for one in line] == [(MilestoneKind.PHASE, "1"), (MilestoneKind.PHASE, "2")]


def test_one_file_a_milestone_is_ordered_by_number() -> None:
    line = joined(**{f"m/{n}.md": f"# Milestone {n}: part\n" for n in (10, 9, 2)})
    assert [one.key for one in line] == ["2", "9", "10"]


def test_another_plan_with_numbers_of_its_own_is_not_mixed_in() -> None:
    other = "# Canteen\n\n## Milestone 1 — Soup\n\n## Milestone 2 — Bread\n"
    line = joined(**{"ROADMAP.md": ROADMAP, "canteen/plan.md": other})
    assert [len(one.sources) for one in line] == [1, 1]


@pytest.mark.skipif(not MIRROR.is_dir(), reason="the mirror of the real repository is not beside this checkout")
def test_the_documents_of_a_real_migration() -> None:
    def git(*args: str) -> bytes:
        return subprocess.run(["git", "--git-dir", str(MIRROR), *args], check=True, capture_output=True).stdout

    names = git("ls-tree", "-r", "--name-only", "be64dbee", "WIP/docs").decode().split()
    documents = [read_document(name, git("show", f"be64dbee:{name}")) for name in names]
    assert len(documents) == 43
    assert [document.problems for document in documents if document.problems] == []
    line = join(documents)
    assert [one.key for one in line] == [*map(str, range(13)), "N-1", "N"]
    assert {one.primary.path for one in line} == {"WIP/docs/3-MILESTONES.md"}
    done = [item for one in line for item in one.criteria if item.kind is CriterionKind.DEFINITION_OF_DONE]
    assert len(done) == 50
