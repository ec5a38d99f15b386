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

from ..reader import Reader, bounded
from .kind import Case, Kind, Static

VERSION = 1
POINTS_KEPT = 400


def _wanted(policy: Policy) -> bool:
    return bool(policy.start and policy.pairs)


def _read(case: Case) -> Static:
    reader, sha, start = case.reader, case.sha, case.start
    measured: list[Measurement] = []
    large = {commit: bounded(reader.repo.tree(commit))[1] for commit in (start, sha)}
    over = {(commit, one.path): one for commit, found in large.items() for one in found}
    problems: list[Problem] = []
    shown: list[dict[str, Any]] = []
    versions = _versions(case)
    for pair in case.policy.pairs:
        if refused := over.get((start, pair.legacy)) or over.get((sha, pair.new)):
            problems.append(Problem(f"similarity.{pair.name}: {refused.reason}", refused.path))
            continue
        try:
            legacy, blob = reader.repo.read(start, pair.legacy), _blob(reader, sha, pair.new)
        except git.GitError as missing:
            problems.append(Problem(f"similarity.{pair.name}: {missing.reason}", pair.new))
            continue
        points = _points(reader, pair, legacy, blob, versions.get(pair.new, ()))
        found = points[blob]
        problems += (Problem(f"similarity.{pair.name}: {reason}", pair.new) for reason in found["problems"])
        if found["ratio"] is not None:
            measured.append(Measurement(f"similarity.{pair.name}", found["ratio"], "ratio", pair.new, Known.STATIC))
        shown.append({"name": pair.name, "legacy": pair.legacy, "new": pair.new, **found,
                      "history": _history(points, versions.get(pair.new, ()))})  # fmt: skip
    return Static("similarity", tuple(measured), problems=tuple(problems), details={"pairs": to_plain(shown)})


def _blob(reader: Reader, sha: str, path: str) -> str:
    """The id of a file's content. Raises GitError where there is no such file."""
    entry = next((one for one in reader.repo.tree(sha) if one.path == path and one.is_file), None)
    if entry is None:
        raise git.GitError(f"{path} is not in {sha[:8]}")
    return entry.sha


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


def _points(
    reader: Reader, pair: Pair, legacy: bytes, blob: str, versions: list[FileVersion] | tuple[()]
) -> Mapping[str, Any]:
    """blob -> how like it is; one that was compared with this legacy file before is not compared again."""
    blobs = dict.fromkeys([*(one.blob for one in versions[-POINTS_KEPT:]), blob])
    entries = [git.TreeEntry(one, one, "100644", "blob", None) for one in blobs]
    small = {row.path for row in _small(reader, entries)} | {blob}
    text = decode(legacy)[0]
    digest = git.blob_id(legacy.decode("utf-8", "surrogateescape"))[:20]
    compare = functools.partial(_compare, text)
    return reader.cached(f"likeness/{VERSION}/{digest}", [one for one in entries if one.path in small], compare)


def _small(reader: Reader, entries: list[git.TreeEntry]) -> list[git.TreeEntry]:
    sizes = blob_sizes(reader.repo, [one.sha for one in entries])
    sized = [git.TreeEntry(one.path, one.sha, one.mode, one.kind, sizes.get(one.sha)) for one in entries]
    return bounded(sized)[0]


def _compare(legacy: str, _path: str, data: bytes) -> dict[str, Any]:
    return _plain(similarity(legacy, decode(data)[0]))


def _plain(found: Similarity) -> dict[str, Any]:
    return {
        "ratio": found.ratio, "without": found.ratio_without_autojunk, "legacy_lines": found.legacy_lines,
        "new_lines": found.new_lines, "problems": [one.reason for one in found.problems],
    }  # fmt: skip


def _history(points: Mapping[str, Any], versions: list[FileVersion] | tuple[()]) -> list[list[object]]:
    """[commit, seconds since 1970, ratio] of each version that changed the file."""
    return [
        [one.sha, one.committed_at, points[one.blob]["ratio"]]
        for one in versions[-POINTS_KEPT:]
        if one.blob in points and points[one.blob]["ratio"] is not None
    ]


KIND = Kind(2, _wanted, _read)
