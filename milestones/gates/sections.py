"""A stranger's TOML, loaded within limits and read table by table, each complaint with its line."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from milestones.facts import ParseError
from milestones.source.toml_lines import KeyPath, lines_of

LARGEST = 256 * 1024
DEEPEST = 16
_LONGEST = 600

# strings and comments end at the end of the text at the latest, so the sweep over them is linear on any input
_QUIET = re.compile(
    r'"""(?:\\[\s\S]|[^\\])*?(?:"""|\Z)'
    r"|'''[\s\S]*?(?:'''|\Z)"
    r'|"(?:\\[^\n]|[^"\\\n])*(?:"|$)'
    r"|'[^'\n]*(?:'|$)"
    r"|#[^\n]*",
    re.MULTILINE,
)
_ENDS_OF_KEY = re.compile(r"[=,\[\]{}]")
_NUL = re.compile(r"\\u0000|\\U00000000")
_LONG_NUMBER = re.compile(r"[0-9_]{300}")
_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_MENDS = {
    "Cannot": "the key or table stands twice; keep one of them",
    "Invalid value": "put text between quotes, and write true, false, numbers and dates bare",
    "Expected '='": 'write it as key = "value"',
    "Invalid statement": "begin a line with a key, a [table] or a # comment",
    "Unclosed array": 'close the list with "]" and put a comma between its items',
    "Illegal character": "end the line after the value, and close each string with the quote that opened it",
}
_NAMES: Mapping[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a table",
    date: "a date",
    datetime: "a date with a time",
}


def load(text: str) -> Section:
    """The root table of a TOML text; raises ParseError with a line for one that is broken, too large or too deep."""
    if len(text.encode("utf-8", "replace")) > LARGEST:
        raise ParseError(f"the file is larger than {LARGEST // 1024} KB, the most that is read; shorten it")
    text = text.removeprefix("\ufeff")
    _refuse_depth(text)
    _refuse_nul(text)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _as_parse_error(error, text) from None
    except (ValueError, OverflowError, RecursionError) as error:
        raise ParseError(f"the file is not valid TOML: {error}") from None
    return Section(values, (), lines_of(text))


def _refuse_nul(text: str) -> None:
    """No database, no path and no argument of a program takes it."""
    found = _NUL.search(text)
    if found:
        raise ParseError("the NUL character \\u0000; leave it out", text.count("\n", 0, found.start()) + 1)


def _refuse_depth(text: str) -> None:
    """Nested lists and long dotted keys cost the parser time and stack beyond measure, so they are counted first."""
    quiet = _QUIET.sub(lambda found: '"' + "\n" * found.group().count("\n"), text)
    depth = 0
    for line, content in enumerate(quiet.split("\n"), start=1):
        if _LONG_NUMBER.search(content):
            raise ParseError("a number of more than 300 digits; write a shorter one", line)
        if content.count(".") > DEEPEST and any(part.count(".") > DEEPEST for part in _ENDS_OF_KEY.split(content)):
            raise ParseError(f"a key of more than {DEEPEST} parts; nothing here lies that deep", line)
        for bracket in re.findall(r"[\[\]{}]", content):
            depth = depth + 1 if bracket in "[{" else max(0, depth - 1)
            if depth > DEEPEST:
                raise ParseError(f"lists or tables nested more than {DEEPEST} deep; flatten them", line)


def _as_parse_error(error: tomllib.TOMLDecodeError, text: str) -> ParseError:
    message = str(error)
    place = _PLACE.search(message)
    if place and place[1] is None and not message.startswith("Cannot"):
        mend = "it ends in the middle of a value; close the list, table or quotes that are still open"
        return ParseError(f"the file is not valid TOML: {mend}", text.rstrip().count("\n") + 1)
    line = int(place[1]) if place and place[1] else text.rstrip().count("\n") + 1
    what = _PLACE.sub("", message)
    mend = next((mend for start, mend in _MENDS.items() if what.startswith(start)), "correct the line")
    return ParseError(f"the file is not valid TOML ({what[:200]}): {mend}", line)


@dataclass(frozen=True, slots=True)
class Section:
    """One table, with the path to it and the lines of all that the file holds."""

    values: Mapping[str, Any]
    path: KeyPath
    lines: Mapping[KeyPath, int]

    def line(self, *below: str | int) -> int | None:
        """The line of something in this table, or of the nearest thing around it."""
        path = (*self.path, *below)
        return next((self.lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self.lines), None)

    def error(self, reason: str, *below: str | int) -> ParseError:
        return ParseError(reason if len(reason) <= _LONGEST else f"{reason[:_LONGEST]}...", self.line(*below))

    def name(self, *below: str | int) -> str:
        """How a person would say where it is: milestones.12.done[0]."""
        parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in (*self.path, *below)]
        return "".join(parts).removeprefix(".")

    def only(self, *known: str) -> None:
        """Refuse a key that is not known, and name the nearest that is."""
        for key in self.values:
            if key not in known:
                raise self.error(f'unknown key "{self.name(key)}"; {_nearest(key, known)}', key)

    def wrong(self, wanted: str, value: object, *below: str | int) -> ParseError:
        found = _NAMES.get(type(value), "something else")
        return self.error(f"{self.name(*below)} is {found}; write {wanted}", *below)

    def text(self, key: str) -> str:
        value = self.values.get(key, "")
        if not isinstance(value, str):
            raise self.wrong('text between quotes, as "..."', value, key)
        return value.strip()

    def needed(self, key: str) -> str:
        """A text that may be neither left out nor empty."""
        if value := self.text(key):
            return value
        raise self.error(f"{self.name()} has no {key}; write one", key)

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one."""
        value = self.values.get(key, [])
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            raise self.wrong('a list of texts, as ["...", "..."]', value, key)
        for index, element in enumerate(value):
            if not isinstance(element, str):
                raise self.wrong("text between quotes", element, key, index)
            if not element.strip():
                raise self.error(f"{self.name(key)} has an empty text; write something or take it out", key, index)
        return tuple(element.strip() for element in value)

    def date(self, key: str) -> date | None:
        value = self.values.get(key)
        # a datetime is a date too, as Python sees it
        if value is not None and type(value) is not date:
            raise self.wrong("a date without quotes, as 2026-12-31", value, key)
        return value

    def whole(self, key: str, otherwise: int, *, least: int = 0) -> int:
        """A whole number of at least `least`."""
        value = self.values.get(key, otherwise)
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.wrong(f"a whole number of {least} or more", value, key)
        return value

    def table(self, key: str) -> Section:
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.wrong(f"a table, as [{self.name(key)}]", value, key)
        return Section(value, (*self.path, key), self.lines)

    def tables(self, key: str) -> Iterator[Section]:
        """The tables of `[[key]]`."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.wrong(f"a list of tables, each as [[{self.name(key)}]]", value, key)
        for index, element in enumerate(value):
            if not isinstance(element, dict):
                raise self.wrong(f"a table, as [[{self.name(key)}]]", element, key, index)
            yield Section(element, (*self.path, key, index), self.lines)


def _nearest(key: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(key[:100], known, n=1)
    return f'did you mean "{near[0]}"?' if near else "known here: " + ", ".join(known)
