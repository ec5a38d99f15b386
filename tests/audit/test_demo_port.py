"""The example's port with another client in every test: only what got lost on the way is reported."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from milestones import demo

SHADOW = '@api.get("/berths/{anything:path}")\ndef berth_any(anything: str):\n    return jsonify(anything)\n\n\n'


def said(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *arguments],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout


@pytest.fixture
def port(tmp_path: Path) -> tuple[str, str]:
    """The example's head with `client` named `api`, and three things lost: its path, and the commit of the freeze."""
    folder = tmp_path / "harbour"
    demo.build(folder, datetime(2026, 3, 2, tzinfo=UTC))
    for path in (folder / "tests").glob("*.py"):
        path.write_text(re.sub(r"\bclient\b", "api", path.read_text()).replace("fastapi.testapi", "fastapi.testclient"))
    bookings = folder / "tests" / "test_bookings.py"
    text = bookings.read_text().replace("answer.status_code == 422", "answer.status_code == 400")
    bookings.write_text(text.replace('answer.json()["nights"] == 3', 'answer.json()["nights"] >= 3'))
    routes = folder / "server" / "api.py"
    text = routes.read_text().replace('@api.get("/berths/{berth_id}")\n', SHADOW + '@api.get("/berths/{berth_id}")\n')
    routes.write_text(
        text.replace("def booking_list(harbour: Harbour, person: SignedIn)", "def booking_list(harbour: Harbour)")
    )
    git(folder, "commit", "-qam", "Change the client everywhere")
    return str(folder), git(folder, "log", "--format=%H", "--grep", "^Freeze what").strip()


def test_the_loosened_assertion_the_lost_guard_and_the_shadowed_route_are_all_that_is_told(
    port: tuple[str, str],
) -> None:
    folder, start = port
    first = said("frozen", folder, start, "HEAD")
    assert first["proposed_rewrite"] == {"client": "api", ".get_json()": ".json()"}
    assert not first["plumbing"]
    rules = [f"{was}={now}" for was, now in first["proposed_rewrite"].items()]
    second = said("frozen", folder, start, "HEAD", "--rewrite", *rules)
    [loosened] = second["assertions"]
    assert (loosened["path"], loosened["name"]) == ("tests/test_bookings.py", "test_a_skipper_books_a_berth")
    assert loosened["after"] == 'assert answer.json()["nights"] >= 3'
    assert not second["other"]
    assert not second["removed"]
    assert len(second["plumbing"]) > 30
    routes = said("routes", folder, "--legacy", start, "--new", "HEAD")
    assert [one["path"] for one in routes["guards_lost"]] == ["/api/bookings"]
    assert {one["answered_by"] for one in routes["shadowed"]} == {"berth_any"}
