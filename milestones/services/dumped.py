"""Route tables that applications printed of themselves, as measured evidence beside what the source says."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from milestones.clients import git
from milestones.codec import to_plain
from milestones.facts import Finding, Measurement, ParseError, Summary
from milestones.models import Delivery, Evidence
from milestones.parity.dumps import DUMPS, DumpedRoute, Dumper, likely, shape
from milestones.parity.routes import ANY
from milestones.results import jsontext, textlines
from milestones.results.likely import likely_kind

from .taken import Taken, opened

KINDS = frozenset(DUMPS)
LARGEST = 20_000_000
HEAD = 64 * 1024
_AUTOMATIC = frozenset({"HEAD", "OPTIONS"})
_DOCUMENTED_BY = frozenset({"fastapi", "starlette"})  # what gives out an OpenAPI document by itself


@dataclass(frozen=True, slots=True)
class Dispute:
    """An endpoint that only one of the two knows."""

    method: str
    path: str
    only_in: str

    @property
    def said(self) -> str:
        return f"{self.method} {self.path} is only in {self.only_in}".replace("  ", " ").strip()


def taken(row: Delivery, _repo: git.Repository) -> Taken:
    """A dump of a commit. Raises ParseError."""
    routes = read(row.kind, opened(row))
    return Taken(Summary(row.kind, measured(routes)), details=details(routes))


def read(kind: str, stream: BinaryIO) -> tuple[DumpedRoute, ...]:
    """The routes of a dump of the stated kind; ParseError with a sentence, and the likely kind for a wrong one."""
    dumper = DUMPS[kind]
    body = stream.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise ParseError(f"more than {LARGEST:,} bytes, which is the limit of a route table")
    if not body.strip():
        raise ParseError(f"the file is empty; send what `{dumper.make}` writes")
    try:
        return _parsed(dumper, body)
    except ParseError as error:
        text = body[:HEAD].decode("utf-8", "replace")
        guess = likely(text) or likely_kind(body[:HEAD])
        if not guess or guess == kind or {guess, kind} <= {"openapi", "openapi-legacy"}:
            raise
        title = DUMPS[guess].title if guess in DUMPS else guess
        raise ParseError(
            f"{error.reason}; it looks like {title}: send it as {guess!r}, not {kind!r}", error.line
        ) from None


def _parsed(dumper: Dumper, body: bytes) -> tuple[DumpedRoute, ...]:
    if dumper.is_json(body[:HEAD].decode("utf-8-sig", "replace")):
        return dumper.read(jsontext.load(io.BytesIO(body)))
    return dumper.read([line for _, line in textlines.lines(io.BytesIO(body))])


def hinted(kind: str, head: bytes, error: ParseError) -> ParseError:
    """The error of another kind's parser, which names the dump that the file looks like, if it does."""
    guess = likely(head.decode("utf-8", "replace"))
    if not guess or guess == kind:
        return error
    return ParseError(
        f"{error.reason}; it looks like {DUMPS[guess].title}: send it as {guess!r}, not {kind!r}", error.line
    )


def measured(routes: tuple[DumpedRoute, ...]) -> tuple[Measurement, ...]:
    """How many (method, path) pairs of its own the application printed."""
    return (Measurement("routes.dumped", sum(max(len(one.methods), 1) for one in routes if not one.own)),)


def details(routes: tuple[DumpedRoute, ...]) -> dict[str, Any]:
    return {"routes": to_plain(routes)}


# --- held against the source


def disputes(details: Mapping[str, Any], rows: Iterable[Evidence]) -> Iterator[Finding]:
    """What the dumps among these rows and the source's reading of the same commit disagree about."""
    dumps: dict[str, list[DumpedRoute]] = {}
    for row in rows:
        if row.kind in DUMPS and not row.vacuous:
            listed = (DumpedRoute(tuple(one["methods"]), one["path"], one["name"], one["own"])
                      for one in row.details.get("routes", ()))  # fmt: skip
            dumps.setdefault(row.kind, []).extend(listed)
    for kind in sorted(dumps):
        for one in disagreement(DUMPS[kind], dumps[kind], details):
            yield Finding(one.said, rule="routes.disputed", tool=kind)


def disagreement(dumper: Dumper, dump: Iterable[DumpedRoute], details: Mapping[str, Any]) -> list[Dispute]:
    """Endpoints in one and not in the other, by method and shape of path; where verbs are not told, by shape alone."""
    wanted = dumper.frameworks or _documented(dumper, details)
    listed = list(dump)
    known = [(method, path, mark) for framework, method, path, mark in details["pairs"] if framework in wanted]
    own = {shape(one.path) for one in listed if one.own} | {shape(path) for _, path, mark in known if mark}
    printed = _by_shape(((one.methods, one.path) for one in listed), own)
    source = _by_shape((((method,), path) for method, path, _ in known), own)
    automatic = _AUTOMATIC if "flask" in dumper.frameworks else frozenset[str]()
    found = [Dispute(method, path, dumper.title) for method, path in _lacking(printed, source, automatic)]
    if dumper.whole:
        found += (Dispute(method, path, "the source") for method, path in _lacking(source, printed, automatic))
    return found


def _documented(dumper: Dumper, details: Mapping[str, Any]) -> frozenset[str]:
    """The frameworks of the system that an OpenAPI document is of."""
    said = frozenset(details["legacy" if dumper.legacy else "new"]["frameworks"])
    served = {framework for framework, *_ in details["pairs"]}
    return said or frozenset(served & _DOCUMENTED_BY) or frozenset(served)


_Table = dict[str, tuple[str, set[str]]]  # shape -> (path, verbs; none at all where they are not told)


def _by_shape(routes: Iterable[tuple[Iterable[str], str]], own: set[str]) -> _Table:
    found: _Table = {}
    for methods, path in routes:
        if shape(path) not in own:
            found.setdefault(shape(path), (path, set()))[1].update(methods)
    return found


def _lacking(here: _Table, there: _Table, automatic: frozenset[str]) -> Iterator[tuple[str, str]]:
    """What is in one table and not in the other."""
    for key, (path, verbs) in sorted(here.items()):
        if key not in there:
            yield ", ".join(sorted(verbs)), path
            continue
        other = there[key][1]
        if verbs and other and ANY not in other:
            implied = automatic | ({"HEAD"} if "GET" in other else set())
            yield from ((verb, path) for verb in sorted(verbs - other - implied))
