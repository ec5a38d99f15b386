"""What is proven of endpoints: tests green on the legacy system, the same green on the new one, dumps that agree.

It rests on evidence that comes in any order, so it is worked out again before a commit is judged, and stored as
evidence of its own whenever it says something new.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from milestones.codec import to_plain
from milestones.facts import Finding, Known, Measurement
from milestones.gates.policy import Policy
from milestones.models import Evidence, Project
from milestones.parity import contracts
from milestones.parity.endpoints import EndpointState, Key, state_of

from . import behaviour, burndown, claims, dumped, evaluate, paces, readings, shims
from .green import Green, green_at
from .statics.endpoints import is_ported, parts

KIND = "endpoint-proofs"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Proven:
    """The endpoints that evidence speaks for, each with the sentences that say by what."""

    tested: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    verified: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    lacking: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)  # tested, and why it is not verified
    refuted: frozenset[Key] = frozenset()  # a test of the legacy system fails now, or expects something else


def settle(claim: claims.Claim | None, project: Project, sha: str) -> None:
    """Store what is proven at a commit, unless that is stored already."""
    static = static_of(project, sha)
    if static is None:
        return
    found = _evidence(project, sha, static)
    latest = Evidence.objects.filter(project=project, sha=sha, kind=KIND).order_by("-attempt").first()
    digest = hashlib.sha256(json.dumps(found.plain(), sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()
    if latest is not None and latest.digest == digest:
        return
    writing: AbstractContextManager[Any] = claim.writing() if claim else transaction.atomic()
    with writing:
        row, new = Evidence.objects.get_or_create(
            project=project, sha=sha, kind=KIND, attempt=latest.attempt + 1 if latest else 1, digest=digest,
            defaults={"findings": to_plain(found.disputes), "details": found.details},
        )  # fmt: skip
        if new:
            readings.store_measurements(row, found.measured)


def static_of(project: Project, sha: str) -> Evidence | None:
    """The reading of endpoints at a commit under the policy in force, with its details; None where there is none."""
    rows = Evidence.objects.with_details(project, sha, "endpoints")
    return next(iter(evaluate.in_force(rows, evaluate.basis_of(project))), None)


def latest_of(project: Project, sha: str) -> Evidence | None:
    """What was last proven of a commit."""
    return Evidence.objects.with_details(project, sha, KIND).order_by("-attempt").first()


@dataclass(frozen=True, slots=True)
class _Found:
    measured: tuple[Measurement, ...]
    disputes: tuple[Finding, ...]
    details: dict[str, Any]

    def plain(self) -> list[Any]:
        return [VERSION, to_plain(self.measured), to_plain(self.disputes), self.details]


def _evidence(project: Project, sha: str, static: Evidence) -> _Found:
    policy = evaluate.policy_of(project)
    now = evaluate.evidence_in_force(project, sha)
    then = evaluate.evidence_in_force(project, project.start_sha) if project.start_sha else now
    asked = {one["id"] for row in static.details["rows"] for one in (*row["tests"], *row["tests_now"]) if one["asked"]}
    proven = proven_by_tests(static.details, green_at(project, then, asked), green_at(project, now, asked))
    proven = with_recordings(static.details["rows"], proven, behaviour.latest_of(project, sha))
    disputes = (*_disputes(project, sha, static), *_disputes(project, project.start_sha, None))
    states = {_key(row): state_of_row(row, proven) for row in static.details["rows"]}
    open_ = sum(len(static.details[side][part]) for side in ("legacy", "new") for part in ("unresolved", "unparsed"))
    counted = _counts(static.details["rows"], states, proven, policy, open_)
    measured = [*counted, *_paces(project, sha, static.details["rows"], policy, open_), *_disputed(now, then, disputes)]
    measured += shims.measured(project, now)
    details = {
        "tested": _plain(proven.tested), "verified": _plain(proven.verified),
        "lacking": _plain(proven.lacking),
        "states": [[*key, state.value] for key, state in states.items()],
    }  # fmt: skip
    return _Found(tuple(measured), disputes, details)


def _disputes(project: Project, sha: str, static: Evidence | None) -> Iterator[Finding]:
    """What dumps of a commit say otherwise than its source."""
    dumps = list(Evidence.objects.with_details(project, sha, *dumped.KINDS)) if sha else []
    static = (static or static_of(project, sha)) if dumps else None
    if static is not None:
        yield from dumped.disputes(static.details, evaluate.in_force(dumps, evaluate.basis_of(project)))


def _plain(proofs: Mapping[Key, Iterable[str]]) -> list[list[Any]]:
    return [[*key, *said] for key, said in proofs.items()]


def _key(row: Mapping[str, Any]) -> Key:
    return row["method"], row["path"]


def proven_by_tests(details: Mapping[str, Any], then: Green, now: Green) -> Proven:
    """The endpoints whose tests passed on the legacy system, and those of them that the same tests pass for now."""
    tested: dict[Key, tuple[str, ...]] = {}
    verified: dict[Key, tuple[str, ...]] = {}
    lacking: dict[Key, tuple[str, ...]] = {}
    refuted: set[Key] = set()
    same = set(details["same_tests"])
    for row in details["rows"]:
        before = _passed(row["tests"], then)
        after = _passed(row["tests_now"], now)
        if before:
            tested[_key(row)] = tuple(f"{test} passed on the legacy system ({kind})" for test, kind in before.items())
        if before and all(test in same and test in after for test in before):
            verified[_key(row)] = tuple(f"{test} passed on both ({after[test]})" for test in before)
            continue
        found = [_lacking(test, same, row, now) for test in before if test not in same or test not in after]
        if found:
            lacking[_key(row)] = tuple(found)
        if any(test not in same or now.broke(test) for test in before):
            refuted.add(_key(row))
    return Proven(tested, verified, lacking, frozenset(refuted))


def with_recordings(rows: Iterable[Mapping[str, Any]], proven: Proven, comparison: Evidence | None) -> Proven:
    """What tests prove and recorded answers do; an endpoint that answers otherwise than before is not verified."""
    if comparison is None or comparison.problems:
        return proven
    tested, verified, lacking = dict(proven.tested), dict(proven.verified), dict(proven.lacking)
    for row in rows:
        told = behaviour.told_of(comparison.details, row["method"], contracts.shape_of(row["path"]))
        count = sum(one["pairs"] + one["alone"] for one in told)
        if not count:
            continue
        key = _key(row)
        tested[key] = (*tested.get(key, ()), f"{count} answers recorded on the legacy system")
        if any(one["mismatched"] or one["alone"] for one in told):
            verified.pop(key, None)
            lacking[key] = (*lacking.get(key, ()), "not all of its recorded answers are the same on the new system")
        elif key not in proven.refuted:
            verified[key] = (*verified.get(key, ()), f"{count} recorded answers are the same on the new system")
    return Proven(tested, verified, lacking, proven.refuted)


def _lacking(test: str, same: set[str], row: Mapping[str, Any], now: Green) -> str:
    """Why a test of the legacy system proves nothing of the new one."""
    if not any(one["id"] == test for one in row["tests_now"]):
        return f"{test} is gone, or asks for something else now"
    if test not in same:
        return f"{test} expects something else than on the legacy system"
    return f"{test} fails on the new system" if now.broke(test) else f"{test} is not known to pass"


def _passed(named: Iterable[Mapping[str, Any]], green: Green) -> dict[str, str]:
    """The tests that make the request and are known to pass, by which evidence; none where one of them failed."""
    asked = list(dict.fromkeys(one["id"] for one in named if one["asked"]))
    if any(green.broke(test) for test in asked):
        return {}
    found = {test: green.passed(test) for test in asked}
    return {test: kind for test, kind in found.items() if kind}


def state_of_row(row: Mapping[str, Any], proven: Proven) -> EndpointState:
    """The state of an endpoint as stored: measured, never typed."""
    key = _key(row)
    return state_of(
        ported=is_ported(row), served=row["served"],
        tested=key in proven.tested, verified=key in proven.verified,
    )  # fmt: skip


# --- as numbers


def _counts(
    rows: list[dict[str, Any]], states: Mapping[Key, EndpointState], proven: Proven, policy: Policy, unresolved: int
) -> Iterator[Measurement]:
    for name, subject, part in parts(rows, policy):
        of = [states[_key(row)] for row in part]
        done = (EndpointState.VERIFIED, EndpointState.RETIRED)
        counts = {
            "tested": sum(_key(row) in proven.tested for row in part),
            "verified": sum(state in done for state in of),
            "retired": of.count(EndpointState.RETIRED),
            "unproven": of.count(EndpointState.PORTED),
        }
        for measure, count in counts.items():
            yield Measurement(name(f"endpoints.{measure}"), count, "count", subject, Known.STATIC, unresolved)


def _paces(
    project: Project, sha: str, rows: list[dict[str, Any]], policy: Policy, unresolved: int
) -> Iterator[Measurement]:
    """The pace kept and the pace needed today: of the commit up to which the course was read, of no other."""
    course, history = burndown.course_of(project, rows) or (None, None)
    if history is None or history.head != sha:
        return
    today = timezone.now().date()
    found = paces.paces_of(rows, policy, course, paces.deadlines_of(project, policy, today), today)
    yield from paces.measured(rows, policy, found, unresolved)


def _disputed(
    now: Iterable[Evidence], then: Iterable[Evidence], disputes: tuple[Finding, ...]
) -> Iterator[Measurement]:
    """How many endpoints a dump and the source disagree about; nothing where no dump ever came."""
    if any(row.kind in dumped.KINDS for row in (*now, *then)):
        for family in ("routes", "guards", "endpoints"):
            yield Measurement(f"{family}.disputed", len(disputes), "count", "", Known.MEASURED)
