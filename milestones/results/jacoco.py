"""JaCoCo's XML report (report.dtd, which is never fetched)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from milestones.facts import Fact, ParseError
from milestones.results import xmlstream
from milestones.results.linecount import Lines, times
from milestones.results.places import placed


def read(stream: BinaryIO) -> Iterator[Fact]:
    """One CoveredFile a `sourcefile`, its path that of the package: the source folder is not in the report."""
    return xmlstream.read(stream, _Sources())


class _Sources(xmlstream.Reader):
    what = "JaCoCo XML"

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.package = self.path = ""
        self.lines: Lines | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        xmlstream.check_depth(self.depth)
        if self.depth == 1 and tag != "report":
            raise ParseError(f"the root element is <{tag[:60]}>, not <report>: this is no JaCoCo XML")
        if tag == "package":
            self.package = attributes.get("name", "")
        elif tag == "sourcefile":
            self.path = placed(f"{self.package}/{attributes.get('name', '')}".lstrip("/"))
            self.lines = Lines()
        elif tag == "line" and self.lines is not None:
            self._line(self.lines, attributes)

    def _line(self, lines: Lines, attributes: dict[str, str]) -> None:
        lines.add(attributes.get("nr"), attributes.get("ci"))
        missed, covered = attributes.get("mb") or "0", attributes.get("cb") or "0"
        if times(missed) or times(covered):
            if not (missed.isdecimal() and covered.isdecimal() and len(missed + covered) < 18):
                raise ParseError("branches that are no counts; write the file again")
            lines.branch(int(covered), int(covered) + int(missed))

    def end(self, tag: str) -> None:
        self.depth -= 1
        if tag == "sourcefile" and self.lines is not None:
            self.facts.append(self.lines.of(self.path))
            self.lines = None
