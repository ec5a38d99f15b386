"""In what two answers differ, kind by kind, and in what they do not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.making import compared, found, told

PAGE = "<html><body><h1 class='b a' id=x>Berths</h1><!-- old --><p>two free</p></body></html>"


@pytest.mark.parametrize(
    ("legacy", "new", "expected"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, ("json_missing", "/b", "2", "no such key")),
        ({"a": 1}, {"a": 1, "b": 2}, ("json_added", "/b", "no such key", "2")),
        ({"a": 1}, {"a": "1"}, ("json_type", "/a", "number 1", "string 1")),
        ({"a": None}, {"a": 0}, ("json_type", "/a", "null null", "number 0")),
        ({"a": True}, {"a": 1}, ("json_type", "/a", "boolean true", "number 1")),
        ({"a": 1}, {"a": 2}, ("json_value", "/a", "1", "2")),
        ({"a": [1, 2]}, {"a": [1]}, ("json_length", "/a", "2 in the list", "1 in the list")),
        ([{"x/y": "n"}], [{"x/y": "m"}], ("json_value", "/-/x~1y", "n", "m")),
        ({}, [], ("json_type", "/", "object {}", "array []")),
    ],
)
def test_json_is_compared_by_keys_types_and_values(legacy: Any, new: Any, expected: tuple[str, str, str, str]) -> None:
    assert found(told(body=legacy), told(body=new)) == [expected]


def test_the_order_of_keys_and_a_whole_number_as_float_are_no_difference() -> None:
    assert found(told(body={"a": 1, "b": 2.0}), told(body={"b": 2, "a": 1.0})) == []


def test_another_status_is_one_difference_and_the_body_of_an_error_is_not_held_against_it() -> None:
    assert found(told(body={"a": 1}), told(body={"error": "x"}, status=500)) == [("status", "status", "200", "500")]


def test_other_words_in_an_error_are_a_difference() -> None:
    legacy, new = (told(body={"error": words}, status=409, route="/berths") for words in ("taken", "occupied"))
    assert found(legacy, new) == [("error_body", "/error", "taken", "occupied")]


def test_pages_are_compared_as_trees() -> None:
    same = PAGE.replace("b a", "a b").replace("<!-- old -->", "\n  ").replace("id=x", 'id="x"')
    assert found(told(body=PAGE, kind="text/html"), told(body=same, kind="text/html; charset=utf-8")) == []
    other = PAGE.replace("two", "three")
    assert found(told(body=PAGE, kind="text/html"), told(body=other, kind="text/html")) == [
        ("html", "/html/body/p", "two free", "three free")
    ]


@pytest.mark.parametrize(
    ("attributes", "where", "legacy", "new"),
    [
        ({"max_age": 60}, "cookie sid lifetime", "3600 s", "60 s"),
        ({"max_age": None}, "cookie sid lifetime", "3600 s", "session"),
        ({"max_age": 0}, "cookie sid lifetime", "3600 s", "deleted"),
        ({"samesite": "Strict"}, "cookie sid samesite", "lax", "strict"),
        ({"httponly": False}, "cookie sid httponly", "true", "false"),
        ({"secure": True}, "cookie sid secure", "false", "true"),
        ({"path": "/api"}, "cookie sid path", "/", "/api"),
    ],
)
def test_a_cookie_is_compared_by_its_attributes(attributes: dict[str, Any], where: str, legacy: str, new: str) -> None:
    cookie = {"name": "sid", "max_age": 3600, "samesite": "Lax", "httponly": True, "secure": False, "path": "/"}
    assert found(told(cookies=[cookie]), told(cookies=[cookie | attributes])) == [("cookie", where, legacy, new)]


def test_a_lifetime_is_the_same_by_max_age_and_by_the_date_that_it_makes() -> None:
    by_date = {"name": "sid", "expires": "Sat, 21 Nov 2026 11:00:00 GMT"}
    legacy = told(cookies=[by_date], headers={"date": "Sat, 21 Nov 2026 10:00:00 GMT"})
    assert found(legacy, told(cookies=[{"name": "sid", "max_age": 3600}])) == []
    assert found(legacy, told(cookies=[{"name": "sid", "max_age": 7200}])) != []


def test_a_cookie_that_is_set_no_more_or_anew_is_named() -> None:
    cookie = {"name": "sid", "httponly": True}
    assert [one[:2] for one in found(told(cookies=[cookie]), told())] == [("cookie_missing", "cookie sid")]
    assert [one[:2] for one in found(told(), told(cookies=[cookie]))] == [("cookie_added", "cookie sid")]


def test_a_redirect_is_compared_by_its_target_and_not_by_how_the_host_is_written() -> None:
    def moved(target: str) -> bytes:
        return told(status=302, kind="", headers={"location": target})

    assert found(moved("/berths?x=1"), moved("http://localhost/berths?x=1")) == []
    assert found(moved("/berths?x=1"), moved("/berths?x=2")) == [("redirect", "location", "/berths?x=1", "/berths?x=2")]
    assert found(moved("/berths"), moved("http://elsewhere/berths"))[0][0] == "redirect"


@pytest.mark.parametrize(
    ("legacy", "new", "kind"),
    [
        ({"access-control-allow-origin": "*"}, {}, "cors"),
        ({"access-control-allow-methods": "GET, POST"}, {"access-control-allow-methods": "GET"}, "cors"),
        ({"cache-control": "no-store"}, {"cache-control": "private"}, "cache"),
        ({"etag": '"1"'}, {}, "cache"),
        ({"content-disposition": "attachment"}, {}, "header"),
    ],
)
def test_headers_that_browsers_obey_are_compared(legacy: dict[str, str], new: dict[str, str], kind: str) -> None:
    assert [one[0] for one in found(told(headers=legacy), told(headers=new))] == [kind]


def test_the_order_of_directives_and_the_value_of_a_tag_are_no_difference() -> None:
    legacy = {"cache-control": "no-store, private", "etag": '"1"', "vary": "Accept, Cookie"}
    new = {"cache-control": "private, no-store", "etag": '"2"', "vary": "cookie, accept"}
    assert found(told(headers=legacy), told(headers=new)) == []


def test_content_type_and_streaming_are_compared() -> None:
    legacy = told(body="x", kind="text/plain; charset=utf-8")
    assert found(legacy, told(body="x", kind="text/csv")) == [
        ("content_type", "content-type", "text/plain", "text/csv")
    ]
    assert found(legacy, told(body="x", kind="text/plain; charset=latin-1"))[0][1] == "content-type charset"
    assert found(legacy, told(body="x", kind="text/plain", streamed=True)) == [
        ("streaming", "body", "whole", "streamed")
    ]


def test_a_long_or_binary_body_is_compared_by_its_hash() -> None:
    before, after = ({"sha256": mark * 64, "length": 9} for mark in "ab")
    assert found(told(body=before, kind="image/png"), told(body=before, kind="image/png")) == []
    assert found(told(body=before, kind="image/png"), told(body=after, kind="image/png"))[0][0] == "body"


def test_what_was_masked_is_compared_by_its_type() -> None:
    assert found(told(body={"token": "[masked]"}), told(body={"token": "[masked]"})) == []
    assert found(told(body={"token": "[masked]"}), told(body={"token": "[masked int]"}))[0][0] == "json_type"


HABITS = {
    "validation_status": (
        told(method="POST", status=400, body={"error": "ship missing"}),
        told(method="POST", status=422, body={"detail": [{"loc": ["body", "ship"], "msg": "Field required"}]}),
    ),
    "error_shape": (
        told(status=404, body={"error": "no such berth"}, route="/berths"),
        told(status=404, body={"detail": "no such berth"}, route="/berths"),
    ),
    "slash_redirect": (
        told(status=308, kind="text/html", headers={"location": "http://localhost/berths/"}),
        told(status=307, kind="", headers={"location": "http://localhost/berths/"}),
    ),
    "method_not_allowed": (
        told(method="DELETE", status=405, kind="text/html", body="<h1>Method Not Allowed</h1>"),
        told(method="DELETE", status=405, body={"detail": "Method Not Allowed"}),
    ),
    "not_found_body": (
        told(status=404, kind="text/html", body="<h1>Not Found</h1>"), told(status=404, body={"detail": "Not Found"}),
    ),
    "head_not_answered": (told(method="HEAD"), told(method="HEAD", status=405)),
    "options_not_answered": (told(method="OPTIONS", kind="text/html"), told(method="OPTIONS", status=405)),
    "unauthenticated_status": (
        told(status=401, body={"error": "log in"}), told(status=403, body={"detail": "Not authenticated"}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(HABITS))
def test_a_habit_of_the_frameworks_is_named_once_and_nothing_else_is_told_of_the_pair(name: str) -> None:
    assert [one[0] for one in found(*HABITS[name])] == [name]


def test_a_habit_is_told_once_with_every_endpoint_that_it_touches() -> None:
    legacy, new = HABITS["not_found_body"]
    paths = [f"/berths/{letter}" for letter in "abc"]
    sides = [[side.replace(b'"/berths"', json.dumps(path).encode()) for path in paths] for side in (legacy, new)]
    habits = compared(*sides).habits
    assert list(habits) == ["not_found_body"]
    assert [one.route for one in habits["not_found_body"]] == paths


def test_other_words_beside_another_shape_are_not_hidden_by_the_habit() -> None:
    legacy, new = HABITS["error_shape"]
    kinds = [one[0] for one in found(legacy, new.replace(b"no such berth", b"berth is gone"))]
    assert sorted(kinds) == ["error_body", "error_shape"]


@pytest.mark.parametrize("status", [400, 409, 500])
def test_an_error_of_the_same_shape_is_no_habit(status: int) -> None:
    legacy, new = (told(status=status, body={"detail": words}) for words in ("a", "b"))
    assert [one[0] for one in found(legacy, new)] == ["error_body"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_nothing_differs_from_itself(body: Any) -> None:
    assert found(told(body=body), told(body=body, framework="fastapi")) == []


@given(JSON, JSON)
def test_what_differs_is_told_from_both_sides(one: Any, other: Any) -> None:
    there, back = found(told(body=one), told(body=other)), found(told(body=other), told(body=one))
    assert len(there) == len(back)
    assert bool(there) == (
        json.dumps(one, sort_keys=True) != json.dumps(other, sort_keys=True) and not _equal(one, other)
    )


def _equal(one: Any, other: Any) -> bool:
    """Equal as JSON, where 1 is 1.0 and true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None:
        return type(one) is type(other) and one == other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    return bool(one == other)
