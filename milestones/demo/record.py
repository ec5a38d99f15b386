"""Records the results of the example service: `python -m milestones.demo.record` runs its tests and ruff again.

Outcomes and counts are those of the run. The machine's name, its clock, its paths and how long a test took are
taken out, so that a second run gives the same files.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from milestones.demo.repository import KINDS, RESULTS
from milestones.demo.stages import stages

RECORDED = ("02", "04", "05", "06", "08", "10", "11")
ANSWERS = {"02": "legacy", "11": "new"}  # the stages whose answers are recorded, and of which system they are
RECORDER = Path(__file__).resolve().parent.parent.parent / "recorder"
SECONDS_FOR_A_RUN = 120


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of tests and linter on a work tree gave, as the files a CI would keep."""

    junit: bytes
    ruff: bytes
    recording: bytes = b""


def run_checks(work_tree: Path, system: str = "") -> Run:
    """Run pytest and ruff on a work tree as its CI would; neutralise what they wrote. A `system` is recorded too."""
    with tempfile.TemporaryDirectory() as scratch:
        report, answers = Path(scratch) / "junit.xml", Path(scratch) / "answers.jsonl"
        recorder = ["-p", "migrator_recorder.plugin", f"--record={answers}", f"--record-system={system}"]
        tests = ["pytest", "-q", "-p", "no:cacheprovider", "--tb=line", f"--junitxml={report}"]
        _run(work_tree, *tests, *(recorder if system else ()))
        found = _run(work_tree, "ruff", "check", "--no-cache", "--output-format", "json", ".")
        recording = neutral_recording(answers.read_text()) if system else b""
        return Run(neutral_junit(report.read_text(), work_tree), neutral_ruff(found, work_tree), recording)


def neutral_recording(text: str) -> bytes:
    """A recording without chance ids and versions of clients."""
    told = [json.loads(line) for line in text.splitlines()]
    for number, one in enumerate(told, 1):
        one["id"] = str(number)
        one["request"]["headers"].pop("user-agent", None)
    return "".join(json.dumps(one) + "\n" for one in told).encode()


def neutral_junit(text: str, work_tree: Path) -> bytes:
    """A JUnit report without paths, host, clock and durations."""
    text = _without(text, work_tree)
    text = re.sub(r' timestamp="[^"]*"', "", text)
    text = re.sub(r' hostname="[^"]*"', ' hostname="ci"', text)
    text = re.sub(r' time="[^"]*"', ' time="0.0"', text)
    return (text.replace("><", ">\n<").rstrip() + "\n").encode()


def neutral_ruff(text: str, work_tree: Path) -> bytes:
    """Ruff's JSON with paths relative to the work tree."""
    return (json.dumps(json.loads(_without(text, work_tree)), indent=1) + "\n").encode()


def record(into: Path = RESULTS) -> None:
    """Run every recorded stage again and write its files under `into`."""
    with tempfile.TemporaryDirectory() as scratch:
        for stage in stages():
            stage.lay_over(Path(scratch))
            if stage.number in RECORDED:
                _write(run_checks(Path(scratch), ANSWERS.get(stage.number, "")), into / stage.number)


def _write(run: Run, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for kind, name in KINDS.items():
        if content := getattr(run, kind):
            (folder / name).write_bytes(content)


def _without(text: str, work_tree: Path) -> str:
    return text.replace(f"{work_tree.resolve()}/", "").replace(f"{work_tree}/", "")


def _run(work_tree: Path, *words: str) -> str:
    """Run a module of this Python there; a failing check is a result, anything else is an error."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "DJANGO_", "RUFF_", "PYTHON"))}
    env["PYTHONPATH"] = str(RECORDER)
    done = subprocess.run(  # noqa: S603 - our own words, no shell
        [sys.executable, "-m", *words],
        cwd=work_tree,
        env=env | {"PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        text=True,
        capture_output=True,
        check=False,
        timeout=SECONDS_FOR_A_RUN,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(f"{words[0]} could not run: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    record()
