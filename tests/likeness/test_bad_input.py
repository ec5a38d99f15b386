"""Whatever a file holds, the answer is a number or a named problem, within ten seconds of work and 400 MB."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import ROOT
from tests.repositories import repository

MOST_SECONDS, MOST_BYTES = 10, 400 * 1024 * 1024
ONE_LINER = "function a(b){return b?c(b):d}" * 60_000
CASES = {
    "empty against full": ("", "def f(x):\n    return x\n" * 5_000),
    "full against empty": ("x = 1\n" * 5_000, ""),
    "one line over and over": ("a = 1\n" * 100_000, "a = 1\n" * 99_990 + "b = 2\n"),
    "two lines over and over": ("a = 1\nb = 2\n" * 50_000, "b = 2\na = 1\n" * 50_000),
    "a hundred thousand lines": (
        "".join(f"a{n} = {n}\n" for n in range(100_000)),
        "".join(f"a{n * 7 % 100_000} = {n}\n" for n in range(100_000)),
    ),
    "minified one-liners": (ONE_LINER, ONE_LINER[1:]),
    "binary": ("\0\1\2" * 100_000, "x = 1\n"),
    "a syntax error on line 1": ("def (:\n" + "def f(x):\n    return x\n" * 100, "def f(x):\n    return x\n" * 100),
    "brackets that never close": ("(" * 200_000, "[" * 200_000),
    "a thousand small functions": (
        "".join(f"def f{n}(x):\n    return x + {n}\n" for n in range(1_000)),
        "".join(f"def g{n}(y):\n    return y - {n}\n" for n in range(1_000)),
    ),
}


def worked() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(*arguments: str) -> tuple[int, str, str, float]:
    """A command in its own process, which may not take more memory than is allowed; the seconds that it worked."""

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))

    began = worked()
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments], cwd=ROOT, capture_output=True, text=True,
        timeout=60, check=False, preexec_fn=bounded,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr, worked() - began


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_number_or_a_named_problem(tmp_path: Path, name: str) -> None:
    with repository(tmp_path / "work") as work:
        old = work.commit({"a.py": CASES[name][0]})
        new = work.commit({"a.py": CASES[name][1]})
    code, out, said, seconds = run("similarity", str(work.folder), f"{old}:a.py", f"{new}:a.py", "--json")
    found = json.loads(out)
    assert code == 0, said
    assert found["ratio"] is not None or "not computed" in said
    assert found["ratio_without_autojunk"] is not None or "not computed" in said
    assert seconds < MOST_SECONDS
    code, out, said, seconds = run("functions", str(work.folder), f"{old}:a.py", f"{new}:a.py", "--json")
    found = json.loads(out)
    assert code == 0, said
    assert seconds < MOST_SECONDS
    if name in ("binary", "a syntax error on line 1"):
        assert found["unparsed"][0]["path"] == "a.py"
        _, _, said, _ = run("functions", str(work.folder), f"{old}:a.py", f"{new}:a.py")
        assert f"a.py:1: {found['unparsed'][0]['reason']}" in said, "in words as in JSON"
