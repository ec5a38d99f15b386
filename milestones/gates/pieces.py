"""Pieces of evidence as they are judged: which of them count, and the numbers that they add up to."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from milestones.facts import Covers, Finding, Measurement

PLACES_TOLD = 3
# the measure that the findings of a kind are the places of; elsewhere each finding names its own
COUNTED = {
    "leftovers": "leftovers.imports",
    "docs": "docs.contradictions",
    **dict.fromkeys(("junit", "pytest-json", "unittest", "tap", "go-test", "trx"), "tests.failed"),
    **{tool: f"lint.{tool}.findings" for tool in ("ruff", "flake8", "pylint", "mypy", "pyright", "eslint")},
}
_VOLATILE = re.compile(r"0x[0-9a-fA-F]+|\d+")
_SHARES = frozenset({"ratio", "percent"})


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence about a commit, or about another of the same tree (`sha` says which)."""

    kind: str
    sha: str
    job: str = ""
    shard: str = ""
    attempt: int = 1
    digest: str = ""
    static: bool = False
    vacuous: str = ""
    problems: tuple[str, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    findings: tuple[Finding, ...] = ()
    covers: Covers | None = None

    @property
    def key(self) -> tuple[str, str, str, int, str]:
        """Its natural key, which does not depend on when it came."""
        return (self.kind, self.job, self.shard, self.attempt, self.digest)

    @property
    def run(self) -> tuple[str, str, str]:
        return (self.kind, self.job, self.shard)


def counted(pieces: Iterable[Piece], attempts: str = "last") -> list[Piece]:
    """The pieces that speak, in an order that does not depend on when they came: of a job's attempts the last,
    the first, or all, as policy says."""
    once = {one.key: one for one in pieces}
    numbers: dict[tuple[str, str, str], list[int]] = {}
    for one in once.values():
        numbers.setdefault(one.run, []).append(one.attempt)
    static = {one.run for one in once.values() if one.static}  # a reading that was made anew stands for the one before
    chosen = {
        run: {"last": max(found), "first": min(found)}.get("last" if run in static else attempts)
        for run, found in numbers.items()
    }
    return [once[key] for key in sorted(once) if chosen[once[key].run] in (None, once[key].attempt)]


def set_aside(pieces: Iterable[Piece], kept: Sequence[Piece]) -> list[Piece]:
    """The attempts that do not count, which are shown beside those that do."""
    keys = {one.key for one in kept}
    return sorted((one for one in pieces if one.key not in keys), key=lambda one: one.key)


def combine(pieces: Iterable[Piece]) -> dict[str, Measurement]:
    """One number a measure: several files of one kind add up, so that one more file never hides a failure."""
    found: dict[str, Measurement] = {}
    for piece in pieces:
        whole = {one.name for one in piece.measurements if not one.subject}  # its parts are not counted again
        for one in piece.measurements:
            if not one.subject or one.name not in whole:
                found[one.name] = _sum(found.get(one.name), one)
    return found


def parts_of(pieces: Iterable[Piece]) -> dict[str, dict[str, Measurement]]:
    """measure -> subject -> its number, for the measures that have subjects."""
    found: dict[str, dict[str, Measurement]] = {}
    for piece in pieces:
        for one in piece.measurements:
            if one.subject:
                parts = found.setdefault(one.name, {})
                parts[one.subject] = _sum(parts.get(one.subject), one)
    return found


def _sum(before: Measurement | None, one: Measurement) -> Measurement:
    """Counts add up. Shares of different files do not: the lowest stands, as unresolved, so that it never proves."""
    if before is None:
        return one
    shares = one.unit in _SHARES
    value = min(before.value, one.value) if shares else before.value + one.value
    return replace(one, value=value, unresolved=before.unresolved + one.unresolved + shares)


def brought_by(pieces: Iterable[Piece]) -> dict[str, frozenset[str]]:
    """measure -> the kinds of evidence that it came by: ruff's findings come as ruff's JSON, or in SARIF."""
    found: dict[str, set[str]] = {}
    for piece in pieces:
        for one in piece.measurements:
            found.setdefault(one.name, set()).add(piece.kind)
    return {name: frozenset(kinds) for name, kinds in found.items()}


# --- what a number counted ------------------------------------------------------------------------------------------


def findings_by_measure(pieces: Iterable[Piece]) -> dict[str, list[Finding]]:
    """measure -> the places that it counted, as far as they are kept."""
    found: dict[str, list[Finding]] = {}
    for piece in pieces:
        own = COUNTED.get(piece.kind, "")
        for finding in piece.findings:
            found.setdefault(own or finding.rule, []).append(finding)
    return found


def places_of(pieces: Iterable[Piece]) -> dict[str, str]:
    """measure -> the first places that it counted, "server/app.py:3 imports flask; and 2 more"."""
    listed = list(pieces)
    own = {COUNTED[piece.kind] for piece in listed if piece.kind in COUNTED}
    by_measure = findings_by_measure(listed)
    return {name: _listed([place(one, ruled=name in own) for one in found]) for name, found in by_measure.items()}


def place(finding: Finding, *, ruled: bool = False) -> str:
    """Where a finding is and what it says, in a line."""
    at = ":".join(str(part) for part in (finding.path, finding.line) if part)
    rule = finding.rule if ruled and finding.rule != "import" else ""
    first = finding.text.strip().split("\n")[0]
    return " ".join(part for part in (at, rule, first[:120]) if part)


def _listed(places: Sequence[str]) -> str:
    more = len(places) - PLACES_TOLD
    return "; ".join(places[:PLACES_TOLD]) + (f"; and {more} more" if more > 0 else "")


def fingerprint(finding: Finding) -> str:
    """What a finding is about, whatever line it moved to and whatever numbers the message behind its name holds."""
    name, colon, message = " ".join(finding.text.split()).partition(": ")
    said = "\0".join((finding.rule, finding.path, name, colon, _VOLATILE.sub("#", message)))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def contents_of(pieces: Iterable[Piece]) -> Mapping[str, tuple[str, ...]]:
    """measure -> the fingerprints of what it counted, each as often as it did, in order."""
    return {name: tuple(sorted(map(fingerprint, found))) for name, found in findings_by_measure(pieces).items()}
