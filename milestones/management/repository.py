"""What the commands that read a repository share: they need no database, and wrong usage is exit code 2."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from milestones.clients.git import GitError, Repository, TreeEntry, open_repository, split_revision


class RepositoryCommand(BaseCommand):
    """A command on any repository: a work tree or a bare mirror."""

    requires_system_checks: list[str] = []

    def print_json(self, answer: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(answer, indent=2))

    def say(self, problem: str) -> None:
        self.stderr.write(problem)


def wrong_usage(sentence: str) -> CommandError:
    return CommandError(sentence, returncode=2)


@contextmanager
def repository_at(source: str) -> Iterator[Repository]:
    """The repository at `source`; whatever git refuses inside is wrong usage, said in one sentence."""
    try:
        with open_repository(source) as repository:
            yield repository
    except GitError as error:
        raise wrong_usage(error.reason) from error


def read_place(repository: Repository, place: str) -> bytes:
    """The bytes at `REV:PATH`."""
    revision, separator, path = place.partition(":")
    if not separator or not path:
        raise wrong_usage(f"{place!r} names no file: write it as REV:PATH")
    return repository.read(revision, path)


def files_at(repository: Repository, place: str) -> list[TreeEntry]:
    """The plain files at `REV` or `REV:folder`, with paths from the root of the repository."""
    revision, folder = split_revision(place)
    return [entry for entry in repository.tree(revision, folder) if entry.is_file]


def listed(text: str | None) -> list[str]:
    """The parts of a comma-separated option, empty ones left out."""
    return [part.strip() for part in (text or "").split(",") if part.strip()]
