# ruff: noqa: E501 - a line before and after, side by side
"""Suites ported from one web framework's client to another's, made at any size, with changes of expectation sown in.

Each test is a list of pairs of lines, as it was and as it became; `""` on a side stands for no line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Lines = list[tuple[str, str]]


@dataclass
class Sown:
    """A change of expectation that a port hides: how it alters the pairs, and a text of the line where it shows."""

    name: str
    alter: Callable[[Lines, int], Lines]
    shows: str = ""


@dataclass
class Port:
    """Both sides of a ported suite, and the (path, test) of every change that was sown."""

    old: dict[str, str] = field(default_factory=dict)
    new: dict[str, str] = field(default_factory=dict)
    sown: dict[tuple[str, str], str] = field(default_factory=dict)
    shown: dict[tuple[str, str], str] = field(default_factory=dict)
    edited: set[tuple[str, str]] = field(default_factory=set)


def same(*lines: str) -> Lines:
    return [(line, line) for line in lines]


# --- dialects: what a test of one kind looks like before and after


def flask_json(n: int) -> Lines:
    return [
        (f"def test_{n}(client, auth_headers):", f"def test_{n}(api, auth_headers):"),
        (f'    resp = client.get("/items/{n}", headers=auth_headers)', f'    resp = api.get("/items/{n}", headers=auth_headers)'),
        *same("    assert resp.status_code == 200"),
        (f'    assert resp.get_json()["id"] == {n}', f'    assert resp.json()["id"] == {n}'),
        (f'    assert resp.get_json()["owner"] == "ada-{n}"', f'    assert resp.json()["owner"] == "ada-{n}"'),
    ]  # fmt: skip


def flask_data(n: int) -> Lines:
    return [
        (f"def test_{n}(client):", f"def test_{n}(api):"),
        (f'    rv = client.post("/login", data={{"user": "u{n}"}}, follow_redirects=True)',
         f'    rv = api.post("/login", data={{"user": "u{n}"}}, follow_redirects=True)'),
        (f'    assert b"Hello u{n}" in rv.data', f'    assert "Hello u{n}" in rv.text'),
        ('    assert rv.mimetype == "text/html"', '    assert rv.headers["content-type"] == "text/html"'),
    ]  # fmt: skip


def flask_dumps(n: int) -> Lines:
    return [
        (f"def test_{n}(client):", f"def test_{n}(api):"),
        (f'    payload = {{"name": "berth {n}", "length": {n}}}', f'    payload = {{"name": "berth {n}", "length": {n}}}'),
        ('    response = client.post("/berths", data=json.dumps(payload), content_type="application/json")',
         '    response = api.post("/berths", json=payload)'),
        ("    data = json.loads(response.data)", "    data = response.json()"),
        *same("    assert response.status_code == 201", f'    assert data["name"] == "berth {n}"'),
        ('    assert response.headers["Location"] == "/berths"',) * 2,
    ]  # fmt: skip


def flask_context(n: int) -> Lines:
    return [
        (f"def test_{n}(app):", f"def test_{n}(application):"),
        ("    with app.test_client() as c:", "    with TestClient(application) as c:"),
        (f'        r = c.get("/search", query_string={{"q": "{n}"}})', f'        r = c.get("/search", params={{"q": "{n}"}})'),
        *same("        assert r.status_code == 200"),
        (f'        assert r.json["count"] == {n}', f'        assert r.json()["count"] == {n}'),
    ]  # fmt: skip


def to_async(n: int) -> Lines:
    return [
        ("", "@pytest.mark.anyio"),
        (f"def test_{n}(client):", f"async def test_{n}(async_client):"),
        (f'    resp = client.delete("/items/{n}")', f'    resp = await async_client.delete("/items/{n}")'),
        *same("    assert resp.status_code == 204"),
        ('    assert resp.data == b""', '    assert resp.content == b""'),
    ]


def renamed_variable(n: int) -> Lines:
    return [
        (f"def test_{n}(client):", f"def test_{n}(api):"),
        ('    rv = client.get("/me")', '    response = api.get("/me")'),
        ("    assert rv.status_code == 401", "    assert response.status_code == 401"),
        (f'    assert rv.get_json()["error"] == "no {n}"', f'    assert response.json()["error"] == "no {n}"'),
    ]


def raising(n: int) -> Lines:
    return [
        (f"def test_{n}(client):", f"def test_{n}(api):"),
        *same("    with pytest.raises(KeyError, match='gone'):"),
        (f'        client.get("/broken/{n}")', f'        api.get("/broken/{n}")'),
    ]


def expecting(n: int) -> Lines:
    return [
        (f"def test_{n}(client):", f"def test_{n}(api):"),
        *same("    expected = {", f'        "id": {n},', '        "state": "open",', "    }"),
        (f'    resp = client.get("/items/{n}")', f'    resp = api.get("/items/{n}")'),
        ("    assert resp.get_json() == expected", "    assert resp.json() == expected"),
    ]


def parametrised(n: int) -> Lines:
    return [
        *same('@pytest.mark.parametrize("path, status", [', f'    ("/a/{n}", 200),', f'    ("/b/{n}", 404),', "])"),
        (f"def test_{n}(client, path, status):", f"def test_{n}(api, path, status):"),
        ("    assert client.get(path).status_code == status", "    assert api.get(path).status_code == status"),
    ]


DIALECTS = [
    flask_json, flask_data, flask_dumps, flask_context, to_async, renamed_variable, raising, expecting, parametrised,
]  # fmt: skip


# --- what is sown


def _on_new(find: str, put: str) -> Callable[[Lines, int], Lines]:
    def alter(lines: Lines, n: int) -> Lines:
        was, now = find.replace("{n}", str(n)), put.replace("{n}", str(n))
        assert any(was in new for _, new in lines), (find, lines)
        return [(old, new.replace(was, now)) for old, new in lines]

    return alter


def _without(find: str) -> Callable[[Lines, int], Lines]:
    return lambda lines, n: [(old, "" if find in new else new) for old, new in lines]


def _after(find: str, line: str) -> Callable[[Lines, int], Lines]:
    def alter(lines: Lines, n: int) -> Lines:
        at = next(at for at, (_, new) in enumerate(lines) if find in new)
        return [*lines[: at + 1], ("", line), *lines[at + 1 :]]

    return alter


def _emptied(lines: Lines, n: int) -> Lines:
    head = next(at for at, (_, new) in enumerate(lines) if "def test" in new)
    return [*lines[: head + 1], *((old, "") for old, _ in lines[head + 1 :]), ("", "    pass")]


def _skipped(lines: Lines, n: int) -> Lines:
    return [("", '@pytest.mark.skip(reason="later")'), *lines]


SOWN: dict[Callable[[int], Lines], list[Sown]] = {
    flask_json: [
        Sown("another status", _on_new("== 200", "== 206"), "== 206"),
        Sown("another value", _on_new('== "ada-{n}"', '== "eva"'), '== "eva"'),
        Sown("another key", _on_new('["owner"]', '["user"]'), '["user"]'),
        Sown("loosened", _on_new('["id"] == {n}', '["id"] >= {n}'), '["id"] >='),
        Sown("membership", _on_new('.json()["owner"] == "ada-{n}"', '.json()["owner"] in ("ada-{n}", "eva")'), " in ("),
        Sown("assert True", _on_new('resp.json()["id"] == {n}', "True"), "assert True"),
        Sown("assertion gone", _without('["owner"]')),
        Sown("assertion put in", _after("status_code == 200", '    assert resp.json()["extra"] is None'), "extra"),
        Sown("left early", _after("status_code == 200", "    return"), "    return"),
        Sown("emptied", _emptied),
        Sown("skipped", _skipped, "pytest.mark.skip"),
        Sown("in a branch", _on_new("    assert resp.status_code == 200", "    if resp: assert resp.status_code == 200"), "if resp"),
    ],
    flask_data: [
        Sown("another message", _on_new('"Hello u{n}"', '"Welcome u{n}"'), "Welcome"),
        Sown("no more there", _on_new('"Hello u{n}" in', '"Hello u{n}" not in'), "not in"),
        Sown("another type", _on_new('"text/html"', '"text/plain"'), "text/plain"),
    ],
    flask_dumps: [
        Sown("created is ok", _on_new("== 201", "== 200"), "== 200"),
        Sown("another header", _on_new('"Location"', '"X-Location"'), "X-Location"),
    ],
    to_async: [Sown("no more empty", _on_new('== b""', '!= b""'), "!= b")],
    renamed_variable: [Sown("let in", _on_new("== 401", "== 403"), "== 403")],
    raising: [
        Sown("another exception", _on_new("KeyError", "LookupError"), "LookupError"),
        Sown("another word", _on_new("'gone'", "'lost'"), "'lost'"),
    ],
    expecting: [Sown("expected elsewhere", _on_new('"state": "open"', '"state": "shut"'), '"shut"')],
    parametrised: [
        Sown("a case's status", _on_new('("/b/{n}", 404)', '("/b/{n}", 422)'), "422"),
        Sown("a case gone", _without('"/b/')),
    ],
}  # fmt: skip


def ported(files: int, tests: int, *, sown: bool = True) -> Port:
    """A suite of `files` files of `tests` tests each, in all dialects; every kind of sown change once, spread out."""
    port = Port()
    waiting = {dialect: list(changes) for dialect, changes in SOWN.items()} if sown else {}
    for number in range(files):
        path = f"tests/test_part_{number}.py"
        old, new = _heads()
        for index in range(tests):
            n = number * tests + index
            dialect = DIALECTS[n % len(DIALECTS)]
            lines, key = dialect(n), (path, f"test_{n}")
            changes = waiting.get(dialect, [])
            if changes and n % 2:
                change = changes.pop()
                lines = change.alter(lines, n)
                port.sown[key] = change.name
                port.shown[key] = change.shows
            port.edited.add(key)
            for side, text in zip((old, new), _written(lines), strict=True):
                side.append(text)
        port.old[path], port.new[path] = "\n\n".join(old) + "\n", "\n\n".join(new) + "\n"
    assert not any(waiting.values()), f"too small for all that is sown: {waiting}"
    return port


def _heads() -> tuple[list[str], list[str]]:
    return ["import json\nimport pytest"], ["import json\n\nimport pytest\nfrom fastapi.testclient import TestClient"]


def _written(lines: Lines) -> Iterator[str]:
    yield "\n".join(old for old, _ in lines if old)
    yield "\n".join(new for _, new in lines if new)


def line_of(text: str, test: str, shows: str) -> int:
    """The 1-based line in a file at which a test shows a text."""
    lines = text.split("\n")
    start = next(at for at, line in enumerate(lines) if f"def {test}(" in line)
    first = start
    while first and lines[first - 1].strip():
        first -= 1
    return next(at for at in range(first, len(lines)) if shows in lines[at]) + 1
