"""What a policy expects of every answer of an endpoint.

Written one expectation a line: `status in 200,400`, `status == 200`, `json has duration: float`, `json has user.name`,
`json lacks debug`, `header has x-request-id`, `content type == application/json`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from .facts import ParseError
from .globs import matches

TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,), "string": (str,), "int": (int,), "integer": (int,), "float": (float, int), "number": (float, int),
    "bool": (bool,), "boolean": (bool,), "list": (list,), "array": (list,), "dict": (dict,), "object": (dict,),
    "null": (type(None),), "any": (object,),
}  # fmt: skip
_STATUS = re.compile(r"status\s*(==|!=|in|not\s+in)\s*(\d{3}(?:\s*,\s*\d{3})*)")
_JSON = re.compile(r"json\s+(has|lacks)\s+([^\s:]+)(?:\s*:\s*(\w+(?:\s*\|\s*\w+)*))?")
_HEADER = re.compile(r"header\s+(has|lacks)\s+([\w-]+)")
_TYPE = re.compile(r"content[ -]type\s*==\s*([\w.+/-]+)")
FORMS = (
    '"status in 200,400", "status == 200", "json has name: type", "json lacks name", "header has name", '
    '"content type == type"'
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """One line: what is looked at, how, and what is expected there."""

    text: str
    subject: str  # status, json, header or type
    verb: str
    names: tuple[str, ...]
    types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """Expectations of the endpoints that match: `GET /api/**`, or `/api/**` for any method."""

    endpoints: tuple[str, ...]
    always: tuple[Expectation, ...] = ()
    on_error: tuple[Expectation, ...] = ()
    on_status: Mapping[int, tuple[Expectation, ...]] = field(default_factory=dict)

    def covers(self, method: str, route: str) -> bool:
        return any(_covers(pattern, method, route) for pattern in self.endpoints)

    def of(self, status: int) -> Iterator[Expectation]:
        yield from self.always
        if status >= 400:
            yield from self.on_error
        yield from self.on_status.get(status, ())


def _covers(pattern: str, method: str, route: str) -> bool:
    verb, found, path = pattern.partition(" ")
    if not found:
        verb, path = "", pattern
    return (not verb or verb.upper() == method) and (path == route or matches(route, [path]))


def read_expectation(text: str) -> Expectation:
    """One expectation from its words. Raises ParseError that names the forms there are."""
    words = text.strip()
    if found := _STATUS.fullmatch(words):
        numbers = tuple(part.strip() for part in found[2].split(","))
        return Expectation(words, "status", " ".join(found[1].split()), numbers)
    if found := _JSON.fullmatch(words):
        types = tuple(part.strip() for part in (found[3] or "any").split("|"))
        for one in types:
            if one not in TYPES:
                raise ParseError(f'"{text}": {one} is no type; write one of: {", ".join(TYPES)}')
        return Expectation(words, "json", found[1], tuple(found[2].split(".")), types)
    if found := _HEADER.fullmatch(words):
        return Expectation(words, "header", found[1], (found[2].lower(),))
    if found := _TYPE.fullmatch(words):
        return Expectation(words, "type", "==", (found[1].lower(),))
    raise ParseError(f'"{text}" is no expectation; write one of: {FORMS}')
