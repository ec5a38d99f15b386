"""The board of endpoints: every one with its state, how that is known, and what stands in its way."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from milestones.models import Evidence, Milestone, Project, RouteHistory
from milestones.parity import contracts
from milestones.parity.burndown import Burndown, Group, Move
from milestones.parity.endpoints import EndpointState, Key
from milestones.parity.pace import Pace

from . import behaviour, burndown, dumped, evaluate, paces, proofs
from .paces import Paces

STATES = tuple(EndpointState)
FLAGS = {
    "missing": "answered by nobody",
    "guard": "guard lost",
    "shadowed": "caught by another route",
    "unnamed": "no test seen",
    "edited": "legacy code changed after the port",
}
_STATED = re.compile(r"(?<![\w.,~≈+#/–$-])(\d{1,4})\s+(?:[\w/-]+\s+){0,2}?(?:endpoints|routes)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One endpoint as shown; `row` is its reading, whose fields the templates name."""

    row: Mapping[str, Any]
    state: EndpointState
    move: Move | None
    tested: tuple[str, ...] = ()
    verified: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return self.row["method"], self.row["path"]

    @property
    def bare_path(self) -> str:
        """The path as it stands in the endpoint's own address."""
        return str(self.row["path"]).removeprefix("/")

    @property
    def flag_words(self) -> tuple[str, ...]:
        return tuple(FLAGS[flag] for flag in self.flags if flag != "unnamed")

    @property
    def known(self) -> str:
        """How the state is known."""
        return "static" if self.state in (EndpointState.LEGACY, EndpointState.PORTED) else "measured"

    @property
    def asked(self) -> list[Mapping[str, Any]]:
        """The tests of now that make the request."""
        return [one for one in self.row["tests_now"] if one["asked"]]


@dataclass(frozen=True, slots=True)
class Stated:
    """A number of endpoints that a document states."""

    number: int
    text: str
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Board:
    """All endpoints of a project at a commit, and the course by which they came there."""

    sha: str
    lines: tuple[Line, ...]
    details: Mapping[str, Any]
    course: Burndown | None
    history: RouteHistory | None
    disputes: tuple[Mapping[str, Any], ...]
    dumps: tuple[Evidence, ...]
    stated: tuple[Stated, ...]
    paces: Paces
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return len(self.lines)

    @property
    def ported(self) -> int:
        return sum(line.state not in (EndpointState.LEGACY, EndpointState.TESTED) for line in self.lines)

    @property
    def left(self) -> int:
        return self.total - self.ported

    @property
    def unresolved(self) -> list[Mapping[str, Any]]:
        """What could not be read, of both systems, each place once."""
        found: dict[str, Mapping[str, Any]] = {}
        for side in ("legacy", "new"):
            for kind in ("unresolved", "unparsed"):
                for one in self.details[side][kind]:
                    found.setdefault(repr(one), {**one, "side": side, "kind": kind})
        return list(found.values())

    @property
    def unproven(self) -> tuple[Line, ...]:
        """What the new system answers and nothing proves."""
        return tuple(line for line in self.lines if line.state is EndpointState.PORTED)

    @property
    def unproven_days(self) -> int:
        """How long the oldest of these has been so, by the commits that are known."""
        moved = [line.move.point.at for line in self.unproven if line.move]
        return (self.course.now - min(moved)) // 86_400 if moved and self.course else 0

    @property
    def groups(self) -> list[tuple[Group, Pace]]:
        """Each group of the course beside its pace."""
        return [(one, self.paces.groups[one.name]) for one in self.course.groups] if self.course else []

    @property
    def growth(self) -> int:
        """How many legacy endpoints came after the start."""
        return len(self.course.added) if self.course else 0


def board_of(project: Project, sha: str = "") -> Board | None:
    """The board at a commit, at the newest one where none is named; None where its endpoints were not read."""
    at = sha or project.sha
    static = proofs.static_of(project, at) if at else None
    if static is None:
        return None
    rows = static.details.get("rows")
    if rows is None:  # the reading failed, and says so in its problems
        return None
    proof = proofs.latest_of(project, at)
    found = burndown.course_of(project, rows)
    course, history = found or (None, None)
    lines = tuple(_lines(rows, proof, course))
    dumps = tuple(Evidence.objects.with_details(project, at, *dumped.KINDS).order_by("kind", "job"))
    counts = Counter(line.state.value for line in lines) + Counter(flag for line in lines for flag in line.flags)
    return Board(
        at, lines, static.details, course, history, tuple(proof.findings) if proof else (), dumps,
        tuple(_stated(project)), _paces(project, rows, course), counts,
    )  # fmt: skip


