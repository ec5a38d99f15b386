"""How like each pair of files of the policy is, and how like it was at every commit since the start."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from milestones.clients import git
from milestones.clients.history import FileVersion, blob_sizes, file_history
from milestones.codec import to_plain
from milestones.facts import Known, Measurement, Problem
from milestones.gates.policy import Pair, Policy
from milestones.parity.similarity import Similarity, similarity
from milestones.source.parsing import decode

from ..reader import ABSENT, Reader, bounded
from .kind import Case, Kind, Static

VERSION = 1
POINTS_KEPT = 400


def _wanted(policy: Policy) -> bool:
    return bool(policy.start and policy.pairs)


def _read(case: Case) -> Static:
    places = {sha: {one.path: one for one in case.reader.files(sha)} for sha in (case.start, case.sha)}
    measured: list[Measurement] = []
    problems: list[Problem] = []
    shown: list[dict[str, Any]] = []
    versions = _versions(case)
    for pair in case.policy.pairs:
        measure = f"similarity.{pair.name}"
        sides = places[case.start].get(pair.legacy), places[case.sha].get(pair.new)
        refused = _refused(case, pair, sides)
        if refused or sides[0] is None or sides[1] is None:
            problems.append(Problem(f"{measure}: {refused}", pair.new))
            continue
        past = versions.get(pair.new, [])
        points = _points(case.reader, sides[0], sides[1], past)
        found = points.get(sides[1].sha)
        if found is None:
            problems.append(Problem(f"{measure}: {ABSENT}", pair.new))
            continue
        problems += (Problem(f"{measure}: {reason}", pair.new) for reason in found["problems"])
        if found["ratio"] is not None:
            measured.append(Measurement(measure, found["ratio"], "ratio", pair.new, Known.STATIC))
        shown.append({"name": pair.name, "legacy": pair.legacy, "new": pair.new, **found,
                      "history": _history(points, past)})  # fmt: skip
    return Static("similarity", tuple(measured), problems=tuple(problems), details={"pairs": to_plain(shown)})


def _refused(case: Case, pair: Pair, sides: tuple[git.TreeEntry | None, git.TreeEntry | None]) -> str:
    """Why two files are not compared, "" where they are."""
    for entry, path, sha in zip(sides, (pair.legacy, pair.new), (case.start, case.sha), strict=True):
        if entry is None:
            return f"{path} is not in {sha[:8]}"
        large = bounded([entry])[1]
        if large:
            return large[0].reason
    return ""


def _versions(case: Case) -> Mapping[str, list[FileVersion]]:
    """The versions of the pairs' new files since the start, oldest first."""
    wanted = {pair.new for pair in case.policy.pairs}
    found: dict[str, list[FileVersion]] = {}
    if case.sha == case.start:
        return found
    history = file_history(case.reader.repo, case.sha, wanted.__contains__, known=case.start)
    if not history.follows:  # the start lies on a branch beside: what is told begins with the root, or the limit
        history = file_history(case.reader.repo, case.sha, wanted.__contains__, limit=POINTS_KEPT * 10)
    for one in history.versions:
        if one.blob:
            found.setdefault(one.path, []).append(one)
    return found


def _points(reader: Reader, legacy: git.TreeEntry, new: git.TreeEntry, past: list[FileVersion]) -> Mapping[str, Any]:
    """blob -> how like it is; one that was compared with this legacy file before is not compared again."""
    name = f"likeness/{VERSION}/{legacy.sha[:20]}"
    blobs = dict.fromkeys([*(one.blob for one in past[-POINTS_KEPT:]), new.sha])
    entries = [git.TreeEntry(one, one, "100644", "blob", None) for one in blobs]
    known = reader.known(name, entries)
    fresh = [one for one in entries if one.path not in known]
    if not fresh:
        return known
    text = decode(next((data for _, data in reader.repo.blobs([legacy.sha])), b""))[0]
    small = _small(reader, fresh)
    return known | reader.cached(name, small, functools.partial(_compare, text))


def _small(reader: Reader, entries: list[git.TreeEntry]) -> list[git.TreeEntry]:
    """Those versions that are not too large to be read."""
    sizes = blob_sizes(reader.repo, [one.sha for one in entries])
    return bounded(git.TreeEntry(one.path, one.sha, one.mode, one.kind, sizes.get(one.sha)) for one in entries)[0]


def _compare(legacy: str, _path: str, data: bytes) -> dict[str, Any]:
    return _plain(similarity(legacy, decode(data)[0]))


def _plain(found: Similarity) -> dict[str, Any]:
    return {
        "ratio": found.ratio, "without": found.ratio_without_autojunk, "legacy_lines": found.legacy_lines,
        "new_lines": found.new_lines, "problems": [one.reason for one in found.problems],
    }  # fmt: skip


def _history(points: Mapping[str, Any], versions: list[FileVersion]) -> list[list[object]]:
    """[commit, seconds since 1970, ratio] of each version that changed the file."""
    return [
        [one.sha, one.committed_at, points[one.blob]["ratio"]]
        for one in versions[-POINTS_KEPT:]
        if one.blob in points and points[one.blob]["ratio"] is not None
    ]


KIND = Kind(2, _wanted, _read)
