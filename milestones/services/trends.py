"""A few numbers over the judged commits, in the order of their commit time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from milestones.facts import State
from milestones.gates.bounds import Bound, Op
from milestones.gates.policy import Policy
from milestones.models import Commit, DocumentVersion, Evidence, Judgement, Project

from . import evaluate, measuring

COMMITS = 60


@dataclass(frozen=True, slots=True)
class Series:
    """One line: a value a commit, None where it is not known there."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Trend:
    """One small chart; `figure` is the number that matters, `band` the corridor that it should lie in.

    `span` says in words what it goes over, where that is not commits.
    """

    name: str
    figure: str
    rest: str
    unit: str
    series: tuple[Series, ...]
    commits: tuple[str, ...]
    band: tuple[float, float] | None = None
    span: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """What is known of one commit; the criteria are those of its judgement, None where it has none."""

    sha: str
    numbers: dict[str, float]
    proven: float | None
    claimed: float | None
    total: float | None


def trends_of(project: Project, policy: Policy, key: str) -> tuple[Trend, ...]:
    """The charts that there is data for; corridors are those of the milestone `key` where it sets one."""
    points = points_of(project)
    told = burn_up_of(DocumentVersion.objects.in_order(project))
    found = [_criteria(points), told, _tests(points), _leftovers(points)]
    pairs = sorted({name for point in points for name in point.numbers if name.startswith("similarity.")})
    return tuple(one for one in [*found, *(_similarity(points, policy, key, name) for name in pairs)] if one)


# --- what is known of each commit -----------------------------------------------------------------------------------


def points_of(project: Project) -> list[Point]:
    """The judged commits up to where the project stands, oldest first, at most the newest COMMITS of them.

    The legacy system's last commit stands before them: it is measured, and there is nothing to judge at it.
    """
    known = _judged_commits(project)
    judged = Judgement.objects.newest_of_each(project, [one.sha for one in known])
    evidence = _by_tree(project, {one.tree for one in known})
    hashed = evaluate.policy_hash(project.policy_in_force)
    found = []
    for one in known:
        judgement = judged.get(one.sha)
        basis = measuring.basis_of(judgement.policy_hash if judgement else hashed, project.start_sha)
        found.append(_point(one.sha, judgement, evaluate.in_force(evidence.get(one.tree, []), basis)))
    return found


def _judged_commits(project: Project) -> list[Commit]:
    judged = Judgement.objects.filter(project=project).values("sha")
    found = Commit.objects.filter(Q(sha__in=judged) | Q(sha=project.start_sha), project=project)
    ordered = sorted(found, key=lambda one: (one.committed_at, one.sha == project.sha, one.sha))
    here = next((place for place, one in enumerate(ordered) if one.sha == project.sha), len(ordered))
    return ordered[: here + 1][-COMMITS:]


def _by_tree(project: Project, trees: set[str]) -> dict[str, list[Evidence]]:
    commits = {one.sha: one for one in Commit.objects.filter(project=project, tree__in=trees)}
    found: dict[str, list[Evidence]] = {}
    for row in Evidence.objects.of_commits(project, list(commits)):
        found.setdefault(commits[row.sha].tree, []).append(row)
    return found


def _point(sha: str, judgement: Judgement | None, counted: Sequence[Evidence]) -> Point:
    numbers = {name: one.value for name, one in evaluate.combine(counted).items()}
    if judgement is None:
        return Point(sha, numbers, None, None, None)
    criteria = [one for milestone in judgement.milestones for one in milestone["criteria"]]
    proven = sum(one["state"] == State.PASS for one in criteria)
    claimed = sum(one["claimed"] or one["state"] == State.PASS for one in criteria)
    return Point(sha, numbers, float(proven), float(claimed), float(len(criteria)))


# --- the charts -----------------------------------------------------------------------------------------------------


def _series(points: Iterable[Point], measure: str, name: str) -> Series:
    return Series(name, tuple(point.numbers.get(measure) for point in points))


def _last(series: Series) -> float | None:
    return next((value for value in reversed(series.values) if value is not None), None)


def _shas(points: Iterable[Point]) -> tuple[str, ...]:
    return tuple(point.sha for point in points)


