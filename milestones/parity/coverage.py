"""Which tests name which endpoint, and what of it they exercise, worked out from the sources of both.

All of it is static: what is not seen here may be tested all the same, and is never said not to be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice, product
from typing import Any

from milestones.parity.answering import Answerer
from milestones.parity.endpoints import Key
from milestones.parity.routes import ANY, Route

_ADDRESS = re.compile(r"^[a-zA-Z][\w+.-]*://[^/]*")
_HOLES = ("7", "sample", "0f8fad5b-d9cb-469f-a165-70867728950e", "")
_REACH = 3  # how far a test is followed into the functions that it uses
_TEXTS = 24
Constants = Callable[[str], Mapping[str, Any] | None]  # facts of a module by its dotted name


class Shown(StrEnum):
    """What a test's expectation shows of an endpoint."""

    SUCCESS = "success"
    REFUSAL = "refusal"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Naming:
    """One test that names an endpoint: `asked` where it makes the request, `via` the helper that makes it."""

    path: str
    test: str
    line: int
    asked: bool
    shows: tuple[Shown, ...] = ()
    via: str = ""

    @property
    def id(self) -> str:
        return f"{self.path}::{self.test}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """The tests by endpoint; `untold` are requests whose path only a run would tell, as (path, line)."""

    tests: Mapping[Key, tuple[Naming, ...]]
    untold: tuple[tuple[str, int], ...] = ()
    total: int = 0

    def of(self, key: Key) -> tuple[Naming, ...]:
        return self.tests.get(key, ())


@dataclass(slots=True)
class _Suite:
    files: Mapping[str, Mapping[str, Any]]
    constants: Constants
    helpers: dict[str, list[tuple[str, Mapping[str, Any]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path, facts in self.files.items():
            for function in facts["functions"]:
                self.helpers.setdefault(function["name"].rpartition(".")[2], []).append((path, function))

    def helper(self, path: str, name: str) -> Mapping[str, Any] | None:
        """A function of the tests by its bare name: of the same file, or else the only one of that name."""
        found = self.helpers.get(name, [])
        here = [one for place, one in found if place == path]
        if here:
            return here[0]
        return found[0][1] if len(found) == 1 else None


def coverage_of(files: Mapping[str, Mapping[str, Any]], routes: Sequence[Route], constants: Constants) -> Coverage:
    """Every test of the files held against a route table; `constants` gives the facts of an imported module."""
    suite = _Suite(files, constants)
    table = Answerer(routes)
    found: dict[Key, dict[tuple[str, str, int], Naming]] = {}
    untold: list[tuple[str, int]] = []
    total = 0
    for path in sorted(files):
        for function in files[path]["functions"]:
            if not is_test_name(function["name"]):
                continue
            total += 1
            untold += ((path, line) for line in function["untold"])
            for key, naming in _namings(suite, path, function, table):
                place = (naming.path, naming.test, naming.line)
                found.setdefault(key, {})[place] = _merged(found.get(key, {}).get(place), naming)
    return Coverage({key: tuple(named.values()) for key, named in found.items()}, tuple(untold), total)


def is_test_name(name: str) -> bool:
    """Whether a runner would take a function of a test file for a test, by its name."""
    return name.rpartition(".")[2].startswith("test")


def _merged(before: Naming | None, one: Naming) -> Naming:
    if before is None:
        return one
    shows = tuple(sorted({*before.shows, *one.shows}))
    return Naming(one.path, one.test, one.line, before.asked or one.asked, shows, before.via or one.via)


def _namings(suite: _Suite, path: str, test: Mapping[str, Any], table: Answerer) -> Iterator[tuple[Key, Naming]]:
    facts = suite.files[path]
    for call, via in _calls(suite, path, test):
        method = call["method"] or _verb_of(suite, path, call["helper"])
        asked = bool(call["method"] or (call["helper"] and suite.helper(path, call["helper"])))
        line = call["line"] if not via else test["line"]
        shows = _shown(call) if asked else ()
        for parts in call["paths"]:
            for key in _endpoints(suite, facts, parts, method, table):
                yield key, Naming(path, test["name"], line, asked, shows, via)


def _calls(suite: _Suite, path: str, test: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The requests of a test and of the helpers that it uses, each with the helper's name."""
    seen = {test["name"]}
    waiting: list[tuple[Mapping[str, Any], str, int]] = [(test, "", 0)]
    while waiting:
        function, via, depth = waiting.pop(0)
        yield from ((call, via) for call in function["calls"] if not via or call["method"])
        for name in function["uses"] if depth < _REACH else ():
            helper = suite.helper(path, name)
            if helper is not None and helper["name"] not in seen and not is_test_name(helper["name"]):
                seen.add(helper["name"])
                waiting.append((helper, via or name, depth + 1))


