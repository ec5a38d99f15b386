"""What is wrong in the example is really wrong in it."""

from __future__ import annotations

import ast
import difflib
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

FLASK_ROUTES = """
from server.app import create_app
for rule in create_app().url_map.iter_rules():
    if rule.endpoint != "static":
        print(*(f"{m} {rule.rule}" for m in sorted(rule.methods - {"HEAD", "OPTIONS"})), sep="\\n")
"""
FASTAPI_ROUTES = """
from fastapi.routing import APIRoute, iter_route_contexts
from server.app import create_app
for context in iter_route_contexts(create_app().routes):
    route = context.original_route
    if isinstance(route, APIRoute):
        print(*(f"{m} {context.path}" for m in sorted(route.methods)), sep="\\n")
"""


def routes(work_tree: Path, script: str) -> set[str]:
    """Methods and paths that the running application knows, parameters written as `{}`."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], cwd=work_tree, capture_output=True, text=True, check=True
    )
    return {re.sub(r"<[^>]*>|\{[^}]*\}", "{}", line) for line in done.stdout.splitlines()}


def similarity(old: str, new: str) -> float:
    a, b = ([line.rstrip() for line in text.splitlines() if line.strip()] for text in (old, new))
    return difflib.SequenceMatcher(None, a, b).ratio()


def imports_of_flask(folder: Path) -> list[str]:
    found = []
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [path.name for m in modules if m.partition(".")[0] in ("flask", "werkzeug")]
    return found


def test_one_route_was_lost_on_the_way(work_tree_at: Callable[[str], Path]) -> None:
    before = routes(work_tree_at("02"), FLASK_ROUTES)
    after = routes(work_tree_at("11"), FASTAPI_ROUTES)
    assert len(before) == 19
    assert before - after == {"GET /api/bookings/{}/calendar"}
    assert after - before == set()


def test_a_frozen_test_was_edited(text_at: Callable[[str, str], str]) -> None:
    old = text_at("02", "tests/test_bookings.py").replace(".get_json()", ".json()").splitlines()
    new = text_at("11", "tests/test_bookings.py").splitlines()
    changed = [(a.strip(), b.strip()) for a, b in zip(old, new, strict=True) if a != b]
    assert changed == [("assert answer.status_code == 400", "assert answer.status_code == 422")]


@pytest.mark.parametrize("name", ["accounts", "berths", "billing", "pages", "statements"])
def test_the_other_frozen_tests_changed_only_their_plumbing(text_at: Callable[[str, str], str], name: str) -> None:
    path = f"tests/test_{name}.py"
    assert text_at("02", path).replace(".get_json()", ".json()") == text_at("11", path)


def test_a_shim_was_left_behind(text_at: Callable[[str, str], str]) -> None:
    assert "class FlaskRequest" in text_at("11", "server/shim.py")
    assert "from server.shim import" in text_at("11", "server/api.py")


def test_milestone_3_claims_no_flask_while_one_import_is_left(
    work_tree_at: Callable[[str], Path], text_at: Callable[[str, str], str]
) -> None:
    section = text_at("11", "docs/roadmap.md").split("## Milestone 3")[1].split("## Milestone 4")[0]
    assert "**Status:** Complete" in section
    assert "- [x] In the whole repository nothing imports Flask" in section
    assert imports_of_flask(work_tree_at("11")) == ["statements.py"]
    assert "flask" not in text_at("11", "requirements.txt")


def test_the_report_states_a_route_too_many(text_at: Callable[[str, str], str]) -> None:
    assert "| Routes of the booking API | 8 | 8 | 8 |" in text_at("11", "docs/report-m2.md")
    assert text_at("02", "server/api.py").count("@api.") == 8
    assert text_at("11", "server/api.py").count("@api.") == 7


@pytest.mark.parametrize(("name", "ratio"), [("api", 0.6507), ("billing", 0.7342), ("pages", 0.6929)])
def test_the_port_reads_like_its_original(text_at: Callable[[str, str], str], name: str, ratio: float) -> None:
    path = f"server/{name}.py"
    assert similarity(text_at("02", path), text_at("11", path)) == pytest.approx(ratio, abs=0.0001)


def test_no_handler_was_edited_behind_the_front_door(text_at: Callable[[str, str], str]) -> None:
    for path in ("server/api.py", "server/pages.py"):
        assert text_at("02", path) == text_at("04", path)
