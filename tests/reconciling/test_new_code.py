"""Lint and coverage are judged on new code as well as in all, against a baseline that policy names."""

from __future__ import annotations

from pathlib import Path

import pytest

from milestones.facts import ParseError
from milestones.gates.policy import read_policy
from milestones.models import Judgement, Project, Promotion
from milestones.services.baselines import baseline_of
from tests.example import send, track
from tests.makers import make_milestone
from tests.repositories import Work

pytestmark = pytest.mark.django_db(transaction=True)
POLICY = """[baseline]
commit = "{base}"

[milestones.1]
done = ["lint.new == 0", "coverage.patch >= 60%", "coverage.lines >= baseline"]
"""
BEFORE = "import os\n\n\ndef fare():\n    return 3\n"
AFTER = "# fares\n\nimport os\n\n\ndef fare():\n    return 3\n\n\ndef child():\n    return 1\n"


def ruff(line: int, *more: int) -> bytes:
    rows = [
        f'{{"filename": "fare.py", "code": "F401", "message": "unused", "location": {{"row": {n}}}}}'
        for n in (line, *more)
    ]
    return f"[{', '.join(rows)}]".encode()


def cobertura(*hit: int, missed: tuple[int, ...] = ()) -> bytes:
    lines = "".join(f'<line number="{n}" hits="{int(n in hit)}"/>' for n in sorted((*hit, *missed)))
    return (
        f'<coverage><packages><package><classes><class filename="fare.py"><lines>{lines}</lines></class></classes>'
        "</package></packages></coverage>"
    ).encode()


@pytest.fixture
def ends(tmp_path: Path) -> tuple[Project, str, str]:
    work = Work(tmp_path / "ferry")
    base = work.commit({"fare.py": BEFORE}, "Before")
    head = work.commit({"fare.py": AFTER, "migration.toml": POLICY.format(base=base[:10])}, "After")
    return track(work), base, head


def gates(project: Project, head: str) -> dict[str, tuple[str, str]]:
    rows = Judgement.objects.latest_at(project, head).verdicts.all()
    return {row.gate.split()[0]: (row.state, row.sentence) for row in rows}


def test_code_that_moved_is_no_new_finding(ends: tuple[Project, str, str]) -> None:
    project, base, head = ends
    send(project, "ruff", base, ruff(1))
    send(project, "ruff", head, ruff(3))
    assert gates(project, head)["lint.new"][0] == "pass"
    send(project, "ruff", head, ruff(3, 11), attempt="2")
    state, said = gates(project, head)["lint.new"]
    assert (state, "lint.new is 1" in said) == ("fail", True)


def test_without_findings_of_the_baseline_nothing_is_new_or_old(ends: tuple[Project, str, str]) -> None:
    project, base, head = ends
    send(project, "ruff", head, ruff(3))
    state, said = gates(project, head)["lint.new"]
    assert state == "unknown"
    assert f"no ruff results of the baseline {base[:8]}" in said


def test_the_lines_of_the_change_are_held_to_their_own_bound(ends: tuple[Project, str, str]) -> None:
    project, base, head = ends
    send(project, "cobertura", base, cobertura(1, 4, 5))
    send(project, "cobertura", head, cobertura(3, 6, 7, 10, missed=(11,)))
    found = gates(project, head)
    assert found["coverage.patch"][0] == "fail", "one of the two new lines ran"
    assert "50" in found["coverage.patch"][1]
    assert found["coverage.lines"][0] == "fail"
    send(project, "cobertura", head, cobertura(3, 6, 7, 10, 11), attempt="2")
    found = gates(project, head)
    assert (found["coverage.patch"][0], found["coverage.lines"][0]) == ("pass", "pass")


def test_a_file_of_which_nothing_is_told_proves_nothing(tmp_path: Path) -> None:
    work = Work(tmp_path / "ferry")
    base = work.commit({"fare.py": BEFORE}, "Before")
    files = {"fare.py": AFTER, "times.py": "x = 1\n", "migration.toml": POLICY.format(base=base)}
    head = work.commit(files, "After")
    project = track(work)
    send(project, "cobertura", head, cobertura(3, 6, 7, 10, 11))
    assert gates(project, head)["coverage.patch"][0] == "unknown"


def test_the_baseline_may_be_the_promotion_of_a_milestone(ends: tuple[Project, str, str]) -> None:
    project, base, _head = ends
    policy = read_policy('[baseline]\nmilestone = "2"\n')
    assert baseline_of(project, policy) == ("", "milestone 2, the baseline, was never promoted")
    milestone = make_milestone(project, "2")
    Promotion.objects.create(milestone=milestone, sha=base, approved=True, by="signe", policy_hash="p",
                             evidence_hash="e", day="2026-03-02")  # fmt: skip
    assert baseline_of(project, policy) == (base, "")
    missing = read_policy('[baseline]\ncommit = "gone"\n')
    assert "the baseline cannot be found" in baseline_of(project, missing)[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[baseline]\ncommit = "a"\nmilestone = "2"\n', "line 3: .*keep one of them"),
        ('[baseline]\ncommit = "--all"\n', "line 2: .*no revision"),
        ('[baseline]\nsha = "a"\n', "sha"),
        ('[removed_tests]\n"a::*" = ""\n', "line 2"),
    ],
)
def test_a_baseline_that_cannot_be_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(ParseError, match=said):
        read_policy(text)
