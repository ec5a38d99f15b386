"""A test proves parity only where it is the same, was green on the legacy system and is green on the new one."""

from __future__ import annotations

import pytest

from milestones.audit.frozen import compare_tests
from milestones.audit.verified import standings
from milestones.facts import Result
from milestones.source.definitions import read_module

P, F = Result.PASSED, Result.FAILED


@pytest.mark.parametrize(
    ("legacy", "now", "verified", "unresolved"),
    [(P, P, True, False), (P, F, False, False), (F, P, False, False), (None, P, False, True), (P, None, False, True)],
)
def test_both_runs_must_have_said_passed(legacy, now, verified, unresolved) -> None:
    module = read_module(b"def test_a():\n    assert f() == 1\n", "tests/test_a.py")
    key = ("tests/test_a.py", "test_a")
    runs = [{key: result} if result else {} for result in (legacy, now)]
    [one] = standings(compare_tests([module], [module], {}, {}), *runs)
    assert (one.verified, one.unresolved) == (verified, unresolved)


def test_a_test_that_expects_something_else_proves_nothing_however_green() -> None:
    sides = [[read_module(f"def test_a():\n    assert f() == {n}\n".encode(), "tests/test_a.py")] for n in (1, 2)]
    runs = {("tests/test_a.py", "test_a"): P}
    [one] = standings(compare_tests(*sides, {}, {}), runs, runs)
    assert one.sort == "assertions"
    assert not one.verified


def test_a_test_read_from_another_folder_is_known_by_the_name_it_had() -> None:
    modules = [[read_module(b"def test_a():\n    assert f()\n", f"{folder}/test_a.py")] for folder in ("old", "new")]
    [one] = standings(compare_tests(*modules, {}, {}, ("old", "new")), {("old/test_a.py", "test_a"): P})
    assert (one.old, one.new) == (("old/test_a.py", "test_a"), ("new/test_a.py", "test_a"))
    assert one.legacy is P
