"""Endpoints and their course: who answers, what was lost, how far each is, and since when."""

from __future__ import annotations

import pytest

from milestones.parity.burndown import Listed, Point, Served, burndown
from milestones.parity.endpoints import Sides, endpoints_of, sides_of, state_of
from milestones.parity.reading import read_routes
from milestones.parity.routes import RouteTable

FLASK = """
from flask import Flask, Blueprint
app = Flask(__name__)
api = Blueprint("api", __name__, url_prefix="/api")
def login_required(view):
    def inner(*a):
        if not a: abort(401)
        return view(*a)
    return inner
@api.get("/berths")
def berths(): ...
@api.post("/berths")
@login_required
def book(): ...
@api.get("/berths/<int:number>")
def berth(number): ...
@api.get("/berths/mine")
def mine(): ...
app.register_blueprint(api)
"""
FASTAPI = """
from fastapi import FastAPI
app = FastAPI(openapi_url=None)
@app.get("/api/berths/{name}")
def anything(name): ...
@app.get("/api/berths/mine")
def mine(): ...
@app.get("/api/berths")
def berths(): ...
@app.post("/api/berths")
def book(): ...
"""


def table(**files: str) -> RouteTable:
    sources = {f"{name}.py": text.encode() for name, text in files.items()}
    return read_routes({name: name for name in sources}, sources.__getitem__)


def test_each_legacy_request_is_told_with_who_answers_and_what_was_lost() -> None:
    before, after = table(old=FLASK), table(new=FASTAPI)
    found = {one.key: one for one in endpoints_of(before, after, sides_of(before, after))}
    assert list(found) == [
        ("GET", "/api/berths"),
        ("POST", "/api/berths"),
        ("GET", "/api/berths/{number}"),
        ("GET", "/api/berths/mine"),
    ]
    assert all(one.ported and not one.served for one in found.values())
    assert [key for key, one in found.items() if one.guard_lost] == [("POST", "/api/berths")]
    mine = found["GET", "/api/berths/mine"]
    assert mine.shadowed is not None
    assert (mine.shadowed.name, mine.answer and mine.answer.handler.name) == ("mine", "anything")


def test_while_both_serve_only_what_came_counts_as_ported() -> None:
    before, after = table(old=FLASK), table(old=FLASK, new=FASTAPI.partition('@app.get("/api/berths")')[0])
    assert sides_of(before, after) == Sides(frozenset({"flask"}), frozenset({"fastapi"}))
    found = endpoints_of(before, after, sides_of(before, after))
    assert [(one.ported, one.served) for one in found] == [(False, True), (False, True), (True, True), (True, True)]
    at_start = endpoints_of(before, before, sides_of(before, before))
    assert not any(one.ported for one in at_start), "the legacy system is no port of itself"


def test_what_nobody_answers_is_missing() -> None:
    before, after = table(old=FLASK), table(new=FASTAPI.partition("@app.post")[0])
    found = endpoints_of(before, after, sides_of(before, after))
    assert [one.key for one in found if one.missing] == [("POST", "/api/berths")]


@pytest.mark.parametrize(
    ("ported", "served", "tested", "verified", "state"),
    [
        (False, True, False, False, "legacy"), (False, True, True, False, "tested"), (True, True, True, False, "ported"),  # noqa: E501
        (True, True, True, True, "verified"), (True, False, True, True, "retired"), (True, False, True, False, "ported"),  # noqa: E501
        (False, False, True, True, "tested"),
    ],
)  # fmt: skip
def test_a_state_is_what_is_known(ported: bool, served: bool, tested: bool, verified: bool, state: str) -> None:
    assert state_of(ported=ported, served=served, tested=tested, verified=verified) == state


# --- the course

DAY = 86_400
A, B, C = ("GET", "/a"), ("GET", "/b"), ("GET", "/c")
LISTED = [Listed(A, "one", "@ada", "old.py"), Listed(B, "one", "", "old.py"), Listed(C, "two", "", "pages.py")]


def point(
    day: int, ported: set[tuple[str, str]] | None, legacy: set[tuple[str, str]] = frozenset(), edited: str = ""
) -> Point:  # type: ignore[assignment]
    served = None if ported is None else Served({"flask": len(legacy)}, frozenset(ported), frozenset(legacy))
    return Point(f"{day:040x}", day * DAY, "Ada", f"day {day}", served, frozenset(filter(None, [edited])))


def test_moves_pace_and_standstill_come_from_the_commits() -> None:
    found = burndown(
        [point(0, set(), {A, B, C}), point(10, {A}, {A, B, C}), point(20, {A, B}, {A, C}), point(40, {A, B}, {A, C})],
        LISTED,
    )
    assert {key: move.point.at // DAY for key, move in found.moves.items()} == {A: 10, B: 20}
    one, two = found.groups
    assert (one.name, one.left, one.moved, one.stuck, one.owners) == ("one", 0, 2, 0, ("@ada",))
    assert one.pace == pytest.approx(1 / 4), "one in the last four weeks"
    assert (two.left, two.moved, two.stuck) == (1, 0, 40)


def test_a_port_that_was_taken_back_counts_from_when_it_came_again() -> None:
    found = burndown([point(0, set()), point(1, {A}), point(2, set()), point(3, {A})], LISTED)
    assert found.moves[A].point.at == 3 * DAY


def test_a_move_across_commits_that_nobody_read_says_so() -> None:
    found = burndown([point(0, set()), point(1, None), point(2, {A})], LISTED)
    move = found.moves[A]
    assert (move.point.at, move.after and move.after.at) == (2 * DAY, 0)


def test_new_legacy_routes_edited_legacy_code_and_lost_ones_are_named() -> None:
    new = ("GET", "/new")
    found = burndown(
        [point(0, set(), {A, B, C}), point(1, {A}, {A, B, C}), point(2, {A}, {A, B, new}, "old.py"),
         point(3, {A}, {A, B, new}, "pages.py")], LISTED,
    )  # fmt: skip
    assert [(key, at.at // DAY) for key, at in found.added] == [(new, 2)]
    assert [(key, at.at // DAY) for key, at in found.edited] == [(A, 2)]
    assert [(key, at.at // DAY) for key, at in found.lost] == [(C, 2)]
