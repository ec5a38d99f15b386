"""What became of each function of the legacy system, and which differences nobody expected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from milestones.codec import to_plain
from milestones.facts import Finding, Known, Measurement, Problem
from milestones.gates.policy import Policy
from milestones.parity.drift import FAMILY, Expected, FunctionFact, Stale, Where, finding_of, settle

from ..functions import compare, concerned
from .kind import FINDINGS_KEPT, Case, Kind, Static

STATES = ("identical", "renamed", "moved", "changed", "missing", "extra")
ROWS_KEPT = 4000


def _wanted(policy: Policy) -> bool:
    return bool(policy.start)


def expected_of(policy: Policy) -> list[Expected]:
    """The policy's entries that speak of functions."""
    return [Expected(one.what, one.why, one.content, one.line)
            for one in policy.accept if one.what.startswith(f"{FAMILY}.") and "::" in one.what]  # fmt: skip


def _read(case: Case) -> Static:
    facts, unread, legacy = compare(case.reader, case.start, case.sha, case.policy)
    settled, stale = settle(concerned(facts, case.policy), expected_of(case.policy))
    counts = Counter(fact.state for fact in settled)
    different = [fact for fact in settled if fact.what]
    numbers = {state: counts[state] for state in STATES} | {
        "changed_bodies": sum(fact.state == "changed" and not fact.same_body for fact in settled),
        "drift": sum(fact.state != "extra" for fact in different),  # judging takes out what is expected that day
        "expected": sum(bool(fact.expected) for fact in settled),
        "stale": len(stale),
        "legacy": sum(fact.old is not None for fact in settled),
    }
    measured = tuple(
        Measurement(f"{FAMILY}.{name}", value, "count", "", Known.STATIC, len(unread))
        for name, value in numbers.items()
    )
    problems = () if numbers["legacy"] else (Problem("no function of the legacy system was found at the start commit"),)
    findings = [*_findings(different), *_stale(stale)]
    shown = sorted(settled, key=lambda fact: fact.state == "identical")  # so that these are left out first
    details = {
        "rows": [_row(fact) for fact in shown[:ROWS_KEPT]],
        "left_out": max(0, len(shown) - ROWS_KEPT),
        "stale": [{"what": one.entry.what, "reason": one.reason, "line": one.entry.line} for one in stale],
        "unread": to_plain(unread[:50]),
        "all": legacy,
    }
    return Static(FAMILY, measured, tuple(findings[:FINDINGS_KEPT]), problems, details)


def _row(fact: FunctionFact) -> list[object]:
    """A fact as a row, for they are many: state, places, similarity, changes, what, pin, reason, same body."""
    return [
        fact.state, _where(fact.old), _where(fact.new),
        None if fact.similarity is None else round(fact.similarity, 4),
        to_plain(fact.changes), to_plain(fact.what), fact.pin, fact.expected, fact.same_body,
    ]  # fmt: skip


def _where(place: Where | None) -> list[object] | None:
    return None if place is None else [to_plain(place.path), to_plain(place.name), place.line, place.last_line]


def _findings(different: Iterable[FunctionFact]) -> Iterable[Finding]:
    for fact in different:
        said = finding_of(fact)
        yield said
        if fact.state != "extra":
            yield replace(said, rule=f"{FAMILY}.{fact.state}")


def _stale(stale: Iterable[Stale]) -> Iterable[Finding]:
    for one in stale:
        said = f"the entry {one.entry.what!r} expects nothing: {one.reason}"
        yield Finding(said, "migration.toml", one.entry.line, f"{FAMILY}.stale")


KIND = Kind(2, _wanted, _read)
