"""A repository whose tests were renamed, moved, parametrised, dropped and broken, with the results of both commits."""

from __future__ import annotations

from pathlib import Path

from milestones.models import Project
from tests.example import send, track
from tests.repositories import Work

OLD = """
import pytest

def test_stays(): assert 1 + 1 == 2
def test_old_name(): assert [1, 2, 3].pop() == 3
def test_goes_elsewhere(): assert "a".upper() == "A"
@pytest.mark.parametrize("n", [1, 2])
def test_numbers(n): assert n
def test_is_dropped(): assert None is None
def test_breaks(): assert True
def test_recovers(): assert sorted([2, 1]) == [1, 2]
"""
NEW = """
import pytest

def test_stays(): assert 1 + 1 == 2
def test_new_name(): assert [1, 2, 3].pop() == 3
@pytest.mark.parametrize("n", ["one", "two", "three"])
def test_numbers(n): assert n
def test_breaks(): assert True
def test_recovers(): assert sorted([2, 1]) == [1, 2]
def test_is_new(): assert {} == {}
"""
ELSEWHERE = 'def test_goes_elsewhere(): assert "a".upper() == "A"\n'
POLICY = """[migration]
name = "Ferry"
start = "{start}"

[milestones.1]
done = ["tests.removed_unexplained == 0", "tests.newly_failing == 0"]
"""


def junit(*cases: str, suite: str = "tests.test_a", bad: tuple[str, ...] = (), skipped: tuple[str, ...] = ()) -> bytes:
    rows = []
    for case in cases:
        where, _, name = case.rpartition("::")
        inside = "<failure message='no'/>" if case in bad else "<skipped message='no boat'/>" if case in skipped else ""
        rows.append(f'<testcase classname="{where or suite}" name="{name}" time="0.1">{inside}</testcase>')
    return f"<testsuite name='pytest'>{''.join(rows)}</testsuite>".encode()


BEFORE = ("test_stays", "test_old_name", "test_goes_elsewhere", "test_numbers[1]", "test_numbers[2]", "test_is_dropped",
          "test_breaks", "test_recovers")  # fmt: skip
AFTER = ("test_stays", "test_new_name", "tests.test_b::test_goes_elsewhere", "test_numbers[one]", "test_numbers[two]",
         "test_numbers[three]", "test_breaks", "test_recovers", "test_is_new")  # fmt: skip


def moved_tests(folder: Path) -> tuple[Project, str, str]:
    """The project, the commit before and the one after."""
    work = Work(folder)
    base = work.commit({"tests/test_a.py": OLD}, "Before")
    files = {"tests/test_a.py": NEW, "tests/test_b.py": ELSEWHERE, "migration.toml": POLICY.format(start=base)}
    head = work.commit(files, "After")
    project = track(work)
    assert send(project, "junit", base, junit(*BEFORE, bad=("test_recovers",))).state == "done"
    assert send(project, "junit", head, junit(*AFTER, bad=("test_breaks",))).state == "done"
    return project, base, head
