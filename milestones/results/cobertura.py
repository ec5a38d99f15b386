"""Cobertura's XML, as coverage.py, Istanbul and many others write it (coverage-04.dtd, which is never fetched)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from milestones.facts import Fact, ParseError
from milestones.results import xmlstream
from milestones.results.linecount import Lines
from milestones.results.places import placed

_CONDITIONS = re.compile(r"\((\d{1,9})/(\d{1,9})\)")


def read(stream: BinaryIO) -> Iterator[Fact]:
    """One CoveredFile a `class` element: its own lines, not those that its methods repeat."""
    return xmlstream.read(stream, _Classes())


class _Classes(xmlstream.Reader):
    what = "Cobertura XML"

    def __init__(self) -> None:
        super().__init__()
        self.above: list[str] = []
        self.sources: list[str] = []
        self.lines: Lines | None = None
        self.path = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self.above and tag != "coverage":
            raise ParseError(f"the root element is <{tag[:60]}>, not <coverage>: this is no Cobertura XML")
        xmlstream.check_depth(len(self.above))
        if tag == "class":
            self._class(attributes)
        elif tag == "line" and self.lines is not None and self.above[-2:] == ["class", "lines"]:
            self.lines.add(attributes.get("number"), attributes.get("hits"))
            if conditions := _CONDITIONS.search(attributes.get("condition-coverage", "")):
                self.lines.branch(int(conditions[1]), int(conditions[2]))
        elif tag == "source":
            self.capture()
        self.above.append(tag)

    def _class(self, attributes: dict[str, str]) -> None:
        if not attributes.get("filename"):
            raise ParseError("a <class> without a filename; write the file again with the tool itself")
        self.path = self._placed(attributes["filename"])
        self.lines = Lines()

    def _placed(self, filename: str) -> str:
        """The file under the one source folder, where that lies in the repository; else as it is written."""
        if len(self.sources) == 1:
            whole = placed(f"{self.sources[0].rstrip('/')}/{filename}")
            if not whole.startswith("/") and ":" not in whole[:3]:
                return whole
        return placed(filename)

    def end(self, tag: str) -> None:
        self.above.pop()
        if tag == "source":
            self.sources.append(self.release().strip())
        elif tag == "class" and self.lines is not None:
            self.facts.append(self.lines.of(self.path))
            self.lines = None
