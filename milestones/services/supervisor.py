"""Keeps a few programs running beside each other, and leaves no process when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import FrameType

from milestones.clients.processes import adopt_orphans, descendants, die_with_parent, kill

TICK = 0.1
GRACE_SECONDS = 6.0
STEADY_SECONDS = 10.0  # whoever lived this long did not fail at its start
LONGEST_DELAY = 30.0
TRIES = 6
STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class GaveUpError(Exception):
    """A program cannot be kept running; the sentence names it."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. `after` names a program that has to end first, for which it waits `patience` seconds at most."""

    name: str
    command: tuple[str, ...]
    held: tuple[int, ...] = ()  # file descriptors that it inherits
    once: bool = False
    quiet: bool = False  # what it says is not for people, its complaints are
    after: str = ""
    patience: float = float("inf")
    announce: str = ""  # said when it is first started


class Slot:
    """One program's place: its process, or when the next one is due."""

    def __init__(self, program: Program, now: float) -> None:
        self.program = program
        self.made_at = now
        self.started_at = 0.0
        self.due_at = now
        self.failures = 0
        self.pid: int | None = None
        self.done = False

    def start(self, now: float, say: Callable[[str], None]) -> None:
        if self.program.announce and not self.started_at:
            say(self.program.announce)
        self.pid = launch(self.program)
        self.started_at = now

    def ended(self, status: int, now: float) -> str:
        """Notes the end; answers the sentence to say about it. Raises GaveUpError."""
        self.pid = None
        if self.program.once:
            self.done = True
            return "" if status == 0 else f"{self.program.name} {how(status)}; what it said is above."
        self.failures = 1 if now - self.started_at >= STEADY_SECONDS else self.failures + 1
        if self.failures >= TRIES:
            raise GaveUpError(f"{self.program.name} {how(status)} {TRIES} times in a row right after its start.")
        delay = delay_before(self.failures)
        self.due_at = now + delay
        return f"{self.program.name} {how(status)}; starting it again in {delay:g} s."


def delay_before(failures: int) -> float:
    """Seconds to wait before the next start: 1, 2, 4, ... up to the longest."""
    return min(float(2 ** (failures - 1)), LONGEST_DELAY)


def how(status: int) -> str:
    """How a process ended, in words, from the exit code (negative for a signal)."""
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with exit code {status}"


def launch(program: Program) -> int:
    """Starts a program in a process group of its own, so that Ctrl-C reaches it only through us."""
    child = subprocess.Popen(  # noqa: S603 - a list of our own making, no shell
        program.command,
        pass_fds=program.held,
        process_group=0,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if program.quiet else None,
        # safe here: the supervisor has one thread
        preexec_fn=partial(die_with_parent, signal.SIGKILL, os.getpid()),  # noqa: PLW1509
    )
    child.returncode = 0  # reaped by us, together with the orphans we adopt; Popen need not warn that it still runs
    return child.pid


def reaped() -> list[tuple[int, int]]:
    """Every child that has ended, adopted ones too, with its exit code."""
    ended = []
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            ended.append((pid, os.waitstatus_to_exitcode(status)))
    return ended


class Supervisor:
    """Runs programs until it is told to stop. Has its process to itself: it reaps every child."""

    def __init__(self, programs: Sequence[Program], say: Callable[[str], None]) -> None:
        now = time.monotonic()
        self.slots = {program.name: Slot(program, now) for program in programs}
        self.say = say
        self.asked = 0

    def run(self) -> int:
        """Returns the exit code once everything has stopped: 0 where that was asked for, 1 where it gave up."""
        adopt_orphans()
        before = {number: signal.signal(number, self._ask) for number in STOPPING}
        try:
            while not self.asked:
                self.tend(time.monotonic())
                time.sleep(TICK)
        except GaveUpError as problem:
            self.say(str(problem))
            return 1
        else:
            return 0
        finally:
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def tend(self, now: float) -> None:
        """One round: notes who ended, starts who is due. Raises GaveUpError."""
        by_pid = {slot.pid: slot for slot in self.slots.values() if slot.pid}
        for pid, status in reaped():
            if pid in by_pid and (sentence := by_pid[pid].ended(status, now)):
                self.say(sentence)
        for slot in self.slots.values():
            if self._is_due(slot, now):
                slot.start(now, self.say)

    def _is_due(self, slot: Slot, now: float) -> bool:
        if slot.pid or slot.done or now < slot.due_at:
            return False
        first = self.slots.get(slot.program.after)
        return first is None or first.done or now - slot.made_at >= slot.program.patience

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked += 1

    def stop(self) -> None:
        """Asks every program to end, and after a grace (or when asked twice) ends it and all below it."""
        asked_before = self.asked
        kill([slot.pid for slot in self.slots.values() if slot.pid], signal.SIGTERM)
        end = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < end and self.asked <= asked_before and self._anybody_left():
            time.sleep(TICK)
        end = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < end and self._anybody_left():
            groups = [-slot.pid for slot in self.slots.values() if slot.pid]  # all there is to go by without /proc
            kill([*groups, *descendants(os.getpid())])
            time.sleep(TICK)

    def _anybody_left(self) -> bool:
        gone = {pid for pid, _ in reaped()}
        for slot in self.slots.values():
            slot.pid = None if slot.pid in gone else slot.pid
        return any(slot.pid for slot in self.slots.values()) or bool(descendants(os.getpid()))
