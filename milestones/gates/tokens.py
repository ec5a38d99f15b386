"""The parts of a bound's text: words, numbers, comparisons, dates and brackets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from milestones.facts import ParseError


class TokenKind(Enum):
    """What a part is; the order in `_PATTERNS` is the order in which they are tried."""

    DATE = auto()
    NUMBER = auto()
    RANGE = auto()
    WORD = auto()
    OP = auto()
    PERCENT = auto()
    OPEN = auto()
    CLOSE = auto()


@dataclass(frozen=True, slots=True)
class Token:
    kind: TokenKind
    text: str


# a word may hold dots and slashes, as measures and pairs do, though never two dots in a row: those are a range's
_PATTERNS = (
    (TokenKind.DATE, re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?![\w-])", re.ASCII)),
    (TokenKind.NUMBER, re.compile(r"[+-]?\d+(?:_\d+)*(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w])", re.ASCII)),
    (TokenKind.RANGE, re.compile(r"\.\.")),
    (TokenKind.WORD, re.compile(r"[+-]?[^\W\d](?:[\w/:@+-]|\.(?!\.))*")),
    (TokenKind.OP, re.compile(r"[=!<>~]+")),
    (TokenKind.PERCENT, re.compile(r"%")),
    (TokenKind.OPEN, re.compile(r"\(")),
    (TokenKind.CLOSE, re.compile(r"\)")),
)
_MENDS = {
    "≤": "write <=",
    "≥": "write >=",
    "≠": "write !=",
    "–": "write a range with two dots, as 0.74..0.76",
    "…": "write a range with two dots, as 0.74..0.76",
    ",": "write a number without separators, with a point for decimals, and one bound a string",
    ";": "write one bound a string",
    "&": "write one bound a string",
}


def tokens_of(text: str) -> list[Token]:
    """The tokens of a bound, blanks dropped; raises ParseError at a character that belongs to none."""
    tokens: list[Token] = []
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        token = _token_at(text, place)
        tokens.append(token)
        place += len(token.text)
    return tokens


def _token_at(text: str, place: int) -> Token:
    for kind, pattern in _PATTERNS:
        if match := pattern.match(text, place):
            return Token(kind, match.group())
    mend = _MENDS.get(text[place], "a bound is written as tests.failed == 0")
    raise ParseError(f'the bound "{text}" cannot be read: "{text[place]}" has no meaning in it; {mend}')
