"""A parameter that takes slashes, ported to one that takes none, loses requests."""

from __future__ import annotations

import pytest

from milestones.parity.comparison import compare
from milestones.parity.reading import Shelf, read_routes
from milestones.parity.routes import RouteTable

FLASK = """
from flask import Flask
app = Flask(__name__)

@app.get("/charts/<path:sheet>/print")
def chart(sheet):
    return sheet
"""
FASTAPI = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/charts/{sheet%s}/print")
def chart(sheet):
    return sheet
"""


def table(source: str) -> RouteTable:
    return read_routes({"app.py": source}, lambda blob: blob.encode(), Shelf())


@pytest.mark.parametrize(("converter", "missing"), [("", [("GET", "/charts/{sheet}/print")]), (":path", [])])
def test_a_path_with_a_slash_in_it_has_to_be_answered_too(converter: str, missing: list[tuple[str, str]]) -> None:
    found = compare(table(FLASK), table(FASTAPI % converter))
    assert [(one.method, one.path) for one in found.missing] == missing
    assert found.extra == ()
