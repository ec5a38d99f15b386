"""The queue: a bell that may be lost, but never stops a worker, a request or the machine's tidiness."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from django.conf import settings
from kombu import Connection

from migrator.celery import app
from milestones.clients.processes import descendants
from tests.processes import ROOT, eventually

RING = """
import time
from migrator.celery import app
from kombu.exceptions import OperationalError
began = time.monotonic()
try:
    app.send_task("milestones.tasks.sweep", ignore_result=True, retry=False)
except OperationalError:
    print(time.monotonic() - began)
"""


def folder_queue(folder: Path) -> Connection:
    for name in ("messages", "control"):
        (folder / name).mkdir(exist_ok=True)
    messages, control = str(folder / "messages"), str(folder / "control")
    options = {"data_folder_in": messages, "data_folder_out": messages, "control_folder": control}
    return Connection("files://localhost", transport_options=options)


def side_by_side(*works: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_messages_are_taken_whole_and_once_by_readers_beside_writers(tmp_path: Path) -> None:
    taken: list[int] = []
    writing = threading.Event()

    def write() -> None:
        channel = folder_queue(tmp_path).default_channel
        for number in range(400):
            channel._put("bell", {"number": number, "padding": "." * 5000})

    def read() -> None:
        channel = folder_queue(tmp_path).default_channel
        while True:
            done = writing.is_set()
            try:
                taken.append(channel._get("bell")["number"])
            except Empty:
                if done:
                    return

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    side_by_side(write, write)
    writing.set()
    for reader in readers:
        reader.join()
    assert sorted(taken) == sorted([*range(400)] * 2)
    assert list((tmp_path / "messages").iterdir()) == []


def test_a_half_written_message_is_dropped_and_the_next_one_read(tmp_path: Path) -> None:
    channel = folder_queue(tmp_path).default_channel
    (tmp_path / "messages" / "0_a.bell.msg").write_text('{"body": "tr')
    channel._put("bell", {"number": 7})
    assert channel._get("bell") == {"number": 7}


def test_messages_come_in_the_order_they_were_put(tmp_path: Path) -> None:
    channel = folder_queue(tmp_path).default_channel
    (tmp_path / "messages" / "2_b.bell.msg").write_text("2")
    (tmp_path / "messages" / "1_a.bell.msg").write_text("1")
    (tmp_path / "messages" / "0_a.other.msg").write_text("0")
    assert [channel._get("bell"), channel._get("bell")] == [1, 2]
    with pytest.raises(Empty):
        channel._get("bell")


@pytest.mark.parametrize("answers", ["refused", "never"])
def test_a_dead_broker_does_not_hold_up_a_request(answers: str) -> None:
    with socket.socket() as dead:
        dead.bind(("127.0.0.1", 0))
        if answers == "never":
            dead.listen(8)  # connects, and then says nothing
        address = f"redis://127.0.0.1:{dead.getsockname()[1]}/0"
        env = os.environ | {"REDIS_URL": address, "DJANGO_SETTINGS_MODULE": "migrator.settings"}
        done = subprocess.run(
            [sys.executable, "-c", RING], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=True
        )
    assert float(done.stdout) < 4


def waiting() -> int:
    with app.connection_for_write() as connection:
        channel: Any = connection.default_channel
        return app.amqp.queues[settings.CELERY_TASK_DEFAULT_QUEUE].bind(channel).queue_declare().message_count


def test_a_real_worker_takes_what_was_rung(worker: subprocess.Popen[str]) -> None:
    app.send_task("milestones.tasks.sweep")
    assert eventually(lambda: waiting() == 0), "the message still lies in the queue"
    assert worker.poll() is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_killing_a_worker_takes_its_pool_along(worker: subprocess.Popen[str]) -> None:
    assert eventually(lambda: descendants(worker.pid)), "the worker made no pool"
    app.send_task("milestones.tasks.sweep")
    assert eventually(lambda: waiting() == 0)  # by now the pool process has set itself up
    pool = descendants(worker.pid)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    assert eventually(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in pool), 5)


def test_a_task_is_stopped_before_its_claim_runs_out() -> None:
    code = "from django.conf import settings; print(settings.CELERY_TASK_TIME_LIMIT, settings.LEASE_SECONDS)"
    env = os.environ | {"MIGRATOR_LEASE_SECONDS": "30", "DJANGO_SETTINGS_MODULE": "migrator.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=True, timeout=60
    )
    limit, lease = done.stdout.split()
    assert (limit, lease) == ("20", "30")
