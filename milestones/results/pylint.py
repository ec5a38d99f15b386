"""Pylint's JSON: the list of `--output-format=json` and the object of `json2`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from milestones.facts import Fact, Finding, Scope
from milestones.results import jsontext, wording
from milestones.results.places import line_number, placed


def read(stream: BinaryIO) -> Iterator[Fact]:
    """Each message under its symbol, such as `unused-import`."""
    value = jsontext.load(stream)
    if isinstance(value, dict):
        statistics = jsontext.record(value.get("statistics") or {}, "'statistics'")
        yield Scope(jsontext.count(statistics, "modulesLinted", "'statistics'"))
        value = jsontext.need(value, "messages", "pylint's JSON")
    for number, item in enumerate(jsontext.records(value, "pylint's messages"), 1):
        what = f"message {number}"
        jsontext.need(item, "path", what)
        jsontext.need(item, "symbol", what)
        severity = jsontext.text(item, "type", what)
        yield Finding(
            text=wording.clean(jsontext.text(item, "message", what)),
            path=placed(jsontext.text(item, "path", what)),
            line=line_number(item.get("line")),
            rule=jsontext.text(item, "symbol", what),
            tool="pylint",
            severity="error" if severity in ("error", "fatal") else severity,
        )
