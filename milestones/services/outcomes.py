"""The store of outcomes: a dictionary of tests, a packed column a run, rows only where there is more to say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F, Max

from milestones.models import Evidence, Outcomes, Project, RollSegment, ToldOutcome
from milestones.results import FAMILY_OF, packing
from milestones.results.collecting import MOST_TOLD, Collector
from milestones.results.packing import BAD, Column, Mark
from milestones.results.parser import Family
from milestones.results.roll import Test, pack_names, test_of, unpack_names

SEGMENT = 20_000  # tests up to which the last segment is written again rather than a new one begun
TEST_KINDS = frozenset(kind for kind, family in FAMILY_OF.items() if family is Family.TESTS)


# --- the dictionary -------------------------------------------------------------------------------------------------


def index_of(project: Project) -> dict[str, int]:
    """Every test of the project that ever ran: key -> position."""
    found: dict[str, int] = {}
    for first, packed in RollSegment.objects.filter(project=project).order_by("first").values_list("first", "packed"):
        found.update(zip(unpack_names(bytes(packed)), range(first, 2**32), strict=False))
    return found


def names_at(project: Project, positions: Iterable[int]) -> dict[int, Test]:
    """What the tests at these positions are called; only the segments that hold them are read."""
    wanted = set(positions)
    found: dict[int, Test] = {}
    spans = RollSegment.objects.filter(project=project).values_list("pk", "first", "count")
    for pk, first, count in spans if wanted else ():
        here = {position for position in wanted if first <= position < first + count}
        if here:
            keys = list(unpack_names(bytes(RollSegment.objects.values_list("packed", flat=True).get(pk=pk))))
            found |= {position: test_of(keys[position - first]) for position in here}
    return found


def _enter(project: Project, collector: Collector) -> None:
    """Give the new tests of a run their places for good. In a transaction; the project is held meanwhile."""
    if not collector.fresh:
        return
    Project.objects.select_for_update().only("pk").get(pk=project.pk)
    rows = RollSegment.objects.filter(project=project)
    total = rows.aggregate(total=Max(F("first") + F("count")))["total"] or 0
    fresh = collector.fresh
    if total != collector.known:
        fresh = _among_later(project, collector, total)
    last = rows.order_by("-first").first()
    if last is not None and last.count + len(fresh) <= SEGMENT:
        last.packed = pack_names([*unpack_names(bytes(last.packed)), *fresh])
        last.count += len(fresh)
        last.save(update_fields=["packed", "count"])
    elif fresh:
        RollSegment.objects.create(project=project, first=total, count=len(fresh), packed=pack_names(fresh))


def _among_later(project: Project, collector: Collector, total: int) -> list[str]:
    """Somebody else entered tests since the dictionary was read: take their places, and further ones for the rest."""
    later = {key: position for key, position in index_of(project).items() if position >= collector.known}
    places: dict[int, int] = {}
    fresh: list[str] = []
    for provisional, key in enumerate(collector.fresh, collector.known):
        if key in later:
            places[provisional] = later[key]
        else:
            places[provisional] = total + len(fresh)
            fresh.append(key)
    collector.move(places)
    return fresh


# --- a run ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def store(evidence: Evidence, collector: Collector) -> None:
    """The outcomes of one piece of evidence: its column, and a row for each that failed, changed or says more."""
    _enter(evidence.project, collector)
    packed = collector.packed()
    Outcomes.objects.create(evidence=evidence, packed=packed)
    before = _last_run(evidence)
    was = before.mark if before else lambda _position: Mark.ABSENT
    rows = [
        ToldOutcome(
            evidence=evidence, position=one.position, mark=one.mark, was=was(one.position), text=one.text,
            path=one.path, line=one.line,
        )
        for one in collector.told
    ]  # fmt: skip
    if before is not None:
        told = {one.position for one in collector.told}
        rows += _recovered(evidence, packing.unpack(packed), before, told, MOST_TOLD - len(rows))
    ToldOutcome.objects.bulk_create(rows, batch_size=1000)


def _last_run(evidence: Evidence) -> Column | None:
    """The column of the run before of the same job."""
    same = Outcomes.objects.filter(
        evidence__project=evidence.project, evidence__kind=evidence.kind, evidence__job=evidence.job,
        evidence__shard=evidence.shard, evidence__lt=evidence.pk,
    )  # fmt: skip
    packed = same.order_by("-evidence").values_list("packed", flat=True).first()
    return packing.unpack(bytes(packed)) if packed is not None else None


def _recovered(evidence: Evidence, now: Column, before: Column, told: set[int], most: int) -> list[ToldOutcome]:
    """Tests that pass and did not in the run before: a row each, so that a test's turns are found without columns."""
    marks, earlier = now.marks, before.dense(now.first + len(now.marks))[now.first :]
    if marks == earlier or most <= 0:
        return []
    places = [place for place, (new, old) in enumerate(zip(marks, earlier, strict=True)) if new != old and new and old]
    return [
        ToldOutcome(evidence=evidence, position=now.first + place, mark=marks[place], was=earlier[place])
        for place in places
        if now.first + place not in told
    ][:most]


