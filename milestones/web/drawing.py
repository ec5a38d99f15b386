"""Geometry of the page's drawings: the line of milestones and the small charts, as numbers for SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from milestones.services.overview import Overview
from milestones.services.standing import Standing, Stop
from milestones.services.trends import Series, Trend

RING = 20.0
WIDTH, HEIGHT, MARGIN = 240.0, 64.0, 4.0


@dataclass(frozen=True, slots=True)
class Node:
    """One stop as drawn: `after` names the stroke that leads to the next one, `arc` is the ring's dashes."""

    stop: Stop
    chosen: bool
    after: str
    arc: str

    @property
    def stroke(self) -> str:
        return stroke_of(self.stop)

    @property
    def count(self) -> str:
        """What stands inside the shape: "7/10", a share where that is too long, nothing where nothing is asked."""
        judged = self.stop.judged
        if not judged.total:
            return "?"
        return f"{judged.proven}/{judged.total}" if judged.total < 100 else f"{judged.proven * 100 // judged.total}%"


def stroke_of(stop: Stop) -> str:
    """The style of a stop, and of the line that leads to it."""
    return "dropped" if stop.standing is Standing.SET_ASIDE else str(stop.standing)


def nodes_of(shown: Overview) -> tuple[Node, ...]:
    """Every stop with its strokes; the line that leads to a stop is drawn as the stop is."""
    strokes = [*(stroke_of(stop) for stop in shown.line.stops), ""]
    opened = shown.chosen.stop.key if shown.chosen else ""
    return tuple(
        Node(stop, stop.key == opened, strokes[place + 1], _arc(stop)) for place, stop in enumerate(shown.line.stops)
    )


def _arc(stop: Stop) -> str:
    """stroke-dasharray of the part of the ring that is proven."""
    around = 2 * math.pi * RING
    share = stop.judged.proven / stop.judged.total if stop.judged.total else 0
    return f"{around * share:.1f} {around:.1f}"


# --- charts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stroke:
    """One line of a chart: its path, the area beneath, and where it ends."""

    name: str
    path: str
    area: str
    end: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Chart:
    """A trend as drawn; `band` is (top, height) of its corridor; it is drawn where there is a line to draw."""

    trend: Trend
    strokes: tuple[Stroke, ...]
    band: tuple[float, float] | None
    said: str

    @property
    def drawn(self) -> bool:
        return any(stroke.path for stroke in self.strokes)


def chart_of(trend: Trend) -> Chart:
    """A trend in a box of WIDTH by HEIGHT."""
    scale = _Scale(trend)
    strokes = tuple(_stroke(series, scale) for series in trend.series)
    band = None
    if trend.band:
        low, high = trend.band
        top = scale.y(high)
        band = (round(top, 1), round(max(scale.y(low) - top, 1.5), 1))
    return Chart(trend, strokes, band, _said(trend))


def points_of(trend: Trend, places: Iterable[int]) -> tuple[tuple[float, float], ...]:
    """Where some values of the first line stand."""
    scale, values = _Scale(trend), trend.series[0].values
    known = ((place, values[place]) for place in places)
    return tuple((round(scale.x(place), 1), round(scale.y(value), 1)) for place, value in known if value is not None)


def _said(trend: Trend) -> str:
    """The chart in words, for whoever does not see it."""
    if trend.span:
        return f"{trend.name}: {trend.figure} {trend.rest}, {trend.span}"
    known = sum(any(series.values[place] is not None for series in trend.series) for place in range(len(trend.commits)))
    return f"{trend.name}: {trend.figure} {trend.rest}, over {known} commit{'s' * (known != 1)}"


class _Scale:
    """Maps commits to x and values to y; counts start at nought, ratios keep to what they span."""

    def __init__(self, trend: Trend) -> None:
        values = [value for series in trend.series for value in series.values if value is not None]
        values += trend.band or ()
        self.low = min(values) if trend.unit == "ratio" else 0.0
        self.high = max(values)
        if self.high - self.low < 1e-9:
            self.low, self.high = (self.low - 0.05, self.high + 0.05) if trend.unit == "ratio" else (0.0, self.high + 1)
        self.steps = max(len(trend.commits) - 1, 1)
        self.only = len(trend.commits) == 1

    def x(self, place: int) -> float:
        if self.only:
            return WIDTH / 2
        return MARGIN + (WIDTH - 2 * MARGIN) * place / self.steps

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * share


def _stroke(series: Series, scale: _Scale) -> Stroke:
    points = [(scale.x(place), scale.y(value)) for place, value in enumerate(series.values) if value is not None]
    if not points:
        return Stroke(series.name, "", "", None)
    path = "M" + _joined(points)
    area = f"M{points[0][0]:.1f} {HEIGHT:.0f}L{_joined(points)}L{points[-1][0]:.1f} {HEIGHT:.0f}Z"
    end = (round(points[-1][0], 1), round(points[-1][1], 1))
    return Stroke(series.name, path if len(points) > 1 else "", area if len(points) > 1 else "", end)


def _joined(points: Iterable[tuple[float, float]]) -> str:
    return "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
