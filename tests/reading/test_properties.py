"""What holds for every document: lines are right, nothing is thrown, form does not change facts."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from milestones.facts import CriterionKind, Document, Milestone
from milestones.reading import read_document
from milestones.reading.claims import Tree, contradictions, page_of
from milestones.reading.words import plain

WORDS = st.lists(
    st.sampled_from(
        [
            "engine",
            "hull",
            "mast",
            "rope",
            "sail",
            "tide",
            "`keel.py`",
            "**anchor**",
            "café",
            "buoy-9",
            "(port)",
            "deck",
        ]
    ),
    min_size=2,
    max_size=6,
).map(" ".join)
ITEMS = st.lists(st.tuples(st.sampled_from(["", "[ ] ", "[x] "]), WORDS), min_size=1, max_size=4)
LABELS = {
    CriterionKind.DEFINITION_OF_DONE: ("Definition of done", "DoD", "Done when"),
    CriterionKind.ACCEPTANCE: ("Acceptance criteria", "Acceptance tests"),
    CriterionKind.RISK: ("Risks", "Known risks"),
    CriterionKind.NON_GOAL: ("Non-goals", "Non goals for this stage"),
}
SECTIONS = st.lists(
    st.tuples(st.sampled_from(list(LABELS)), ITEMS), min_size=1, max_size=3, unique_by=lambda section: section[0]
)
PLANS = st.lists(SECTIONS, min_size=1, max_size=3)
FORMS = st.fixed_dictionaries(
    {
        "bullet": st.sampled_from("-*+"),
        "level": st.integers(1, 4),
        "indent": st.sampled_from(["", " ", "  ", "   "]),
        "blank": st.booleans(),
        "label": st.integers(0, 2),
        "dash": st.sampled_from([" — ", ": ", " - "]),
        "style": st.sampled_from(["colon", "bold", "heading"]),
        "end": st.sampled_from(["\n", "\r\n"]),
    }
)
Plan = list[list[tuple[CriterionKind, list[tuple[str, str]]]]]


def written(plan: Plan, form: dict[str, Any]) -> str:
    lines = []
    for number, sections in enumerate(plan, start=1):
        lines += [f"{'#' * form['level']} Stage {number}{form['dash']}part {number}", ""]
        for kind, items in sections:
            name = LABELS[kind][form["label"] % len(LABELS[kind])]
            label = {"colon": f"{name}:", "bold": f"**{name}**", "heading": f"{'#' * (form['level'] + 1)} {name}"}
            lines += [label[form["style"]], *[""] * form["blank"]]
            lines += [f"{form['indent']}{form['bullet']} {box}{text}" for box, text in items]
            lines.append("")
    return str(form["end"].join(lines))


def facts(document: Document) -> list[tuple[str, list[tuple[str, str, str, bool | None]]]]:
    def of(milestone: Milestone) -> list[tuple[str, str, str, bool | None]]:
        owned = (*milestone.criteria, *milestone.non_goals)
        return sorted((item.kind.value, item.id, item.text, item.checked) for item in owned)  # type: ignore[type-var]

    return [(milestone.key, of(milestone)) for milestone in document.milestones]


def read(text: str) -> Document:
    return read_document("p.md", text.encode(errors="surrogatepass"))


@given(PLANS, FORMS, FORMS)
@settings(max_examples=80, deadline=None)
def test_form_does_not_change_facts(plan: Plan, first: dict[str, Any], second: dict[str, Any]) -> None:
    one = read(written(plan, first))
    assert facts(one) == facts(read(written(plan, second)))
    assert sum(len(owned) for _, owned in facts(one)) == sum(len(items) for stage in plan for _, items in stage)


@given(PLANS, FORMS, st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_order_of_sections_does_not_change_facts(plan: Plan, form: dict[str, Any], random: Any) -> None:
    shuffled = [random.sample(sections, len(sections)) for sections in plan]
    texts = [[text for _, items in stage for _, text in items] for stage in plan]
    if any(len({plain(text).casefold() for text in stage}) < len(stage) for stage in texts):
        return  # the same words twice in one milestone are told apart by their order alone
    assert facts(read(written(plan, form))) == facts(read(written(shuffled, form)))


@given(PLANS, FORMS)
@settings(max_examples=50, deadline=None)
def test_every_item_stands_where_it_says(plan: Plan, form: dict[str, Any]) -> None:
    text = written(plan, form)
    lines = re.split("\r?\n", text)
    for milestone in read(text).milestones:
        assert milestone.title in lines[milestone.line - 1]
        for item in (*milestone.criteria, *milestone.non_goals):
            assert item.text in " ".join(lines[item.line - 1 : item.last_line])


MARKDOWN = st.lists(
    st.one_of(
        st.text(max_size=30),
        st.sampled_from(
            ["\n", "\n\n", "# ", "## Phase 1 ", "- ", "  - ", "\t* ", "1. ", "[ ] ", "[x] ", "> ", "```\n", "|", "\r",
             "\0", "|a|b|\n|-|-|\n", "Status: ",
             "Definition of done:\n", "**Gate**: ", "**", "`", "<!-- gate: ", "-->", "\\",
             "(", "[a](b)", "≤ 3", "---\n", "<d>", "\ufeff", "~~~\n", ":", "Milestone N-1 — "]
        ),
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(MARKDOWN)
@settings(max_examples=150, deadline=None)
def test_reading_never_throws(text: str) -> None:
    document = read(text)
    last = len(re.split("\r\n|\r|\n", text))

    def check(milestone: Milestone) -> None:
        assert 1 <= milestone.line <= milestone.last_line <= last
        for child in milestone.children:
            check(child)

    for milestone in document.milestones:
        check(milestone)
    for item in document.criteria:
        assert 1 <= item.line <= item.last_line <= last


@given(MARKDOWN, MARKDOWN)
@settings(max_examples=80, deadline=None)
def test_looking_for_contradictions_never_throws(one: str, other: str) -> None:
    pages = [page_of("docs/a.md", one.encode(errors="replace")), page_of("docs/b.md", other.encode(errors="replace"))]
    contradictions(pages, Tree(frozenset({"docs/a.md", "src/x.py"}), lambda path: b"import x"))


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_bytes_never_throw(data: bytes) -> None:
    read_document("b.md", data)
