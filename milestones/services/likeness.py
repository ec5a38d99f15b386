"""The page of likeness as one read model: pairs with their corridors, functions, templates, endpoints, inventories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from milestones.gates.bounds import Bound
from milestones.models import Evidence, Project
from milestones.parity.corridor import Shift, shifts
from milestones.parity.drift import FunctionFact, Where, entry_for
from milestones.parity.side_by_side import Row, side_by_side
from milestones.source.outlines import outlines_of
from milestones.source.parsing import decode

from . import evaluate, mirror, shims
from .trends import Series, Trend, band_of, corridor_of

KINDS = ("similarity", "functions", "templates", "readability", "inventory", "html-pairs")
STATES = ("drift", "changed", "missing", "extra", "renamed", "moved", "expected", "identical", "all")
ROWS_SHOWN = 25
ENDPOINTS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Moment:
    """One commit in the history of a pair."""

    sha: str
    at: datetime
    ratio: float


@dataclass(frozen=True, slots=True)
class PairShown:
    """A pair now and before: `within` is None where no bound is set on it."""

    name: str
    legacy: str
    new: str
    ratio: float | None
    without: float | None
    legacy_lines: int
    new_lines: int
    problems: tuple[str, ...]
    moments: tuple[Moment, ...]
    shifts: tuple[tuple[Shift, Moment], ...]
    bound: Bound | None
    band: tuple[float, float] | None

    @property
    def differs(self) -> bool:
        return self.without is not None and self.without != self.ratio

    @property
    def where(self) -> str:
        """Where the ratio stands to its expected range."""
        if self.ratio is None:
            return "unknown"
        if self.band is None:
            return ""
        low, high = self.band
        return "below" if self.ratio < low else "above" if self.ratio > high else "within"

    @property
    def tone(self) -> str:
        return {"unknown": "unknown", "": "later", "within": "pass"}.get(self.where, "fail")

    @property
    def trend(self) -> Trend:
        values = tuple(one.ratio for one in self.moments) or ((self.ratio,) if self.ratio is not None else ())
        figure = "unknown" if self.ratio is None else f"{self.ratio:.4f}"
        commits = tuple(one.sha for one in self.moments) or ("now",)
        series = Series("similarity", values)
        rest = f"wanted {self.bound.expect}" if self.bound else "to the legacy file"
        return Trend(f"Similarity, {self.name}", figure, rest, "ratio", (series,), commits, self.band)


@dataclass(frozen=True, slots=True)
class FunctionShown:
    """A row of the table of functions."""

    fact: FunctionFact

    @property
    def tone(self) -> str:
        """Only what nobody expected has a colour."""
        return "fail" if self.fact.drifts and self.fact.state != "extra" else "later"

    @property
    def word(self) -> str:
        return "expected" if self.fact.expected else self.fact.state

    @property
    def entry(self) -> str:
        return entry_for(self.fact) if self.fact.what else ""

    @property
    def renamed_to(self) -> str:
        old, new = self.fact.old, self.fact.new
        return new.name if old and new and old.name != new.name else ""

    @property
    def moved_to(self) -> str:
        old, new = self.fact.old, self.fact.new
        return new.path if old and new and old.path != new.path else ""


@dataclass(frozen=True, slots=True)
class FunctionTable:
    """The functions in one state, or that hold some words; `counts` are those of all states."""

    state: str
    words: str
    counts: tuple[tuple[str, int], ...]
    rows: tuple[FunctionShown, ...]
    more: int
    stale: tuple[Mapping[str, Any], ...]
    unread: int


@dataclass(frozen=True, slots=True)
class Likeness:
    """All that the page shows; a part that nothing was measured for is None."""

    pairs: tuple[PairShown, ...]
    functions: FunctionTable | None
    templates: Mapping[str, Any] | None
    readability: Mapping[str, Any] | None
    endpoints: tuple[Mapping[str, Any], ...]
    inventories: tuple[Mapping[str, Any], ...]
    pages: Mapping[str, Any] | None
    numbers: Mapping[str, float]
    overdue: tuple[shims.Overdue, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (
            self.pairs or self.functions or self.templates or self.readability or self.inventories or self.pages
        )


def likeness(project: Project, state: str = "", words: str = "", *, whole: bool = False) -> Likeness:
    """What was measured at the project's commit under the policy in force."""
    rows: dict[str, list[Evidence]] = {}
    for row in evaluate.evidence_in_force(project, project.sha):
        if row.kind in KINDS:
            rows.setdefault(row.kind, []).append(row)
    held = {kind: found[-1] for kind, found in rows.items()}
    numbers = {one.name: one.value for row in held.values() for one in row.measurements.all()}
    details: dict[str, Mapping[str, Any]] = {kind: row.details for kind, row in held.items()}
    return Likeness(
        pairs=_pairs(project, details.get("similarity", {}), held.get("similarity")),
        functions=_functions(details["functions"], state, words, whole) if details.get("functions") else None,
        templates=details.get("templates") or None,
        readability=details.get("readability") or None,
        endpoints=tuple(details.get("readability", {}).get("rows", ())[: None if whole else ENDPOINTS_SHOWN]),
        inventories=_inventories(details.get("inventory", {})),
        pages=details.get("html-pairs") or None,
        numbers=numbers,
        overdue=shims.overdue_of(project, details.get("inventory", {})),
    )


