"""The course of a migration: what each commit from the legacy system's last one on serves, read once and kept."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from milestones.clients import git
from milestones.clients.steps import steps
from milestones.codec import storable
from milestones.gates.policy import Policy
from milestones.models import BlobFact, Project, RouteHistory
from milestones.parity.burndown import Burndown, Listed, Point, Served, burndown
from milestones.parity.comparison import pairs_by_framework
from milestones.parity.endpoints import endpoints_of, sides_of
from milestones.parity.routes import RouteTable
from milestones.source.paths import is_test

from . import tables
from .reader import Reader
from .statics.systems import tables_of_policy

MOST_COMMITS = 500
SECONDS = 4.0  # of work on commits that nobody has read yet; the others wait for the next look
_SETS = f"served-set/{tables.VERSION}"


@dataclass(frozen=True, slots=True)
class Course:
    """What a look found of the line of commits, ready to be stored."""

    basis: str
    head: str
    whole: int
    commits: list[list[Any]] = field(default_factory=list)


def read(reader: Reader, start: str, head: str, policy: Policy) -> Course | None:
    """The line from the start to the head; None where the policy names no start. Raises GitError."""
    if not start:
        return None
    before = tables_of_policy(reader, policy).at(start, policy.legacy_folder)
    line = _line(reader.repo, start, head)
    kept = _sampled(line)
    signs, edited = _signatures(reader.repo, kept, {route.handler.place.path for route in before.application})
    basis = _basis(reader.repo, start, policy)
    known = _known(basis, signs)
    for place, served in _read(reader, policy, before, kept, _in_turn(signs, known)):
        known[signs[place]] = _store(basis, signs[place], served)
    names = _between([known.get(sign, "") for sign in signs])
    commits = [
        [one.sha, one.committed_at, storable(one.author[:150]), storable(one.subject[:200]), name, files, sign in known]
        for one, sign, name, files in zip(kept, signs, names, edited, strict=True)
    ]
    return Course(basis, head, len(line), commits)


def store(project: Project, course: Course | None) -> None:
    """The course in place of the one before."""
    if course is None:
        RouteHistory.objects.filter(project=project).delete()
        return
    said = {"basis": course.basis, "head": course.head, "whole": course.whole, "commits": course.commits}
    RouteHistory.objects.update_or_create(project=project, defaults=said)


def _line(repo: git.Repository, start: str, head: str) -> list[git.CommitInfo]:
    return [repo.commit(start), *reversed(list(repo.log(head, f"^{start}")))]


def _sampled(line: Sequence[git.CommitInfo]) -> list[git.CommitInfo]:
    """All of a line, or MOST_COMMITS of it at even distances, both ends among them."""
    if len(line) <= MOST_COMMITS:
        return list(line)
    step = (len(line) - 1) / (MOST_COMMITS - 1)
    return [line[round(place * step)] for place in range(MOST_COMMITS)]


def _basis(repo: git.Repository, start: str, policy: Policy) -> str:
    said = (
        repo.commit(start).tree,
        policy.from_framework,
        policy.to_framework,
        policy.legacy_folder,
        policy.new_folder,
    )
    return hashlib.sha256(repr((tables.VERSION, said)).encode()).hexdigest()


# --- which commits differ in what may register a route


def _signatures(
    repo: git.Repository, line: Sequence[git.CommitInfo], watched: set[str]
) -> tuple[list[str], list[list[str]]]:
    """For each commit a hash of all its sources, equal where they are; and the watched files that it changed."""
    number = 0
    for entry in repo.tree(line[0].sha):
        number ^= _bits(entry.path, entry.sha) if entry.is_file else 0
    signs, edited = [f"{number:040x}"], [list[str]()]
    for changed in steps(repo, [one.tree for one in line]):
        for one in changed:
            number ^= _bits(one.path, one.old) ^ _bits(one.path, one.new)
        signs.append(f"{number:040x}")
        edited.append([storable(one.path) for one in changed if one.path in watched])
    return signs, edited


def _bits(path: str, blob: str) -> int:
    if not blob or not tables.is_source(path) or is_test(path):
        return 0
    return int.from_bytes(
        hashlib.sha1(f"{path}\0{blob}".encode("utf-8", "surrogateescape"), usedforsecurity=False).digest()
    )


def _known(basis: str, signs: Iterable[str]) -> dict[str, str]:
    rows = BlobFact.objects.filter(reader=_reader(basis), blob__in=set(signs))
    return {row.blob: row.facts["set"] for row in rows}


def _reader(basis: str) -> str:
    return f"served/{basis[:24]}"


def _in_turn(signs: Sequence[str], known: Mapping[str, str]) -> Iterator[int]:
    """The next place to read: both ends, then the middle of the widest gap between two that serve otherwise.

    Whoever takes a place tells `known` what it serves before asking for the next one.
    """
    yield from (place for place in sorted({0, len(signs) - 1}) if signs[place] not in known)
    while True:
        read = [place for place, sign in enumerate(signs) if sign in known]
        gaps = [(high - low, low + (high - low) // 2) for low, high in pairwise(read)
                if high - low > 1 and known[signs[low]] != known[signs[high]]]  # fmt: skip
        if not gaps:
            return
        yield max(gaps)[1]


def _between(names: Sequence[str]) -> list[str]:
    """What lies between two that serve the same is taken to serve the same; what lies between others stays open."""
    found = list(names)
    read = [place for place, name in enumerate(names) if name]
    for low, high in pairwise(read):
        if names[low] == names[high]:
            found[low:high] = [names[low]] * (high - low)
    return found


# --- what a commit serves


def _read(
    reader: Reader, policy: Policy, before: RouteTable, line: Sequence[git.CommitInfo], places: Iterable[int]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Read commits one by one for as long as there is time; at least the first of them."""
    ends = time.process_time() + SECONDS
    kept = tables_of_policy(reader, policy)
    for count, place in enumerate(places):
        if count > 1 and time.process_time() > ends:
            return
        folder = "" if policy.start or not policy.new_folder else policy.new_folder
        sha = line[place].sha
        is_end = place in (0, len(line) - 1)
        after = kept.at(sha, folder) if is_end else tables.table_at(
            reader.repo, f"{sha}:{folder}" if folder else sha, tables.shared_shelf(), kept.naming)  # fmt: skip
        reader.progress("burndown", count + 1, count + 1)
        yield place, _served(before, after, policy)


