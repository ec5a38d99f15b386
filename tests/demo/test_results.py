"""The recorded results are what the service's own tests and linter say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from milestones.demo import DemoCommit, DemoRepository
from milestones.demo.record import ANSWERS, RECORDED, run_checks
from milestones.demo.repository import recorded_results
from tests.contracts.making import compared


def outcomes(junit: bytes) -> dict[str, str]:
    """Each test's name with what became of it."""
    cases = ElementTree.fromstring(junit).iter("testcase")
    return {f"{c.get('classname')}::{c.get('name')}": c[0].tag if len(c) else "passed" for c in cases}


def findings(ruff: bytes) -> list[tuple[str, str, int]]:
    return [(f["code"], f["filename"], f["location"]["row"]) for f in json.loads(ruff)]


def failed(commit: DemoCommit) -> int:
    return sum(outcome != "passed" for outcome in outcomes(dict(commit.results)["junit"]).values())


@pytest.mark.parametrize("number", ["05", "06", "11"])
def test_recorded_outcomes_equal_a_fresh_run(work_tree_at: Callable[[str], Path], number: str) -> None:
    recorded = dict(recorded_results(number))
    fresh = run_checks(work_tree_at(number))
    assert outcomes(fresh.junit) == outcomes(recorded["junit"])
    assert findings(fresh.ruff) == findings(recorded["ruff"])


@pytest.mark.parametrize(("number", "system"), ANSWERS.items())
def test_recorded_answers_equal_those_of_a_fresh_run(
    work_tree_at: Callable[[str], Path], number: str, system: str
) -> None:
    recorded = dict(recorded_results(number))["recording"].splitlines()
    fresh = run_checks(work_tree_at(number), system).recording.splitlines()
    found = compared(recorded, fresh)
    assert (found.differences, found.unseen, found.new_alone, found.problems) == ((), (), 0, ())
    assert found.pairs == len(recorded) == len(fresh)


def test_seven_commits_have_results_and_the_others_none(demo: DemoRepository) -> None:
    with_results = [f"{n:02}" for n, commit in enumerate(demo.commits, 1) if commit.results]
    assert with_results == list(RECORDED)
    kinds = {f"{n:02}": [kind for kind, _ in c.results] for n, c in enumerate(demo.commits, 1) if c.results}
    assert all(found[:2] == ["junit", "ruff"] for found in kinds.values())
    assert {number for number, found in kinds.items() if "recording" in found} == set(ANSWERS)


def test_one_commit_has_failing_tests_and_another_has_findings(demo: DemoRepository) -> None:
    told = {
        f"{n:02}": (failed(c), len(findings(dict(c.results)["ruff"])))
        for n, c in enumerate(demo.commits, 1)
        if c.results
    }
    assert told == {"02": (0, 0), "04": (0, 0), "05": (3, 0), "06": (0, 2), "08": (0, 0), "10": (0, 0), "11": (0, 0)}


def test_results_name_no_machine(demo: DemoRepository) -> None:
    everything = b"".join(content for commit in demo.commits for _, content in commit.results).decode()
    assert not re.findall(r"file:///|/tmp/|site-packages|timestamp=|Werkzeug/|testclient", everything)
    of_tools = b"".join(body for one in demo.commits for kind, body in one.results if kind != "recording").decode()
    assert '"/' not in of_tools
    assert set(re.findall(r'hostname="([^"]*)"', everything)) == {"ci"}


def test_one_changed_line_turns_the_tests_red(work_tree_at: Callable[[str], Path]) -> None:
    work_tree = work_tree_at("11")
    store = work_tree / "server/store.py"
    store.write_text(store.read_text().replace("timedelta(days=14)", "timedelta(days=30)"))
    broken = {name for name, outcome in outcomes(run_checks(work_tree).junit).items() if outcome != "passed"}
    assert "tests.test_billing::test_a_booking_is_billed_by_night_and_metre" in broken
