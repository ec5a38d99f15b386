"""Suites run in a pytest of their own, with the recorder in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

SUITES = Path(__file__).parent / "suites"
RECORDER = Path(__file__).resolve().parent.parent.parent / "recorder"


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTEST_"))}
    return kept | {"PYTHONPATH": f"{RECORDER}:{SUITES}", "PYTHONDONTWRITEBYTECODE": "1"}


def record(folder: Path, suite: str, *options: str, system: str = "legacy") -> list[dict[str, Any]]:
    """The exchanges of a suite, whose every test has to pass."""
    (folder / "test_suite.py").write_text(suite)
    answers = folder / f"{system}.jsonl"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "migrator_recorder.plugin", "-p", "no:django",
               "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(folder), "--record", str(answers),
               "--record-system", system, *options, "test_suite.py"]  # fmt: skip
    done = subprocess.run(
        command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return exchanges(answers)


def exchanges(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def asked(told: dict[str, Any]) -> tuple[str, str, str, int]:
    """Who was asked what, through which route, and with which status it was answered."""
    request = told["request"]
    return (
        told["test"].partition("::")[2],
        f"{request['method']} {request['path']}",
        request.get("route", ""),
        told["response"]["status"],
    )
