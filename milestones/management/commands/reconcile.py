"""`manage.py reconcile REPO BASE HEAD [--json] [--markdown]`; a revision may be `REV:folder`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from milestones.audit.reconcile import Reconciliation, reconcile, table
from milestones.clients.git import split_revision
from milestones.management.modules import modules_at, pair_json, place_json, problem_json
from milestones.management.repository import RepositoryCommand, repository_at
from milestones.source.tests import may_hold_tests


class Command(RepositoryCommand):
    help = "What became of each test between two revisions, read from source: base + added - removed = head."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("repo", help="a git work tree or bare mirror")
        parser.add_argument("base", help="a revision, or REV:folder")
        parser.add_argument("head", help="a revision, or REV:folder")
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument("--markdown", action="store_true")

    def handle(self, *, repo: str, base: str, head: str, as_json: bool, markdown: bool, **_options: Any) -> None:
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
