"""Which item is which after an edit."""

from __future__ import annotations

from milestones.facts import Criterion
from milestones.reading import match_criteria, read_document


def items(*texts: str, under: str = "# Milestone 1: a") -> tuple[Criterion, ...]:
    text = f"{under}\n\nDefinition of done:\n\n" + "".join(f"- {text}\n" for text in texts)
    return read_document("a.md", text.encode()).milestones[0].criteria


def how(old: tuple[Criterion, ...], new: tuple[Criterion, ...]) -> list[tuple[str, str, str]]:
    return [
        (match.how, match.old.text if match.old else "", match.new.text if match.new else "")
        for match in match_criteria(old, new)
    ]


def test_order_and_marks_are_no_edit() -> None:
    assert how(items("one `thing`", "two"), items("two.", "One thing")) == [
        ("kept", "two", "two."),
        ("kept", "one `thing`", "One thing"),
    ]


def test_an_item_that_moves_to_another_milestone_keeps_its_history() -> None:
    old, new = items("the ferry sails"), items("the ferry sails", under="# Milestone 2: b")
    assert old[0].id != new[0].id
    assert [name for name, _, _ in how(old, new)] == ["moved"]


def test_rewording_keeps_history() -> None:
    old = items("All cranes pass the yearly load test", "Lamps work")
    new = items("All cranes pass the monthly load test", "Lamps work")
    assert [name for name, _, _ in how(old, new)] == ["reworded", "kept"]


def test_another_sentence_is_another_item() -> None:
    assert [name for name, _, _ in how(items("Paint the hull red"), items("Hire two more cooks"))] == [
        "appeared",
        "removed",
    ]


def test_splitting_an_item_forges_no_history() -> None:
    old = items("The north gate opens at dawn and the south gate closes at dusk every day")
    new = items("The north gate opens at dawn every day", "the south gate closes at dusk every day")
    assert sorted(name for name, _, _ in how(old, new)) == ["appeared", "appeared", "removed"]


def test_the_same_words_twice_are_two_items() -> None:
    first, second = items("sign the form", "sign the form")
    assert first.id != second.id
    assert len(how((first, second), (first, second))) == 2
