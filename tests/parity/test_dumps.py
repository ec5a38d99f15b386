"""Route tables that applications print of themselves: every form the tools write, and what is broken refused."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from milestones.facts import ParseError
from milestones.parity.dumps import DUMPS, DumpedRoute, likely
from milestones.services import dumped
from milestones.services.dumped import disagreement

FIXTURES = Path(__file__).parents[1] / "fixtures" / "dumps"
KINDS = ("flask-routes", "openapi", "pyramid-proutes", "show-urls")


def read(kind: str, body: bytes) -> tuple[DumpedRoute, ...]:
    import io

    return dumped.read(kind, io.BytesIO(body))


def of(kind: str, name: str) -> set[tuple[str, str]]:
    routes = read(kind, (FIXTURES / kind / name).read_bytes())
    return {(",".join(one.methods), one.path) for one in routes if not one.own}


FLASK = {
    ("GET", "/"), ("GET", "/api/berths/{berth_id}"), ("GET,POST", "/api/berths/"),
    ("DELETE", "/api/berths/deep/{rest}"), ("GET,PUT", "/boats/{kind}/{name}"),
}  # fmt: skip


@pytest.mark.parametrize(
    "name", ["flask-3.1.txt", "flask-3.1-all-methods.txt", "flask-2.1.txt", "flask-2.1-all-methods.txt"]
)
def test_every_form_of_flask_routes_tells_the_same(name: str) -> None:
    assert of("flask-routes", name) == FLASK


def test_a_table_with_subdomains_is_read_by_its_headings() -> None:
    assert of("flask-routes", "flask-3.1-subdomain.txt") == {("GET", "/"), ("GET", "/adm")}


@pytest.mark.parametrize("name", ["pyramid-2.1.txt", "pyramid-2.1-format.txt"])
def test_a_pyramid_route_without_a_view_is_not_served(name: str) -> None:
    found = of("pyramid-proutes", name)
    assert found == {
        ("ANY", "/"), ("GET", "/api/berths/{berth_id}"), ("DELETE", "/api/berths/{berth_id}"),
        ("GET,POST", "/files/{rest}"), ("GET,PUT", "/a/rather/long/path/for/a/boat/{name}/of/some/kind"),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["dense", "verbose", "table", "aligned", "json", "pretty-json"])
def test_every_format_of_show_urls_tells_the_same(name: str) -> None:
    assert of("show-urls", f"{name}.txt") == {
        ("", "/"), ("", "/api/any/{_0}"), ("", "/api/berths/{berth_id}/"), ("", "/api/old/{year}/"),
        ("", "/boats/{name}"),
    }  # fmt: skip


def test_an_openapi_document_is_read_with_what_its_servers_put_in_front() -> None:
    body = json.loads((FIXTURES / "openapi" / "fastapi.json").read_bytes())
    assert of("openapi", "fastapi.json") == {
        ("HEAD", "/up"), ("GET", "/api/berths/{berth_id}"), ("GET,POST", "/api/berths"), ("GET", "/api/files/{rest}"),
    }  # fmt: skip
    body["servers"] = [{"url": "https://quay.example/v2/"}]
    assert {one.path for one in DUMPS["openapi"].read(body)} >= {"/v2/up"}
    swagger = {"swagger": "2.0", "basePath": "/old", "paths": {"/a/{user-id}": {"get": {}, "parameters": []}}}
    assert [(one.methods, one.path) for one in DUMPS["openapi"].read(swagger)] == [(("GET",), "/old/a/{user_id}")]


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_kind_is_told_the_likely_right_one(kind: str) -> None:
    for path in sorted((FIXTURES / kind).iterdir()):
        body = path.read_bytes()
        if path.name == "aligned.txt":  # it has no mark of its own
            continue
        assert likely(body.decode()) == kind, path.name
        for other in set(KINDS) - {kind}:
            with pytest.raises(ParseError, match=f"send it as '{kind}', not '{other}'"):
                read(other, body)


@pytest.mark.parametrize(
    ("kind", "body", "words", "line"),
    [
        ("flask-routes", b"", "the file is empty", None),
        ("flask-routes", b"Error: Could not locate a Flask application.\n", "no table of `flask routes`", None),
        ("flask-routes", b"Endpoint  Methods  Rule\n--------  -------  ----\n", "there is no route", None),
        ("flask-routes", b"Endpoint  Methods  Rule\n--------  -------  ----\nhome      GET      index\n", "slash", 3),
        (
            "flask-routes",
            b"Endpoint  Methods  Rule\n--------  -------  ----\nhome      who?     /\n",
            "no list of verbs",
            3,
        ),
        ("flask-routes", b"Endpoint  Methods  Rule\n--------  -------  ----\na_long_endpoint  GET  /\n", "columns", 3),
        (
            "flask-routes",
            b"Endpoint  Methods  Rule\n--------  -------  ----\nx         GET      /\n\nbye\n",
            "more text",
            5,
        ),
        ("flask-routes", b"\xff\xfeE\x00", "UTF-16", 1),
        ("pyramid-proutes", b"Name  Pattern\n----  -------\nhome  /\n", "no column View", 2),
        ("show-urls", b"/\thome\nTraceback (most recent call last):\n", "no line of show_urls", 2),
        ("show-urls", b'[{"url": "/", "url": "/b", "module": "x"}]', "twice", 1),
        ("show-urls", b'[{"address": "/"}]', "no url and module", None),
        ("openapi", b"[]", "no OpenAPI document", None),
        ("openapi", b'{"openapi": "3.1.0"}', "no paths", None),
        ("openapi", b'{"openapi": "3.1.0", "paths": {"x": {}}}', "begin with a slash", None),
        ("openapi", b'{"openapi": "3.1.0", "paths": {}}', "there is no route", None),
        ("openapi", b'{"openapi": NaN}', "NaN", 1),
    ],
)
def test_a_broken_dump_is_refused_with_its_place(kind: str, body: bytes, words: str, line: int | None) -> None:
    with pytest.raises(ParseError) as caught:
        read(kind, body)
    assert words in caught.value.reason
    assert caught.value.line == line


SPICE = (
    b"\x00",
    b"\xff",
    b"\xed\xa0\x80",
    b"\x1b[31m",
    b"--",
    b"\t",
    b"|",
    b"{",
    b"<",
    b"\n\n",
    b"*",
    b"\\ud800",
    b"9" * 500,
)


@pytest.mark.parametrize("kind", KINDS)
def test_no_mutant_of_a_dump_is_anything_but_read_or_refused(kind: str) -> None:
    chance = random.Random(kind)
    origins = [path.read_bytes() for path in sorted((FIXTURES / kind).iterdir())]
    refused = 0
    for _ in range(300):
        body = bytearray(chance.choice(origins))
        for _ in range(chance.randint(1, 4)):
            at, to = sorted(chance.randrange(len(body) + 1) for _ in range(2))
            if chance.random() < 0.4:
                del body[at : min(to, at + 200)]
            elif chance.random() < 0.5:
                body[at:at] = chance.choice(SPICE)
            else:
                body[at:at] = body[at : min(to, at + 200)]
        try:
            read(kind, bytes(body))
        except ParseError:
            refused += 1
    assert 0 < refused < 300


# --- held against the source


def source(*pairs: tuple[str, str, str, str]) -> dict[str, object]:
    return {
        "pairs": [list(one) for one in pairs],
        "legacy": {"frameworks": ["flask"]},
        "new": {"frameworks": ["fastapi"]},
    }


def said(kind: str, dump: list[DumpedRoute], *pairs: tuple[str, str, str, str]) -> list[str]:
    return [one.said for one in disagreement(DUMPS[kind], dump, source(*pairs))]


def test_names_of_parameters_and_a_slash_at_the_end_are_no_disagreement() -> None:
    dump = [DumpedRoute(("GET",), "/a/{number}/"), DumpedRoute(("GET",), "/static/{filename}", "static", own=True)]
    assert said("flask-routes", dump, ("flask", "GET", "/a/{id}", "")) == []


def test_what_only_one_of_them_knows_is_named() -> None:
    dump = [DumpedRoute(("GET", "POST"), "/a"), DumpedRoute(("GET",), "/b")]
    found = said(
        "flask-routes", dump, ("flask", "GET", "/a", ""), ("flask", "GET", "/c", ""), ("fastapi", "GET", "/z", "")
    )
    assert found == [
        "POST /a is only in `flask routes`", "GET /b is only in `flask routes`", "GET /c is only in the source",
    ]  # fmt: skip


def test_a_route_kept_out_of_an_openapi_document_is_no_disagreement() -> None:
    dump = [DumpedRoute(("GET",), "/a"), DumpedRoute(("PUT",), "/a")]
    pairs = (("fastapi", "GET", "/a", ""), ("fastapi", "GET", "/hidden", ""), ("flask", "PUT", "/a", ""))
    assert said("openapi", dump, *pairs) == ["PUT /a is only in an OpenAPI document"]
    assert said("openapi-legacy", dump, *pairs) == ["GET /a is only in an OpenAPI document"]


def test_where_verbs_are_not_told_paths_alone_are_compared() -> None:
    dump = [DumpedRoute((), "/a/{x}"), DumpedRoute((), "/admin/", "django.contrib.admin.sites.index", own=True)]
    assert said("show-urls", dump, ("django", "ANY", "/a/{pk}", "")) == []
    assert said("show-urls", [DumpedRoute((), "/b")], ("django", "ANY", "/b", ""), ("django", "GET", "/c", "")) == [
        "GET /c is only in the source"
    ]


@pytest.mark.parametrize(
    ("kind", "app", "dump"),
    [
        ("flask-routes", "quay_flask.py", "flask-3.1-all-methods.txt"),
        ("pyramid-proutes", "quay_pyramid.py", "pyramid-2.1.txt"),
        ("show-urls", "quay_django_urls.py", "dense.txt"),
        ("openapi", "quay_fastapi.py", "fastapi.json"),
    ],
)
def test_what_a_tool_printed_agrees_with_the_source_of_the_very_application(kind: str, app: str, dump: str) -> None:
    from milestones.parity.reading import read_routes

    body = (FIXTURES / "apps" / app).read_bytes()
    table = read_routes({app: "1"}, lambda _key: body)
    pairs = [[one.framework, *pair, "own" if one.static else ""] for one in table.routes for pair in one.pairs]
    details = {"pairs": pairs, "legacy": {"frameworks": []}, "new": {"frameworks": sorted(table.frameworks)}}
    routes = read(kind, (FIXTURES / kind / dump).read_bytes())
    assert [one.said for one in disagreement(DUMPS[kind], routes, details)] == []
    fewer = {**details, "pairs": pairs[:-1]}
    more = {**details, "pairs": [*pairs, [pairs[0][0], "PATCH", "/extra", ""]]}
    assert any(disagreement(DUMPS[kind], routes, one) for one in (fewer, more))
