"""Whole recordings held against each other: pairing, noise, what was never asked, and rules."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestones.expectations import Rule, read_expectation
from milestones.facts import ParseError
from milestones.parity.contracts import index, matrix_of
from tests.contracts.making import Held, compared, told


def suite(system: str, berths: int = 6, **change: Any) -> list[bytes]:
    """The same tests on either system; `change` puts other words into the answer of one berth."""
    route = "/berths/<int:id>" if system == "flask" else "/berths/{berth_id}"
    lines = []
    for berth in range(berths):
        body = {"id": berth, "name": change.get(f"b{berth}", "north")}
        lines.append(told(f"/berths/{berth}", body, route=route, framework=system, test=f"a::test_{berth}"))
        asked = {"ship": f"S{berth}"}
        lines.append(
            told("/berths", {"ok": True}, method="POST", route="/berths", test=f"a::test_{berth}", asked=asked)
        )
    return lines


def test_two_systems_that_answer_alike_have_no_difference() -> None:
    result = compared(suite("flask"), suite("fastapi"))
    assert (result.differences, result.unseen, result.noise) == ((), (), ())
    assert [(one.method, one.route, one.pairs, one.verified) for one in result.endpoints] == [
        ("POST", "/berths", 6, True), ("GET", "/berths/{id}", 6, True),
    ]  # fmt: skip


@given(st.randoms(use_true_random=False))
def test_the_order_of_lines_in_a_recording_does_not_matter(shuffle: random.Random) -> None:
    legacy, new = suite("flask"), suite("fastapi", b3="south")
    shuffle.shuffle(new)
    (only,) = compared(legacy, new).differences
    assert (only.path, only.test, only.count) == ("/berths/3", "a::test_3", 1)


def test_a_test_that_asks_once_more_does_not_shift_the_others() -> None:
    lines = [told(f"/berths/{n}", {"id": n}, route="/berths/<int:id>") for n in range(5)]
    more = [told("/berths/9", {"id": 9}, route="/berths/{n}", framework="fastapi"), *lines]
    result = compared(lines, more)
    assert (result.differences, result.pairs, result.new_alone) == ((), 5, 1)


def test_ids_that_shift_between_runs_are_paired_by_their_order() -> None:
    legacy = [told(f"/berths/{n}", {"free": n % 2}, route="/berths/<int:id>") for n in (1, 2)]
    new = [told(f"/berths/{n}", {"free": (n - 1) % 2}, route="/berths/{id}", framework="fastapi") for n in (2, 3)]
    assert compared(legacy, new).differences == ()


def test_a_suite_in_another_file_is_paired_by_the_names_of_its_tests() -> None:
    new = [line.replace(b"a::test_", b"new/tests/b.py::test_") for line in suite("fastapi")]
    assert (compared(suite("flask"), new).pairs, compared(suite("flask"), new).differences) == (12, ())


def test_traffic_without_tests_is_paired_by_what_was_asked() -> None:
    sides = [
        [line.replace(b'"test": "a::test_', b'"nothing": "') for line in suite(name)] for name in ("flask", "fastapi")
    ]
    sides[1].reverse()
    assert (compared(*sides).pairs, compared(*sides).differences) == (12, ())


def test_a_recording_without_routes_gets_them_from_the_other() -> None:
    new = [line.replace(b'"route": "/berths/{berth_id}"', b'"x": 1') for line in suite("fastapi", b3="south")]
    assert [one.route for one in compared(suite("flask"), new).differences] == ["/berths/{id}"]


def test_an_endpoint_that_the_new_system_was_never_asked_is_unseen_and_not_verified() -> None:
    legacy = [*suite("flask"), told("/tides", {"high": 3}, test="a::tides")]
    result = compared(legacy, suite("fastapi"))
    assert result.unseen == (("GET", "/tides"),)
    assert [one.verified for one in result.endpoints if one.route == "/tides"] == [False]


def test_fewer_answers_than_before_do_not_verify_an_endpoint() -> None:
    result = compared(suite("flask", berths=3), suite("fastapi", berths=2))
    assert result.unseen == ()
    assert [(one.alone, one.verified) for one in result.endpoints] == [(1, False), (1, False)]


def wavering(*values: Any, added: dict[str, Any] | None = None) -> list[bytes]:
    return [told("/tides", {"at": value, "port": "north", **(added or {})}, test="a::tides") for value in values]


def test_what_wavers_between_two_legacy_recordings_is_noise_and_listed() -> None:
    result = compared(wavering(1), wavering(3), noise=wavering(2))
    assert (result.differences, result.noise) == ((), (("/tides", "/at"),))


def test_noise_hides_only_what_wavered() -> None:
    new = [told("/tides", {"at": 3, "port": "south"}, test="a::tides")]
    assert [one.difference.where for one in compared(wavering(1), new, noise=wavering(2)).differences] == ["/port"]
    typed = [told("/tides", {"at": "3", "port": "north"}, test="a::tides")]
    assert [one.difference.kind for one in compared(wavering(1), typed, noise=wavering(2)).differences] == ["json_type"]
    gone = [told("/tides", {"port": "north"}, test="a::tides")]
    assert [one.difference.kind for one in compared(wavering(1), gone, noise=wavering(2)).differences] == [
        "json_missing"
    ]


def test_a_key_that_comes_and_goes_is_noise_with_all_below_it() -> None:
    noise = wavering(1, added={"storm": {"level": 1}})
    new = wavering(1, added={"storm": {"level": 5}})
    assert compared(wavering(1), new, noise=noise).differences == ()


def test_the_same_difference_is_told_once_with_how_often_it_was_seen() -> None:
    legacy = [told(f"/berths/{n}", {"a": 1}, route="/berths/<int:id>", test=f"t::{n}") for n in range(50)]
    new = [told(f"/berths/{n}", {"a": 2}, route="/berths/<int:id>", test=f"t::{n}") for n in range(50)]
    (only,) = compared(legacy, new).differences
    assert (only.count, only.test) == (50, "t::0")


RULE = Rule(
    ("/berths/**",), (read_expectation("status in 200,400"), read_expectation("json has duration: float")),
    (read_expectation("json has error: str"),),
)  # fmt: skip


def test_a_rule_is_held_against_every_answer_and_says_what_is_there_instead() -> None:
    lines = [
        told("/berths/1", {"duration": 0.5}, test="t::1"), told("/berths/2", {"duration": "fast"}, test="t::2"),
        told("/berths/3", {"error": 3, "duration": 1}, status=400, test="t::3"), told("/tides", {}, test="t::4"),
    ]  # fmt: skip
    result = compared(lines, lines, rules=[RULE])
    assert [(one.route, one.difference.where, one.difference.new) for one in result.broken_rules] == [
        ("/berths/2", "json has duration: float", "duration is fast"),
        ("/berths/3", "json has error: str", "error is 3"),
    ]
    assert len(result.legacy_breaks) == 2


def test_an_answer_that_no_legacy_answer_stands_beside_keeps_the_rules_too() -> None:
    alone = told("/berths/8", "no", status=500, kind="text/plain", test="t::8")
    assert len(compared([told()], [told(), alone], rules=[RULE]).broken_rules) == 3


@pytest.mark.parametrize(
    ("text", "holds", "fails"),
    [
        ("status in 200,404", told(status=404), told(status=500)),
        ("status == 200", told(), told(status=201)),
        ("status not in 500", told(), told(status=500)),
        ("json has user.name: str", told(body={"user": {"name": "A"}}), told(body={"user": {"name": 3}})),
        ("json has id: int|null", told(body={"id": None}), told(body={"id": 1.5})),
        ("json has on: int", told(body={"on": 1}), told(body={"on": True})),
        ("json lacks debug", told(body={}), told(body={"debug": 1})),
        ("header has x-id", told(headers={"X-Id": "1"}), told()),
        ("header lacks server", told(), told(headers={"server": "x"})),
        ("content type == application/json", told(), told(kind="text/html")),
    ],
)
def test_each_form_of_expectation_holds_and_fails(text: str, holds: bytes, fails: bytes) -> None:
    rule = Rule(("GET /berths",), (read_expectation(text),))
    assert compared([holds], [holds], rules=[rule]).broken_rules == ()
    assert len(compared([fails], [fails], rules=[rule]).broken_rules) == 1


@pytest.mark.parametrize("text", ["status is fine", "json has a: number_of_ships", "", "json", "status in 20"])
def test_what_is_no_expectation_is_refused_with_the_forms_there_are(text: str) -> None:
    with pytest.raises(ParseError, match="write one of"):
        read_expectation(text)


def test_the_matrix_of_a_recording_holds_for_it_and_not_for_another(tmp_path: Any) -> None:
    from milestones.gates.policy import read_policy

    legacy = [
        told("/berths/1", {"id": 1, "free": None, "x": 1}, route="/berths/<int:id>", test="t::1"),
        told("/berths/2", {"id": 2, "free": True}, route="/berths/<int:id>", test="t::2"),
        told("/berths/9", {"error": "no"}, status=404, route="/berths/<int:id>", test="t::3"),
        told("/page", "<p>", kind="text/html", test="t::4"),
    ]  # fmt: skip
    matrix = matrix_of(index(Held(legacy)))
    assert "| `GET /berths/{id}` | 200 | 2 | application/json | `id`: int, `free`: bool|null |" in matrix.as_markdown()
    rules = read_policy(matrix.as_policy()).contracts
    assert compared(legacy, legacy, rules=rules).broken_rules == ()
    worse = [line.replace(b'"id": 2', b'"nr": 2').replace(b"404", b"410") for line in legacy]
    said = {one.difference.where for one in compared(legacy, worse, rules=rules).broken_rules}
    assert said == {"json has id: int", "status in 200,404"}


BROKEN = {
    "a cut line": (b'{"request": {"method": "GET", "pa', "not a line of JSON"),
    "other json": (b"[1, 2]", "not an exchange, but other JSON"),
    "no response": (b'{"request": {"path": "/"}}', "without request or response"),
    "no path": (told().replace(b'"path"', b'"p"'), "without the path"),
    "a word for status": (told().replace(b"200", b'"ok"'), "is no HTTP status"),
    "NaN": (told(body={"a": 1}).replace(b'"a": 1', b'"a": NaN'), "NaN"),
    "deep": (told(body=1).replace(b'"body": 1', b'"body": ' + b"[" * 300 + b"]" * 300), "nested more than 100 deep"),
    "very deep": (told(body=1).replace(b'"body": 1', b'"body": ' + b"[" * 99999 + b"]" * 99999), "not a line of JSON"),
    "not utf-8": (b"\xff\xfe" + told(), "not a line of JSON"),
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_a_broken_line_is_named_with_its_number_and_the_rest_is_compared(name: str) -> None:
    line, said = BROKEN[name]
    result = compared([*suite("flask"), line], suite("fastapi"))
    assert [(one.path, one.line, said in one.reason) for one in result.problems] == [("legacy.jsonl", 13, True)]
    assert (result.pairs, result.differences) == (12, ())


def test_recordings_of_different_suites_are_named_as_such() -> None:
    other = [told(f"/ships/{n}", {}, test=f"z::{n}") for n in range(12)]
    assert "different suites" in compared(suite("flask"), other).problems[0].reason


def test_an_empty_recording_is_named() -> None:
    assert compared([], suite("fastapi")).problems[0].reason.startswith("no exchange in it")


@given(st.lists(st.binary(max_size=200), max_size=5), st.integers(0, 11))
def test_no_line_however_broken_ends_the_comparison(junk: list[bytes], at: int) -> None:
    lines = suite("flask")
    lines[at:at] = [line.replace(b"\n", b" ") for line in junk]
    assert compared(lines, suite("fastapi")).pairs == 12


def test_a_line_with_half_a_surrogate_pair_is_read() -> None:
    line = json.dumps({"request": {"path": "/a"}, "response": {"status": 200, "body": "\ud800"}}).encode()
    assert compared([line], [line]).pairs == 1