def column_of(evidence: Evidence) -> Column:
    """The outcomes of one piece of evidence; none for evidence that brought no tests."""
    packed = Outcomes.objects.filter(evidence=evidence).values_list("packed", flat=True).first()
    return packing.unpack(bytes(packed)) if packed is not None else packing.EMPTY


# --- all runs of a commit -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """What all test runs of one commit say together; `unsteady` are tests that one job saw both pass and fail."""

    column: Column
    unsteady: frozenset[int] = frozenset()
    evidence: tuple[int, ...] = ()
    by_evidence: Mapping[int, Column] = field(default_factory=dict)

    @property
    def known(self) -> bool:
        return bool(self.evidence)


def run_of(every: Iterable[Evidence], in_force: Iterable[Evidence]) -> Run:
    """The runs in force as one: of each test the worst; one that passed in the end and failed before is flaky."""
    rows = [row for row in every if row.kind in TEST_KINDS]
    found = Outcomes.objects.filter(evidence__in=[row.pk for row in rows]).values_list("evidence", "packed")
    columns = {pk: packing.unpack(bytes(packed)) for pk, packed in found}
    counted = {row.pk for row in in_force}
    jobs: dict[tuple[str, str, str], list[Evidence]] = {}
    for row in rows:
        if row.pk in columns:
            jobs.setdefault((row.kind, row.job, row.shard), []).append(row)
    unsteady: set[int] = set()
    parts = []
    for listed in jobs.values():
        valid = packing.worst(columns[row.pk] for row in listed if row.pk in counted)
        shaky = _unsteady([columns[row.pk] for row in listed])
        unsteady |= shaky
        parts.append(_marked(valid, shaky))
    evidence = tuple(sorted(pk for pk in columns if pk in counted))
    return Run(packing.worst(parts), frozenset(unsteady), evidence, {pk: columns[pk] for pk in evidence})


def _unsteady(columns: list[Column]) -> set[int]:
    """Tests that one run of a job passed and another failed, at the same commit."""
    if len(columns) < 2:
        return set()
    length = max(one.first + len(one.marks) for one in columns)
    marks = [one.dense(length) for one in columns]
    if all(one == marks[0] for one in marks):
        return set()
    good = {Mark.PASSED, Mark.FLAKY}
    return {
        position for position, seen in enumerate(zip(*marks, strict=True))
        if len(set(seen)) > 1 and BAD.intersection(seen) and good.intersection(seen)
    }  # fmt: skip


def _marked(column: Column, unsteady: set[int]) -> Column:
    if not unsteady:
        return column
    marks = bytearray(column.marks)
    for position in unsteady:
        if column.mark(position) is Mark.PASSED:  # what fails in the run that counts is a failure, flaky or not
            marks[position - column.first] = Mark.FLAKY
    return Column(column.first, bytes(marks), column.cases, column.deflated)
