"""The recorder in suites of every framework, with the clients that such suites use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recorder.recording import asked, record

FLASK = """
import pytest
from harbour_flask import make

@pytest.fixture
def client():
    return make().test_client()
"""
FASTAPI = """
import pytest
from fastapi.testclient import TestClient
from harbour_fastapi import app

@pytest.fixture
def client():
    return TestClient(app, follow_redirects=False)
"""
TESTS = """
def test_list(client):
    assert client.get("/berths/").status_code == 200

def test_one(client):
    client.get("/berths/4?by=captain")
    client.get("/berths/40")

def test_book(client):
    client.post("/berths/", json={"ship": "Anna"})

def test_home(client):
    client.get("/")

def test_login(client):
    client.post("/login", data={"name": "Anna"})

def test_log(client):
    client.get("/log")
"""


def test_a_flask_suite_is_recorded_exchange_by_exchange(tmp_path: Path) -> None:
    found = record(tmp_path, FLASK + TESTS)
    assert [asked(one) for one in found] == [
        ("test_list", "GET /berths/", "/berths/", 200),
        ("test_one", "GET /berths/4", "/berths/<int:berth_id>", 200),
        ("test_one", "GET /berths/40", "/berths/<int:berth_id>", 404),
        ("test_book", "POST /berths/", "/berths/", 201),
        ("test_home", "GET /", "/", 302),
        ("test_login", "POST /login", "/login", 200),
        ("test_log", "GET /log", "/log", 200),
    ]
    assert found[1]["request"]["query"] == {"by": "captain"}
    assert (found[1]["framework"], found[1]["handler"]) == ("flask", "harbour_flask:one")
    assert found[3]["request"]["body"] == {"ship": "Anna"}
    assert found[3]["response"]["body"] == {"id": 2, "ship": "Anna"}
    assert found[4]["response"]["headers"]["location"] == "/berths/"


def test_a_cookie_is_recorded_with_its_attributes_and_without_its_value(tmp_path: Path) -> None:
    cookie = record(tmp_path, FLASK + TESTS)[5]["response"]["cookies"]
    assert [(one["name"], one["max_age"], one["samesite"], one["httponly"], one["path"]) for one in cookie] == [
        ("harbour", 3600, "Lax", True, "/")
    ]
    assert "nobody-sees" not in (tmp_path / "legacy.jsonl").read_text()


def test_a_fastapi_suite_is_recorded_with_the_whole_route_of_its_routers(tmp_path: Path) -> None:
    found = record(tmp_path, FASTAPI + TESTS, system="new")
    assert [asked(one)[1:] for one in found] == [
        ("GET /berths/", "/berths/", 200),
        ("GET /berths/4", "/berths/{berth_id}", 200),
        ("GET /berths/40", "/berths/{berth_id}", 404),
        ("POST /berths/", "/berths/", 201),
        ("GET /", "/", 302),
        ("POST /login", "/login", 200),
        ("GET /log", "/log", 200),
    ]
    assert {(one["framework"], one["system"]) for one in found} == {("fastapi", "new")}
    assert found[2]["handler"] == "harbour_fastapi:one"
    assert found[5]["request"]["body"] == {"name": "Anna"}
    assert found[6]["response"]["streamed"] is True


def test_each_step_of_a_redirect_is_an_exchange_with_its_own_route(tmp_path: Path) -> None:
    suite = """
from fastapi.testclient import TestClient
from harbour_fastapi import app

def test_follow():
    assert TestClient(app).get("/").json()["berths"]
"""
    assert [asked(one)[1:] for one in record(tmp_path, suite)] == [
        ("GET /", "/", 302), ("GET /berths/", "/berths/", 200),
    ]  # fmt: skip


def test_a_django_suite_is_recorded(tmp_path: Path) -> None:
    suite = """
import harbour_django
from django.test import Client

def test_one():
    assert Client().get("/berths/3?by=x").json() == {"id": 3, "asked": "x"}

def test_book():
    assert Client().post("/berths/", {"a": 1}, content_type="application/json").status_code == 201
