"""`manage.py history` on repositories whose plans were edited over time."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.repositories import Work

ABOUT = "".join(f"Berth {number} is kept as it stands until the last ship has left it.\n" for number in range(8))
PLAN = "# Harbour\n\n" + ABOUT + "\n## Phase 1: Piers{claim}\n\nAcceptance criteria:\n\n{items}"


def run(*args: str) -> str:
    out = StringIO()
    call_command("history", *args, stdout=out, stderr=StringIO())
    return out.getvalue()


def told(folder: Path, *args: str) -> dict[str, list[str]]:
    documents: list[dict[str, Any]] = json.loads(run(str(folder), "--json", *args))["documents"]
    return {
        item["text"]: [event["what"] + "!" * event["weakened"] for event in item["events"]]
        for document in documents for item in document["criteria"]
    }  # fmt: skip


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    work = Work(tmp_path)
    two = "- [ ] planks hold 40 people at night\n- [ ] lamps burn\n"
    work.commit({"TODO.md": PLAN.format(claim="", items=two)})
    work.commit({"TODO.md": PLAN.format(claim="", items=two.replace("[ ] lamps", "[x] lamps"))})
    text = PLAN.format(claim=" (done)", items="- [x] planks hold 40 people by day\n- [x] lamps burn\n")
    work.commit({"TODO.md": None, "docs/piers.md": text})
    work.commit({"docs/piers.md": text.replace("- [x] lamps burn\n", "")})
    return tmp_path


def test_it_tells_what_became_of_each_criterion_also_under_a_new_name(harbour: Path) -> None:
    assert told(harbour) == {
        "planks hold 40 people by day": ["appeared", "reworded", "ticked"],
        "lamps burn": ["appeared", "ticked", "removed!"],
    }
    (document,) = json.loads(run(str(harbour), "--json"))["documents"]
    assert (document["path"], document["names"], document["versions"]) == (
        "docs/piers.md", ["TODO.md", "docs/piers.md"], 4,
    )  # fmt: skip


def test_it_prints_both_texts_with_who_and_when(harbour: Path) -> None:
    lines = [line.strip() for line in run(str(harbour)).splitlines()]
    assert "was: planks hold 40 people at night" in lines
    assert "now: planks hold 40 people by day" in lines
    assert any(line.startswith("2026-03-05") and line.endswith("removed, weakened (Ada)") for line in lines)


def test_it_can_tell_only_what_was_weakened_or_one_folder(harbour: Path) -> None:
    assert list(told(harbour, "--weakened")) == ["lamps burn"]
    assert told(harbour, "--path", "elsewhere/*.md") == {}


def test_one_of_two_copies_that_goes_takes_nothing_back(tmp_path: Path) -> None:
    work = Work(tmp_path)
    twice = "- [x] lamps burn\n\nChecklist:\n\n- [x] lamps burn\n- [x] planks hold\n"
    work.commit({"TODO.md": PLAN.format(claim=" (done)", items=twice)})
    work.commit({"TODO.md": PLAN.format(claim=" (done)", items="- [x] lamps burn\n- [x] planks hold\n")})
    assert "removed" in told(tmp_path)["lamps burn"]
    assert not any(event.endswith("!") for events in told(tmp_path).values() for event in events)


def test_what_another_document_took_over_is_not_weakened(tmp_path: Path) -> None:
    work = Work(tmp_path)
    work.commit({"TODO.md": PLAN.format(claim=" (done)", items="- [x] lamps burn\n- [x] planks hold\n")})
    rest = PLAN.format(claim=" (done)", items="- [x] planks hold\n")
    work.commit({"TODO.md": rest, "lamps.md": "# Lamps\n\n- [x] lamps burn\n"})
    documents = json.loads(run(str(tmp_path), "--json"))["documents"]
    events = [event for one in documents for item in one["criteria"] for event in item["events"]]
    assert "removed" in [event["what"] for event in events]
    assert not any(event["weakened"] for event in events)


def test_a_version_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    work = Work(tmp_path)
    work.commit({"TODO.md": PLAN.format(claim="", items="- [ ] lamps burn\n"), "big.md": "a" * 1_000_001})
    work.commit({"TODO.md": "> " * 500 + "deep\n", "raw.md": b"\xff\xfe\0"})
    work.commit({"TODO.md": PLAN.format(claim="", items="- [x] lamps burn\n")})
    answer = json.loads(run(str(tmp_path), "--json"))
    assert told(tmp_path)["lamps burn"] == ["appeared", "ticked"]
    assert answer["problems"] == ["big.md: a version is over the limit of 1 MB and is passed over"]


def test_wrong_usage_is_told(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        run(str(tmp_path))
    assert caught.value.returncode == 2
