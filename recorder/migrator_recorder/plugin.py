"""The pytest plugin: `pytest --record answers.jsonl --record-system legacy`."""

from __future__ import annotations

import os
from typing import Any, Iterator

import pytest

from . import bodies
from .clients import listen
from .recording import SYSTEMS, Recorder

HELD = "_migrator_recorder"


def pytest_addoption(parser: Any) -> None:
    group = parser.getgroup("recorder", "recording what the application answers")
    group.addoption(
        "--record", metavar="FILE", help="write each exchange to FILE, one JSON line each; secrets are masked"
    )
    group.addoption(
        "--record-system", choices=SYSTEMS, default="legacy", help="which system is asked (default: legacy)"
    )
    group.addoption("--record-mask", metavar="NAME", action="append", default=[], help="mask this field or header too")
    group.addoption(
        "--record-limit", metavar="BYTES", type=int, default=bodies.LIMIT,
        help=f"of longer bodies keep hash and length alone (default: {bodies.LIMIT})",
    )  # fmt: skip


def pytest_configure(config: Any) -> None:
    given = config.getoption("--record")
    if not given:
        return
    path = os.path.abspath(given)
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        raise pytest.UsageError(f"--record {given}: there is no folder {folder}; make it first")
    if not hasattr(config, "workerinput"):  # under xdist the workers add to the file that the first process made empty
        with open(path, "w", encoding="ascii"):
            pass
    masked = config.getoption("--record-mask")
    recorder = Recorder(
        path,
        config.getoption("--record-system"),
        fields=masked,
        headers=masked,
        limit=config.getoption("--record-limit"),
    )
    setattr(config, HELD, (recorder, listen(recorder)))


def pytest_unconfigure(config: Any) -> None:
    recorder, end = getattr(config, HELD, (None, None))
    if recorder is not None and end is not None:
        recorder.flush()
        end()


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: Any) -> Iterator[None]:
    recorder, _ = getattr(item.config, HELD, (None, None))
    if recorder is not None:
        recorder.test = item.nodeid
    yield
    if recorder is not None:
        recorder.flush()
        recorder.test = ""