def _inventories(details: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Those lists that hold anything on either side."""
    lists = details.get("lists", {})
    return tuple(one for one in lists.values() if one["kept"] or one["added"] or one["removed"])


def _pairs(project: Project, details: Mapping[str, Any], row: Evidence | None) -> tuple[PairShown, ...]:
    policy = evaluate.policy_of(project)
    told = {one["name"]: one for one in details.get("pairs", ())}
    reasons = [problem["reason"] for problem in row.problems] if row is not None else []
    shown = []
    for pair in policy.pairs:
        measure = f"similarity.{pair.name}"
        one = told.get(pair.name, {})
        mine = [reason.partition(": ")[2] for reason in reasons if reason.startswith(f"{measure}:")]
        bound = corridor_of(policy, "", measure)
        moments = tuple(
            Moment(sha, datetime.fromtimestamp(at, UTC), ratio) for sha, at, ratio in one.get("history", ())
        )
        steps = shifts([moment.ratio for moment in moments])
        shown.append(
            PairShown(
                pair.name, pair.legacy, pair.new, one.get("ratio"), one.get("without"), one.get("legacy_lines", 0),
                one.get("new_lines", 0), tuple(mine), moments, tuple((step, moments[step.at]) for step in steps),
                bound, band_of(bound),
            )
        )  # fmt: skip
    return tuple(shown)


def _functions(details: Mapping[str, Any], state: str, words: str, whole: bool) -> FunctionTable:
    rows = [FunctionShown(_fact(row)) for row in details["rows"]]
    by_state = {name: [row for row in rows if _is(row.fact, name)] for name in STATES}
    chosen = state if state in STATES else "drift" if by_state["drift"] else "all"
    found = [row for row in by_state[chosen] if _holds(row.fact, words)]
    counts = tuple((name, len(by_state[name])) for name in STATES)
    kept = found if whole else found[:ROWS_SHOWN]
    return FunctionTable(
        chosen, words, counts, tuple(kept), len(found) - len(kept), tuple(details["stale"]), len(details["unread"])
    )


def _is(fact: FunctionFact, state: str) -> bool:
    if state == "drift":
        return fact.drifts and fact.state != "extra"
    if state == "expected":
        return bool(fact.expected)
    return state in ("all", fact.state)


def _holds(fact: FunctionFact, words: str) -> bool:
    said = " ".join(f"{at.path} {at.name}" for at in (fact.old, fact.new) if at).lower()
    return all(word in said for word in words.lower().split())


def _fact(row: list[Any]) -> FunctionFact:
    state, old, new, similarity, changes, what, pin, expected, same_body = row
    was, now = (Where(*place) if place else None for place in (old, new))
    return FunctionFact(state, was, now, similarity, tuple(changes), what, "", pin, expected, same_body)


# --- one function, side by side -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FunctionDiff:
    """A function of either system beside its counterpart."""

    row: FunctionShown
    lines: tuple[Row, ...]


def function_diff(project: Project, old: str, new: str) -> FunctionDiff | None:
    """The pair of these places ("path::name"), None where the measured table has no such pair."""
    evidence = next((row for row in evaluate.evidence_in_force(project, project.sha) if row.kind == "functions"), None)
    facts = (_fact(row) for row in evidence.details["rows"]) if evidence is not None and evidence.details else iter(())
    fact = next((one for one in facts if _named(one.old) == old and _named(one.new) == new), None)
    repo = mirror.repository(project)
    if fact is None or repo is None:
        return None
    sides = [
        _lines(repo.read(sha, at.path), at) if at else (1, [])
        for sha, at in ((project.start_sha, fact.old), (project.sha, fact.new))
    ]
    starts = sides[0][0], sides[1][0]
    return FunctionDiff(FunctionShown(fact), tuple(side_by_side(sides[0][1], sides[1][1], starts)))


def _named(at: Where | None) -> str:
    return f"{at.path}::{at.name}" if at else ""


def _lines(data: bytes, at: Where) -> tuple[int, list[str]]:
    """A function's lines with its decorators, and the number of the first."""
    found = outlines_of(data).get(at.name)
    first, last = (found.first_line, found.last_line) if found else (at.line, at.last_line)
    return first, decode(data)[0].splitlines()[first - 1 : last]
