"""A route table as an application itself printed it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from milestones.facts import ParseError
from milestones.parity.routes import VERBS

MOST_ROUTES = 20_000
_PARAMETER = re.compile(r"\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class DumpedRoute:
    """One line of a dump. No methods: the format does not tell them. `own` marks what is not the application's."""

    methods: tuple[str, ...]
    path: str
    name: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Dumper:
    """One format: `read` takes lines, or the value of a JSON document where `is_json`; `make` is what writes it.

    `frameworks` are those whose routes it lists, none at all: those of the system that it is of. A format that is not
    `whole` may leave routes out, so that what it lacks says nothing.
    """

    read: Callable[[Any], tuple[DumpedRoute, ...]]
    is_json: Callable[[str], bool]
    frameworks: frozenset[str]
    title: str
    make: str
    mark: re.Pattern[str]
    whole: bool = True
    legacy: bool = False  # of the legacy system, where the frameworks do not say so


def shape(path: str) -> str:
    """A path with the names of its parameters and a slash at the end left aside."""
    return _PARAMETER.sub("{}", path).rstrip("/") or "/"


def verbs(text: str, line: int) -> tuple[str, ...]:
    """The verbs of a cell such as "GET, POST"; "*" is any."""
    names = tuple(sorted({name for name in re.split(r"[,\s]+", text.strip()) if name}))
    if names == ("*",):
        return ("ANY",)
    if not names or not all(re.fullmatch(r"!?[A-Z][A-Z-]{1,19}", name) for name in names):
        raise ParseError(f"{text.strip()[:60]!r} is no list of verbs; send what the tool printed, unchanged", line)
    if any(name.startswith("!") for name in names):  # Pyramid's "not this one"
        return tuple(verb for verb in VERBS if f"!{verb}" not in names)
    return names


def bounded(routes: Sequence[DumpedRoute], what: str) -> tuple[DumpedRoute, ...]:
    """The routes, each once; ParseError for none at all, or for more than anybody serves."""
    if not routes:
        raise ParseError(f"there is no route in this {what}; see that the application is loaded before it is asked")
    if len(routes) > MOST_ROUTES:
        raise ParseError(f"more than {MOST_ROUTES:,} routes, which is the limit")
    return tuple(dict.fromkeys(routes))


def never(_text: str) -> bool:
    return False


def always(_text: str) -> bool:
    return True