def _paces(project: Project, rows: Sequence[Mapping[str, Any]], course: Burndown | None) -> Paces:
    today, policy = timezone.now().date(), evaluate.policy_of(project)
    return paces.paces_of(rows, policy, course, paces.deadlines_of(project, policy, today), today)


def _lines(rows: Iterable[Mapping[str, Any]], proof: Evidence | None, course: Burndown | None) -> Iterator[Line]:
    said = proof.details if proof else {}
    by = {name: {(one[0], one[1]): tuple(one[2:]) for one in said.get(name, ())}
          for name in ("tested", "verified", "lacking")}  # fmt: skip
    proven = proofs.Proven(by["tested"], by["verified"])
    edited = {key for key, _ in course.edited} if course else set()
    for row in rows:
        key = (row["method"], row["path"])
        marks = (("missing", row["missing"]), ("guard", row["guard_lost"]), ("shadowed", bool(row["shadowed"])),
                 ("unnamed", not any(one["asked"] for one in row["tests_now"])), ("edited", key in edited))  # fmt: skip
        yield Line(
            row, proofs.state_of_row(row, proven), course.moves.get(key) if course else None,
            by["tested"].get(key, ()), by["verified"].get(key, ()), by["lacking"].get(key, ()),
            tuple(flag for flag, on in marks if on),
        )  # fmt: skip


def _stated(project: Project) -> Iterator[Stated]:
    """Numbers of endpoints that the documents' criteria and targets state."""
    seen: set[tuple[int, str, int]] = set()
    for path, facts in Milestone.objects.filter(project=project).in_order().values_list("path", "facts"):
        texts = [(one["text"], one["path"], one["line"]) for one in facts.get("criteria", ())]
        texts += [(one["text"], path, one["line"]) for one in facts.get("targets", ())]
        texts.append((facts.get("goal", ""), path, facts.get("line", 0)))
        for text, where, line in texts:
            for found in _STATED.finditer(text):
                key = (int(found[1]), where, line)
                if key not in seen and int(found[1]) > 1:
                    seen.add(key)
                    yield Stated(int(found[1]), found[0], where, line)


# --- what a person asked to see


@dataclass(frozen=True, slots=True)
class Wanted:
    """The filters of the page; empty ones let everything through."""

    state: str = ""
    group: str = ""
    owner: str = ""
    flag: str = ""
    words: str = ""

    @property
    def any(self) -> bool:
        return bool(self.state or self.group or self.owner or self.flag or self.words)


def wanted_lines(board: Board, wanted: Wanted) -> list[Line]:
    """The lines that fit all filters."""
    return [line for line in board.lines if _fits(line, wanted)]


def _fits(line: Line, wanted: Wanted) -> bool:
    row = line.row
    exact = ((wanted.state, line.state.value), (wanted.group, row["group"]), (wanted.owner, row["owner"]))
    if any(asked and asked != has for asked, has in exact) or (wanted.flag and wanted.flag not in line.flags):
        return False
    new = row["new"] or {}
    text = (
        f"{row['method']} {row['path']} {row['legacy']['name']} {new.get('name', '')} {row['legacy']['place']['path']}"
    )
    return all(word in text.casefold() for word in wanted.words.casefold().split())


def choices(lines: Sequence[Line], field_name: str) -> list[tuple[str, int]]:
    """The values of a field with how many endpoints have each, by name."""
    return sorted(Counter(str(line.row[field_name]) for line in lines if line.row[field_name]).items())


def recorded_of(project: Project, board: Board, line: Line) -> list[Mapping[str, Any]]:
    """What recordings of both systems say of an endpoint, by the route that was recorded."""
    found = behaviour.latest_of(project, board.sha)
    if found is None:
        return []
    return behaviour.told_of(found.details, line.row["method"], contracts.shape_of(line.row["path"]))


def find(board: Board, method: str, path: str) -> Line | None:
    """An endpoint by the method and path in its own address."""
    wanted = path.lstrip("/")
    exact = [line for line in board.lines if line.row["method"] == method and line.bare_path.lstrip("/") == wanted]
    return exact[0] if exact else None
