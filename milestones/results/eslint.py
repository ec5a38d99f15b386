"""ESLint's JSON (`eslint -f json`): one object a file, with its messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from milestones.facts import Fact, Finding, ParseError, Scope
from milestones.results import jsontext, wording
from milestones.results.places import line_number, placed


def read(stream: BinaryIO) -> Iterator[Fact]:
    """Each message; a file that did not parse comes under the rule `fatal`."""
    files = jsontext.records(jsontext.load(stream), "ESLint's JSON")
    yield Scope(len(files))
    for number, item in enumerate(files, 1):
        what = f"file {number}"
        jsontext.need(item, "filePath", what)
        path = placed(jsontext.text(item, "filePath", what))
        messages = jsontext.records(jsontext.need(item, "messages", what), f"'messages' of {what}")
        errors = jsontext.count(item, "errorCount", what)
        shown = sum(message.get("severity") == 2 for message in messages)
        if errors is not None and errors != shown:
            raise ParseError(f"{what} counts {errors} errors and lists {shown}; send ESLint's output unchanged")
        for message in messages:
            yield _finding(message, path, f"a message of {what}")


def _finding(message: dict[str, Any], path: str, what: str) -> Finding:
    jsontext.need(message, "message", what)
    return Finding(
        text=wording.clean(jsontext.text(message, "message", what)),
        path=path,
        line=line_number(message.get("line")),
        rule=jsontext.text(message, "ruleId", what) or ("fatal" if message.get("fatal") else ""),
        tool="eslint",
        severity="error" if message.get("severity") == 2 else "warning",
    )
