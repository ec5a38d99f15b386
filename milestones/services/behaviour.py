"""How the new system's recorded answers stand to the legacy one's, worked out again whenever a recording comes.

Both recordings, the policy's rules and what it accepts make one piece of evidence, kept by their hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from milestones.codec import storable, to_plain
from milestones.facts import Finding, Known, Measurement, Problem
from milestones.gates.policy import Policy
from milestones.models import Evidence, Project, RecordedPair
from milestones.parity import contracts
from milestones.parity.contracts.written import as_json

from . import claims, evaluate, readings, recorded

KIND = "contract"
VERSION = 1
TOLD = 1000
NAME = 500
SHOWN_BYTES = 8_000


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a comparison rests on."""

    legacy: Sequence[Evidence]
    new: Sequence[Evidence]
    noise: Sequence[Evidence]
    policy: Policy
    accepted: frozenset[str]

    @property
    def digest(self) -> str:
        said = [VERSION, sorted(self.accepted), repr(self.policy.contracts)]
        said += [sorted(row.digest for row in rows) for rows in (self.legacy, self.new, self.noise)]
        return hashlib.sha256(json.dumps(said).encode("utf-8", "surrogatepass")).hexdigest()


def settle(claim: claims.Claim | None, project: Project, sha: str) -> None:
    """Store the comparison at a commit where both recordings are there, unless it is stored already."""
    given = _inputs(project, sha)
    if given is None:
        return
    latest = Evidence.objects.filter(project=project, sha=sha, kind=KIND).order_by("-attempt").first()
    if latest is not None and latest.digest == given.digest:
        return
    with ExitStack() as held:
        legacy, new, noise = (
            held.enter_context(recorded.reading(rows)) for rows in (given.legacy, given.new, given.noise)
        )
        if legacy is None or new is None:
            return
        found = contracts.contract(
            legacy, new, noise=noise, rules=given.policy.contracts, accepted=given.accepted,
            templates=_templates(project, sha),
        )  # fmt: skip
        pairs = list(_examples(found, legacy, new))
    writing: AbstractContextManager[Any] = claim.writing() if claim else transaction.atomic()
    with writing:
        row, fresh = Evidence.objects.get_or_create(
            project=project, sha=sha, kind=KIND, attempt=latest.attempt + 1 if latest else 1, digest=given.digest,
            defaults={
                "details": _details(found, given), "problems": to_plain(_problems(found)),
                "findings": to_plain(tuple(_findings(found))[:TOLD]),
            },
        )  # fmt: skip
        if fresh:
            readings.store_measurements(row, _measured(found))
            RecordedPair.objects.bulk_create([_pair(row, one) for one in pairs], batch_size=200)


def _inputs(project: Project, sha: str) -> Inputs | None:
    """The recordings of both systems: the legacy one's of this commit, else of the legacy system's last."""
    here = _recordings(project, sha)
    there = _recordings(project, project.start_sha) if project.start_sha not in ("", sha) else []
    new = recorded.of_kind(here, recorded.KINDS["new"])
    legacy, noise = (
        recorded.of_kind(here, recorded.KINDS[name]) or recorded.of_kind(there, recorded.KINDS[name])
        for name in ("legacy", "noise")
    )
    if not legacy or not new:
        return None
    policy = evaluate.policy_of(project)
    return Inputs(legacy, new, noise, policy, accepted_at(policy, timezone.now().date()))


def _recordings(project: Project, sha: str) -> list[Evidence]:
    rows = Evidence.objects.at(project, sha).filter(kind__in=recorded.KINDS.values())
    return evaluate.in_force(
        rows.select_related("delivery").prefetch_related("measurements"), evaluate.basis_of(project)
    )


def accepted_at(policy: Policy, today: date) -> frozenset[str]:
    """The differences that policy accepts on a day, as it names them: `contract.KIND METHOD /route`."""
    named = (one for one in policy.accept if one.what.startswith(f"{KIND}."))
    return frozenset(" ".join(one.what.split()) for one in named if one.until is None or one.until >= today)


def _templates(project: Project, sha: str) -> list[str]:
    """The paths of the endpoints as source has them, for recordings that know no routes."""
    rows = Evidence.objects.with_details(project, sha, "endpoints").order_by("-pk")[:1]
    return [row["path"] for evidence in rows for row in evidence.details.get("rows", ())]


def latest_of(project: Project, sha: str) -> Evidence | None:
    """The comparison in force at a commit, with its details."""
    return Evidence.objects.with_details(project, sha, KIND).order_by("-attempt").first()