"""
    found = record(tmp_path, suite)
    assert [asked(one)[1:] for one in found] == [
        ("GET /berths/3", "/berths/<int:berth_id>", 200), ("POST /berths/", "/berths/", 201),
    ]  # fmt: skip
    assert found[0]["handler"] == "harbour_django:one"
    assert found[0]["response"]["cookies"][0]["name"] == "seen"
    assert found[1]["request"]["body"] == {"a": 1}


def test_a_pyramid_suite_on_webtest_is_recorded(tmp_path: Path) -> None:
    suite = """
from harbour_pyramid import make
from webtest import TestApp as Client

def test_one():
    assert Client(make()).get("/berths/3").json == {"id": 3}

def test_plain():
    assert Client(make()).get("/plain").text == "plain"
"""
    assert [(*asked(one)[1:], one["response"]["body"]) for one in record(tmp_path, suite)] == [
        ("GET /berths/3", "/berths/{berth_id}", 200, {"id": 3}), ("GET /plain", "/plain", 200, "plain"),
    ]  # fmt: skip


@pytest.mark.parametrize("client", ["httpx", "requests"])
def test_requests_to_a_server_elsewhere_are_recorded(tmp_path: Path, client: str) -> None:
    suite = f"""
import threading
import {client} as client
from wsgiref.simple_server import WSGIRequestHandler, make_server
from harbour_flask import app

class Quiet(WSGIRequestHandler):
    def log_message(self, *said):
        pass

def test_elsewhere():
    with make_server("127.0.0.1", 0, app, handler_class=Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{{server.server_port}}"
        assert client.get(base + "/berths/4?by=x").json()["id"] == 4
        assert client.post(base + "/berths/", json={{"ship": "Anna"}}).status_code == 201
        assert client.post(base + "/login", data={{"name": "Anna"}}).cookies
        server.shutdown()
"""
    found = record(tmp_path, suite)
    assert [asked(one)[1:] for one in found] == [
        ("GET /berths/4", "", 200), ("POST /berths/", "", 201), ("POST /login", "", 200),
    ]  # fmt: skip
    assert found[1]["request"]["body"] == {"ship": "Anna"}
    assert found[2]["response"]["cookies"][0]["max_age"] == 3600


def test_an_async_client_inside_the_application_is_recorded(tmp_path: Path) -> None:
    suite = """
import asyncio
import httpx
from harbour_fastapi import app

def test_async():
    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://harbour") as client:
            return await client.get("/berths/5")
    assert asyncio.run(ask()).json()["id"] == 5
"""
    assert [asked(one)[1:] for one in record(tmp_path, suite)] == [("GET /berths/5", "/berths/{berth_id}", 200)]


def test_what_a_handler_asks_of_others_is_not_taken_for_the_suites_own(tmp_path: Path) -> None:
    suite = """
from flask import Flask
from harbour_flask import make

outer = Flask(__name__)

@outer.get("/outer")
def asks():
    return make().test_client().get("/berths/3").json

def test_outer():
    assert outer.test_client().get("/outer").json["id"] == 3
"""
    assert [asked(one)[1] for one in record(tmp_path, suite)] == ["GET /outer"]


def test_workers_of_xdist_write_one_whole_recording(tmp_path: Path) -> None:
    suite = (
        FLASK
        + """
@pytest.mark.parametrize("berth", range(1, 41))
def test_one(client, berth):
    client.get(f"/berths/{berth}")
"""
    )
    found = record(tmp_path, suite, "-n", "2")
    assert sorted(one["request"]["path"] for one in found) == sorted(f"/berths/{berth}" for berth in range(1, 41))
    assert len({one["test"] for one in found}) == 40


def test_a_recording_begins_anew_with_each_run(tmp_path: Path) -> None:
    suite = FLASK + "\ndef test_one(client):\n    client.get('/berths/1')\n"
    assert len(record(tmp_path, suite)) == len(record(tmp_path, suite)) == 1


def test_without_the_option_nothing_is_written_or_changed(tmp_path: Path) -> None:
    suite = """
import werkzeug.test

def test_untouched():
    assert not hasattr(werkzeug.test.run_wsgi_app, "__wrapped__")
"""
    assert record(tmp_path, suite.replace("not hasattr", "hasattr")) == []
    (tmp_path / "test_suite.py").write_text(suite)
    import subprocess
    import sys

    from tests.recorder.recording import environment

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "migrator_recorder.plugin", "-p", "no:django", "-c", "/dev/null",
         "--rootdir", str(tmp_path), "test_suite.py"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
