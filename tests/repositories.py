"""Small git repositories for tests, made by GitPython with fixed people and dates."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from git import Actor, Repo

AUTHOR = Actor("Ada", "ada@example.org")
FIRST_DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Work:
    """A repository being worked on: each commit is a day after the one before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repo = Repo.init(folder, initial_branch="main")
        self.days = 0

    def commit(self, files: Mapping[str, str | bytes | None], message: str = "Change") -> str:
        """Write (None: delete) the files and commit all; the full id."""
        for name, content in files.items():
            path = self.folder / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.repo.git.add("--all")
        at = (FIRST_DAY + timedelta(days=self.days)).strftime("%Y-%m-%dT%H:%M:%S +0000")
        self.days += 1
        made = self.repo.index.commit(message, author=AUTHOR, committer=AUTHOR, author_date=at, commit_date=at)
        return str(made.hexsha)


@contextlib.contextmanager
def repository(folder: Path) -> Iterator[Work]:
    work = Work(folder)
    try:
        yield work
    finally:
        work.repo.close()
