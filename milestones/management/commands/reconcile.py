"""`manage.py reconcile REPO_OR_SLUG BASE HEAD [--json] [--markdown]`; a revision may be `REV:folder`.

Of a project its stored outcomes are held against each other; without results at both ends, and on a bare repository,
the sources are.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.db import DatabaseError

from milestones.audit.reconcile import Reconciliation, reconcile, table
from milestones.clients.git import GitError, split_revision
from milestones.management import outcome_table
from milestones.management.modules import modules_at, pair_json, place_json, problem_json
from milestones.management.repository import RepositoryCommand, repository_at, wrong_usage
from milestones.models import Project
from milestones.services import in_force, reconciling
from milestones.services.reconciling import Between
from milestones.source.tests import may_hold_tests

SLUG = re.compile(r"[-\w]{1,80}")


class Command(RepositoryCommand):
    help = "What became of each test between two revisions, read from source: base + added - removed = head."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("repo", help="a project, a git work tree or a bare mirror")
        parser.add_argument("base", help="a revision, or REV:folder")
        parser.add_argument("head", help="a revision, or REV:folder")
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument("--markdown", action="store_true")

    def handle(self, *, repo: str, base: str, head: str, as_json: bool, markdown: bool, **_options: Any) -> None:
        project = project_at(repo)
        if project is not None:
            if found := self._stored(project, base, head):
                self._write_stored(found, as_json=as_json, markdown=markdown)
                return
            repo = str(project.mirror)
            base, head = (reconciling.from_head(project, revision) for revision in (base, head))
        with repository_at(repo) as repository:
            sides = [modules_at(repository, place, may_hold_tests) for place in (base, head)]
        under = (split_revision(base)[1], split_revision(head)[1])
        result = reconcile(sides[0], sides[1], under)
        if as_json:
            self.print_json(_as_json(result))
        elif markdown:
            self.stdout.write(_markdown(result))
        else:
            self._print(result)

    def _stored(self, project: Project, base: str, head: str) -> Between | None:
        """What the results of both commits say; None where one has none, or a folder is asked for."""
        try:
            ends = [reconciling.resolve(project, revision) for revision in (base, head)]
            found = reconciling.between(project, ends[0], ends[1], in_force.policy_of(project))
        except reconciling.NoResultsError as lacking:
            self.say(f"{lacking.reason}; read from the sources instead")
        except GitError as problem:
            if ":" not in base + head:
                raise wrong_usage(problem.reason) from problem
        else:
            reconciling.remember_renames(project, found)
            return found
        return None

    def _write_stored(self, found: Between, *, as_json: bool, markdown: bool) -> None:
        if as_json:
            self.print_json(outcome_table.as_json(found))
        else:
            self.stdout.write(outcome_table.as_markdown(found) if markdown else outcome_table.as_text(found))

    def _print(self, result: Reconciliation) -> None:
        found = result.matching
        for sign, tests in (("-", found.removed), ("+", found.added), ("~", [new for _, new in found.modified])):
            for test in tests:
                self.stdout.write(f"{sign} {test.path}:{test.line}: {test.name}")
        for word, pairs in (("renamed", found.renamed), ("moved", found.moved)):
            for old, new in pairs:
                self.stdout.write(f"{word} {old.path}::{old.name} -> {new.path}::{new.name}")
        for problem in result.unparsed:
            self.say(f"{problem.path}:{problem.line}: {problem.reason}")
        self.stdout.write(
            f"{result.base_total} + {len(found.added)} added - {len(found.removed)} removed = {result.head_total}; "
            f"{len(found.unchanged)} unchanged, {len(found.modified)} modified"
        )


def project_at(name: str) -> Project | None:
    """The project of this name, where nothing in the file system is called so and there is a database."""
    if not SLUG.fullmatch(name) or Path(name).exists():
        return None
    try:
        return Project.objects.filter(slug=name).first()
    except DatabaseError:
        return None


def _as_json(result: Reconciliation) -> dict[str, Any]:
    found = result.matching
    return {
        "base": {"total": result.base_total},
        "head": {"total": result.head_total},
        "unchanged": [place_json(new) for _, new in found.unchanged],
        "modified": [place_json(new) for _, new in found.modified],
        "added": [place_json(test) for test in found.added],
        "removed": [place_json(test) for test in found.removed],
        "renamed": [pair_json(*pair) for pair in found.renamed],
        "moved": [pair_json(*pair) for pair in found.moved],
        "unparsed": [problem_json(problem) for problem in result.unparsed],
    }


def _markdown(result: Reconciliation) -> str:
    rows = table(result)
    lines = [
        "| Tests | Before | Unchanged | Modified | Removed | Added | After |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        counts = (row.base, row.unchanged, row.modified, row.removed, row.added, row.head)
        name = row.group.replace("|", "\\|")
        lines.append(f"| `{name}` | " + " | ".join(map(str, counts)) + " |")
    sums = [
        sum(getattr(row, part) for row in rows)
        for part in ("base", "unchanged", "modified", "removed", "added", "head")
    ]
    lines.append("| **All** | " + " | ".join(map(str, sums)) + " |")
    lines += [
        f"\nNot read in full: `{problem.path}` line {problem.line}: {problem.reason}." for problem in result.unparsed
    ]
    return "\n".join(lines)
