"""`manage.py contract`, as people and CI type it."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from milestones.facts import ParseError
from milestones.gates.policy import read_policy
from tests.contracts.making import told
from tests.processes import ROOT

LEGACY = [told("/berths/1", {"id": 1, "free": True}, route="/berths/<int:id>"), told("/tides", {"high": 3})]
NEW = [told("/berths/1", {"id": 1}, route="/berths/{id}", framework="fastapi")]


def contract(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "contract", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    for name, lines in (("legacy", LEGACY), ("new", NEW)):
        (tmp_path / f"{name}.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    return str(tmp_path / "legacy.jsonl"), str(tmp_path / "new.jsonl")


def test_json_names_every_difference_and_what_was_never_asked(files: tuple[str, str]) -> None:
    done = contract(*files, "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 1
    assert answer["differences"] == [
        {"kind": "json_missing", "method": "GET", "route": "/berths/{id}", "path": "/berths/1", "where": "/free",
         "legacy": "true", "new": "no such key", "test": "t::one", "count": 1}
    ]  # fmt: skip
    assert answer["unseen"] == [{"method": "GET", "route": "/tides"}]
    assert answer["endpoints"][0] == {"method": "GET", "route": "/berths/{id}", "pairs": 1, "mismatched": 1, "alone": 0}
    assert answer["noise"] == []


def test_recordings_that_agree_exit_with_nothing_to_say(files: tuple[str, str]) -> None:
    done = contract(files[0], files[0])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("2 pairs of answers over 2 endpoints: 2 answer as before")


def test_markdown_has_a_table_that_a_strangers_text_cannot_break(files: tuple[str, str], tmp_path: Path) -> None:
    odd = tmp_path / "odd.jsonl"
    odd.write_bytes(told("/berths/1", {"id": 1, "free": "a|b <script>"}, route="/berths/{id}") + b"\n")
    said = contract(files[0], str(odd), "--markdown").stdout
    assert r"string a\|b &lt;script&gt;" in said
    assert "## Never asked of the new system" in said


def test_a_gzipped_recording_is_read_and_a_broken_one_refused(files: tuple[str, str], tmp_path: Path) -> None:
    packed = tmp_path / "packed.jsonl.gz"
    packed.write_bytes(gzip.compress(Path(files[0]).read_bytes()))
    assert contract(files[0], str(packed)).returncode == 0
    packed.write_bytes(packed.read_bytes()[:40])
    done = contract(files[0], str(packed))
    assert (done.returncode, "the gzip file is broken" in done.stderr) == (2, True)


def test_a_line_that_was_cut_is_named_and_the_rest_compared(files: tuple[str, str]) -> None:
    path = Path(files[1])
    path.write_bytes(path.read_bytes() + b'{"request": {"met')
    done = contract(*files)
    assert f"{path}:2: not a line of JSON" in done.stderr
    assert "1 pairs of answers" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [(["nowhere.jsonl", "nowhere.jsonl"], "No such file"), (["README.md"], "one recording is no comparison")],
)
def test_wrong_usage_is_said_in_one_sentence(words: list[str], said: str) -> None:
    done = contract(*words)
    assert (done.returncode, said in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_the_matrix_is_written_as_a_table_and_as_policy_that_holds(files: tuple[str, str], tmp_path: Path) -> None:
    assert "| `GET /tides` | 200 | 1 | application/json | `high`: int |" in contract(files[0], "--matrix").stdout
    policy = tmp_path / "migration.toml"
    policy.write_text(contract(files[0], "--toml").stdout)
    assert contract(files[0], files[0], "--policy", str(policy)).returncode == 0
    broken = json.loads(contract(*files, "--policy", str(policy), "--json").stdout)["rules"]
    assert [(one["where"], one["route"]) for one in broken] == [("json has free: bool", "/berths/{id}")]


def test_a_line_of_fifty_megabytes_is_refused_by_its_size_and_the_rest_compared(files: tuple[str, str]) -> None:
    path = Path(files[1])
    path.write_bytes(told("/long", "x" * 50_000_000) + b"\n" + path.read_bytes())
    done = contract(*files)
    assert f"{path}:1: a line of more than 8,388,608 bytes" in done.stderr
    assert "1 pairs of answers" in done.stdout


@pytest.mark.parametrize(
    ("table", "line", "said"),
    [
        ('endpoints = ["/a"]\nalways = ["status is 2"]', 3, "no expectation; write one of"),
        ('endpoints = ["/a"]', 1, "expects nothing"),
        ('always = ["status == 200"]', 1, "names no endpoints"),
        ('endpoints = ["/a"]\non_status.ok = ["status == 200"]', 3, "no HTTP status"),
        ('endpoints = ["/a"]\nonerror = []', 3, 'did you mean "on_error"'),
    ],
)
def test_a_rule_that_cannot_be_is_refused_with_its_line(table: str, line: int, said: str) -> None:
    with pytest.raises(ParseError) as refused:
        read_policy(f"[[contract]]\n{table}\n")
    assert (refused.value.line, said in refused.value.reason) == (line, True)
