"""From one commit to another every test is accounted for: found again by its source, explained, or named."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from milestones.gates.policy import read_policy
from milestones.models import Decision, Judgement, Project, RenamedTest
from milestones.services import reconciling
from tests.example import send, track
from tests.reconciling.story import AFTER, BEFORE, NEW, OLD, POLICY, junit, moved_tests
from tests.repositories import Work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def moved(tmp_path: Path) -> tuple[Project, str, str]:
    return moved_tests(tmp_path / "ferry")


def seen(project: Project, base: str, head: str, policy: str = "") -> reconciling.Between:
    return reconciling.between(project, base, head, read_policy(policy))


def gates(project: Project, head: str) -> dict[str, tuple[str, str]]:
    rows = Judgement.objects.latest_at(project, head).verdicts.all()
    return {row.gate.split()[0]: (row.state, row.sentence) for row in rows}


def test_every_test_that_is_gone_has_its_fate(moved: tuple[Project, str, str]) -> None:
    result = seen(*moved).result
    fates = {one.test.label.partition("::")[2]: (one.fate, one.now.label if one.now else "") for one in result.gone}
    assert fates == {
        "test_old_name": ("renamed", "tests.test_a::test_new_name"),
        "test_goes_elsewhere": ("moved", "tests.test_b::test_goes_elsewhere"),
        "test_numbers[1]": ("parametrised", "tests.test_a::test_numbers"),
        "test_numbers[2]": ("parametrised", "tests.test_a::test_numbers"),
        "test_is_dropped": ("unexplained", ""),
    }
    assert {name: [t.name for _, t in tests] for name, tests in result.stays.items() if tests} == {
        "newly_failing": ["test_breaks"], "fixed": ["test_recovers"],
    }  # fmt: skip


def test_the_table_adds_up_group_by_group(moved: tuple[Project, str, str]) -> None:
    result = seen(*moved).result
    assert (result.total.before, result.total.after) == (len(BEFORE), len(AFTER))
    assert [(row.group, row.before, row.after) for row in result.rows] == [
        ("tests.test_a", 8, 8), ("tests.test_b", 0, 1),
    ]  # fmt: skip
    total = result.total
    assert (
        total.before
        - sum(total.counts[fate] for fate in ("renamed", "moved", "parametrised", "unexplained"))
        + (total.counts["added"])
        == total.after
    )


def test_an_unexplained_test_blocks_until_a_person_explains_it(moved: tuple[Project, str, str]) -> None:
    project, base, head = moved
    state, said = gates(project, head)["tests.removed_unexplained"]
    assert (state, "tests.removed_unexplained is 1" in said) == ("fail", True)
    with pytest.raises(reconciling.NothingSaidError):
        reconciling.explain(project, ["tests.test_a::test_is_dropped"], covered_by="", reason=" ", by="signe")
    reconciling.explain(
        project, ["tests.test_a::test_is_dropped"], covered_by="tests.test_a::test_is_new", reason="", by="signe"
    )
    assert Decision.objects.filter(verb="explained removed tests", actor="signe").exists()
    found = {one.test.name: one for one in seen(project, base, head).result.gone}["test_is_dropped"]
    assert (found.fate, found.why) == ("explained", "covered by tests.test_a::test_is_new")
    send(project, "junit", head, junit(*AFTER), attempt="2")
    assert gates(project, head)["tests.removed_unexplained"][0] == "pass"
    assert gates(project, head)["tests.newly_failing"][0] == "pass"


def test_policy_explains_too_and_is_refused_with_a_line_where_it_is_broken(moved: tuple[Project, str, str]) -> None:
    policy = '[removed_tests]\n"tests.test_a::test_is_*" = "None needs no test"\n'
    assert [one.why for one in seen(*moved, policy).result.of("explained")] == ["None needs no test"]
    assert not seen(*moved, policy).result.unexplained


def test_without_results_at_the_baseline_nothing_is_told(tmp_path: Path) -> None:
    work = Work(tmp_path / "ferry")
    base = work.commit({"tests/test_a.py": OLD}, "Before")
    head = work.commit({"tests/test_a.py": NEW, "migration.toml": POLICY.format(start=base)}, "After")
    project = track(work)
    send(project, "junit", head, junit(*AFTER))
    state, said = gates(project, head)["tests.removed_unexplained"]
    assert state == "unknown"
    assert f"there are no test results of {base[:8]}" in said
    send(project, "junit", base, junit(*BEFORE))
    assert gates(project, head)["tests.removed_unexplained"][0] == "fail", "late results of the baseline are judged"


def test_a_rename_that_was_seen_holds_when_the_body_changes_later(tmp_path: Path) -> None:
    project, base, _ = moved_tests(tmp_path / "ferry")
    assert set(RenamedTest.objects.values_list("how", flat=True)) == {"renamed", "moved"}, "the judgement keeps them"
    work = Work(tmp_path / "ferry")
    later = work.commit(
        {
            "tests/test_a.py": NEW.replace("[1, 2, 3].pop() == 3", "{'a': 1}['a'] == len('x')"),
            "tests/test_b.py": "def test_goes_elsewhere():\n    for n in range(3):\n        assert n != 7\n",
        },
        "Further",
    )
    project = track(work)
    send(project, "junit", later, junit(*AFTER))
    fates = {one.test.name: one.fate for one in seen(project, base, later).result.gone}
    assert (fates["test_old_name"], fates["test_goes_elsewhere"]) == ("renamed", "moved")
    assert RenamedTest.objects.count() == 2


def test_a_skip_comes_with_its_reason_and_a_retry_shows_as_flaky(moved: tuple[Project, str, str]) -> None:
    project, base, head = moved
    send(project, "junit", head, junit(*AFTER, skipped=("test_stays",)), attempt="2")
    found = seen(project, base, head)
    assert [t.name for _, t in found.result.stays["newly_skipped"]] == ["test_stays"]
    assert [t.name for _, t in found.result.stays["flaky"]] == ["test_breaks"], "it failed in the first attempt"


def said(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_the_command_takes_a_project_and_writes_a_table_that_adds_up(moved: tuple[Project, str, str]) -> None:
    project, base, head = moved
    found = json.loads(said("reconcile", project.slug, base, head, "--json"))
    assert (found["base"]["total"], found["head"]["total"], found["unexplained"]) == (8, 9, 1)
    assert sum(group["head"] for group in found["groups"]) == 9
    table = said("reconcile", project.slug, "HEAD~1", "HEAD", "--markdown")
    assert "| **All** | 8 |" in table
    assert "- `tests.test_a::test_is_dropped`" in table
    assert "8 + 6 added - 5 gone = 9; 1 unexplained" in said("reconcile", project.slug, base, head)


def test_without_results_the_command_reads_the_sources_of_the_project(tmp_path: Path) -> None:
    work = Work(tmp_path / "ferry")
    work.commit({"tests/test_a.py": OLD}, "Before")
    work.commit({"tests/test_a.py": NEW}, "After")
    project = track(work)
    found = json.loads(said("reconcile", project.slug, "HEAD~1", "HEAD", "--json"))
    assert found["renamed"] == [{"from": "tests/test_a.py::test_old_name", "to": "tests/test_a.py::test_new_name"}]
    folder = json.loads(said("reconcile", project.slug, "HEAD~1:tests", "HEAD:tests", "--json"))
    assert folder["base"] == {"total": 7}
