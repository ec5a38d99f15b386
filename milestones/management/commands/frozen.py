"""`manage.py frozen REPO BASE HEAD [--rewrite a=b ...] [--json]`; a revision may be `REV:folder`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from milestones.audit.frozen import Frozen, compare_tests, rule_tokens
from milestones.clients.git import split_revision
from milestones.management.modules import modules_at, place_json
from milestones.management.repository import RepositoryCommand, repository_at, wrong_usage
from milestones.source.parsing import parse_python
from milestones.source.tests import may_hold_tests


class Command(RepositoryCommand):
    help = "Tell the tests that are still the same from those whose plumbing, assertions or more changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("repo", help="a git work tree or bare mirror")
        parser.add_argument("base", help="a revision, or REV:folder")
        parser.add_argument("head", help="a revision, or REV:folder")
        parser.add_argument("--rewrite", action="append", nargs="+", default=[], help="OLD=NEW, as often as needed")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, repo: str, base: str, head: str, as_json: bool, **options: Any) -> None:
        rules = dict(_rule(text) for texts in options["rewrite"] for text in texts)
        lines: dict[tuple[str, str], list[str]] = {}

        def kept(side: str) -> Any:
            def wanted(path: str, data: bytes) -> bool:
                if not may_hold_tests(path, data):
                    return False
                lines[side, path] = parse_python(data).data.decode("utf-8", "replace").split("\n")
                return True

            return wanted

        with repository_at(repo) as repository:
            sides = [modules_at(repository, place, kept(side)) for side, place in (("base", base), ("head", head))]
        result = compare_tests(sides[0], sides[1], rules, lines, (split_revision(base)[1], split_revision(head)[1]))
        if as_json:
            self.print_json(_as_json(result))
        else:
            self._print(result)

    def _print(self, result: Frozen) -> None:
        for change in result.assertions:
            self.stdout.write(
                f"{change.test.path}:{change.line}: {change.test.name}\n  - {change.before}\n  + {change.after}"
            )
        for word, tests in (("other", result.other), ("removed", result.removed), ("added", result.added)):
            for test in tests:
                self.stdout.write(f"{word} {test.path}:{test.line}: {test.name}")
        for was, now in result.proposed_rewrite.items():
            self.stdout.write(f"proposed: {was} = {now}")
        self.stdout.write(
            f"{len(result.unchanged)} unchanged, {len(result.plumbing)} plumbing, "
            f"{len(result.assertions)} assertions changed, {len(result.other)} changed otherwise"
        )


def _rule(text: str) -> tuple[str, str]:
    was, equals, now = text.partition("=")
    if not equals or not rule_tokens(was):
        raise wrong_usage(f"{text!r} is no rewrite rule: write it as OLD=NEW")
    return was.strip(), now.strip()


def _as_json(result: Frozen) -> dict[str, Any]:
    return {
        "unchanged": [place_json(test) for test in result.unchanged],
        "plumbing": [place_json(test) for test in result.plumbing],
        "assertions": [
            {
                "path": change.test.path,
                "name": change.test.name,
                "line": change.line,
                "before": change.before,
                "after": change.after,
            }
            for change in result.assertions
        ],
        "other": [place_json(test) for test in result.other],
        "removed": [place_json(test) for test in result.removed],
        "added": [place_json(test) for test in result.added],
        "proposed_rewrite": result.proposed_rewrite,
    }
