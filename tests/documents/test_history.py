"""The history of documents: every version that git has, by whom, in which commit, and what a team took back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from git import Actor

from milestones.models import BlobFact, CriterionEvent, CriterionStory, Document, DocumentVersion, Measurement, Project
from milestones.services import tracking
from tests.example import track
from tests.repositories import Work

pytestmark = pytest.mark.django_db(transaction=True)

HEAD = "# Lighthouse\n\n## Milestone 1 — Lamp{claim}\n\nDefinition of done:\n\n"


def plan(*items: str, claim: str = "") -> str:
    return HEAD.format(claim=claim) + "".join(f"- {item}\n" for item in items)


def told(project: Project) -> dict[str, list[str]]:
    """The words of each criterion as they are now, with what happened to it: "ticked 1a2b3c4 Ada"."""
    return {
        one.text: [f"{event.what} {event.sha[:7]} {event.author}{'!' * event.weakened}" for event in one.events.all()]
        for one in CriterionStory.objects.filter(document__project=project).prefetch_related("events").order_by("pk")
    }


@pytest.fixture
def work(tmp_path: Path) -> Any:
    made = Work(tmp_path / "lighthouse")
    yield made
    made.repo.close()


def test_each_criterion_knows_who_did_what_in_which_commit(work: Work) -> None:
    first = work.commit({"PLAN.md": plan("[ ] The lamp burns all night.", "[ ] The stairs are safe.")})
    second = work.commit({"PLAN.md": plan("[x] The lamp burns all night.", "[ ] The stairs are safe.")})
    third = work.commit({"PLAN.md": plan("[x] The lamp burns all winter.", "[ ] The door is green.")})
    project = track(work)
    assert told(project) == {
        "The lamp burns all winter.": [
            f"appeared {first[:7]} Ada", f"ticked {second[:7]} Ada", f"reworded {third[:7]} Ada",
        ],
        "The stairs are safe.": [f"appeared {first[:7]} Ada", f"removed {third[:7]} Ada"],
        "The door is green.": [f"appeared {third[:7]} Ada"],
    }  # fmt: skip
    reworded = CriterionEvent.objects.get(what="reworded")
    assert (reworded.before, reworded.after) == ("The lamp burns all night.", "The lamp burns all winter.")
    counts = DocumentVersion.objects.in_order(project).values_list("promised", "ticked")
    assert list(counts) == [(2, 0), (2, 1), (2, 1)]


def test_a_definition_of_done_that_loses_something_after_the_claim_is_flagged_with_both_texts(work: Work) -> None:
    work.commit({"PLAN.md": plan("Coverage of the lamp >= 90%.", "The stairs are safe.")})
    work.commit({"PLAN.md": plan("Coverage of the lamp >= 90%.", "The stairs are safe.", claim=" (reached)")})
    work.commit({"PLAN.md": plan("Coverage of the lamp >= 60%.", claim=" (reached)")})
    track(work)
    weak = {one.before: one.after for one in CriterionEvent.objects.filter(weakened=True)}
    assert weak == {"Coverage of the lamp >= 90%.": "Coverage of the lamp >= 60%.", "The stairs are safe.": ""}


def test_a_criterion_that_the_same_commit_moves_to_another_document_weakens_nothing(work: Work) -> None:
    claimed = " (reached)"
    work.commit({"PLAN.md": plan("The stairs are safe.", "The lamp burns.", claim=claimed)})
    work.commit({"PLAN.md": plan("The lamp burns.", claim=claimed), "M1.md": plan("The stairs are safe.")})
    track(work)
    assert not CriterionEvent.objects.filter(weakened=True).exists()


def test_looking_at_every_commit_tells_the_same_as_looking_once_at_the_end(work: Work, tmp_path: Path) -> None:
    steps: list[dict[str, str | None]] = [
        {"PLAN.md": plan("[ ] The lamp burns all night.", "[ ] The stairs are safe."), "notes.txt": "x"},
        {"PLAN.md": plan("[x] The lamp burns all night.", "[ ] The stairs are safe.")},
        {"PLAN.md": plan("[x] The lamp burns all night.")},
        {"PLAN.md": None, "docs/plan.md": plan("[x] The lamp burns all night.", "[ ] The door is green.")},
        {"docs/plan.md": None},
        {"docs/plan.md": plan("[x] The lamp burns all night.", "[ ] The stairs are safe.", "[ ] The door is green.")},
        {"docs/plan.md": plan("[ ] The stairs are safe.", "[x] The lamp burns the whole night.")},
        {"README.md": plan("[ ] The stairs are swept.")},
    ]
    for step in steps:
        work.commit(step)
        project = track(work)
    once = tracking.register(tracking.Wish(source=str(tmp_path / "lighthouse" / ".git")))
    assert once != project
    tracking.look_now(once)
    assert told(once) == told(project)
    fields = ("document__path", "number", "order", "path", "blob", "sha", "promised", "ticked")
    assert list(DocumentVersion.objects.in_order(once).values_list(*fields)) == list(
        DocumentVersion.objects.in_order(project).values_list(*fields)
    )
    assert list(Document.objects.filter(project=project).in_order().values_list("path", flat=True)) == [
        "README.md", "docs/plan.md",
    ]  # fmt: skip


def test_a_second_look_reads_no_version_again(work: Work, monkeypatch: Any) -> None:
    for tick in "xx x x":
        work.commit({"PLAN.md": plan(f"[{tick}] The lamp burns.", f"[ ] {work.days} steps.")})
    project = track(work)
    from milestones import reading

    seen: list[bytes] = []
    read = reading.read_document
    monkeypatch.setattr(reading, "read_document", lambda path, data: seen.append(data) or read(path, data))
    work.commit({"PLAN.md": plan("[x] The lamp burns.", "[x] All steps.")})
    track(work)
    assert len(set(seen)) == 1
    assert DocumentVersion.objects.filter(document__project=project).count() == 7
    assert BlobFact.objects.filter(reader__startswith="history/").count() == 7


def test_what_a_branch_did_has_the_name_of_who_did_it_and_not_of_who_merged(work: Work) -> None:
    base = work.commit({"PLAN.md": plan("[ ] The lamp burns."), "other.txt": "1"})
    git = work.repo.git
    git.checkout("-b", "lamp", base)
    bo = Actor("Bo", "bo@example.org")
    (work.folder / "PLAN.md").write_text(plan("[x] The lamp burns."))
    git.add("--all")
    ticked = work.repo.index.commit("Tick", author=bo, committer=bo).hexsha
    git.checkout("main")
    work.commit({"other.txt": "2"})
    git.merge("--no-ff", "-m", "Merge", "lamp", env={"GIT_AUTHOR_NAME": "Cy", "GIT_COMMITTER_NAME": "Cy",
              "GIT_AUTHOR_EMAIL": "c@example.org", "GIT_COMMITTER_EMAIL": "c@example.org"})  # fmt: skip
    project = track(work)
    assert told(project) == {"The lamp burns.": [f"appeared {base[:7]} Ada", f"ticked {ticked[:7]} Bo"]}


def test_a_merge_that_mends_a_conflict_is_told_as_the_merge(work: Work) -> None:
    base = work.commit({"PLAN.md": plan("[ ] The lamp burns.", "[ ] The stairs are safe.")})
    git = work.repo.git
    git.checkout("-b", "side", base)
    side = work.commit({"PLAN.md": plan("[x] The lamp burns.", "[ ] The stairs are safe.")})
    git.checkout("main")
    main = work.commit({"PLAN.md": plan("[ ] The lamp burns.", "[x] The stairs are safe.")})
    (work.folder / "PLAN.md").write_text(plan("[x] The lamp burns.", "[x] The stairs are safe."))
    git.add("--all")
    merge = work.repo.index.commit(
        "Merge", parent_commits=[work.repo.commit(main), work.repo.commit(side)], author=Actor("Cy", "c@example.org")
    )
    project = track(work)
    assert told(project)["The lamp burns."] == [f"appeared {base[:7]} Ada", f"ticked {merge.hexsha[:7]} Cy"]


def test_a_history_that_was_written_anew_is_read_anew(work: Work) -> None:
    work.commit({"PLAN.md": plan("[ ] The lamp burns.")})
    work.commit({"PLAN.md": plan("[x] The lamp burns.")})
    track(work)
    work.repo.git.reset("--hard", "HEAD~1")
    other = work.commit({"PLAN.md": plan("[ ] The lamp burns brightly.", "[ ] The stairs are safe.")})
    project = track(work)
    assert [one.split()[0] for one in told(project)["The lamp burns brightly."]] == ["appeared", "reworded"]
    assert DocumentVersion.objects.filter(document__project=project).count() == 2
    assert project.history_sha == other


def test_a_version_that_cannot_be_read_takes_nothing_back(work: Work, settings: Any) -> None:
    settings.MIGRATOR_DOC_BYTES = 2000
    work.commit({"PLAN.md": plan("[ ] The lamp burns.")})
    work.commit({"PLAN.md": plan("[ ] The lamp burns.") + "x" * 3000})
    third = work.commit({"PLAN.md": plan("[x] The lamp burns.")})
    project = track(work)
    assert [one.split()[0] for one in told(project)["The lamp burns."]] == ["appeared", "ticked"]
    assert any("MIGRATOR_DOC_BYTES" in problem["reason"] for problem in project.problems)
    assert DocumentVersion.objects.get(sha=third).number == 3


def test_a_very_long_history_is_cut_and_says_where(work: Work, settings: Any) -> None:
    settings.MIGRATOR_HISTORY_COMMITS = 2
    work.commit({"PLAN.md": plan("[ ] The lamp burns.")})
    second = work.commit({"a.txt": "1"})
    third = work.commit({"PLAN.md": plan("[x] The lamp burns.")})
    project = track(work)
    assert told(project)["The lamp burns."] == [f"appeared {second[:7]} Ada", f"ticked {third[:7]} Ada"]
    assert any(f"from {second[:8]} on" in problem["reason"] for problem in project.problems)
    row = Measurement.objects.get(evidence__project=project, name="docs.weakened")
    assert row.unresolved == 1, "it cannot prove that nothing was taken back"
    work.commit({"a.txt": "2"})
    project = track(work)
    assert any(f"from {second[:8]} on" in problem["reason"] for problem in project.problems), "a later look says so too"


def test_documents_that_swap_their_names_keep_their_stories(work: Work) -> None:
    one, two = (
        plan(*(f"[ ] The lamp number {n} burns." for n in range(9))),
        "# Two\n\n" + "Words of another kind.\n" * 20,
    )
    work.commit({"a.md": one, "b.md": two})
    work.commit({"a.md": two, "b.md": one})
    project = track(work)
    assert {one.path for one in Document.objects.filter(project=project).in_order()} == {"a.md", "b.md"}


def test_a_link_in_the_place_of_a_document_is_no_document(work: Work) -> None:
    work.commit({"PLAN.md": plan("[ ] The lamp burns.")})
    (work.folder / "PLAN.md").unlink()
    (work.folder / "PLAN.md").symlink_to("/etc/passwd")
    work.commit({"a.txt": "1"})
    project = track(work)
    assert [one.split()[0] for one in told(project)["The lamp burns."]] == ["appeared", "removed"]
    assert not Document.objects.filter(project=project).in_order().exists()


ROADMAP = "# Lighthouse\n\n## Milestone 1 — Lamp{one}\n\nSee [it](1-lamp.md).\n\n## Milestone 2 — Stairs\n\nLater.\n"
ITERATION = "# Iteration plan (Milestone 1 — Lamp)\n\n## Phase 1 — Wick\n\n### Definition of done\n\n{items}"


def test_a_plan_that_loses_an_item_after_the_roadmap_claimed_its_milestone_is_weakened(work: Work) -> None:
    long, short = "- The lamp burns.\n- The wick is dry.\n", "- The lamp burns.\n"
    work.commit({"roadmap.md": ROADMAP.format(one=""), "1-lamp.md": ITERATION.format(items=long)})
    track(work)
    work.commit({"roadmap.md": ROADMAP.format(one=" (reached)")})
    track(work)
    work.commit({"1-lamp.md": ITERATION.format(items=short)})
    project = track(work)
    assert list(CriterionEvent.objects.filter(weakened=True).values_list("before", flat=True)) == ["The wick is dry."]
    story = CriterionStory.objects.get(document__project=project, text="The wick is dry.")
    assert story.within == [["iteration", "1"], ["phase", "1"]]
    assert story.belongs_to("milestone", "1")
    assert not story.belongs_to("milestone", "2")
    once = tracking.register(tracking.Wish(source=str(work.folder / ".git")))
    tracking.look_now(once)
    assert told(once) == told(project)


def test_a_plan_that_loses_an_item_before_its_milestone_is_claimed_anywhere_is_not_weakened(work: Work) -> None:
    long, short = "- The lamp burns.\n- The wick is dry.\n", "- The lamp burns.\n"
    work.commit({"roadmap.md": ROADMAP.format(one=""), "1-lamp.md": ITERATION.format(items=long)})
    work.commit({"roadmap.md": ROADMAP.format(one=" (reached)"), "1-lamp.md": ITERATION.format(items=short)})
    track(work)
    assert not CriterionEvent.objects.filter(weakened=True).exists()
