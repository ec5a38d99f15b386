"""Numbers that a team measures itself, as JSON: `{"name": 1.5}` or a list of objects with unit and subject."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from milestones.facts import Fact, Measurement, ParseError
from milestones.results import jsontext, wording

MOST = 100_000
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.:/-]{0,199}\Z")


def read(stream: BinaryIO) -> Iterator[Fact]:
    """Each number as a Measurement; an object may say `value`, `unit` and `subject`."""
    value = jsontext.load(stream)
    items = list(_named(value)) if isinstance(value, dict) else jsontext.records(value, "the metrics")
    if not items:
        raise ParseError('no metric in it; send {"name": number}')
    if len(items) > MOST:
        raise ParseError(f"more than {MOST:,} metrics in one file; send them in several")
    for item in items:
        yield _measurement(item)


def _named(owner: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, value in owner.items():
        yield {"name": name, **value} if isinstance(value, dict) else {"name": name, "value": value}


def _measurement(item: dict[str, Any]) -> Measurement:
    name = check_name(jsontext.text(item, "name", "a metric"))
    value = jsontext.number(item, "value", f"the metric {name}")
    if value is None:
        raise ParseError(f"the metric {name} has no value; give a number")
    return Measurement(
        name,
        value,
        wording.name(jsontext.text(item, "unit", name)) or "count",
        wording.name(jsontext.text(item, "subject", name)),
    )


def check_name(name: str) -> str:
    if not _NAME.match(name):
        raise ParseError(
            f"{name[:60]!r} is no name of a metric: letters, digits and _ . : / -, a letter first, up to 200"
        )
    return name
