"""What lies under some paths at a commit, as one hash: the same hash says that nothing there has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from milestones.clients import git
from milestones.globs import matches
from milestones.models import Project

from . import mirror


def content_at(project: Project, sha: str, paths: Sequence[str]) -> str:
    """The hash of all that matches `paths` at a commit, "" where nothing does or the commit cannot be read."""
    repo = mirror.repository(project)
    if repo is None:
        return ""
    try:
        return _content(str(repo.git_dir), sha, tuple(paths))
    except git.GitError:
        return ""


@lru_cache(maxsize=2000)
def _content(git_dir: str, sha: str, paths: tuple[str, ...]) -> str:
    found = hashlib.sha256()
    some = False
    for entry in git.Repository(Path(git_dir)).tree(sha):
        if matches(entry.path, paths):
            some = True
            found.update(f"{entry.mode} {entry.sha} {entry.path}\n".encode("utf-8", "surrogateescape"))
    return found.hexdigest() if some else ""


def changed_between(project: Project, old: str, new: str, paths: Iterable[str]) -> list[str]:
    """The paths among these that differ between two commits, in order; none where that cannot be told."""
    repo, wanted = mirror.repository(project), tuple(paths)
    if repo is None:
        return []
    try:
        out = repo.git("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--end-of-options", old, new)
    except git.GitError:
        return []
    names = [name.decode("utf-8", "surrogateescape") for name in out.split(b"\0") if name]
    return sorted(name for name in names if not wanted or matches(name, wanted))
