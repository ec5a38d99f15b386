"""Nothing secret can be found in what the recorder wrote, wherever a request can carry it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from flask import Flask, Response, jsonify, request

from tests.recorder.recording import RECORDER

pytestmark = pytest.mark.filterwarnings("ignore")
SECRET = "s3cr3t/of+Anna=="


@pytest.fixture
def recorder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(RECORDER))
    from migrator_recorder import Recorder

    return Recorder(tmp_path / "answers.jsonl", "legacy")


def application() -> Flask:
    app = Flask(__name__)

    @app.route("/echo/<path:rest>", methods=["GET", "POST"])
    def echo(rest: str) -> Response:
        return jsonify(
            path=request.full_path, rest=rest, headers=dict(request.headers), form=request.form, args=request.args,
            body=request.get_data(as_text=True), cookies=request.cookies, files=list(request.files),
        )  # fmt: skip

    @app.route("/reset/<token>")
    def reset(token: str) -> Response:
        return Response(f"<a href='/reset/{token}'>again</a> {token}", mimetype="text/html")

    @app.route("/page")
    def page() -> Response:
        return Response(
            f'<form><input type="hidden" name="csrf_token" value="{SECRET}"></form><p>{SECRET}</p>',
            mimetype="text/html",
        )

    @app.route("/issue")
    def issue() -> Response:
        answer = jsonify(access_token=SECRET, user={"password_hash": SECRET, "name": "Anna"}, note=f"token={SECRET}")
        answer.headers["Location"] = f"/next?token={quote(SECRET, safe='')}"
        answer.headers["X-Api-Key"] = SECRET
        answer.set_cookie("session", SECRET)
        return answer

    @app.route("/later/<anything>")
    def later(anything: str) -> Response:
        return jsonify(seen=anything)

    return app


def ask(recorder: Any, *asked: tuple[str, str, dict[str, Any]]) -> str:
    """What the file holds after these requests."""
    from migrator_recorder.clients import listen

    end = listen(recorder)
    try:
        client = application().test_client(use_cookies=False)
        for method, path, more in asked:
            assert client.open(path, method=method, **more).status_code < 500
        recorder.flush()
    finally:
        end()
    return Path(recorder.path).read_text()


def forms(secret: str) -> set[str]:
    plain = base64.b64encode(secret.encode()).decode()
    return {secret, quote(secret), quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], plain}


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


PLANTED = {
    "bearer": ("GET", "/echo/a", {"headers": {"Authorization": f"Bearer {SECRET}"}}),
    "basic": ("GET", "/echo/a", {"headers": {"Authorization": basic("anna", SECRET)}}),
    "cookie": ("GET", "/echo/a", {"headers": {"Cookie": f"session={SECRET}; theme=dark-blue-1"}}),
    "key header": ("GET", "/echo/a", {"headers": {"X-Api-Key": SECRET}}),
    "odd header": ("GET", "/echo/a", {"headers": {"X-Customer-Token": SECRET}}),
    "referer": ("GET", "/echo/a", {"headers": {"Referer": f"http://x/y?token={quote(SECRET, safe='')}&z=1"}}),
    "query": ("GET", f"/echo/a?api_key={quote(SECRET, safe='')}", {}),
    "json": ("POST", "/echo/a", {"json": {"user": {"password": SECRET}, "list": [{"secret": SECRET}]}}),
    "form": ("POST", "/echo/a", {"data": {"password": SECRET, "name": "Anna"}}),
    "multipart": ("POST", "/echo/a", {"data": {"password": SECRET}, "content_type": "multipart/form-data"}),
    "text": ("POST", "/echo/a", {"data": f"user=anna password={SECRET}", "content_type": "text/plain"}),
    "broken json": ("POST", "/echo/a", {"data": f'{{"password": "{SECRET}", ', "content_type": "application/json"}),
    "path": ("GET", f"/reset/{quote(SECRET, safe='')}".replace("%2F", "-"), {}),
    "path parameter": ("GET", f"/echo/a;jsessionid={quote(SECRET, safe='')}", {}),
    "page": ("GET", "/page", {}),
    "answer": ("GET", "/issue", {}),
    "address": ("POST", "/echo/a", {"json": {"url": f"https://anna:{quote(SECRET, safe='')}@example.org/x"}}),
}


@pytest.mark.parametrize("where", sorted(PLANTED))
def test_a_planted_secret_is_nowhere_in_the_file(recorder: Any, where: str) -> None:
    method, path, more = PLANTED[where]
    secret = SECRET.replace("/", "-") if where == "path" else SECRET
    written = ask(recorder, (method, path, more))
    assert len(written.splitlines()) == 1
    assert "[masked" in written
    assert not [form for form in forms(secret) if form in written]


def test_a_secret_that_was_answered_is_struck_out_of_later_addresses(recorder: Any) -> None:
    written = ask(
        recorder, ("GET", "/issue", {}), ("GET", f"/later/{SECRET.replace('/', '')}x", {}), ("GET", "/page", {})
    )
    assert not [form for form in forms(SECRET) if form in written]


def test_what_is_no_secret_stays_as_it_was(recorder: Any) -> None:
    written = ask(recorder, ("POST", "/echo/a?page=2", {"json": {"name": "Anna", "keyboard": "qwerty", "count": 3}}))
    told = json.loads(written)
    assert told["request"]["body"] == {"name": "Anna", "keyboard": "qwerty", "count": 3}
    assert told["request"]["query"] == {"page": "2"}
    assert "masked" not in written


def test_what_was_masked_still_tells_its_type(recorder: Any) -> None:
    told = json.loads(
        ask(recorder, ("POST", "/echo/a", {"json": {"password": 12345678, "token": ["abcdefgh"], "secret": None}}))
    )
    assert told["request"]["body"] == {"password": "[masked int]", "token": ["[masked]"], "secret": None}


def test_a_field_of_ones_own_is_masked_when_it_is_named(tmp_path: Path, recorder: Any) -> None:
    from migrator_recorder import Recorder

    own = Recorder(tmp_path / "own.jsonl", "legacy", fields=["ship_name"])
    written = ask(own, ("POST", "/echo/a", {"json": {"ship-name": "Black Pearl", "port": "Tortuga"}}))
    assert "Pearl" not in written
    assert "Tortuga" in written


def test_the_file_is_for_its_owner_alone(recorder: Any) -> None:
    ask(recorder, ("GET", "/echo/a", {}))
    assert Path(recorder.path).stat().st_mode & 0o077 == 0


def test_a_long_body_is_kept_as_hash_and_length(tmp_path: Path, recorder: Any) -> None:
    from migrator_recorder import Recorder

    own = Recorder(tmp_path / "own.jsonl", "legacy", limit=100)
    told = json.loads(ask(own, ("POST", "/echo/a", {"data": "x" * 5000, "content_type": "text/plain"})))
    assert told["request"]["body"]["length"] == 5000
    assert len(told["request"]["body"]["sha256"]) == 64
    assert told["response"]["body"]["over"] == 100
