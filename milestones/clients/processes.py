"""Processes of this machine: which belong to us, and how they end with us."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

# linux/prctl.h
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def _prctl(option: int, value: int) -> None:
    """Does nothing where the system has no such call: what it gives is tidiness after a SIGKILL."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def die_with_parent(number: int, parent: int | None = None) -> None:
    """Asks the kernel to send this process a signal when its parent dies; `parent` tells whether it already has."""
    _prctl(_PR_SET_PDEATHSIG, int(number))
    if parent is not None and os.getppid() != parent:
        os.kill(os.getpid(), number)


def adopt_orphans() -> None:
    """Makes this process the parent of whatever its children leave behind, so that it can end them."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def _parent(stat: str) -> int:
    # proc(5): the name in brackets may hold anything, also brackets and blanks
    return int(stat.rpartition(")")[2].split()[1])


def descendants(pid: int) -> list[int]:
    """All processes below one, children before grandchildren; empty where there is no /proc."""
    below: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            below.setdefault(_parent(entry.read_text()), []).append(int(entry.parent.name))
    found = list(below.get(pid, []))
    for child in found:  # grows while it is walked
        found.extend(below.get(child, []))
    return found


def kill(pids: list[int], number: int = signal.SIGKILL) -> None:
    """Sends a signal to each that still is there."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
