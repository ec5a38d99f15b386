"""`manage.py propose REPO`: a commented migration.toml on standard output."""

from __future__ import annotations

import re
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
from milestones.parity.proposal import PACKAGES, Sighting, as_toml, propose
from milestones.parity.reading import Shelf
from milestones.parity.routes import RouteTable
from milestones.reading import read_document
from milestones.services.last_served import last_before
from milestones.services.tables import table_at
from milestones.source.imports import imports_of
from milestones.source.paths import is_test

_PACKAGES = re.compile(rb"\b(?:" + b"|".join(one.encode() for of in PACKAGES.values() for one in of) + rb")\b")


class Command(RepositoryCommand):
    help = "A first migration.toml, worked out from the repository."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("repo", help="a git work tree or bare mirror")
        parser.add_argument("--rev", default="HEAD", help="the revision that is proposed for")

    def handle(self, *, repo: str, rev: str, **options: Any) -> None:
        shelf = Shelf()
        with repository_at(repo) as repository:
            sha = repository.resolve(rev)
            head = _sighting(repository, table_at(repository, sha, shelf), sha)
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


def _sighting(repository: Repository, table: RouteTable, sha: str) -> Sighting:
    entries = [entry for entry in repository.tree(sha) if entry.is_file]
    shas = [entry.sha for entry in entries if entry.path.endswith(".py") and not is_test(entry.path)]
    packages = {
        package
        for _, data in repository.blobs(shas)
        if _PACKAGES.search(data)
        for one in imports_of(data).statements
        for package in one.packages
    }
    return Sighting(sha, table, tuple(entry.path for entry in entries), tuple(sorted(packages)))


def _before(repository: Repository, head: Sighting, shelf: Shelf) -> Sighting | None:
    """The last commit whose frameworks are not all in the head."""
    now = head.table.frameworks
    if not now:
        return None
    tables: dict[str, RouteTable] = {}

    def serves(sha: str) -> tuple[str, ...]:
        tables[sha] = table_at(repository, sha, shelf)
        return tables[sha].frameworks

    old = last_before(repository, head.sha, now, serves)
    return _sighting(repository, tables[old], old) if old else None
