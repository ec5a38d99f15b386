"""An audit of two states of a repository: git's entries with their contents, and the rules over the commits between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.conf import settings

from milestones.audit.callers import Reach, Versions, reaches
from milestones.audit.dependencies import DependencyChange, dependency_changes, may_ask_for_packages
from milestones.audit.patches import read_patch
from milestones.audit.report import SUBMODULE, Audit, Entry, audit
from milestones.audit.rules import Breach, CommitChange, PathChange, Rules, breaches
from milestones.clients.commits import CommitFacts, Gap, commit_facts, commit_files, list_commits, patch_of
from milestones.clients.diff import EMPTY_TREE, Diff, DiffEntry, diff
from milestones.clients.git import LARGE_TEXTS, GitError, Repository
from milestones.source.definitions import Definition, read_module
from milestones.source.parsing import PYTHON_SUFFIXES

LEAST_LIMIT = 8 << 20  # what the parsers take
MOST_REACHED = 300  # functions whose callers are looked for
PLACED = 300  # commits whose breaches get their lines, by a look at each one's diff


@dataclass(frozen=True, slots=True)
class Audited:
    """An audit with what stands beside it: the commits of the range, the rules they broke, and what was not seen."""

    audit: Audit
    old: str
    new: str
    limited: bool = False
    commits: int = 0
    breaches: tuple[Breach, ...] = ()
    gaps: tuple[Gap, ...] = ()
    reached: tuple[Reach, ...] = ()  # functions whose behaviour changed, with their callers


def audit_range(repo: Repository, old: str, new: str, rules: Rules | None = None) -> Audited:
    """Audit what lies between two commits, and hold each commit between them to the rules. Raises GitError."""
    found = diff(repo, old, new)
    shas, gaps = _between(repo, old, new)
    broken = broken_rules(repo, shas, rules) if rules is not None else ()
    if found.partial:
        gaps = (*gaps, Gap(new, f"no renames and no line counts: {found.partial}"))
    result = audit(list(entries_of(repo, found)))
    reached = tuple(_reached(repo, new, result))
    return Audited(result, old, new, found.limited, len(shas), tuple(broken), gaps, reached)


def _reached(repo: Repository, new: str, found: Audit) -> list[Reach]:
    """The callers, in the tree at the new commit, of every function of the system whose behaviour changed."""
    changed = list(_changed_functions(found))[:MOST_REACHED]
    if not changed:
        return []
    modules = {path: module for path, (_, module) in found.versions.items()}
    holding = set(_holding(repo, new, sorted({one.simple for _, (_, one) in changed}))) - modules.keys()
    blobs = {entry.sha: entry.path for entry in repo.tree(new) if entry.path in holding and entry.is_file}
    for sha, data in repo.blobs(blobs):
        modules[blobs[sha]] = read_module(data, blobs[sha])
    return reaches(changed, modules)


def _changed_functions(found: Audit) -> Iterator[Versions]:
    for one in found.files:
        if one.entry.path not in found.versions or one.area == "test":
            continue
        old, new = found.versions[one.entry.path]
        was, now = ({each.name: each for each in side.definitions} for side in (old, new))
        for change in one.definitions:
            old_one, new_one = was.get(change.name), now.get(change.name)
            if change.sort == "behaviour" and old_one and new_one and _is_called_by_name(new_one):
                yield (old, old_one), (new, new_one)


def _is_called_by_name(one: Definition) -> bool:
    return one.kind == "function" and not one.simple.startswith("__")


def _holding(repo: Repository, sha: str, words: list[str]) -> list[str]:
    """The Python files of a commit that hold any of these words."""
    patterns = [part for word in words for part in ("-e", word)]
    try:
        out = repo.git("grep", "-z", "-l", "-w", "-F", "--no-color", *patterns, sha, config=LARGE_TEXTS)
    except GitError:
        return []  # git's way to say that nothing was found
    paths = (line.partition(b":")[2].decode("utf-8", "surrogateescape") for line in out.split(b"\0") if line)
    return [path for path in paths if path.endswith(PYTHON_SUFFIXES)]


def entries_of(repo: Repository, found: Diff) -> Iterator[Entry]:
    """The entries of a diff with both contents; what is too large, or not in this copy, says so."""
    blobs = _wanted(found.entries)
    sizes = _sizes(repo, blobs)
    limit = max(settings.MIGRATOR_SOURCE_BYTES, LEAST_LIMIT)
    data = dict(repo.blobs(sha for sha in blobs if sizes.get(sha, limit + 1) <= limit))
    for entry in found.entries:
        sides = [(blob, mode) for blob, mode in ((entry.old_blob, entry.old_mode), (entry.new_blob, entry.new_mode))
                 if blob and mode != SUBMODULE]  # fmt: skip
        unread = ""
        if entry.insertions is not None:
            unread = next((_why(sizes.get(blob), limit) for blob, _ in sides if blob not in data), "")
        yield Entry(
            entry.path, entry.old_path, entry.kind, entry.old_mode, entry.new_mode,
            data.get(entry.old_blob, _id(entry.old_blob, entry.old_mode)),
            data.get(entry.new_blob, _id(entry.new_blob, entry.new_mode)),
            entry.insertions or 0, entry.deletions or 0, entry.insertions is None, unread,
        )  # fmt: skip


def _wanted(entries: Iterable[DiffEntry]) -> list[str]:
    return [
        blob
        for entry in entries
        if entry.insertions is not None
        for blob, mode in ((entry.old_blob, entry.old_mode), (entry.new_blob, entry.new_mode))
        if blob and mode != SUBMODULE
    ]


def _sizes(repo: Repository, blobs: Iterable[str]) -> dict[str, int]:
    names = "".join(f"{sha}\n" for sha in dict.fromkeys(blobs)).encode()
    lines = repo.git("cat-file", "--batch-check", stdin=names).decode().split("\n") if names else []
    return {parts[0]: int(parts[2]) for line in lines if len(parts := line.split()) == 3 and parts[1] == "blob"}


def _why(size: int | None, limit: int) -> str:
    if size is None:
        return "its content is not in this copy of the repository, which is partial or broken"
    return f"{size:,} bytes, more than the {limit:,} that are read (MIGRATOR_SOURCE_BYTES)"


def _id(blob: str, mode: str) -> bytes:
    """What a submodule holds is the commit that it stands at."""
    return blob.encode() if mode == SUBMODULE else b""


def _between(repo: Repository, old: str, new: str) -> tuple[list[str], tuple[Gap, ...]]:
    """The commits from one end to the other, the oldest first."""
    if old == EMPTY_TREE:
        return [new], ()
    listing = list_commits(repo, f"^{old}", new, oldest_first=True)
    within = set(listing.shas)
    return listing.shas, tuple(gap for gap in listing.gaps if not gap.sha or gap.sha in within)


# --- rules


def broken_rules(repo: Repository, shas: list[str], rules: Rules) -> list[Breach]:
    """Hold every commit to the rules; each breach has the line at which its commit's diff of the file begins."""
    return _placed(repo, breaches(_changes(repo, shas, wants_packages=bool(rules.dependencies)), rules))


