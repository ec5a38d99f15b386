"""What is proposed for a criterion by its words, and what is not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestones.facts import Target
from milestones.gates.bounds import parse_bound
from milestones.gates.policy import read_policy
from milestones.gates.suggest import Known, Said, bound_of, policy_line, policy_table, suggest

NOTHING = Known()


def gates(text: str, *, commands: tuple[str, ...] = (), targets: tuple[Target, ...] = (), known: Known = NOTHING,
          folder: str = "plan") -> list[str]:  # fmt: skip
    code = tuple(re.findall(r"`([^`]+)`", text))
    return [gate for one in suggest(Said(text, folder, code, commands, targets), known) for gate in one.gates]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("No `flask` imports are left.", ["leftovers.import.flask == 0"]),
        ("There are no remaining `flask`/`werkzeug` imports",
         ["leftovers.import.flask == 0", "leftovers.import.werkzeug == 0"]),
        ("Nothing imports flask any more", ["leftovers.import.flask == 0"]),
        ("`flask.views` is no longer imported", ["leftovers.import.flask.views == 0"]),
        ("`core/web.py` no longer defines `_Shim` or `wrap_answer()`.",
         ["leftovers.symbol._Shim == 0", "leftovers.symbol.wrap_answer == 0"]),
        ("`FlaskRequest` has been removed", ["leftovers.symbol.FlaskRequest == 0"]),
        ("`core/shim.py` is deleted.", ["files.core/shim.py == 0"]),
        ("Delete the file `core/shim.py`", ["files.core/shim.py == 0"]),
        ("`core/a.py` and `core/b.py` are removed", ["files.core/a.py == 0", "files.core/b.py == 0"]),
        ("`docs/guide.md` exists.", ["files.docs/guide.md >= 1"]),
        ("The plan is written in [the file](next/plan.md).", ["files.plan/next/plan.md >= 1"]),
        ("All tests pass.", ["tests.failed == 0"]),
        ("Every legacy route is ported with its methods", ["routes.missing == 0"]),
        ("Mypy is clean", ["lint.mypy.findings == 0"]),
    ],
)  # fmt: skip
def test_words_propose_a_gate(text: str, wanted: list[str]) -> None:
    assert gates(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "No new imports at the top", "No circular imports", "The keeper has seen it.",
        "`core/shim.py` is removed or reduced",
        "Add tests for `core/api.py`", "Remove `flask`", "The `GET /times` route stays", "Tests may fail for a while",
        "`core/web.py` no longer defines anything strange", "",
    ],
)  # fmt: skip
def test_words_that_name_nothing_that_can_be_measured_propose_nothing(text: str) -> None:
    assert gates(text) == []


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("pytest -q tests", ["tests.failed == 0"]), ("uv run ruff check .", ["lint.ruff.findings == 0"]),
        ("npm run test", ["tests.failed == 0"]), ("python -m mypy --strict", ["lint.mypy.findings == 0"]),
        ("pytest --cov-fail-under=85", ["coverage.lines >= 85%", "tests.failed == 0"]),
        ("grep -rn flask server", []), ("pytest --collect-only", []), ("make contest", []),
    ],
)  # fmt: skip
def test_a_command_proposes_what_its_results_would_show(command: str, wanted: list[str]) -> None:
    assert gates("Run it", commands=(command,)) == wanted


@pytest.mark.parametrize(
    ("measure", "expect", "wanted"),
    [
        ("coverage", ">= 80%", ["coverage.lines >= 80%"]), ("branch coverage", ">= 70", ["coverage.branches >= 70%"]),
        ("views", "in 0.70..0.72", ["similarity.views in 0.70..0.72"]),
        ("Hop count", "<= 1", ["readability.hop_count <= 1"]), ("answer time", "<= 200 ms", []), ("size", "<= 3", []),
    ],
)  # fmt: skip
def test_a_target_proposes_a_measure_that_the_project_has(measure: str, expect: str, wanted: list[str]) -> None:
    known = Known(frozenset({"readability.hop_count", "tests.failed"}), frozenset({"views"}))
    assert gates("x", targets=(Target("x", measure, expect, 1),), known=known) == wanted


@given(st.text(alphabet="`[](),/ abno importsdeleted.is_X", max_size=400))
def test_whatever_is_proposed_can_be_read_as_a_bound(text: str) -> None:
    for gate in gates(text):
        assert bound_of(gate) == parse_bound(gate)


@given(
    st.sampled_from(["` ", "`a` and ", "[x](y) ", "no a, ", "imports ", "is ", "removed `a`, "]), st.integers(1, 300)
)
def test_a_hostile_line_takes_no_time_to_speak_of(part: str, times: int) -> None:
    gates(part * times)


def test_the_line_for_policy_is_read_back_and_finds_its_criterion_alone() -> None:
    text, other = "No `flask` imports are left in `core/`.", "No `flask` imports are left in tests."
    line = policy_line(text, ["leftovers.import.flask == 0"], [other])
    policy = read_policy(f"{policy_table('3.1')}\n{line}\n")
    (proof,) = policy.milestones[0].proves
    assert policy.milestones[0].key == "3.1"
    assert proof.words == "no flask imports are left in core"
    assert [bound.text for bound in proof.bounds] == ["leftovers.import.flask == 0"]


def test_several_gates_make_one_line() -> None:
    line = policy_line("A B", ["tests.failed == 0", "files.a.py == 0"], [])
    assert line == '"a b" = ["tests.failed == 0", "files.a.py == 0"]'
