"""The entries of a diff between two commits, as git lists them with renames of at least half the content."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from milestones.clients.git import LARGE_TEXTS, GitError, Repository

RENAME_LIMIT = 1000
SECONDS = 300
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_KINDS = {"A": "added", "D": "deleted", "R": "renamed", "C": "added"}
_NO_MODE = "000000"
PATHS_AT_ONCE = 500
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True)
class DiffEntry:
    """One changed path; a side that does not exist has no mode and no blob. Counts are None for binary content."""

    path: str
    old_path: str
    kind: str
    old_mode: str
    new_mode: str
    old_blob: str
    new_blob: str
    score: int
    insertions: int | None
    deletions: int | None


@dataclass(frozen=True, slots=True)
class Diff:
    """`limited` says that git gave up pairing edited files, because there were too many.

    `partial` says why there are neither renames nor counts: this copy lacks some of the contents.
    """

    entries: tuple[DiffEntry, ...]
    limited: bool
    partial: str = ""


def range_ends(repository: Repository, text: str) -> tuple[str, str]:
    """Return the two ends of `A..B`, `A...B` (from their common ancestor) or of one commit. Raises GitError."""
    old, dots, new = text.partition("...")
    if dots:
        return _common(repository, old or "HEAD", new or "HEAD")
    old, dots, new = text.partition("..")
    if dots:
        return repository.resolve(old or "HEAD"), repository.resolve(new or "HEAD")
    commit = repository.commit(text)
    if not commit.parents and _is_boundary(repository, commit.sha):
        raise GitError(
            f"{text} is where this shallow copy ends: what it changed cannot be known; fetch more of the history"
        )
    return (commit.parents[0] if commit.parents else EMPTY_TREE), commit.sha


def _common(repository: Repository, old: str, new: str) -> tuple[str, str]:
    ends = repository.resolve(old), repository.resolve(new)
    try:
        return repository.git("merge-base", *ends).decode().split()[0], ends[1]
    except (GitError, IndexError):
        said = f"{old} and {new} have no common ancestor in this copy; {old}..{new} compares them as they stand"
        raise GitError(said) from None


def _is_boundary(repository: Repository, sha: str) -> bool:
    try:
        return sha in (repository.git_dir / "shallow").read_text().split()
    except OSError:
        return False


_OPTIONS = ("-r", "-z", "--raw", "--no-abbrev", "--no-ext-diff", "--no-textconv")


def diff(repository: Repository, old: str, new: str) -> Diff:
    """Return what differs between two commits, in git's order. Raises GitError."""
    ends = ("--end-of-options", old, new)
    partial = ""
    try:
        out = repository.git(
            "diff-tree", *_OPTIONS, "--numstat", "-M50%", f"-l{RENAME_LIMIT}", *ends,
            seconds=SECONDS, config=LARGE_TEXTS,
        )  # fmt: skip
    except GitError as lacking:
        # without the contents there are no renames and no counts, but the trees still tell what changed
        out = repository.git("diff-tree", *_OPTIONS, "--no-renames", *ends)
        partial = lacking.reason
    try:
        entries = _entries(out.split(b"\0"))
    except (IndexError, ValueError):
        raise GitError(f"git listed the difference of {old} and {new} in a form that is not known") from None
    count = {kind: sum(entry.kind == kind for entry in entries) for kind in ("added", "deleted")}
    edited = any(entry.kind == "renamed" and entry.score < 100 for entry in entries)
    return Diff(entries, not edited and count["added"] * count["deleted"] > RENAME_LIMIT**2, partial)


def changed_lines(repository: Repository, old: str, new: str, paths: Iterable[str]) -> dict[str, list[int]]:
    """path -> the lines that `new` has and `old` has not, of these files. Raises GitError."""
    listed = sorted(paths)
    found: dict[str, list[int]] = {}
    for first in range(0, len(listed), PATHS_AT_ONCE):
        out = repository.git(
            "-c", "core.quotePath=false", "diff-tree", "-r", "-p", "-U0", "-M50%", "--no-color", "--no-ext-diff",
            "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/", "--end-of-options", old, new, "--",
            *listed[first : first + PATHS_AT_ONCE],
        )  # fmt: skip
        _lines_of_patch(out, found)
    return found


def _lines_of_patch(patch: bytes, found: dict[str, list[int]]) -> None:
    """Reads hunk by hunk, by the counts that their heads state: a line of content is never taken for a head."""
    path, left = "", 0
    for line in patch.split(b"\n"):
        if left:
            left -= not line.startswith(b"\\")  # "\\ No newline at end of file" is no line of either side
        elif line.startswith(b"+++ "):
            path = _path(line[6:].rstrip(b"\t")) if line.startswith(b"+++ b/") else ""
        elif hunk := _HUNK.match(line):
            gone, start, come = int(hunk[1] or 1), int(hunk[2]), int(hunk[3] or 1)
            left = gone + come
            if path:
                found.setdefault(path, []).extend(range(start, start + come))


def _entries(fields: list[bytes]) -> tuple[DiffEntry, ...]:
    rest = iter(fields)
    raw: list[tuple[list[str], str, str]] = []
    counts: dict[str, tuple[int | None, int | None]] = {}
    for field in rest:
        if field.startswith(b":"):
            facts = field[1:].decode().split()
            first = _path(next(rest))
            raw.append((facts, first, _path(next(rest)) if facts[4][0] in "RC" else first))
        elif field:
            added, removed, path = field.split(b"\t", 2)
            if not path:
                next(rest)
                path = next(rest)
            counts[_path(path)] = _number(added), _number(removed)
    return tuple(_entry(facts, old, new, counts.get(new, (0, 0))) for facts, old, new in raw)


def _entry(facts: list[str], old: str, new: str, counts: tuple[int | None, int | None]) -> DiffEntry:
    modes = ["" if mode == _NO_MODE else mode for mode in facts[:2]]
    blobs = ["" if not blob.strip("0") else blob for blob in facts[2:4]]
    status = facts[4]
    return DiffEntry(
        path=new,
        old_path=old,
        kind=_KINDS.get(status[0], "modified"),
        old_mode=modes[0],
        new_mode=modes[1],
        old_blob=blobs[0],
        new_blob=blobs[1],
        score=int(status[1:] or 0),
        insertions=counts[0],
        deletions=counts[1],
    )


def _path(field: bytes) -> str:
    return field.decode("utf-8", "surrogateescape")


def _number(field: bytes) -> int | None:
    return None if field == b"-" else int(field)
