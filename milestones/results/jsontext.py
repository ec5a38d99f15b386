"""JSON read strictly: no duplicate keys, no NaN, no lone surrogates, bounded in size, values and depth."""

from __future__ import annotations

import json
import re
from typing import Any, BinaryIO, NoReturn

from milestones.facts import ParseError

LARGEST = 100 * 1024 * 1024
MOST_VALUES = 5_000_000
DEEPEST = 200
LONGEST_NUMBER = 400

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\],:]|-?Infinity|NaN', re.DOTALL)


class _RefusedError(ValueError):
    """Raised from within the fast reader, which does not know where it stands."""


def load(stream: BinaryIO) -> Any:
    """The value of a JSON document; ParseError names the line and the mend."""
    body = stream.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise ParseError(f"more than {LARGEST // 1024 // 1024} MB of JSON, which is the limit; send it in shards")
    if body.count(b",") + body.count(b"[") + body.count(b"{") > MOST_VALUES:
        raise ParseError(f"more than {MOST_VALUES:,} values in one JSON document; send it in shards")
    return loads(_decoded(body))


def _decoded(body: bytes) -> str:
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ParseError("the file is UTF-16; write it as UTF-8 (in PowerShell: Out-File -Encoding utf8)", 1)
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise ParseError("bytes that are not UTF-8; write the file as UTF-8", line) from None


def loads(text: str, line: int = 1) -> Any:
    """The value of a JSON text that begins at a line of its file."""
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_whole, parse_float=_real
        )
    except json.JSONDecodeError as error:
        raise ParseError(_syntax(error), line + error.lineno - 1) from None
    except (_RefusedError, RecursionError) as error:
        _locate(text, line, str(error) if isinstance(error, _RefusedError) else "")
    if "\\u" in text and (found := _surrogate(text)) is not None:
        raise ParseError("a lone surrogate, half a character; leave it out", line + text.count("\n", 0, found))
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RefusedError("key")
    return found


def _constant(name: str) -> NoReturn:
    raise _RefusedError(name)


def _whole(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise _RefusedError("a number of too many digits; no tool writes that")
    return int(digits)


def _real(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise _RefusedError(f"the number {digits[:40]} is too large to be held; write a smaller one")
    return number


def _syntax(error: json.JSONDecodeError) -> str:
    if error.doc[error.pos :].strip() == "":
        return "the JSON stops in the middle; send the whole file, after the tool has ended"
    if error.msg == "Extra data":
        return "more text after the end of the JSON; send one JSON document a file"
    if "Unterminated string" in error.msg:
        return "the JSON stops within a text; send the whole file, after the tool has ended"
    return f"not JSON ({error.msg[0].lower()}{error.msg[1:]}); send the file as the tool wrote it"


def _locate(text: str, line: int, reason: str) -> NoReturn:
    """Finds again what the fast reader refused, with its line."""
    open_keys: list[set[str] | None] = []
    previous = ""
    for match in _TOKEN.finditer(text):
        mark = match.group()
        here = line + text.count("\n", 0, match.start()) if mark[0] in "NI-" else 0
        if here:
            raise ParseError(f"{mark} is no JSON number; write null, or leave it out", here)
        if mark in "{[":
            open_keys.append(set() if mark == "{" else None)
            if len(open_keys) > DEEPEST:
                raise ParseError(f"nested deeper than {DEEPEST}; no tool writes that", _line_of(text, match, line))
        elif mark in "}]" and open_keys:
            open_keys.pop()
        elif mark[0] == '"' and previous in ("{", ",") and open_keys and (keys := open_keys[-1]) is not None:
            if mark in keys:
                raise ParseError(f"the key {mark[:80]} twice in one object; keep one", _line_of(text, match, line))
            keys.add(mark)
        previous = mark
    raise ParseError("the same key twice in one object; keep one" if reason == "key" else reason or "nested too deep")


def _line_of(text: str, match: re.Match[str], line: int) -> int:
    return line + text.count("\n", 0, match.start())


_SURROGATE = re.compile(
    r"(?<!\\)(?:\\\\)*+(?:\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?P<low>\\u[dD][c-fC-F][0-9a-fA-F]{2}))"
)
_PAIR_START = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\Z")


def _surrogate(text: str) -> int | None:
    """Where an escaped surrogate stands without its other half."""
    for match in _SURROGATE.finditer(text):
        low = match.start("low")
        if low < 0 or not _PAIR_START.search(text, max(0, low - 6), low):
            return match.start()
    return None


# --- what a format expects of a value


def records(value: object, what: str) -> list[dict[str, Any]]:
    """A list of objects, or a sentence that says that this is not `what`."""
    if not isinstance(value, list):
        raise ParseError(f"{what} is to be a list, here it is {_kind(value)}; send the file that the tool wrote")
    for number, item in enumerate(value, 1):
        if not isinstance(item, dict):
            raise ParseError(f"item {number} of {what} is to be an object, here it is {_kind(item)}")
    return value


def record(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ParseError(f"{what} is to be an object, here it is {_kind(value)}; send the file that the tool wrote")
    return value


def text(owner: dict[str, Any], key: str, what: str) -> str:
    """The text under a key; "" where it is missing or null."""
    value = owner.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ParseError(f"{key!r} of {what} is to be a text, here it is {_kind(value)}")
    return value


def number(owner: dict[str, Any], key: str, what: str) -> float | None:
    value = owner.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ParseError(f"{key!r} of {what} is to be a number, here it is {_kind(value)}")
    try:
        return float(value)
    except OverflowError:
        raise ParseError(f"{key!r} of {what} is too large to be held; write a smaller number") from None


def count(owner: dict[str, Any], key: str, what: str) -> int | None:
    """A whole number, 0 or more; None where it is missing."""
    value = number(owner, key, what)
    if value is None:
        return None
    if value < 0 or value != int(value):
        raise ParseError(f"{key!r} of {what} is to be a count, here it is {value}")
    return int(value)


def need(owner: dict[str, Any], key: str, what: str) -> Any:
    if key not in owner:
        raise ParseError(f"{what} has no {key!r}; send the file that the tool wrote")
    return owner[key]


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