def _served(before: RouteTable, after: RouteTable, policy: Policy) -> dict[str, Any]:
    sides = sides_of(before, after, policy.from_framework, policy.to_framework)
    listed = endpoints_of(before, after, sides)
    ported = {one.key for one in listed if one.ported and one.shadowed is None}
    legacy = {pair for route in after.application if route.framework in sides.legacy for pair in route.pairs}
    legacy |= {one.key for one in listed if one.served}
    return {"by_framework": pairs_by_framework(after), "ported": sorted(map(list, ported)),
            "legacy": sorted(map(list, legacy))}  # fmt: skip


def _store(basis: str, sign: str, served: dict[str, Any]) -> str:
    """Keep what a commit serves under the hash of its sources, each distinct set once; the set's name."""
    name = hashlib.sha1(repr(served).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
    plain = {
        **served,
        **{part: [[storable(text) for text in pair] for pair in served[part]] for part in ("ported", "legacy")},
    }
    rows = [
        BlobFact(blob=name, reader=_SETS, facts=plain),
        BlobFact(blob=sign, reader=_reader(basis), facts={"set": name}),
    ]
    BlobFact.objects.bulk_create(rows, ignore_conflicts=True)
    return name


# --- read back


def course_of(project: Project, rows: Sequence[Mapping[str, Any]]) -> tuple[Burndown, RouteHistory] | None:
    """The course as the last look had it, over the endpoints of its reading; None where there is none."""
    history = RouteHistory.objects.filter(project=project).first()
    if history is None or not history.commits:
        return None
    names = {one[4] for one in history.commits if one[4]}
    sets = {row.blob: _set(row.facts) for row in BlobFact.objects.filter(reader=_SETS, blob__in=names)}
    points = [Point(sha, at, author, subject, sets.get(name), frozenset(edited))
              for sha, at, author, subject, name, edited, _read in history.commits]  # fmt: skip
    listed = [Listed((row["method"], row["path"]), row["group"], row["owner"], row["legacy"]["place"]["path"])
              for row in rows]  # fmt: skip
    return burndown(points, listed), history


def _set(facts: Mapping[str, Any]) -> Served:
    ported = frozenset((method, path) for method, path in facts["ported"])
    legacy = frozenset((method, path) for method, path in facts["legacy"])
    return Served(facts["by_framework"], ported, legacy)
