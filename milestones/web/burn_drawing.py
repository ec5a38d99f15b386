"""Geometry of the burn-down: what is left of the legacy system over time, as numbers for SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from milestones.parity.burndown import Burndown, Point

WIDTH, HEIGHT, TOP = 960.0, 200.0, 8.0


@dataclass(frozen=True, slots=True)
class Dot:
    """A commit at which something moved, with what to say of it."""

    x: float
    y: float
    said: str


@dataclass(frozen=True, slots=True)
class Burn:
    """The drawing: solid lines where commits were read, dashed across what was not; `scope` is the line of all."""

    left: str
    gaps: str
    area: str
    served: tuple[tuple[str, str], ...]
    scope: str
    dots: tuple[Dot, ...]
    most: int
    first: datetime
    last: datetime
    said: str


def burn_of(course: Burndown, total: int) -> Burn | None:
    """The drawing of a course; None where there are not two commits to draw a line between."""
    read = course.read
    if len(read) < 2 or read[-1].at <= read[0].at:
        return None
    frameworks = sorted({name for point in read if point.served for name in point.served.by_framework})
    most = max([total, *(count for point in read if point.served for count in point.served.by_framework.values())])
    scale = _Scale(course.points[0].at, course.points[-1].at, most)
    left = [(point, total - len(point.served.ported)) for point in read if point.served]
    solid, gaps = _steps(course, left, scale)
    now = left[-1][1]
    said = f"{left[0][1]} endpoints left at the start, {now} at the newest commit, over {len(course.points)} commits"
    return Burn(
        solid, gaps, _area(left, scale),
        tuple((name, _line(read, name, scale)) for name in frameworks),
        f"M0 {scale.y(total):.1f}H{WIDTH:.0f}", tuple(_dots(left, scale)), most,
        datetime.fromtimestamp(course.points[0].at, UTC), datetime.fromtimestamp(course.points[-1].at, UTC), said,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Scale:
    start: int
    end: int
    most: int

    def x(self, at: int) -> float:
        return WIDTH * min(max((at - self.start) / (self.end - self.start), 0.0), 1.0)

    def y(self, value: float) -> float:
        return TOP + (HEIGHT - 2 * TOP) * (1 - value / max(self.most, 1))


def _steps(course: Burndown, left: Sequence[tuple[Point, int]], scale: _Scale) -> tuple[str, str]:
    """Each value stands until the next commit that was read; across commits that were not, the line is another."""
    place = {point.sha: index for index, point in enumerate(course.points)}
    solid: list[str] = []
    gaps: list[str] = []
    for (one, value), (after, then) in pairwise(left):
        x, y, to = scale.x(one.at), scale.y(value), scale.x(after.at)
        whole = place[after.sha] - place[one.sha] == 1 or value == then
        stroke = (
            f"M{x:.1f} {y:.1f}H{to:.1f}V{scale.y(then):.1f}"
            if whole
            else f"M{x:.1f} {y:.1f}L{to:.1f} {scale.y(then):.1f}"
        )
        (solid if whole else gaps).append(stroke)
    return "".join(solid), "".join(gaps)


def _area(left: Sequence[tuple[Point, int]], scale: _Scale) -> str:
    parts = [f"M{scale.x(left[0][0].at):.1f} {scale.y(0):.1f}V{scale.y(left[0][1]):.1f}"]
    parts += (f"H{scale.x(point.at):.1f}V{scale.y(value):.1f}" for point, value in left[1:])
    return "".join([*parts, f"V{scale.y(0):.1f}Z"])


def _line(read: Sequence[Point], framework: str, scale: _Scale) -> str:
    values = [(point.at, point.served.by_framework.get(framework, 0)) for point in read if point.served]
    first, *rest = values
    return f"M{scale.x(first[0]):.1f} {scale.y(first[1]):.1f}" + "".join(
        f"H{scale.x(at):.1f}V{scale.y(count):.1f}" for at, count in rest
    )


def _dots(left: Sequence[tuple[Point, int]], scale: _Scale) -> list[Dot]:
    found = []
    for (_, before), (point, value) in pairwise(left):
        if value != before:
            moved = f"{before - value} moved" if value < before else f"{value - before} came back"
            day = datetime.fromtimestamp(point.at, UTC).strftime("%-d %b %Y")
            said = f"{day}, {point.sha[:7]} {point.subject}: {moved}, {value} left"
            found.append(Dot(round(scale.x(point.at), 1), round(scale.y(value), 1), said))
    return found