def _criteria(points: list[Point]) -> Trend | None:
    series = (
        Series("total", tuple(one.total for one in points)),
        Series("claimed", tuple(one.claimed for one in points)),
        Series("proven", tuple(one.proven for one in points)),
    )
    total, claimed, proven = (int(_last(one) or 0) for one in series)
    if not total:
        return None
    return Trend(
        "Criteria", f"{proven}", f"of {total} proven, {claimed - proven} only claimed", "", series, _shas(points)
    )


def _tests(points: list[Point]) -> Trend | None:
    total = _series(points, "tests.total", "run")
    last = next((one.numbers for one in reversed(points) if "tests.total" in one.numbers), None)
    if last is None:
        return None
    passed, failed, skipped = (int(last.get(f"tests.{name}", 0)) for name in ("passed", "failed", "skipped"))
    rest = f"pass, {failed} fail, {skipped} skipped"
    series = (total, _series(points, "tests.passed", "passed"))
    return Trend("Tests", f"{passed}", rest, "", series, _shas(points))


def _leftovers(points: list[Point]) -> Trend | None:
    series = _series(points, "leftovers.imports", "left")
    last = _last(series)
    if last is None:
        return None
    most = max(value for value in series.values if value is not None)
    rest = f"imports left, {int(most)} at most" if most > last else "imports left"
    return Trend("Leftovers", f"{int(last)}", rest, "", (series,), _shas(points))


def _similarity(points: list[Point], policy: Policy, key: str, measure: str) -> Trend | None:
    series = _series(points, measure, "similarity")
    last = _last(series)
    if last is None:
        return None
    bound = corridor_of(policy, key, measure)
    name = f"Similarity, {measure.removeprefix('similarity.')}"
    rest = f"wanted {bound.expect}" if bound else "to the legacy file"
    return Trend(name, f"{last:.3f}", rest, "ratio", (series,), _shas(points), band_of(bound))


def corridor_of(policy: Policy, key: str, measure: str) -> Bound | None:
    """The bound on a measure: the chosen milestone's, else the first that names it."""
    ordered = sorted(policy.milestones, key=lambda one: one.key.casefold() != key.casefold())
    return next((bound for one in ordered for bound in one.done if bound.measure == measure), None)


def band_of(bound: Bound | None) -> tuple[float, float] | None:
    if bound is None or bound.value is None:
        return None
    scale = 0.01 if bound.percent else 1.0
    value = bound.value * scale
    if bound.op is Op.WITHIN and bound.high is not None:
        return value, bound.high * scale
    if str(bound.op).startswith(">"):
        return value, 1.0
    return (0.0, value) if str(bound.op).startswith("<") else None


# --- what documents promised and ticked ------------------------------------------------------------------------------


def burn_up_of(versions: Iterable[DocumentVersion]) -> Trend | None:
    """Criteria promised and ticked over time, as the documents had them; evenly spaced in days, not in edits."""
    sums: list[tuple[datetime, int, int]] = []
    now: dict[int, tuple[int, int]] = {}
    promised = ticked = 0
    for one in versions:
        before = now.get(one.document_id, (0, 0))
        now[one.document_id] = (one.promised, one.ticked)
        promised, ticked = promised + one.promised - before[0], ticked + one.ticked - before[1]
        sums.append((max(one.at, sums[-1][0]) if sums else one.at, promised, ticked))
    if not any(one for _, one, _ in sums):
        return None
    drawn = _sampled(sums)
    series = (Series("total", tuple(float(one[1]) for one in drawn)),
              Series("claimed", tuple(float(one[2]) for one in drawn)))  # fmt: skip
    first, last = sums[0][0], sums[-1][0]
    span = f"from {first:%-d %b %Y} to {last:%-d %b %Y}" if first.date() != last.date() else f"on {first:%-d %b %Y}"
    rest = f"of {promised} ticked in documents"
    return Trend("Burn-up", f"{ticked}", rest, "", series, tuple(str(at) for at in range(len(drawn))), span=span)


def _sampled(sums: list[tuple[datetime, int, int]]) -> list[tuple[datetime, int, int]]:
    """What held at each of so many moments between the first and the last."""
    first, last = sums[0][0], sums[-1][0]
    if first == last:
        return [sums[-1]]
    found, at = [], 0
    for step in range(COMMITS):
        moment = first + (last - first) * step / (COMMITS - 1)
        while at + 1 < len(sums) and sums[at + 1][0] <= moment:
            at += 1
        found.append(sums[at])
    return found
