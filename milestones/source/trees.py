"""A Python file as one normalised sequence of tokens, in which equal slices mean equal trees.

Comments, layout, redundant parentheses, trailing commas and the spelling of literals leave no trace. Docstrings, type
hints and imports leave tokens that carry a flag, so that two files can be compared with and without them. Node types
stand in the sequence as opening and closing marks, which keep `(a + b) * c` apart from `a + b * c`.

Everything is read with tree-sitter, from Python 2.7 to the newest; what does not parse is read as far as it goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag
from hashlib import blake2b

from milestones.facts import Problem

CLOSE = "\x02"
OPEN = "\x01"


class Mark(IntFlag):
    """What a token belongs to besides the code itself, and how a name is used."""

    CODE = 0
    DOC = 1
    HINT = 2
    IMPORT = 4
    NAME = 8
    BIND = 16
    STRING = 32


@dataclass(frozen=True, slots=True)
class Span:
    """A definition in the sequence: tokens `start` to `end` (exclusive), its own name at `name_at`."""

    name: str
    kind: str
    line: int
    last_line: int
    start: int
    end: int
    name_at: int
    decorators: tuple[str, ...]
    broken: bool


@dataclass(frozen=True, slots=True)
class Imported:
    """One imported name; `block` is where its block opens among the tokens that are not imports."""

    module: str
    name: str
    alias: str
    block: int
    line: int


@dataclass(frozen=True, slots=True)
class Tree:
    """One file, read."""

    path: str
    texts: tuple[str, ...]
    lines: tuple[int, ...]
    marks: bytes
    spans: tuple[Span, ...]
    imports: tuple[Imported, ...]
    problems: tuple[Problem, ...]

    def digest(self, without: Mark = Mark.DOC, start: int = 0, end: int | None = None, name_at: int = -1) -> str:
        """Return the hash of a slice, less the tokens marked `without`; the token at `name_at` counts as nameless."""
        end = len(self.texts) if end is None else end
        mask, marks = int(without), self.marks
        if 0 <= name_at < end:
            texts = [*self.texts[start:name_at], "_", *self.texts[name_at + 1 : end]]
        else:
            texts = list(self.texts[start:end])
        if mask:
            texts = [text for text, mark in zip(texts, marks[start:end], strict=True) if not mark & mask]
        return blake2b("\x1f".join(texts).encode(), digest_size=16).hexdigest()

    def leaves(self, start: int = 0, end: int | None = None, without: Mark = Mark.DOC) -> Iterator[tuple[str, int]]:
        """Yield the tokens of a slice with their lines, less the marks of structure and what is marked `without`."""
        mask = int(without)
        for at in range(start, len(self.texts) if end is None else end):
            text = self.texts[at]
            if text[:1] not in (OPEN, CLOSE) and not self.marks[at] & mask:
                yield text, self.lines[at]
