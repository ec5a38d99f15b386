"""`routes`, `leftovers` and `propose` on work trees and bare mirrors, without a database."""

from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from milestones.gates.policy import read_policy
from tests.repositories import Work, repository

ROOT = Path(__file__).parents[2]
FLASK = """from flask import Flask
from functools import wraps
from flask import abort
app = Flask(__name__)
def members(f):
    @wraps(f)
    def inner(*a, **k):
        abort(403)
    return inner
@app.route("/a/<int:id>", methods=["GET", "POST"])
@members
def a(id): pass
@app.route("/gone")
def gone(): pass
"""
FASTAPI = """from fastapi import FastAPI
app = FastAPI()
@app.get("/a/{key}")
def a(key): pass
@app.get("/u/{name}")
def user(name): pass
@app.get("/u/me")
def me(): pass
@app.get("/metrics")
def metrics(): pass
"""


@pytest.fixture
def work(tmp_path):
    """The legacy system, both side by side, and the new one alone."""
    with repository(tmp_path / "work") as made:
        made.commit({"old/app.py": FLASK, "docs/roadmap.md": "# Plan\nporting\n", "pyproject.toml": PYPROJECT})
        made.commit({"old/routes.py": "import flask\n", "new/app.py": FASTAPI, "tests/test_a.py": "def test(): pass\n"})
        made.commit({"old/app.py": None, "old/routes.py": None, "docs/roadmap.md": "# Plan\n"})
        yield made


PYPROJECT = '[project]\nname = "x"\nversion = "1"\ndependencies = ["flask"]\n'


def said(*arguments: str) -> dict:
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def bare(work: Work, folder: Path) -> str:
    subprocess.run(["git", "clone", "-q", "--bare", str(work.folder), str(folder)], check=True)
    return str(folder)


def test_the_table_of_a_revision_or_of_a_folder_in_it(work, tmp_path):
    for source in (str(work.folder), bare(work, tmp_path / "mirror.git")):
        found = said("routes", source, "--rev", "HEAD~1:old")
        assert set(found) == {"routes", "unresolved", "unparsed"}
        own = [route for route in found["routes"] if not route["static"]]
        assert own[0] == {
            "methods": ["GET", "POST"], "path": "/a/{id}", "framework": "flask", "group": "old", "guards": ["members"],
            "handler": {"path": "old/app.py", "line": 12, "name": "a"}, "order": 1, "static": False,
        }  # fmt: skip
        assert [route["path"] for route in own] == ["/a/{id}", "/gone"]


def test_two_revisions_are_compared(work):
    found = said("routes", str(work.folder), "--legacy", "HEAD~2", "--new", "HEAD")
    assert found["missing"] == [{"method": "POST", "path": "/a/{id}"}, {"method": "GET", "path": "/gone"}]
    assert found["methods"] == [{"path": "/a/{id}", "legacy": ["GET", "POST"], "new": ["GET"]}]
    assert found["shadowed"] == [{"method": "GET", "path": "/u/me", "expected": "me", "answered_by": "user"}]
    assert found["guards_lost"][0]["legacy"]["guards"] == ["members"]
    assert {"path": "/a/{id}", "what": "HEAD", "legacy": "answered", "new": "405"} in found["behaviours"]


def test_a_range_counts_pairs_by_framework_base_included(work):
    series = said("routes", str(work.folder), "--range", "HEAD~2..HEAD")["series"]
    assert [(one["legacy"], one["new"], one["by_framework"]) for one in series] == [
        (3, 0, {"flask": 3}), (3, 3, {"fastapi": 3, "flask": 3}), (0, 3, {"fastapi": 3}),
    ]  # fmt: skip


def test_leftovers_name_imports_symbols_words_and_dependencies(work):
    arguments = ["--imports", "flask", "--symbols", "members", "--exist", "create", "--words", "porting:docs/**"]
    found = said("leftovers", str(work.folder), "--rev", "HEAD~1", *arguments)
    assert [(one["path"], one["line"]) for one in found["imports"]] == [
        ("old/app.py", 1), ("old/app.py", 3), ("old/routes.py", 1),
    ]  # fmt: skip
    assert [one["line"] for one in found["symbols"]] == [5, 11]
    assert [(one["path"], one["line"]) for one in found["words"]] == [("docs/roadmap.md", 2)]
    assert [(one["path"], one["line"], one["package"]) for one in found["dependencies"]] == [
        ("pyproject.toml", 4, "flask")
    ]
    assert (found["absent"], found["counts"]) == (["create"], {"source": 3, "tests": 0})


def test_a_proposal_is_a_policy_that_we_read_ourselves(work):
    out = StringIO()
    call_command("propose", str(work.folder), stdout=out)
    found = read_policy(out.getvalue())
    shas = [commit.hexsha for commit in work.repo.iter_commits()]
    assert (found.from_framework, found.to_framework, found.start) == ("flask", "fastapi", shas[1])
    assert (found.docs, found.leftovers.imports) == (("docs/*.md",), ("flask",))
    out = StringIO()
    call_command("propose", str(work.folder), "--rev", "HEAD~1", stdout=out)
    found = read_policy(out.getvalue())
    assert (found.legacy_folder, found.new_folder, found.start) == ("old", "new", "")


def test_the_command_runs_as_a_process_without_a_database(work, tmp_path):
    command = [sys.executable, "manage.py", "routes", bare(work, tmp_path / "m.git"), "--rev", "HEAD", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    assert len(json.loads(done.stdout)["routes"]) == 8
    wrong = subprocess.run([*command[:4], "--rev", "nowhere"], cwd=ROOT, capture_output=True, text=True, timeout=120)  # noqa: PLW1510
    assert (wrong.returncode, "Traceback" in wrong.stderr) == (2, False)
