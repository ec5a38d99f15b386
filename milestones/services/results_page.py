"""What the page of results shows: the runs of a commit, what failed, and what is other than at the base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from milestones.clients.git import GitError
from milestones.models import Commit, Evidence, Project, ToldOutcome
from milestones.results import PARSERS
from milestones.results.covered import Patch
from milestones.results.packing import Mark
from milestones.results.reconciliation import COLUMNS, UNEXPLAINED, Gone, Row
from milestones.results.roll import Test

from . import baselines, compared, completeness, in_force, outcomes, reconciling
from .compared import LintChange
from .reconciling import Between

TESTS_SHOWN, FINDINGS_SHOWN, GROUPS_SHOWN, COMMITS_SHOWN, FILES_SHOWN = 60, 40, 100, 40, 25
_BAD = (Mark.FAILED, Mark.ERROR)


@dataclass(frozen=True, slots=True)
class Point:
    """A commit that results came for."""

    sha: str
    subject: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class RunLine:
    """One piece of evidence: of which job, with what numbers, and whether it still counts."""

    row: Evidence
    title: str
    figures: str
    tone: str
    counts: bool
    merged: bool  # it ran on another tree than the commit's own


@dataclass(frozen=True, slots=True)
class Shown:
    """One test with what is told of it."""

    label: str
    mark: str
    text: str = ""
    place: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Some:
    """The first of many; `more` are not shown."""

    tests: tuple[Shown, ...]
    total: int

    @property
    def more(self) -> int:
        return self.total - len(self.tests)


@dataclass(frozen=True, slots=True)
class Table:
    """The reconciliation as drawn: columns that hold anything, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    total: tuple[int, ...]
    more: int


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """All of the page; parts that nothing came for are None or empty."""

    points: tuple[Point, ...]
    sha: str
    base: str
    runs: tuple[RunLine, ...] = ()
    lacks: tuple[str, ...] = ()
    failing: Some = Some((), 0)
    flaky: Some = Some((), 0)
    skipped: tuple[tuple[str, int], ...] = ()
    changed: Mapping[str, Some] | None = None
    between: Between | None = None
    table: Table | None = None
    why_not: str = ""
    lint: LintChange | None = None
    findings: int | None = None
    coverage: float | None = None
    patch: Patch | None = None

    @property
    def unexplained(self) -> tuple[Gone, ...]:
        return self.between.result.unexplained[: TESTS_SHOWN * 5] if self.between else ()


def results_page(project: Project, sha: str = "", base: str = "") -> ResultsPage:
    """The results of a commit against those of a base; without a choice the newest and the baseline."""
    points = _points(project)
    sha = sha or _newest(project, points)
    base = base or _base(project, points, sha)
    if not sha:
        return ResultsPage((), "", "")
    policy = in_force.policy_of(project)
    every = in_force.results_at(project, sha)
    counted = in_force.counted(every, policy)
    run = outcomes.run_of(every, counted)
    told = list(ToldOutcome.objects.of_runs(list(run.evidence)).exclude(mark=Mark.PASSED)[: TESTS_SHOWN * 20])
    names = outcomes.names_at(project, {one.position for one in told} | run.unsteady)
    labels = {position: test.label for position, test in names.items()}
    between, why_not = _between(project, base, sha)
    tree = Commit.objects.filter(project=project, sha=sha).values_list("tree", flat=True).first() or ""
    return ResultsPage(
        points=points,
        sha=sha,
        base=base,
        runs=tuple(_line(row, {one.pk for one in counted}, sha, tree) for row in every),
        lacks=tuple(dict.fromkeys(completeness.lacks(project, sha, counted).values())),
        failing=_some((one for one in told if one.mark in _BAD), labels, _total(counted, "tests.failed")),
        flaky=_flaky(told, run.unsteady, labels),
        skipped=_skips(counted),
        changed=_changed(between, told) if between else None,
        between=between,
        table=_table(between) if between else None,
        why_not=why_not,
        lint=compared.lint_change(project, base, counted) if base else None,
        findings=_total(counted, ".findings") if any(_is_lint(row) for row in counted) else None,
        coverage=_coverage(counted),
        patch=_patch(project, base, sha, counted),
    )


# --- which commits --------------------------------------------------------------------------------------------------


def _points(project: Project) -> tuple[Point, ...]:
    """The commits that results came for, newest first."""
    shas = Evidence.objects.filter(project=project, kind__in=PARSERS).order_by("-pk").values_list("sha", flat=True)
    listed = list(dict.fromkeys(shas[: COMMITS_SHOWN * 20]))[:COMMITS_SHOWN]
    known = {one.sha: one for one in Commit.objects.filter(project=project, sha__in=listed)}
    found = [
        Point(sha, known[sha].subject if sha in known else "", known[sha].committed_at if sha in known else None)
        for sha in listed
    ]
    return tuple(sorted(found, key=lambda one: one.at.timestamp() if one.at else 0.0, reverse=True))


def _newest(project: Project, points: tuple[Point, ...]) -> str:
    """Where the project stands if results came for it, else the newest commit that any came for."""
    listed = [one.sha for one in points]
    return project.sha if project.sha in listed else next(iter(listed), "")


def _base(project: Project, points: tuple[Point, ...], sha: str) -> str:
    """The baseline if results came for it, else the commit with results before this one."""
    listed = [one.sha for one in points]
    named = baselines.baseline_of(project, in_force.policy_of(project))[0]
    if named in listed and named != sha:
        return named
    older = listed[listed.index(sha) + 1 :] if sha in listed else listed
    return next((one for one in older if one != sha), "")


