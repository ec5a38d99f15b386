"""The recorder as middleware in servers that run, and on what a browser saved."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.recorder.recording import environment, exchanges

WSGI = """
from harbour_flask import app
from migrator_recorder import Recorder, WSGIRecorder

application = WSGIRecorder(app, Recorder({path!r}, "legacy"))
"""
ASGI = """
from harbour_fastapi import app
from migrator_recorder import ASGIRecorder, Recorder

application = ASGIRecorder(app, Recorder({path!r}, "new"))
"""
SERVERS = {
    "gunicorn": (WSGI, ["gunicorn", "--workers", "2", "--bind"], "/berths/<int:berth_id>"),
    "uvicorn": (ASGI, ["uvicorn", "--log-level", "warning", "--host", "127.0.0.1", "--port"], "/berths/{berth_id}"),
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(folder: Path, name: str) -> Iterator[str]:
    module, command, _ = SERVERS[name]
    port = free_port()
    (folder / "served.py").write_text(module.format(path=str(folder / "answers.jsonl")))
    where = [f"127.0.0.1:{port}"] if name == "gunicorn" else [str(port)]
    child = subprocess.Popen(
        [sys.executable, "-m", *command, *where, "served:application"], cwd=folder, env=environment(), process_group=0,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until and child.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(20)


def get(url: str, body: bytes | None = None, kind: str = "application/json") -> tuple[int, bytes]:
    call = urllib.request.Request(url, data=body, headers={"Content-Type": kind} if body else {})
    try:
        with urllib.request.urlopen(call, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, refusal.read()


@pytest.mark.parametrize("name", sorted(SERVERS))
def test_a_server_behind_the_recorder_answers_as_before_and_all_is_written(tmp_path: Path, name: str) -> None:
    with serving(tmp_path, name) as base:
        assert json.loads(get(f"{base}/berths/4?by=x")[1])["id"] == 4
        assert get(f"{base}/berths/40")[0] == 404
        assert get(f"{base}/berths/", b'{"ship": "Anna"}')[0] == 201
        assert get(f"{base}/log") == (200, b"one\ntwo\n")
        assert get(f"{base}/nowhere")[0] == 404
    found = sorted(exchanges(tmp_path / "answers.jsonl"), key=lambda one: one["request"]["path"])
    told = [(one["request"]["path"], one["request"].get("route", ""), one["response"]["status"]) for one in found]
    route = SERVERS[name][2]
    assert told == [
        ("/berths/", "/berths/", 201), ("/berths/4", route, 200), ("/berths/40", route, 404), ("/log", "/log", 200),
        ("/nowhere", "", 404),
    ]  # fmt: skip
    assert found[0]["request"]["body"] == {"ship": "Anna"}
    assert found[3]["response"]["streamed"] is True
    assert found[3]["response"]["body"] == "one\ntwo\n"


HAR = {
    "log": {
        "entries": [
            {
                "request": {
                    "method": "POST", "url": "https://harbour.example/berths/?page=2",
                    "headers": [{"name": "Authorization", "value": "Bearer abcdef-secret"},
                                {"name": ":authority", "value": "harbour.example"}],
                    "postData": {"mimeType": "application/json", "text": '{"ship": "Anna"}'},
                },
                "response": {
                    "status": 201,
                    "headers": [{"name": "Content-Type", "value": "application/json"},
                                {"name": "Set-Cookie", "value": "a=one; Path=/\nb=two; HttpOnly"}],
                    "content": {"text": "eyJpZCI6IDJ9", "encoding": "base64"},
                },
            },
            {"request": {"method": "GET", "url": "https://elsewhere.example/"},
             "response": {"status": 200, "headers": [], "content": {}}},
            {"request": {"method": "GET"}, "response": {"status": 200}},
        ]
    }
}  # fmt: skip


def read_har(folder: Path, text: str) -> subprocess.CompletedProcess[str]:
    (folder / "saved.har").write_text(text)
    command = ["-m", "migrator_recorder.har", "saved.har", "--system", "legacy", "--to", "out.jsonl",
               "--host", "harbour.example"]  # fmt: skip
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_har_file_becomes_a_recording_and_what_is_broken_in_it_is_named(tmp_path: Path) -> None:
    done = read_har(tmp_path, json.dumps(HAR))
    assert done.returncode == 1
    assert "entry 2: KeyError: 'url'" in done.stderr
    (one,) = exchanges(tmp_path / "out.jsonl")
    assert one["request"]["body"] == {"ship": "Anna"}
    assert one["response"]["body"] == {"id": 2}
    assert [cookie["name"] for cookie in one["response"]["cookies"]] == ["a", "b"]
    assert "abcdef" not in (tmp_path / "out.jsonl").read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "not a HAR file"),
        ("{}", "no list of entries under log.entries"),
        ('{"log": {"entries": 3}}', "is not a list"),
    ],
)
def test_what_is_no_har_file_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    done = read_har(tmp_path, text)
    assert (done.returncode, said in done.stderr) == (2, True)
    assert not (tmp_path / "out.jsonl").exists()
