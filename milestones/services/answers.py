"""What the pages of recorded answers show: a line an endpoint, and one pair of answers side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from milestones.models import Evidence, Project, RecordedPair
from milestones.parity.contracts.frameworks import HABITS
from milestones.parity.side_by_side import Row, side_by_side

from . import behaviour, recorded

LONGEST_LINE = 400
LINES = 400


@dataclass(frozen=True, slots=True)
class Line:
    """One endpoint: `state` is pass, fail or unknown, `word` says it."""

    method: str
    route: str
    pairs: int
    mismatched: int
    alone: int
    state: str
    word: str
    kinds: str


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The comparison in force at a project's commit; without one, which recordings have come."""

    evidence: Evidence | None
    lines: tuple[Line, ...]
    details: Mapping[str, Any]
    recorded: Mapping[str, int]

    @property
    def same(self) -> int:
        return sum(line.state == "pass" for line in self.lines)


def behaviour_of(project: Project) -> Behaviour:
    """All that the page of a project's recorded answers shows."""
    evidence = behaviour.latest_of(project, project.sha) if project.sha else None
    details: Mapping[str, Any] = evidence.details if evidence else {}
    kinds: dict[tuple[str, str], dict[str, None]] = {}
    for one in (*details.get("differences", ()), *details.get("rules", ())):
        kinds.setdefault((one["method"], one["route"]), {})[one["kind"].replace("_", " ")] = None
    lines = (_line(one, kinds.get((one["method"], one["route"]), {})) for one in details.get("endpoints", ()))
    order = {"fail": 0, "unknown": 1, "pass": 2}
    came = Evidence.objects.filter(project=project, kind__in=recorded.KINDS.values()).values_list("kind", flat=True)
    counts = {name: sum(kind == one for one in came) for name, kind in recorded.KINDS.items()}
    ordered = sorted(lines, key=lambda line: (order[line.state], line.route, line.method))
    return Behaviour(evidence, tuple(ordered), details, counts)


def _line(one: Mapping[str, Any], kinds: Mapping[str, None]) -> Line:
    said = ", ".join(kinds)
    state, word = "pass", "the same"
    if one["mismatched"]:
        state, word = "fail", "differs"
    elif not one["pairs"]:
        state, word = "unknown", "never asked"
    elif one["alone"]:
        state, word = "unknown", "not all asked"
    return Line(one["method"], one["route"], one["pairs"], one["mismatched"], one["alone"], state, word, said)


@dataclass(frozen=True, slots=True)
class Answers:
    """Both answers of one endpoint, line by line; `first` is the number of the first row that differs."""

    pair: RecordedPair
    rows: tuple[Row, ...]
    first: int
    cut: int
    listed: tuple[Mapping[str, Any], ...]
    line: Line | None


def answers_of(project: Project, method: str, route: str) -> Answers | None:
    """The pair of answers that an endpoint's page shows; None where none was recorded."""
    shown = behaviour_of(project)
    pair = RecordedPair.objects.of(shown.evidence, method, route).first() if shown.evidence else None
    if pair is None:
        return None
    every = side_by_side(list(_written(pair.legacy)), list(_written(pair.new)))
    named = (*shown.details.get("differences", ()), *shown.details.get("rules", ()), *shown.details.get("accepted", ()))
    listed = tuple(one for one in named if (one["method"], one["route"]) == (method, route))
    line = next((one for one in shown.lines if (one.method, one.route) == (method, route)), None)
    return Answers(pair, tuple(every[:LINES]), _first(every, listed), max(0, len(every) - LINES), listed, line)


def _first(rows: list[Row], listed: tuple[Mapping[str, Any], ...]) -> int:
    """The first row of what is held against the new system; not every line that differs is."""
    held = [_HEADS.get(one["kind"], "") or str(one["where"]).rpartition(" ")[0] or str(one["where"]) for one in listed]
    inside = any(one["kind"] in _BODIES or one["kind"].startswith("json") for one in listed)
    body = next((number for number, row in enumerate(rows) if not any((*row.old, *row.new))), len(rows))
    for number, row in enumerate(rows):
        line = "".join(row.old) or "".join(row.new)
        if row.state != "same" and (any(map(line.startswith, held)) if number < body else inside):
            return number + 1
    return next((number for number, row in enumerate(rows, 1) if row.state != "same"), 0) if listed else 0


_HEADS = {"content_type": "content-type", "redirect": "location", "status": "status"}
_HEADS |= dict.fromkeys(HABITS, "status")
_BODIES = frozenset({"html", "text", "body", "error_body", "error_shape", "not_found_body", "method_not_allowed"})


def _written(exchange: Mapping[str, Any]) -> Iterator[str]:
    """An answer as lines that a person can read: status, headers in order, cookies, body."""
    response = exchange.get("response", {})
    yield f"status {response.get('status')}"
    for name, value in sorted(response.get("headers", {}).items()):
        if name not in {"content-length", "date", "server"}:
            yield _short(f"{name}: {value}")
    for cookie in response.get("cookies", ()):
        said = " ".join(f"{name}={value}" for name, value in cookie.items() if name != "name")
        yield _short(f"cookie {cookie.get('name')}: {said}")
    yield ""
    body = response.get("body")
    text = body if isinstance(body, str) else json.dumps(body, indent=2, ensure_ascii=False)
    yield from (_short(line) for line in ("" if body is None else text).splitlines())


def _short(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"


def asked_of(pair: RecordedPair) -> str:
    """What was asked, in one line."""
    request = pair.legacy.get("request", {})
    query = json.dumps(request["query"], ensure_ascii=False) if request.get("query") else ""
    body = json.dumps(request["body"], ensure_ascii=False) if request.get("body") else ""
    return _short(" ".join(part for part in (request.get("method"), request.get("path"), query, body) if part))
