"""The sentences of a verdict, as a person reads them."""

from __future__ import annotations

from milestones.facts import Measurement
from milestones.gates.bounds import Bound, Mode, Op, plain

_SHARES = {"ratio": 100.0, "percent": 1.0}


def shown(measurement: Measurement, bound: Bound | None = None) -> str:
    """A value for people: whole numbers whole, others to four places, as a percentage where the bound is one."""
    value, sign = measurement.value, ""
    if measurement.unit == "percent" or (bound and bound.percent):
        value, sign = value * _SHARES.get(measurement.unit, 1.0), "%"
    return f"{_rounded(value, bound)}{sign}"


def _rounded(value: float, bound: Bound | None) -> str:
    """Rounded to four places, but never onto an end of the bound that the value is not at."""
    near = float(f"{value:.4f}")
    ends = (bound.value, bound.high) if bound else ()
    return plain(value) if near in ends else plain(near)


def expected(bound: Bound, other: Measurement | None) -> str:
    """What the bound asks for: "== 0", "<= baseline (21)"."""
    return f"{bound.expect} ({shown(other)})" if other and bound.reference else bound.expect


def kept(bound: Bound, measurement: Measurement, other: Measurement | None) -> str:
    if bound.op is Op.PRESENT:
        return f"{bound.measure} is there: {shown(measurement)}"
    return f"{bound.measure} is {shown(measurement, bound)}, which keeps {expected(bound, other)}"


def broken(bound: Bound, measurement: Measurement, other: Measurement | None) -> str:
    value = f"{bound.measure} is {shown(measurement, bound)}"
    if bound.op is not Op.WITHIN:
        return f"{value}; it has to be {expected(bound, other)}"
    low = (bound.value or 0.0) / (100 if bound.percent and measurement.unit == "ratio" else 1)
    side = "below" if measurement.value < low else "above"
    return f"{value}, {side} the range {bound.expect.removeprefix('in ')}"


def unproven(bound: Bound, measurement: Measurement) -> str:
    """Why a value that keeps its bound proves nothing."""
    value = f"{bound.measure} is {shown(measurement, bound)}"
    if measurement.unresolved:
        parts = "1 part of it" if measurement.unresolved == 1 else f"{measurement.unresolved} parts of it"
        return f"{value} as far as it is known, but {parts} could not be resolved"
    return f"{value} by suggestion only; nothing has measured it"


def mode_of(bound: Bound, *, blocks: bool) -> str:
    """What is said behind a sentence whose bound does not block, or no longer only tells."""
    if bound.mode is Mode.STRICT:
        return ""
    if bound.informational_until is None:
        return " (informational)"
    return (
        f" (strict since {bound.informational_until})"
        if blocks
        else f" (informational until {bound.informational_until})"
    )
