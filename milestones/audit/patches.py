"""Patches as git writes them: files, hunks and lines, found by their headers without a step for every line.

The body of a hunk keeps a sign before each of its lines, so a line that begins with `@@` or `diff --git` is a header.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from milestones.facts import ParseError

_FILE, _HUNK = b"\ndiff --git ", b"\n@@ -"
_RANGES = re.compile(rb"(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(r"\\([0-7]{3}|[abtnvfr\"\\])")
_LETTERS = {"a": "\a", "b": "\b", "t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


class Hunk(NamedTuple):
    """One hunk: where it stands on either side, how much it changes, and its lines with their signs."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    added: int
    removed: int
    body: bytes

    @property
    def first_line(self) -> int:
        """The first changed line of a hunk without context: the new one, or the old one where lines only went."""
        return self.new_start if self.new_count else max(1, self.old_start)

    def lines(self) -> Iterator[tuple[str, int, str]]:
        """Yield (sign, line number, text): the old number of what went, the new one of the rest."""
        old, new = self.old_start, self.new_start
        for line in self.body.decode("utf-8", "surrogateescape").split("\n"):
            sign, text = line[:1], line[1:]
            if sign == "-":
                yield sign, old, text
                old += 1
            elif sign in {"+", " "}:
                yield sign, new, text
                old, new = old + (sign == " "), new + 1


@dataclass(slots=True)
class PatchedFile:
    """One file of a patch; a path is "" where the file is not there on that side."""

    old_path: str
    path: str
    hunks: list[Hunk]
    binary: bool = False

    @property
    def added(self) -> int:
        return sum(hunk.added for hunk in self.hunks)

    @property
    def removed(self) -> int:
        return sum(hunk.removed for hunk in self.hunks)


def read_patch(data: bytes) -> list[PatchedFile]:
    """Read a patch of git's; raises ParseError for a hunk that is shorter or longer than it says."""
    files = []
    for part in (b"\n" + data).split(_FILE)[1:]:
        head, *hunks = part.split(_HUNK)
        header, _, rest = head.decode("utf-8", "surrogateescape").partition("\n")
        file = _file(header, f"\n{rest}")
        file.hunks = [_hunk(one, data) for one in hunks]
        files.append(file)
    return files


def _hunk(part: bytes, whole: bytes) -> Hunk:
    header, _, body = part.partition(b"\n")
    ranges = _RANGES.match(header)
    if ranges is None:
        raise _wrong("a hunk has no ranges in its header", part, whole)
    old, new = (1 if count is None else int(count) for count in (ranges[2], ranges[4]))
    added, removed = body.count(b"\n+") + (body[:1] == b"+"), body.count(b"\n-") + (body[:1] == b"-")
    lines = body.count(b"\n") + (body[-1:] != b"\n") if body else 0
    lines -= body.count(b"\n\\")
    while (lines - added, lines - removed) != (old, new) and body.endswith(b"\n\n"):
        body, lines = body[:-1], lines - 1  # blank lines between two patches
    if (lines - added, lines - removed) != (old, new):
        raise _wrong("a hunk is not as long as its header says", part, whole)
    return Hunk(int(ranges[1]), old, int(ranges[3]), new, added, removed, body.removesuffix(b"\n"))


def _wrong(reason: str, part: bytes, whole: bytes) -> ParseError:
    return ParseError(reason, whole.count(b"\n", 0, whole.find(part)) + 1)


def _file(header: str, rest: str) -> PatchedFile:
    """The paths of a file: from what is said below its header, since the header alone may be read in two ways."""
    said = {"old": "", "new": ""}
    for line in rest.split("\n"):
        for start, side in (("--- ", "old"), ("+++ ", "new"), ("rename from ", "old"), ("rename to ", "new"),
                            ("copy from ", "old"), ("copy to ", "new")):  # fmt: skip
            if line.startswith(start):
                said[side] = _path(line[len(start) :], prefixed=start[0] in "-+")
    binary = "\nBinary files " in rest or "\nGIT binary patch" in rest
    if not any(said.values()):
        said = _from_header(header, rest)
    return PatchedFile(said["old"], said["new"], [], binary)


def _from_header(header: str, rest: str) -> dict[str, str]:
    """A file without hunks is named twice in its header, with the same name: `a/NAME b/NAME`."""
    middle = header.find('" ', 1) + 1 if header.startswith('"') else (len(header) - 1) // 2
    name = _path(header[middle + 1 :], prefixed=True)
    return {"old": "" if "\nnew file" in rest else name, "new": "" if "\ndeleted file" in rest else name}


def _path(text: str, *, prefixed: bool) -> str:
    bare = text.rstrip("\t")
    if bare.startswith('"') and bare.endswith('"'):
        raw = _ESCAPE.sub(lambda found: chr(int(found[1], 8)) if found[1].isdigit() else _LETTERS[found[1]], bare[1:-1])
        bare = b"".join(bytes([ord(c)]) if ord(c) < 256 else c.encode() for c in raw).decode("utf-8", "surrogateescape")
    if not prefixed:
        return bare
    return "" if bare == "/dev/null" else bare[2:]