def _verb_of(suite: _Suite, path: str, helper: str) -> str:
    """The verb of a helper that makes requests of one kind with the path that it is given."""
    known = suite.helper(path, helper) if helper else None
    verbs = set(known["open"]) if known is not None else set()
    return verbs.pop() if len(verbs) == 1 else ""


def _shown(call: Mapping[str, Any]) -> tuple[Shown, ...]:
    """What is expected; where no status is, an answer whose content is looked at is taken for a success."""
    found = {Shown.SUCCESS} if call["read"] and not call["statuses"] else set()
    for status in call["statuses"]:
        if status in (401, 403):
            found.add(Shown.REFUSAL)
        elif 200 <= status < 400:
            found.add(Shown.SUCCESS)
        elif 400 <= status < 500 and status != 429:
            found.add(Shown.INVALID)
    return tuple(sorted(found))


# --- from a path as it is written to the endpoint that would answer


def _endpoints(
    suite: _Suite, facts: Mapping[str, Any], parts: Sequence[Any], method: str, table: Answerer
) -> Iterator[Key]:
    if len(parts) == 1 and isinstance(parts[0], list | tuple) and parts[0][0] == "()":
        yield from _by_name(parts[0][1], method, table)
        return
    for settled in _settled(suite, facts, parts):
        for address in _addresses(settled):
            found = list(_answered(address, method, table))
            if found:
                yield from found
                break


def _by_name(name: str, method: str, table: Answerer) -> Iterator[Key]:
    """The routes of `url_for("blueprint.view")`: named by their handler, in that group."""
    group, _, view = name.replace(":", ".").rpartition(".")
    for route in table.routes:
        if route.handler.name.rpartition(".")[2] == view and (not group or route.group in (group, "")):
            yield from ((verb, route.path) for verb in route.methods if method in ("", verb) or verb == ANY)


def _settled(suite: _Suite, facts: Mapping[str, Any], parts: Sequence[Any], depth: int = 0) -> list[list[Any]]:
    """The parts with names of other files put in; what stays unknown is a hole."""
    sides: list[list[list[Any]]] = []
    for part in parts:
        if isinstance(part, str) or part == 0 or depth > 4:
            sides.append([[part if isinstance(part, str) else 0]])
            continue
        module, name = _import(facts, part)
        other = suite.constants(module) if module else None
        known = other["constants"].get(name) if other is not None else None
        if known is None or other is None:
            sides.append([[0]])
        else:
            sides.append([one for text in known for one in _settled(suite, other, text, depth + 1)])
    return [[part for side in one for part in side] for one in islice(product(*sides), _TEXTS)]


def _import(facts: Mapping[str, Any], part: Sequence[str]) -> tuple[str, str]:
    """The module and name that a reference such as BASE or urls.BASE means; ("", "") for none."""
    bound = facts["imports"].get(part[0])
    if bound is None:
        return "", ""
    module, name = bound
    if len(part) == 1:
        return module, name
    return (f"{module}.{name}" if name else module), part[1]


def _addresses(parts: Sequence[Any]) -> Iterator[str]:
    """Concrete paths for what is known of one, likely values in its holes; none where nothing is known."""
    if parts and parts[0] == 0 and len(parts) > 1 and str(parts[1]).startswith("/"):
        parts = parts[1:]  # the server's own address in front
    if not any(isinstance(part, str) and part.strip("/") for part in parts) and list(parts) != ["/"]:
        return
    for value in _HOLES if 0 in parts else ("",):
        text = "".join(part if isinstance(part, str) else value for part in parts)
        bare = re.split(r"[?#]", _ADDRESS.sub("", text))[0]
        if bare.startswith("/") and len(bare) < 1_000:
            yield bare


def _answered(address: str, method: str, table: Answerer) -> Iterator[Key]:
    if method:
        route = table.answer_or_redirect(method, address)
        if route is not None and not (route.pattern.is_fallback and route.pattern.parameters):
            yield (method if method in route.methods else ANY if ANY in route.methods else method), route.path
        return
    fitting = table.fitting(address)[:1]
    for route in fitting:
        same = [one for one in table.routes if one.path == route.path and not one.pattern.is_fallback]
        yield from ((verb, one.path) for one in same for verb in one.methods)
