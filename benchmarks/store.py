"""The store of outcomes against a row for each: written, compared, grown. On the database of DATABASE_URL, or SQLite.

python -m benchmarks.store [CASES]
"""

# ruff: noqa: E402 - Django is set up before its models are imported
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django

django.setup()

from django.db import connection, models, transaction
from django.test.utils import setup_databases, teardown_databases

from benchmarks.results import write
from milestones.models import Evidence, Outcomes, Project
from milestones.results import packing
from milestones.results.compare import compare
from milestones.services import outcomes
from milestones.services.parsed import Settled, parse_file

ROUNDS = 3
RUNS = 100


class Row(models.Model):
    """What the rival keeps: one outcome."""

    run = models.IntegerField(db_index=True)
    suite = models.CharField(max_length=500)
    name = models.CharField(max_length=500)
    status = models.CharField(max_length=12)
    seconds = models.FloatField(null=True)
    text = models.TextField(blank=True, default="")

    class Meta:
        app_label = "benchmarks"

    def __str__(self) -> str:
        return self.name


def timed(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def store(project: Project, path: Path, number: int) -> Evidence:
    with path.open("rb") as file:
        parsed = parse_file(project, "junit", file)
    with transaction.atomic():
        row = Evidence.objects.create(project=project, sha=f"{number:040x}", kind="junit", digest=f"{number:064x}")
        Settled(parsed).store(row)
    return row


def rows(path: Path, number: int) -> None:
    from junitparser import JUnitXml

    found = []
    for suite in JUnitXml.fromfile(str(path)):
        for case in suite:
            bad = case.result[0] if case.result else None
            status, text = (type(bad).__name__, bad.text or "") if bad is not None else ("passed", "")
            found.append(
                Row(run=number, suite=case.classname, name=case.name, status=status, seconds=case.time, text=text)
            )
    with transaction.atomic():
        Row.objects.bulk_create(found, batch_size=5000)


def compared(before: int, after: int) -> None:
    packed = Outcomes.objects.filter(evidence__in=[before, after]).values_list("packed", flat=True)
    compare(*(packing.unpack(bytes(one)) for one in packed)).counts()


def compared_by_rows(before: int, after: int) -> None:
    first, second = (
        {(row.suite, row.name): row.status for row in Row.objects.filter(run=run)} for run in (before, after)
    )
    _ = {key for key in first.keys() | second.keys() if first.get(key) != second.get(key)}


def written(folder: Path, cases: int) -> None:
    path = folder / "junit.xml"
    write(path, cases)
    mine, rival = [], []
    for number in range(ROUNDS):
        project = Project.objects.create(slug=f"shop-{number}", name="Shop", source="/nowhere")
        mine.append(timed(lambda project=project: store(project, path, 1)))
        rival.append(timed(lambda number=number: rows(path, number)))
    again = store(project, path, 2)
    size = len(Outcomes.objects.get(evidence=again).packed)
    print(f"rows / store, file to committed     {min(rival) / min(mine):6.1f}  (at least 7)")
    print(f"bytes an outcome                    {size / cases:6.2f}  (at most 4)")
    first = again.pk - 1
    fast = min(timed(lambda: compared(first, again.pk)) for _ in range(ROUNDS * 3))
    slow = min(timed(lambda: compared_by_rows(0, 1)) for _ in range(ROUNDS))
    print(f"rows / store, two runs compared     {slow / fast:6.1f}  (at least 50)")


def grown(folder: Path, cases: int) -> None:
    path, project = folder / "grown.xml", Project.objects.create(slug="grown", name="Grown", source="/nowhere")
    write(path, cases)
    times = [timed(lambda number=number: store(project, path, number)) for number in range(RUNS)]
    print(
        f"run {RUNS} / the first                 {min(times[-5:]) / times[0]:6.2f}  (at most 1.3), {cases:,} cases each"
    )
    sizes = {}
    for factor in (1, 4):
        write(path, cases * factor)
        other = Project.objects.create(slug=f"by-{factor}", name="Grown", source="/nowhere")
        sizes[factor] = min(timed(lambda other=other, n=n: store(other, path, n)) for n in range(ROUNDS))
    print(f"four times the cases take           {sizes[4] / sizes[1]:6.2f}  times as long")
    assert len(outcomes.index_of(project)) == cases


def main(cases: int) -> None:
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        with connection.schema_editor() as editor:
            editor.create_model(Row)
        print(f"{cases:,} cases on {connection.vendor}, {os.cpu_count()} cores, best of {ROUNDS}")
        with tempfile.TemporaryDirectory() as folder:
            written(Path(folder), cases)
            grown(Path(folder), cases // 5)
    finally:
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
