"""`manage.py propose REPO`: a commented migration.toml on standard output."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from milestones.audit.stated import Stated, said_without_path, stated_rules
from milestones.audit.stated import as_toml as rules_as_toml
from milestones.clients.git import Repository
from milestones.globs import matches
from milestones.management.repository import RepositoryCommand, repository_at
from milestones.parity.proposal import Sighting, as_toml, propose
from milestones.parity.reading import Shelf
from milestones.reading import read_document
from milestones.services.tables import table_at
from milestones.source.imports import imports_of
from milestones.source.paths import is_test

HISTORY = 2_000  # commits of the first-parent line that are looked at for a framework that is gone


class Command(RepositoryCommand):
    help = "A first migration.toml, worked out from the repository."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("repo", help="a git work tree or bare mirror")
        parser.add_argument("--rev", default="HEAD", help="the revision that is proposed for")

    def handle(self, *, repo: str, rev: str, **options: Any) -> None:
        shelf = Shelf()
        with repository_at(repo) as repository:
            head = _sighting(repository, repository.resolve(rev), shelf)
            before = _before(repository, head, shelf)
            found = propose(_name(repo), head, before)
            rules = _stated(repository, head, found.docs)
        text = as_toml(found)
        if rules:
            text += "\n".join([*([] if found.tests else ["", "[frozen]"]), *rules_as_toml(rules)]) + "\n"
        self.stdout.write(text, ending="")


def _stated(repository: Repository, head: Sighting, docs: Iterable[str]) -> list[Stated]:
    """The rules about change that the documents state in their own words."""
    patterns = tuple(docs)
    named = {
        entry.sha: entry.path
        for entry in repository.tree(head.sha)
        if entry.is_file and matches(entry.path, patterns) and (entry.size or 0) <= settings.MIGRATOR_DOC_BYTES
    }
    data = {named[sha]: data for sha, data in repository.blobs(named)}
    texts = {path: one.decode("utf-8", "replace") for path, one in data.items()}
    rules = stated_rules((read_document(path, one) for path, one in data.items()), set(head.paths), texts)
    return rules + [one for path, text in texts.items() for one in said_without_path(path, text)]


def _name(repo: str) -> str:
    path = Path(repo).resolve()
    return path.parent.name if path.name in ("repo", ".git") else path.name.removesuffix(".git")


def _sighting(repository: Repository, sha: str, shelf: Shelf) -> Sighting:
    entries = [entry for entry in repository.tree(sha) if entry.is_file]
    shas = [entry.sha for entry in entries if entry.path.endswith(".py") and not is_test(entry.path)]
    packages = {
        package for _, data in repository.blobs(shas) for one in imports_of(data).statements for package in one.packages
    }
    return Sighting(
        sha, table_at(repository, sha, shelf), tuple(entry.path for entry in entries), tuple(sorted(packages))
    )


def _before(repository: Repository, head: Sighting, shelf: Shelf) -> Sighting | None:
    """The last commit whose frameworks are not all in the head: found by halving, as migrations do not come back."""
    shas = [commit.sha for commit in repository.log(head.sha, count=HISTORY)]
    now = set(head.table.frameworks)
    old, new = _others(repository, shas, now, shelf) if now else 0, 0  # `new` serves nothing that is gone
    if not old:
        return None
    while old - new > 1:
        middle = (old + new) // 2
        if set(table_at(repository, shas[middle], shelf).frameworks) - now:
            old = middle
        else:
            new = middle
    return _sighting(repository, shas[old], shelf)


def _others(repository: Repository, shas: list[str], now: set[str], shelf: Shelf) -> int:
    """How far back, looked at in growing steps, a framework served that is gone now; 0 for never."""
    step = 1
    while step < len(shas):
        if set(table_at(repository, shas[step], shelf).frameworks) - now:
            return step
        step *= 2
    return len(shas) - 1 if set(table_at(repository, shas[-1], shelf).frameworks) - now else 0