def _problems(found: contracts.Contract) -> tuple[Problem, ...]:
    return found.problems if found.pairs == 0 or any(one.line for one in found.problems) else ()


def _measured(found: contracts.Contract) -> Iterator[Measurement]:
    counts = {
        "pairs": found.pairs,
        "mismatched": found.mismatched,
        "unseen": len(found.unseen),
        "noise": len(found.noise),
        "alone": sum(one.alone for one in found.endpoints),
        "endpoints": len(found.endpoints),
        "verified": sum(one.verified for one in found.endpoints),
        "rules_broken": len(found.broken_rules),
        "framework": sum(len(told) for told in found.habits.values()),
        "accepted": len(found.accepted),
    }
    for name, count in counts.items():
        yield Measurement(f"{KIND}.{name}", count, "count", "", Known.MEASURED)
    for one in found.endpoints:
        subject = f"{one.method} {one.route}"
        yield Measurement(f"{KIND}.mismatched", one.mismatched, "count", subject, Known.MEASURED)


def _findings(found: contracts.Contract) -> Iterator[Finding]:
    for one in found.differences:
        kind, where, legacy, new = one.difference
        yield Finding(f"{one.method} {one.route} {kind} {where}: {legacy} -> {new}", rule="contract.mismatched")
    for method, route in found.unseen:
        yield Finding(f"{method} {route} was never asked of the new system", rule="contract.unseen")
    for one in found.broken_rules:
        yield Finding(f"{one.method} {one.route}: {one.difference.new}, not {one.difference.legacy}",
                      rule="contract.rules_broken")  # fmt: skip


def _details(found: contracts.Contract, given: Inputs) -> dict[str, Any]:
    told = as_json(found)
    sides = {"legacy": given.legacy, "new": given.new, "noise": given.noise}
    of = {name: [[row.sha, row.job, row.pk] for row in rows] for name, rows in sides.items()}
    parts = ("differences", "noise", "unseen", "rules", "accepted")
    cut = {part: told[part][:TOLD] for part in parts}
    counts = {part: len(told[part]) for part in parts}
    plain: dict[str, Any] = to_plain({**told, **cut, "counts": counts, "recordings": of})
    return plain


# --- one example an endpoint


@dataclass(frozen=True, slots=True)
class _Example:
    method: str
    route: str
    test: str
    legacy: dict[str, Any]
    new: dict[str, Any]
    differences: list[list[str]]


def _examples(found: contracts.Contract, legacy: contracts.Recording, new: contracts.Recording) -> Iterator[_Example]:
    """The pair that shows most of what differs at an endpoint: the one of its first difference."""
    told: dict[tuple[str, str], list[contracts.Told]] = {}
    for one in (*found.differences, *found.accepted):
        told.setdefault((one.method, one.route), []).append(one)
    for endpoint in found.endpoints:
        listed = told.get((endpoint.method, endpoint.route), [])
        places = (listed[0].legacy_offset, listed[0].new_offset) if listed else endpoint.first
        if min(places) < 0:
            continue
        old, fresh = _cut(legacy.lines.at(places[0])), _cut(new.lines.at(places[1]))
        of_pair = [list(one.difference) for one in listed if (one.legacy_offset, one.new_offset) == places]
        yield _Example(endpoint.method, endpoint.route, old.get("test", ""), old, fresh, of_pair)


def _cut(line: bytes) -> dict[str, Any]:
    """An exchange as stored for a page; a long body is said to be long."""
    plain: dict[str, Any] = json.loads(line)
    for part in ("request", "response"):
        body = plain.get(part, {}).get("body")
        text = json.dumps(body)
        if len(text) > SHOWN_BYTES:
            plain[part]["body"] = f"{text[:SHOWN_BYTES]}... ({len(text):,} characters in all)"
    return plain


def _pair(row: Evidence, one: _Example) -> RecordedPair:
    return RecordedPair(
        evidence=row, method=storable(one.method, 20), route=storable(one.route, NAME), test=storable(one.test),
        legacy=to_plain(one.legacy), new=to_plain(one.new), differences=to_plain(one.differences),
    )  # fmt: skip


def told_of(details: Mapping[str, Any], method: str, shape: str) -> list[Mapping[str, Any]]:
    """The endpoints of a comparison that a route of the source stands for; a method of `ANY` takes all."""
    every: Iterable[Mapping[str, Any]] = details.get("endpoints", ())
    return [one for one in every if method in {one["method"], "ANY"} and contracts.shape_of(one["route"]) == shape]
