"""The supervisor, in a process of its own as in earnest, with small programs in place of the real ones."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from milestones.services.supervisor import Program, Slot, delay_before, how
from tests.processes import ROOT, eventually

SLEEPS = "import time; __import__('os').write(1, b'up\\n'); time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEPS}"
# a child in a session of its own, as git has, which its parent forgets
STRAY = (
    f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {STUBBORN!r}], start_new_session=True); {SLEEPS}"
)
RUN = """
import json, sys
from milestones.services import supervisor
supervisor.GRACE_SECONDS = 1.0
supervisor.delay_before = lambda failures: 0.05
programs = [supervisor.Program(**{**one, "command": tuple(one["command"])}) for one in json.loads(sys.argv[1])]
sys.exit(supervisor.Supervisor(programs, lambda sentence: print(sentence, flush=True)).run())
"""


def program(name: str, code: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "command": [sys.executable, "-c", code], **more}


@contextmanager
def supervised(*programs: dict[str, Any], marker: str) -> Iterator[subprocess.Popen[str]]:
    """A supervisor at work; all that it and its children start carries the marker in its environment."""
    child = subprocess.Popen(
        [sys.executable, "-c", RUN, json.dumps(programs)],
        cwd=ROOT, env=os.environ | {"TEST_MARKER": marker}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield child
    finally:
        for pid in marked(marker):
            os.kill(pid, signal.SIGKILL)
        child.communicate()


def marked(marker: str) -> list[int]:
    """The processes that carry the marker."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if f"TEST_MARKER={marker}".encode() in environ.read_bytes():
                found.append(int(environ.parent.name))
    return found


def said(child: subprocess.Popen[str], lines: int) -> list[str]:
    return [child.stdout.readline().strip() for _ in range(lines)] if child.stdout else []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_everything_and_that_is_no_failure(number: int, tmp_path: Path) -> None:
    with supervised(program("a", SLEEPS), program("b", SLEEPS), marker=str(tmp_path)) as child:
        assert said(child, 2) == ["up", "up"]
        child.send_signal(number)
        assert child.wait(10) == 0
        assert marked(str(tmp_path)) == []


def test_whoever_does_not_listen_is_killed_after_the_grace(tmp_path: Path) -> None:
    with supervised(program("a", STUBBORN), marker=str(tmp_path)) as child:
        assert said(child, 1) == ["up"]
        child.terminate()
        assert child.wait(10) == 0
        assert marked(str(tmp_path)) == []


def test_what_a_child_left_behind_in_another_session_goes_too(tmp_path: Path) -> None:
    with supervised(program("a", STRAY), marker=str(tmp_path)) as child:
        assert said(child, 2) == ["up", "up"]
        child.terminate()
        assert child.wait(10) == 0
        assert marked(str(tmp_path)) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_killing_the_supervisor_takes_its_children_along(tmp_path: Path) -> None:
    with supervised(program("a", SLEEPS), program("b", STUBBORN), marker=str(tmp_path)) as child:
        assert said(child, 2) == ["up", "up"]
        child.kill()
        child.wait(10)
        assert eventually(lambda: marked(str(tmp_path)) == [], 5)


def test_a_program_that_dies_is_started_again(tmp_path: Path) -> None:
    with supervised(program("web", "__import__('os').write(1, b'up\\n')"), marker=str(tmp_path)) as child:
        assert said(child, 3) == ["up", "web ended with exit code 0; starting it again in 0.05 s.", "up"]


def test_a_program_that_cannot_start_is_given_up_with_a_sentence(tmp_path: Path) -> None:
    with supervised(program("web", "raise SystemExit(3)"), program("b", SLEEPS), marker=str(tmp_path)) as child:
        out, _ = child.communicate(timeout=20)
        assert out.splitlines()[-1] == "web ended with exit code 3 6 times in a row right after its start."
        assert child.returncode == 1
        assert marked(str(tmp_path)) == []


def test_a_program_waits_for_the_one_it_comes_after(tmp_path: Path) -> None:
    first = program("demo", "import time; time.sleep(0.5); print('loaded', flush=True)", once=True)
    then = program("web", SLEEPS, after="demo", announce="here I am")
    with supervised(first, then, marker=str(tmp_path)) as child:
        assert said(child, 3) == ["loaded", "here I am", "up"]


def test_but_not_longer_than_its_patience(tmp_path: Path) -> None:
    first, then = program("demo", SLEEPS, once=True), program("web", SLEEPS, after="demo", patience=0.5)
    with supervised(first, then, marker=str(tmp_path)) as child:
        assert said(child, 2) == ["up", "up"]


def test_a_one_time_program_that_fails_is_named_and_not_tried_again(tmp_path: Path) -> None:
    first = program("demo", "raise SystemExit(1)", once=True)
    with supervised(first, program("web", SLEEPS, after="demo"), marker=str(tmp_path)) as child:
        assert said(child, 2) == ["demo ended with exit code 1; what it said is above.", "up"]


def test_delays_grow_up_to_half_a_minute() -> None:
    assert [delay_before(failures) for failures in (1, 2, 3, 4, 5, 6, 50)] == [1, 2, 4, 8, 16, 30, 30]


def test_a_program_that_lived_a_while_starts_counting_anew() -> None:
    slot = Slot(Program("web", ("true",)), now=0)
    slot.failures, slot.started_at = 5, 100
    assert slot.ended(-9, now=160) == "web was ended by SIGKILL; starting it again in 1 s."


def test_an_end_is_put_in_words() -> None:
    assert how(-15) == "was ended by SIGTERM"
    assert how(2) == "ended with exit code 2"
