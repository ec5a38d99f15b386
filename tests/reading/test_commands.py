"""`manage.py read` as programs and people call it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

PLAN = """# Warehouse move

Status: draft

## Stage 1 — Shelves (done)

Goal: every shelf has a label.

Acceptance criteria:

- [x] Labels are printed.
- [ ] Aisle count ≤ 12

**Gate**: run `make audit` before the next stage.

## Stage 2 — Boxes
"""


def run(*args: str) -> str:
    out = StringIO()
    call_command("read", *args, stdout=out)
    return out.getvalue()


@pytest.fixture
def plan(tmp_path: Path) -> str:
    path = tmp_path / "PLAN.md"
    path.write_text(PLAN)
    return str(path)


def test_it_prints_json_with_every_key(plan: str) -> None:
    (document,) = json.loads(run(plan, "--json"))["documents"]
    assert set(document) == {
        "path", "title", "status", "status_text", "criteria", "milestones", "checkboxes", "tables", "commands", "paths",
        "problems",
    }  # fmt: skip
    assert (document["status"], document["status_text"]) == ("none", "draft")
    first, second = document["milestones"]
    assert set(first) == {
        "key", "kind", "title", "line", "status", "status_text", "date", "goal", "criteria", "gates", "targets",
        "non_goals", "children",
    }  # fmt: skip
    assert (first["key"], first["kind"], first["status"]) == ("1", "stage", "complete")
    assert set(first["criteria"][0]) == {"id", "kind", "text", "line", "depth", "checked"}
    assert [(item["line"], item["checked"]) for item in first["criteria"]] == [(11, True), (12, False)]
    assert first["gates"][0]["commands"] == ["make audit"]
    assert first["targets"] == [{"text": "Aisle count ≤ 12", "measure": "Aisle count", "expect": "<= 12", "line": 12}]
    assert second["criteria"] == []


def test_it_prints_an_outline_for_people(plan: str) -> None:
    out = run(plan)
    assert "5: Stage 1 — Shelves (done) [complete]" in out
    assert "12: [ ] Aisle count ≤ 12 (acceptance)" in out


def test_a_missing_file_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no such file") as caught:
        run(str(tmp_path / "absent.md"))
    assert caught.value.returncode == 2


def test_a_file_over_the_limit_is_a_named_problem(tmp_path: Path) -> None:
    path = tmp_path / "big.md"
    path.write_bytes(b"- item\n" * 200_000)
    (document,) = json.loads(run(str(path), "--json"))["documents"]
    assert "limit of 1 MB" in document["problems"][0]["reason"]


def test_a_file_that_is_not_there_is_named_and_the_others_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.md"
    plan.write_text("# Plan\n\n## Milestone 1 (done)\n")
    with pytest.raises(CommandError, match=r"gone\.md: no such file") as caught:
        call_command("read", str(plan), str(tmp_path / "gone.md"), "--json")
    assert caught.value.returncode == 2
    (read,) = json.loads(capsys.readouterr().out)["documents"]
    assert [one["key"] for one in read["milestones"]] == ["1"]
