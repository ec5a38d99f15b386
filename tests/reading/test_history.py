"""What became of criteria from version to version."""

from __future__ import annotations

from milestones.reading import read_document
from milestones.reading.history import Story, Version, burn_up, history

PLAN = "# Milestone 1 — Lighthouse{claim}\n\nDefinition of done:\n\n{items}"


def versions(*each: str | tuple[str, str]) -> list[Version]:
    found = []
    for number, one in enumerate(each):
        items, claim = one if isinstance(one, tuple) else (one, "")
        text = PLAN.format(claim=claim, items=items)
        found.append(Version(f"c{number}", read_document("p.md", text.encode()), "Ada", f"2026-03-0{number + 1}"))
    return found


def told(*each: str | tuple[str, str]) -> dict[str, list[str]]:
    return {
        story.criterion.text: [f"{event.what}@{event.commit}" + "!" * event.weakened for event in story.events]
        for story in history(versions(*each))
    }


def test_a_criterion_appears_and_is_ticked_and_unticked() -> None:
    assert told("- [ ] lamp burns", "- [x] lamp burns", "- [ ] lamp burns") == {
        "lamp burns": ["appeared@c0", "ticked@c1", "unticked@c2"]
    }


def test_rewording_and_moving_keep_one_story() -> None:
    first = "- [ ] the lamp burns all night long\n- [ ] stairs are safe"
    second = "- [x] stairs are safe\n- [ ] the lamp burns all winter long"
    assert told(first, second) == {
        "the lamp burns all winter long": ["appeared@c0", "reworded@c1"],
        "stairs are safe": ["appeared@c0", "ticked@c1"],
    }


def test_what_was_removed_and_comes_back_goes_on() -> None:
    assert told("- a lens\n- a door", "- a door", "- a lens\n- a door")["a lens"] == [
        "appeared@c0",
        "removed@c1",
        "appeared@c2",
    ]


def test_an_item_removed_before_the_claim_is_no_weakening_and_after_it_is() -> None:
    two, one = "- a lens\n- a door", "- a door"
    assert told(two, one)["a lens"][-1] == "removed@c1"
    assert told((two, " (reached)"), (one, " (reached)"))["a lens"][-1] == "removed@c1!"


def test_a_lower_bound_after_the_claim_weakens_and_keeps_both_texts() -> None:
    strict, loose = "- test coverage of the lamp >= 90%", "- test coverage of the lamp >= 70%"
    story: Story = history(versions((strict, " (reached)"), (loose, " (reached)")))[0]
    assert (story.events[-1].weakened, story.events[-1].before, story.events[-1].after) == (True, strict[2:], loose[2:])
    assert told((loose, " (reached)"), (strict, " (reached)"))[strict[2:]][-1] == "reworded@c1"


def test_what_becomes_optional_after_the_claim_weakens() -> None:
    first, second = (
        ("- foghorn sounds every minute", " (done)"),
        ("- foghorn sounds every minute (optional)", " (done)"),
    )
    assert told(first, second)["foghorn sounds every minute (optional)"][-1] == "reworded@c1!"


def test_the_burn_up_counts_promised_and_ticked() -> None:
    points = burn_up(versions("- [ ] a lamp\n- [ ] a lens", "- [x] a lamp\n- [ ] a lens\n- [ ] a door"))
    assert [(point.total, point.ticked) for point in points] == [(2, 0), (3, 1)]


def test_a_claimed_milestone_that_is_archived_whole_was_not_weakened() -> None:
    first = versions(("- a lens", " (reached)"))
    gone = Version("c1", read_document("p.md", b"# Milestones\n\nSee the archive.\n"))
    assert [event.weakened for story in history([*first, gone]) for event in story.events] == [False, False]