def _changes(repo: Repository, shas: list[str], *, wants_packages: bool) -> Iterator[CommitChange]:
    facts = commit_facts(repo, shas)
    merges = [one.sha for one in facts if len(one.parents) > 1]
    plain = [one.sha for one in facts if len(one.parents) < 2]
    files = {one.sha: one.files for batch in commit_files(repo, plain) for one in batch}
    files |= {one.sha: one.files for batch in commit_files(repo, merges, merges=True) for one in batch}
    for one in facts:
        paths = tuple(PathChange(file.path, file.old_path, file.kind) for file in files.get(one.sha, ()))
        packages = tuple(_packages(repo, one, paths)) if wants_packages else ()
        yield CommitChange(one.sha, one.author, one.message, paths, packages, len(one.parents) > 1)


def _packages(repo: Repository, commit: CommitFacts, paths: Iterable[PathChange]) -> Iterator[DependencyChange]:
    for path in paths:
        if may_ask_for_packages(path.path):
            old = _content(repo, commit.parents[0] if commit.parents else "", path.old_path)
            yield from dependency_changes(path.path, old, _content(repo, commit.sha, path.path))


def _content(repo: Repository, sha: str, path: str) -> bytes:
    try:
        return repo.read(sha, path) if sha else b""
    except GitError:
        return b""


def _placed(repo: Repository, found: list[Breach]) -> list[Breach]:
    lines: dict[str, dict[str, int]] = {}
    placed = []
    for one in found:
        if one.line or not one.path:
            placed.append(one)
            continue
        if one.commit not in lines and len(lines) < PLACED:
            lines[one.commit] = _first_lines(patch_of(repo, one.commit))
        placed.append(replace(one, line=lines.get(one.commit, {}).get(one.path, 1)))
    return placed


def _first_lines(patch: bytes) -> dict[str, int]:
    """path -> the first line that a patch changes in it."""
    files = ((one.path or one.old_path, one.hunks) for one in read_patch(patch))
    return {path: hunks[0].first_line for path, hunks in files if hunks}
