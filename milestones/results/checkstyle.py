"""Checkstyle's XML, which many linters write too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from milestones.facts import Fact, Finding, ParseError, Scope
from milestones.results import wording, xmlstream
from milestones.results.places import line_number, placed


def read(stream: BinaryIO) -> Iterator[Fact]:
    """Each `error` element, and one Scope a file, clean ones too."""
    return xmlstream.read(stream, _Files())


class _Files(xmlstream.Reader):
    what = "checkstyle XML"

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.path = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        xmlstream.check_depth(self.depth)
        if self.depth == 1 and tag != "checkstyle":
            raise ParseError(f"the root element is <{tag[:60]}>, not <checkstyle>: this is no checkstyle XML")
        if self.depth == 1:
            self.facts.append(Scope(0))
        elif tag == "file":
            self.path = placed(attributes.get("name", ""))
            self.facts.append(Scope(1))
        elif tag == "error":
            self.facts.append(self._finding(attributes))

    def _finding(self, attributes: dict[str, str]) -> Finding:
        if "message" not in attributes:
            raise ParseError("an <error> without a message; write the file again with the tool itself")
        return Finding(
            text=wording.clean(attributes["message"]),
            path=self.path,
            line=line_number(attributes.get("line")),
            rule=wording.name(attributes.get("source", "").rpartition(".")[2]),
            tool="checkstyle",
            severity=wording.name(attributes.get("severity", "error")),
        )

    def end(self, _tag: str) -> None:
        self.depth -= 1
