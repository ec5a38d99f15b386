"""The eight rules, each on what it must find and on what it must leave alone."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from milestones.reading.claims import Contradiction, Tree, contradictions, page_of
from tests.repositories import Work

SEEDS = Path(__file__).parents[2] / ".." / "shared" / "seeds"


def found(tree: dict[str, str] | None = None, **documents: str) -> list[Contradiction]:
    pages = [page_of(path, text.encode()) for path, text in documents.items()]
    files = tree and Tree(frozenset({*tree, *documents}), lambda path: tree.get(path, "").encode())
    return list(contradictions(pages, files or None))


def told(text: str, tree: dict[str, str] | None = None) -> list[tuple[int, list[int]]]:
    return [(one.rule, [place.line for place in one.places]) for one in found(tree, **{"docs/a.md": text})]


TOTALS = """| Crew | Men | Boats |
|---|---|---|
| North | 4 | 1 |
| South | {south} | 2 |
| **Total** | **9** | **{boats}** |
"""


def test_a_total_that_does_not_add_up_is_found_in_its_column() -> None:
    assert told(TOTALS.format(south=5, boats=3)) == []
    assert told(TOTALS.format(south=5, boats=4)) == [(1, [5, 1])]
    assert told(TOTALS.format(south="~5", boats=3)) == []


def test_an_average_or_a_percentage_is_no_sum() -> None:
    text = "| a | avg | share |\n|-|-|-|\n| x | 3 | 40% |\n| y | 5 | 60% |\n| Total | 4 | 100% |\n"
    assert told(text) == []


def test_one_phase_with_two_statuses() -> None:
    table = "\n| Phase | State | Status |\n|-|-|-|\n| 3 | Hull | **Done** |\n| 4 | Mast | Pending |\n"
    assert told("# Report\n\n**Status:** WIP (Phases 1–2 complete; Phases 3–4 pending)\n" + table) == [(2, [7, 3])]
    assert told("# Report\n\n**Status:** WIP (Phases 1–3 complete; Phase 4 pending)\n" + table) == []


ROADMAP = "# Roadmap\n\n## Milestone 1 — Draw the charts\n\nStatus: in progress\n\nSee [plan](plan.md).\n"
PLAN = "# {title} (Milestone 1 — Draw the charts)\n\nStatus: complete\n"


def test_joined_documents_with_two_statuses() -> None:
    one = found(**{"ROADMAP.md": ROADMAP, "plan.md": PLAN.format(title="Iteration plan")})
    assert [(c.rule, [place.path for place in c.places]) for c in one] == [(2, ["plan.md", "ROADMAP.md"])]


def test_documents_that_nothing_joins_do_not_contradict_each_other() -> None:
    apart = ROADMAP.replace("See [plan](plan.md).", "")
    assert found(**{"ROADMAP.md": apart, "other/plan.md": PLAN.format(title="Iteration plan")}) == []


@pytest.mark.parametrize(("second", "lines"), [("done", [(3, [1, 9])]), ("in progress", []), ("", [])])
def test_unfinished_while_later_ones_are_done(second: str, lines: list[tuple[int, list[int]]]) -> None:
    text = "## Stage 1: a\n\nStatus: pending\n\n## Stage 2: b\n\nStatus: in progress\n\n## Stage 3: c\n\nStatus: {}\n"
    expected = [(3, [1, 9]), (3, [5, 9])] if lines else []
    assert told(text.format(second)) == expected


def test_no_status_is_not_unfinished() -> None:
    assert told("## Stage 1: a\n\n## Stage 2: b\n\nStatus: done\n") == []


def test_a_status_that_the_boxes_contradict() -> None:
    boxes = "- [x] a\n- [{}] b\n- [x] c\n"
    assert told("## Phase 1: x (done)\n\n" + boxes.format(" ")) == [(3, [1, 4])]
    assert told("## Phase 1: x (done)\n\n" + boxes.format("x")) == []
    assert told("## Phase 1: x\n\nStatus: not started\n\n" + boxes.format("x")) == [(3, [1])]
    assert told("## Phase 1: x (done)\n\n- [x] a\n- [ ] b (optional)\n") == []


COUNTS = "# Depot\n\nThe depot server has 12 crane schemas.\n\nLater: crane layer ({} schemas).\n"


def test_one_thing_counted_twice() -> None:
    assert told(COUNTS.format(14)) == [(4, [3, 5])]
    assert told(COUNTS.format(12)) == []
    assert told(COUNTS.format("~14")) == []
    assert told(COUNTS.replace("crane layer", "lamp layer").format(14)) == []


def test_a_folder_counted_twice_also_in_a_prepared_message() -> None:
    text = "# D\n\nManuals exist in `depot/manuals/` ({} files).\n\n```\nManuals:\n- 8 docs in manuals/ (a, b)\n```\n"
    assert told(text.format(7)) == [(4, [3, 7])]
    assert told(text.format(8)) == []
    assert told(text.format(7).replace("8 docs", "8 new docs")) == []


def test_a_count_over_a_list_of_another_length() -> None:
    text = "**Files dropped ({}):**\n- `a/x.py`\n- `a/y.py`\n- `a/z.py`\n"
    assert told(text.format(4)) == [(4, [1, 2])]
    assert told(text.format(3)) == []
    assert told(text.format(9).replace("`a/z.py`", "`a/*.py`")) == []


def test_a_path_said_deleted_and_said_kept() -> None:
    text = "## Deleted files\n\n- `pier/old_lamp.py`\n\n## Tests\n\n"
    text += "| File | Fate |\n|-|-|\n| `old_lamp.py` | Kept as a spare |\n"
    assert told(text) == [(5, [3, 9])]
    assert told(text.replace("Kept", "Described")) == []


def test_a_path_kept_by_one_milestone_and_deleted_by_a_later_one() -> None:
    text = "## Milestone 1 — a\n\n- Keep `x/old.py`.\n\n## Milestone 2 — b\n\n**Deleted:**\n- `x/old.py`\n"
    assert told(text) == []


def test_a_command_and_a_link_that_the_commit_does_not_have() -> None:
    text = "Run `pytest tests/pier/test_lamp.py`.\n\nSee [code](../pier/lamp.py).\n"
    tree = {"tests/docks/test_lamp.py": "", "pier/lamp.py": ""}
    assert told(text, tree) == [(5, [1])]
    assert told(text, {"tests/pier/test_lamp.py": "", "pier/lamp.py": ""}) == []
    assert told("Create `tests/pier/test_lamp.py`.\n\n" + text, tree) == []


def test_a_path_said_deleted_that_is_still_there() -> None:
    text = "## Deleted\n\n- `pier/rope.py`\n- `pier/gone.py`\n"
    assert told(text, {"pier/rope.py": ""}) == [(5, [3])]


DONE = "## Milestone 1 — x (reached)\n\nDefinition of done:\n\n- {}\n"


@pytest.mark.parametrize(
    ("criterion", "refuted"),
    [
        ("`pier/lamp.py` no longer defines `OldLamp`, `Wick` or `BURN`.", True),
        ("`pier/lamp.py` no longer defines `Wick`.", False),
        ("No tallow imports remain.", True),
        ("No whale imports remain.", False),
        ("`pier/manual.txt` exists.", True),
        ("`pier/lamp.py` is removed.", True),
        ("`pier/lamp.py` is removed or reduced to a stub.", False),
    ],
)
def test_conditions_of_a_claimed_milestone_are_tried_on_the_tree(criterion: str, refuted: bool) -> None:
    tree = {"pier/lamp.py": "from tallow.wax import candle\n\nclass OldLamp:\n    pass\n\nBURN = 1\n"}
    assert told(DONE.format(criterion), tree) == ([(6, [5])] if refuted else [])
    assert told(DONE.format(criterion).replace("(reached)", ""), tree) == []


def test_a_target_marked_met_that_is_not() -> None:
    text = "| Metric | Before | Target | Current | Status |\n|-|-|-|-|-|\n"
    text += "| Leaks | 4 | 0 | {} | Met |\n| Lamps | 1 | ≥ 5 | 6 | Met |\n"
    assert told(text.format(2)) == [(7, [3])]
    assert told(text.format(0)) == []


def test_a_figure_outside_its_stated_range() -> None:
    text = "## Milestone 1 — x\n\nExpected:\n- drag: 0.70–0.72\n\nMeasured:\n- drag: {}\n"
    assert told(text.format("0.68")) == [(7, [7, 4])]
    assert told(text.format("0.71")) == []


def test_anchors_and_links_that_lead_nowhere() -> None:
    text = "# Pier & lamps\n\n[a](#pier--lamps) [b](#pier) [c](gone.md) [d](b.md)\n\n`[e](#code)`\n"
    assert told(text) == [(8, [3])]
    assert told(text, {"docs/b.md": ""}) == [(8, [3]), (8, [3])]


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the real documents are not beside this checkout")
def test_what_real_documents_contradict() -> None:
    names = sorted(path.name for path in SEEDS.iterdir())
    every = found(**{name: (SEEDS / name).read_text() for name in names})
    shown = {(one.rule, places[0], tuple(places[1:2])) for one in every for places in [_places(one)]}
    assert {
        (1, ("002", 835), (("002", 829),)), (2, ("002", 380), (("002", 5),)), (3, ("000", 253), (("000", 266),)),
        (4, ("000", 369), (("000", 568),)), (4, ("000", 598), (("000", 631),)), (5, ("002", 96), (("002", 248),)),
    } <= shown  # fmt: skip
    assert len([one for one in every if one.rule == 1]) == 2
    assert any(one.rule == 4 and "7, 9 and 10" in one.message for one in every)
    assert len(every) <= 10


def _places(one: Contradiction) -> list[tuple[str, int]]:
    return [(place.path[:3], place.line) for place in one.places]


def run(*args: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("claims", *args, stdout=out)
    except SystemExit as error:
        return int(error.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_the_command_exits_1_and_says_what_was_not_checked(tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.md", tmp_path / "good.md"
    bad.write_text(TOTALS.format(south=5, boats=4))
    good.write_text("# fine\n")
    assert run(str(good))[0] == 0
    code, text = run(str(bad))
    assert code == 1
    assert "rule 1: column 'Boats'" in text
    assert "rule 6, not checked" in text
    code, text = run(str(bad), "--json")
    assert json.loads(text)["findings"][0] == {
        "rule": 1,
        "message": "column 'Boats': the rows add up to 3, the total row says 4",
        "places": [{"path": str(bad), "line": 5}, {"path": str(bad), "line": 1}],
    }


def test_a_repository_is_checked_at_a_revision(tmp_path: Path) -> None:
    work = Work(tmp_path)
    work.commit({"docs/plan.md": "See [lamp](../src/lamp.py) and [log](log.md).\n", "src/lamp.py": "LIT = 1\n"})
    code, text = run(str(tmp_path), "--rev", "HEAD:docs", "--json")
    assert code == 1
    assert [(one["rule"], one["places"]) for one in json.loads(text)["findings"]] == [
        (8, [{"path": "docs/plan.md", "line": 1}])
    ]
    with pytest.raises(CommandError) as caught:
        run(str(tmp_path), "--rev", "no-such-revision")
    assert caught.value.returncode == 2


def test_a_document_that_cannot_be_checked_is_named_and_hides_no_other(tmp_path: Path) -> None:
    work = Work(tmp_path)
    work.commit({"deep.md": "> " * 500, "big.md": "a" * 5_000_000, "bad.md": TOTALS.format(south=5, boats=4)})
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit):
        call_command("claims", str(tmp_path), "--rev", "HEAD", stdout=out, stderr=err)
    assert "bad.md:5: rule 1" in out.getvalue()
    assert sorted(line.partition(":")[0] for line in err.getvalue().splitlines()) == ["big.md", "deep.md"]


def test_a_document_too_long_for_the_rules_is_left_alone() -> None:
    assert found(**{"a.md": "# Phase 1 (done)\n" * 30_000}) == []


@pytest.mark.django_db
def test_a_missing_file_is_wrong_usage() -> None:
    with pytest.raises(CommandError) as caught:
        run("/nowhere/plan.md")
    assert caught.value.returncode == 2


NUMBERED = (
    "# Roadmap\n\n| # | Milestone | Status |\n|---|---|---|\n| 1 | Keel | {} |\n\n## Milestone 1: Keel\n\nStatus: {}\n"
)


@pytest.mark.parametrize(
    ("row", "line", "places"),
    [
        ("Complete", "in progress", [5, 9]),
        ("Complete", "done", None),
        ("In progress", "not started", [5, 9]),
        ("Pending", "in progress", None),
    ],
)
def test_a_numbered_table_of_milestones_states_their_status(row: str, line: str, places: list[int] | None) -> None:
    assert told(NUMBERED.format(row, line)) == ([(2, places)] if places else [])


def test_what_a_plan_says_of_the_milestone_it_is_about() -> None:
    said = "# Iteration plan (Milestone 1 — Draw the charts)\n\nMilestone 1 is complete.\n"
    assert [one.rule for one in found(**{"docs/roadmap.md": ROADMAP, "docs/plan.md": said})] == [2]
    unbegun = said.replace("is complete", "has not been started")
    assert [one.rule for one in found(**{"docs/roadmap.md": ROADMAP, "docs/plan.md": unbegun})] == [2]


def test_a_route_with_a_parameter_is_one_item_of_a_list() -> None:
    text = "The port serves {} endpoints:\n\n- `GET /ships`\n- `GET /ships/{{name}}`\n- `POST /ships`\n"
    assert told(text.format(4)) == [(4, [1, 3])]
    assert told(text.format(3)) == []


def test_a_range_stated_outside_every_milestone() -> None:
    text = "# Report\n\n- views: 0.70–0.72\n- Effort: 2–3 days\n\n## Results\n\n- views: {}\n- Effort: 5 days\n"
    assert told(text.format("0.81")) == [(7, [8, 3])]
    assert told(text.format("0.71")) == []


def test_several_paths_behind_one_verb() -> None:
    text = "We deleted `hull/a.py` and `hull/b.py`.\n\n`hull/b.py` is kept for the pilot.\n"
    assert told(text) == [(5, [1, 3])]
