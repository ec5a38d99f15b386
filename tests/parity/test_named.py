"""Which frameworks a file names, and the last commit that served one which is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from milestones.clients.git import open_repository
from milestones.parity.named import named_frameworks
from milestones.parity.reading import Shelf, read_routes
from milestones.parity.routes import RouteTable
from milestones.services import last_served
from milestones.services.last_served import last_before
from milestones.services.tables import table_at
from tests.repositories import repository

OLD = b"import os, flask\nshop = flask.Flask(__name__)\n@shop.route('/till')\ndef till(): pass\n"
NEW = b"from fastapi import FastAPI\nshop = FastAPI()\n@shop.get('/till')\ndef till(): pass\n"
LEFT = b"from flask import Flask, request\n\ndef who():\n    return request.args\n"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (OLD, {"flask"}),
        (b"def make():\n    from pyramid.config import Configurator\n", {"pyramid"}),
        (b"from django.urls import path\nurlpatterns = []\n", {"django"}),
        (b"from fastapi import Depends\n", set()),
        (b"# from flask import Flask\n", set()),
        (b"from starlette.applications import Starlette\napp = Starlette()\n", {"starlette"}),
    ],
)
def test_a_file_names_a_framework_by_importing_it_and_by_registering_on_it(text: bytes, named: set[str]) -> None:
    assert named_frameworks(text) == named


def test_a_script_names_express_by_importing_it() -> None:
    assert named_frameworks(b"const e = require('express')", script=True) == {"express"}
    assert named_frameworks(b"import e from 'express';", script=True) == {"express"}
    assert named_frameworks(b"import e from 'expresso';", script=True) == frozenset()


def history(folder: Path, states: list[dict[str, bytes]]) -> list[str]:
    """The commits that these states make, newest first."""
    with repository(folder) as work:
        return [work.commit(state) for state in states][::-1]


def found(folder: Path) -> str:
    with open_repository(str(folder)) as repo:
        head, shelf = repo.resolve("HEAD"), Shelf()
        now = table_at(repo, head, shelf).frameworks
        return last_before(repo, head, now, lambda sha: table_at(repo, sha, shelf).frameworks)


def test_the_last_commit_is_found_far_back_in_a_long_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_served, "STRIDE", 7)
    states: list[dict[str, bytes]] = [{"shop.py": OLD}, {"shop.py": OLD + b"# more\n"}, {"shop.py": NEW}]
    shas = history(tmp_path, states + [{"notes.md": b"%d" % n} for n in range(30)])
    assert found(tmp_path) == shas[31]


def test_an_import_that_was_left_behind_does_not_hide_the_last_commit_that_served(tmp_path: Path) -> None:
    states: list[dict[str, bytes]] = [{"shop.py": OLD}, {"who.py": LEFT}, {"shop.py": NEW}]
    more = [{"who.py": LEFT + b"# %d\n" % n} for n in range(6)]
    shas = history(tmp_path, states + more)
    assert found(tmp_path) == shas[7]


def test_a_framework_that_was_never_served_is_not_found(tmp_path: Path) -> None:
    history(tmp_path, [{"shop.py": NEW}, {"who.py": LEFT}, {"who.py": b""}])
    assert found(tmp_path) == ""


def test_a_table_is_taken_again_only_where_nothing_that_was_read_changed() -> None:
    files = {"a": b"from flask import Flask\nfrom words import HOME\n"
             b"app = Flask(__name__)\n@app.route(HOME)\ndef home(): pass\n",
             "w1": b"HOME = '/one'\n", "w2": b"HOME = '/two'\n", "x1": b"x = 1\n", "x2": b"x = 2\n"}  # fmt: skip
    shelf = Shelf()

    def read(words: str, other: str) -> RouteTable:
        return read_routes({"app.py": "a", "words.py": words, "other.py": other}, files.__getitem__, shelf)

    first = read("w1", "x1")
    assert read("w1", "x2").routes[0] is first.routes[0]
    assert "/two" in {route.path for route in read("w2", "x2").routes}