# --- runs -----------------------------------------------------------------------------------------------------------


def _numbers(row: Evidence) -> dict[str, float]:
    return {one.name: one.value for one in row.measurements.all() if not one.subject}


def _line(row: Evidence, counted: set[int], sha: str, tree: str) -> RunLine:
    numbers = _numbers(row)
    bad = numbers.get("tests.failed", 0) + sum(value for name, value in numbers.items() if name.endswith(".errors"))
    tone = "unusable" if row.vacuous else "fail" if bad else "pass"
    merged = row.tree not in ("", tree) or row.sha != sha
    return RunLine(row, PARSERS[row.kind].title, row.vacuous or _figures(numbers), tone, row.pk in counted, merged)


def _figures(numbers: Mapping[str, float]) -> str:
    if "tests.total" in numbers:
        parts = [f"{numbers['tests.total']:,.0f} tests"]
        parts += [
            f"{numbers[f'tests.{name}']:,.0f} {name}" for name in ("failed", "skipped", "flaky")
            if numbers.get(f"tests.{name}")
        ]  # fmt: skip
        return ", ".join(parts)
    if "coverage.lines" in numbers:
        return f"{numbers['coverage.lines']:.1f} % of {numbers['coverage.total']:,.0f} lines"
    found = sum(value for name, value in numbers.items() if name.endswith(".findings"))
    if any(name.endswith(".findings") for name in numbers):
        return f"{found:,.0f} finding{'' if found == 1 else 's'}"
    return ", ".join(f"{name} {value:g}" for name, value in list(numbers.items())[:3])


def _total(rows: Iterable[Evidence], name: str) -> int:
    return int(sum(value for row in rows for key, value in _numbers(row).items() if key.endswith(name)))


def _is_lint(row: Evidence) -> bool:
    return any(name.endswith(".findings") for name in _numbers(row))


def _coverage(rows: Iterable[Evidence]) -> float | None:
    found = [one["coverage.lines"] for one in map(_numbers, rows) if "coverage.lines" in one]
    return min(found) if found else None


def _skips(rows: Iterable[Evidence]) -> tuple[tuple[str, int], ...]:
    """Why tests were skipped, and how many for each reason."""
    found: Counter[str] = Counter()
    for row in rows:
        for reason, count in row.covers.get("skips", ()):
            found[reason] += count
    return tuple(found.most_common(20))


# --- tests ----------------------------------------------------------------------------------------------------------


def _shown(one: ToldOutcome, labels: Mapping[int, str]) -> Shown:
    place = f"{one.path}:{one.line}" if one.path and one.line else one.path
    return Shown(labels.get(one.position, ""), Mark(one.mark).name.lower(), one.text, place)


def _some(told: Iterable[ToldOutcome], labels: Mapping[int, str], total: int) -> Some:
    found: dict[int, ToldOutcome] = {}
    for one in told:
        found.setdefault(one.position, one)
    return Some(tuple(_shown(one, labels) for one in list(found.values())[:TESTS_SHOWN]), max(total, len(found)))


def _flaky(told: Iterable[ToldOutcome], unsteady: frozenset[int], labels: Mapping[int, str]) -> Some:
    positions = sorted({one.position for one in told if one.mark == Mark.FLAKY} | unsteady)
    shown = tuple(Shown(labels.get(position, ""), "flaky") for position in positions[:TESTS_SHOWN])
    return Some(shown, len(positions))


# --- against the base -----------------------------------------------------------------------------------------------


def _between(project: Project, base: str, sha: str) -> tuple[Between | None, str]:
    if not base or base == sha:
        return None, "there are no results of an earlier commit to compare with"
    try:
        return reconciling.between(project, base, sha, in_force.policy_of(project)), ""
    except (reconciling.NoResultsError, GitError) as problem:
        return None, problem.reason


def _changed(between: Between, told: Iterable[ToldOutcome]) -> dict[str, Some]:
    texts = {one.position: one.text.split("\n")[0] for one in told}

    def shown(name: str, tests: tuple[tuple[int, Test], ...]) -> Some:
        first = tests[:TESTS_SHOWN]
        return Some(tuple(Shown(test.label, name, why=texts.get(place, "")) for place, test in first), len(tests))

    return {name: shown(name, tests) for name, tests in between.result.stays.items() if tests}


def _table(between: Between) -> Table:
    """Groups with a change come first; one where all is the same says nothing."""
    result = between.result
    total = result.total
    columns = tuple(name for name in COLUMNS if total.counts[name] or name in ("same", UNEXPLAINED))
    rows = sorted(result.rows, key=lambda row: (row.counts["same"] == row.before == row.after, row.group))
    drawn = tuple((row.group or "(no suite)", _counts(row, columns)) for row in rows[:GROUPS_SHOWN])
    return Table(columns, drawn, _counts(total, columns), len(rows) - len(drawn))


def _counts(row: Row, columns: tuple[str, ...]) -> tuple[int, ...]:
    return (row.before, *(row.counts[name] for name in columns), row.after)


def _patch(project: Project, base: str, sha: str, rows: list[Evidence]) -> Patch | None:
    try:
        return compared.patch_coverage(project, base, sha, rows) if base and base != sha else None
    except GitError:
        return None
