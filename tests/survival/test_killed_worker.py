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
from django.apps import apps
from django.db import connection, connections
from django.db.models import DateTimeField, Model
from django.utils import timezone

from milestones import models
from milestones.services import intake, tracking
from tests.example import ferry, junit
from tests.repositories import Work

pytestmark = pytest.mark.django_db(transaction=True)

WRITES = ("INSERT", "UPDATE", "DELETE")
KILLS = 30
# what people make or decide, which no worker writes
OTHERS = {"Project", "Membership", "EntryLink", "UploadToken", "Decision", "Seal"}
# what may differ between a quiet life and an eventful one beside keys and clocks: how often it was tried
UNEQUAL = {"attempts", "fence"}


def tables() -> list[type[Model]]:
    """Every table that work may write."""
    return [one for one in apps.get_app_config("milestones").get_models() if one.__name__ not in OTHERS]


def plain(row: Model) -> str:
    """A row without what may differ: numbers of rows, clocks, and how often it was tried."""
    kept = [
        one for one in row._meta.fields if not (one.primary_key or one.is_relation or isinstance(one, DateTimeField))
    ]
    values = {one.name: getattr(row, one.name) for one in kept if one.name not in UNEQUAL}
    return repr({name: bytes(value) if isinstance(value, memoryview) else value for name, value in values.items()})


def rows(project: models.Project) -> dict[str, list[str]]:
    """Every row of every table that work writes."""
    found = {table.__name__: sorted(plain(row) for row in table._default_manager.all()) for table in tables()}
    project.refresh_from_db()
    found["Project"] = [plain(project)]
    return found


def die_before(write: int, seen: Any) -> Callable[..., Any]:
    """An execute wrapper that ends this process, without a word, before its n-th write; `seen` counts them."""

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(WRITES):
            seen.value += 1
            if seen.value == write:
                os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    return wrapper


def work_until_killed(pk: int, write: int) -> tuple[int, int]:
    """Process a delivery in a process of its own that dies before its n-th write; how it ended, and its writes."""
    seen = multiprocessing.get_context("fork").Value("i", 0)

    def life() -> None:
        with connection.execute_wrapper(die_before(write, seen)):
            pending = [pk]
            while pending:
                pending += intake.process(pending.pop(0))

    connections.close_all()
    child = multiprocessing.get_context("fork").Process(target=life)
    child.start()
    child.join(60)
    return child.exitcode or 0, seen.value


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
    ended, writes = work_until_killed(pk, 10**6)
    assert ended == 0
    recover()
    quiet = rows(project)
    assert quiet["Verdict"]
    assert "'state': 'done'" in quiet["Delivery"][0]
    work.repo.close()
    assert writes > KILLS, "the work should write many times"

    for write in chosen(writes):
        clean()
        project, pk = begin(work, body, ported)
        assert work_until_killed(pk, write) == (-signal.SIGKILL, write)
        recover()
        for table, now in rows(project).items():
            assert now == quiet[table], f"{table}, killed before write {write}"


def chosen(writes: int) -> list[int]:
    """The writes to die before: some at even distances and the last one, all of them by `make survival`."""
    step = 1 if os.environ.get("SURVIVAL_ROUNDS") else max(1, writes // KILLS)
    return sorted({*range(1, writes + 1, step), writes})
