"""A template cut into pieces, the same way for every language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a piece is: text goes out as it stands, an expression's value goes out, the rest decides what does."""

    TEXT = "text"
    EXPRESSION = "expression"
    STATEMENT = "statement"
    CODE = "code"
    COMMENT = "comment"


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece. `text` is what stands between the marks, `word` a statement's first; lines are 1-based.

    `depth` is what it does to nesting: 1 opens a block, -1 closes one. `used` are the names that it takes from its
    context or from what was bound before, `bound` those that it binds for the rest of the block, or, where it opens
    one, for that block.
    """

    kind: Kind
    text: str
    line: int
    word: str = ""
    depth: int = 0
    unescaped: bool = False
    used: tuple[str, ...] = ()
    bound: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Language:
    """One template language: `cut` gives the pieces, `known` are the names that it has by itself.

    `sure` ends of names are of this language alone; `hints` are patterns that tell it from others with the same ends.
    """

    name: str
    title: str
    sure: tuple[str, ...]
    cut: Callable[[str], list[Piece]]
    known: frozenset[str]
    hints: tuple[str, ...] = ()


class Cursor:
    """Goes through a text and knows its line."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.line = text, 0, 1

    def move(self, to: int) -> str:
        """Go on to a position; the text passed over."""
        passed = self.text[self.at : to]
        self.line += passed.count("\n")
        self.at = to
        return passed


def end_of_code(text: str, start: int, end: str, quotes: str = "\"'") -> int:
    """Where `end` stands outside strings and brackets, from `start` on; the length of the text where it does not."""
    depth, at, length = 0, start, len(text)
    while at < length:
        char = text[at]
        if char in quotes:
            at = _end_of_string(text, at)
            continue
        if depth == 0 and text.startswith(end, at):
            return at
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth = max(0, depth - 1)
        at += 1
    return length


def _end_of_string(text: str, start: int) -> int:
    quote = text[start]
    at = start + 1
    while at < len(text):
        if text[at] == "\\":
            at += 2
            continue
        if text[at] == quote:
            return at + 1
        at += 1
    return len(text)
