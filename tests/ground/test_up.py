"""`manage.py up`, as typed: one address, one port, nothing left."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import Message
from pathlib import Path

from tests.processes import ROOT, eventually


def a_free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def surroundings(var: Path, **extra: str) -> dict[str, str]:
    """A machine on which nothing is set: the embedded default."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    return kept | {"MIGRATOR_VAR": str(var), "DJANGO_SETTINGS_MODULE": "migrator.settings"} | extra


@contextmanager
def up(var: Path, *arguments: str, **extra: str) -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, "manage.py", "up", *arguments],
        cwd=ROOT, env=surroundings(var, **extra), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield child
    finally:
        for pid in living(var):
            os.kill(pid, signal.SIGKILL)
        child.communicate()


def living(var: Path) -> list[int]:
    """The processes of the program that runs on this folder."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if f"MIGRATOR_VAR={var}".encode() in environ.read_bytes():
                found.append(int(environ.parent.name))
    return found


def answer_headers(address: str) -> Message:
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return answer.headers
    except urllib.error.HTTPError as refusal:
        return refusal.headers


def refused(var: Path, **extra: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", "up", "--no-demo"],
        cwd=ROOT, env=surroundings(var, **extra), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    return done.stderr.strip().removeprefix("CommandError: ")


def test_it_prints_one_address_answers_there_and_stops_without_a_trace(tmp_path: Path) -> None:
    port = a_free_port()
    with up(tmp_path, "--no-demo", PORT=str(port)) as child:
        line = child.stdout.readline() if child.stdout else ""
        address = re.findall(r"http://\S+", line)
        assert [one.split("/")[2:4] for one in address] == [[f"127.0.0.1:{port}", "enter"]]
        assert "frame-ancestors 'none'" in answer_headers(address[0])["Content-Security-Policy"]
        assert eventually(lambda: len(living(tmp_path)) >= 7), "supervisor, web (2), worker (3), beat"
        child.terminate()
        assert child.wait(20) == 0
        assert living(tmp_path) == []
        assert child.stdout
        assert set(child.stdout.read().split("\n")) <= {"", "worker: Warm shutdown (MainProcess)"}


def test_a_port_in_use_is_named_before_anything_is_done(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        said = refused(tmp_path, PORT=str(port))
    expected = f"port {port} on 127.0.0.1 is in use: stop what listens there, or choose another with PORT={port + 1}"
    assert said == expected
    assert not (tmp_path / "migrator.sqlite3").exists()


def test_a_host_that_is_not_this_machine_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path, HOST="192.0.2.1", PORT="8000").startswith("cannot listen on HOST=192.0.2.1 PORT=8000: ")


def test_two_on_one_folder_are_one_too_many(tmp_path: Path) -> None:
    with up(tmp_path, "--no-demo", PORT=str(a_free_port())) as child:
        assert child.stdout
        assert child.stdout.readline()
        said = refused(tmp_path, PORT=str(a_free_port()))
    assert said == f"the program is already running on {tmp_path}; stop it, or name another MIGRATOR_VAR"
