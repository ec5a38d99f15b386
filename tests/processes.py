"""Real processes of the program, started on the test's own database, queue and folder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent


def database_url() -> str:
    """The address of the database that this test writes to."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    password = f":{quote(known['PASSWORD'], safe='')}" if known["PASSWORD"] else ""
    return f"postgres://{quote(known['USER'])}{password}@{known['HOST']}:{known['PORT'] or 5432}/{known['NAME']}"


def environment(**extra: str) -> dict[str, str]:
    """What a child needs in order to be the same program, on the same rows, as this test."""
    own = {
        "DJANGO_SETTINGS_MODULE": "migrator.settings",
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "MIGRATOR_VAR": str(settings.VAR_DIR),
        "MIGRATOR_QUEUE_PREFIX": os.environ["MIGRATOR_QUEUE_PREFIX"],
        "SECRET_KEY": settings.SECRET_KEY,
        "PYTHONPATH": str(ROOT),
    }
    return os.environ | own | extra


@contextmanager
def process(*arguments: str, **extra: str) -> Iterator[subprocess.Popen[str]]:
    """`python ARGUMENTS` in a group of its own, which is gone afterwards."""
    child = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT, env=environment(**extra), text=True, process_group=0, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield child
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        if child.stdout:
            child.stdout.close()


def eventually(true: Callable[[], Any], seconds: float = 20) -> bool:
    """Whether something becomes true within the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return bool(true())
