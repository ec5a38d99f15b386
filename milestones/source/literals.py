"""What a literal of Python source stands for, so that its spelling (quotes, escapes, digits) is no difference."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress

_PREFIX = re.compile(r"[A-Za-z]*")
_ESCAPE = re.compile(
    r"\\(\r?\n|[0-7]{1,3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|N\{[^}]{1,80}\}|.)", re.DOTALL
)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_SAFE_DIGITS = 300  # int() of a hostile literal is quadratic


def string_prefix(start: str) -> str:
    """Return the prefix letters of a string's opening that matter: `b`, `f`, `t` and `r` apart from their case."""
    match = _PREFIX.match(start)
    return (match.group() if match else "").lower().replace("u", "")


def string_value(content: str, prefix: str) -> str:
    """Return the text that the inside of a string literal stands for; an escape nobody knows stays as it is."""
    content = content.replace("\r\n", "\n")
    if "\\" not in content or "r" in prefix:
        return content
    return _ESCAPE.sub(lambda match: _escaped(match.group(1), match.group()), content)


def _escaped(escape: str, whole: str) -> str:
    if escape in {"\n", "\r\n"}:
        return ""
    if escape in "\\'\"":
        return escape
    if escape in _SIMPLE:
        return _SIMPLE[escape]
    return _numbered(escape, whole)


def _numbered(escape: str, whole: str) -> str:
    if escape[0] in "01234567":
        return chr(int(escape, 8))
    if escape[0] in "xuU" and len(escape) > 1:
        code = int(escape[1:], 16)
        return chr(code) if code <= 0x10FFFF else whole
    if escape.startswith("N{"):
        try:
            return unicodedata.lookup(escape[2:-1])
        except KeyError:
            return whole
    return whole


def number_value(text: str) -> str:
    """Return a number literal in one spelling, without underscores and Python 2's `L`."""
    plain = text.lower().replace("_", "")
    if len(plain) > _SAFE_DIGITS:
        return plain
    for read in (lambda digits: int(digits.removesuffix("l"), 0), float, complex):
        with suppress(ValueError):
            return repr(read(plain))
    return plain
