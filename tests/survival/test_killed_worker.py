"""A worker killed by SIGKILL between any two of its writes loses nothing and doubles nothing."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.forms.models import model_to_dict
from django.utils import timezone

from milestones import models
from milestones.services import intake, tracking
from tests.example import ferry, junit
from tests.repositories import Work

pytestmark = pytest.mark.django_db(transaction=True)

WRITES = ("INSERT", "UPDATE", "DELETE")
TABLES = (
    models.Commit, models.Evidence, models.Measurement, models.Milestone, models.Criterion, models.Judgement,
    models.Verdict, models.Delivery, models.BlobFact,
)  # fmt: skip
# what may differ between a quiet life and an eventful one: numbers of rows, clocks, and how often it was tried
UNEQUAL = {
    "id",
    "project",
    "evidence",
    "delivery",
    "milestone",
    "judgement",
    "attempts",
    "fence",
    "lease_until",
    "not_before",
}
CLOCKS = {"received_at", "finished_at", "stored_at", "judged_at"}


def rows(project: models.Project) -> dict[str, list[str]]:
    """Every row of every table that work writes, without what may differ."""
    found = {}
    for table in TABLES:
        plain = [
            {k: v for k, v in model_to_dict(row).items() if k not in UNEQUAL | CLOCKS} for row in table.objects.all()
        ]
        found[table.__name__] = sorted(
            repr({k: bytes(v) if k == "body" else v for k, v in one.items()}) for one in plain
        )
    project.refresh_from_db()
    found["Project"] = [repr({k: v for k, v in model_to_dict(project).items() if k not in {"id", "created_at"}})]
    return found


def die_before(write: int) -> Callable[..., Any]:
    """An execute wrapper that ends this process, without a word, before its n-th write."""
    seen = 0

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        if sql.lstrip().startswith(WRITES):
            seen += 1
            if seen == write:
                os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    return wrapper


def work_until_killed(pk: int, write: int) -> int:
    """Process a delivery in a process of its own that dies before its n-th write; how it ended."""

    def life() -> None:
        with connection.execute_wrapper(die_before(write)):
            pending = [pk]
            while pending:
                pending += intake.process(pending.pop(0))

    connections.close_all()
    child = multiprocessing.get_context("fork").Process(target=life)
    child.start()
    child.join(60)
    return child.exitcode or 0


def recover() -> None:
    """What the sweep does once the dead worker's lease has run out."""
    past = timezone.now() - timedelta(seconds=1)
    models.Delivery.objects.filter(state="running").update(lease_until=past)
    for _ in range(10):
        for pk in models.Delivery.objects.due().values_list("pk", flat=True):
            intake.process(pk)


def clean() -> None:
    models.Promotion.objects.all().delete()
    models.BlobFact.objects.all().delete()
    models.Project.objects.all().delete()


def begin(work: Work, body: bytes, sha: str) -> tuple[models.Project, int]:
    """A tracked project with an upload for a commit that only the next look will bring."""
    project = tracking.register(tracking.Wish(source=str(work.folder)))
    upload = intake.Upload(kind="junit", sha=sha, body=body)
    return project, intake.receive_upload(project, upload).pk


def test_rows_after_a_kill_before_any_write_equal_those_of_a_quiet_run(tmp_path: Path) -> None:
    work, _legacy, ported = ferry(tmp_path / "ferry")
    body = junit(failed=1)
    project, pk = begin(work, body, ported)
    assert work_until_killed(pk, 10**6) == 0
    recover()
    quiet = rows(project)
    assert quiet["Verdict"]
    assert "'state': 'done'" in quiet["Delivery"][0]
    work.repo.close()

    write, ended = 0, -signal.SIGKILL
    while ended == -signal.SIGKILL:
        write += 1
        clean()
        project, pk = begin(work, body, ported)
        ended = work_until_killed(pk, write)
        recover()
        for table, now in rows(project).items():
            assert now == quiet[table], f"{table}, killed before write {write}"
    assert ended == 0
    assert write > 10, "the work should write many times, and die before each"
