"""Ruff's JSON (`ruff check --output-format json`): one list of findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from milestones.facts import Fact, Finding
from milestones.results import jsontext, wording
from milestones.results.places import line_number, placed


def read(stream: BinaryIO) -> Iterator[Fact]:
    """Each finding; a syntax error, which has no rule code, comes under the rule `syntax`."""
    for number, item in enumerate(jsontext.records(jsontext.load(stream), "ruff's JSON"), 1):
        what = f"finding {number}"
        jsontext.need(item, "filename", what)
        jsontext.need(item, "message", what)
        place = jsontext.record(item.get("location") or {}, f"'location' of {what}")
        code = jsontext.text(item, "code", what)
        yield Finding(
            text=wording.clean(jsontext.text(item, "message", what)),
            path=placed(jsontext.text(item, "filename", what)),
            line=line_number(place.get("row")),
            rule=code or "syntax",
            tool="ruff",
            severity=wording.clean(jsontext.text(item, "severity", what)) or "error",
        )
