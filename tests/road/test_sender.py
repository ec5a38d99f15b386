"""The sender as CI runs it: fetched from the server, in a bare environment, against the real API and a real worker."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from milestones.models import Evidence
from milestones.services import keys
from tests.example import ferry, junit, track

pytestmark = pytest.mark.django_db(transaction=True)


def fetched(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return bytes(answer.read())


def test_the_served_sender_sends_waits_and_ends_by_the_verdict(tmp_path: Path, live_server: Any, worker: Any) -> None:
    work, _legacy, ported = ferry(tmp_path / "ferry")
    project = track(work)
    script = tmp_path / "send.py"
    script.write_bytes(fetched(f"{live_server.url}/send.py"))
    stated = fetched(f"{live_server.url}/send.py.sha256").decode().split()[0]
    assert stated == hashlib.sha256(script.read_bytes()).hexdigest()
    (tmp_path / "junit.xml").write_bytes(junit())
    (tmp_path / "ruff.json").write_bytes(b"[]")

    def send(kind: str, name: str) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, str(script), kind, str(tmp_path / name), "--sha", ported, "--wait", "--timeout", "60"]
        given = {
            "MIGRATOR_SERVER": live_server.url,
            "MIGRATOR_PROJECT": project.slug,
            "MIGRATOR_TOKEN": keys.new_upload_token(project, kind),
            "PATH": "/usr/bin:/bin",
        }
        return subprocess.run(words, env=given, capture_output=True, text=True, timeout=90, check=False, cwd=tmp_path)

    first = send("junit", "junit.xml")
    assert first.returncode == 1, first.stderr
    assert "lint.ruff.findings == 0" in first.stdout + first.stderr
    second = send("ruff", "ruff.json")
    assert second.returncode == 0, second.stdout + second.stderr
    assert set(Evidence.objects.filter(project=project, sha=ported).values_list("kind", flat=True)) >= {"junit", "ruff"}
    work.repo.close()
