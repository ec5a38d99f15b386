"""`manage.py frozen REPO BASE HEAD [--rewrite a=b ...] [--json]`; a revision may be `REV:folder`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.management.base import CommandParser

from milestones.audit.frozen import AssertionChange, Frozen, compare_tests
from milestones.audit.rewriting import split_rule
from milestones.facts import Problem
from milestones.management.modules import pair_json, place_json, problem_json
from milestones.management.repository import RepositoryCommand, repository_at, wrong_usage
from milestones.services.suites import read_suites
from milestones.source.definitions import Definition


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
        with repository_at(repo) as repository:
            suites = read_suites(repository, (base, head))
        result = compare_tests(*suites.modules, rules, suites.lines, suites.under, tests=suites.tests)
        for problem in dict.fromkeys(suites.problems):
            self.say(f"{problem.path}:{problem.line or 1}: {problem.reason}")
        if as_json:
            self.print_json(_as_json(result, suites.problems))
        else:
            self._print(result)

    def _print(self, result: Frozen) -> None:
        for change in result.assertions:
            where = f" (in {change.where.sort} {change.where.path}:{change.line})" if change.where else ""
            line = change.test.line if change.where else change.line
            self.stdout.write(f"{change.test.path}:{line}: {change.test.name}{where}")
            self.stdout.write("\n".join([*_signed("-", change.before), *_signed("+", change.after)]))
        for word, tests in (("other", result.other), ("removed", result.removed), ("added", result.added)):
            for test in tests:
                self.stdout.write(f"{word} {test.path}:{test.line}: {test.name}")
        for word, pairs in (("moved", result.moved), ("renamed", result.renamed)):
            for old, new in pairs:
                self.stdout.write(f"{word} {old.path}::{old.name} -> {new.path}:{new.line}: {new.name}")
        for was, now in result.proposed_rewrite.items():
            self.stdout.write(f"proposed: {was} = {now} ({result.explained[was]} tests)")
        self.stdout.write(
            f"{len(result.unchanged)} unchanged, {len(result.plumbing)} plumbing, "
            f"{len(result.assertions)} assertions changed, {len(result.other)} changed otherwise, "
            f"{len(result.removed)} removed, {len(result.added)} added, {len(result.moved)} moved, "
            f"{len(result.renamed)} renamed"
        )


def _signed(sign: str, text: str) -> list[str]:
    return [f"  {sign} {line}" for line in text.split("\n") if line]


def _rule(text: str) -> tuple[str, str]:
    found = split_rule(text)
    if found is None:
        raise wrong_usage(f"{text!r} is no rewrite rule: write it as OLD=NEW")
    return found


def _as_json(result: Frozen, problems: Iterable[Problem]) -> dict[str, Any]:
    return {
        "unchanged": [_test(result, test) for test in result.unchanged],
        "plumbing": [_test(result, test) for test in result.plumbing],
        "assertions": [_assertion(result, change) for change in result.assertions],
        "other": [_other(result, test) for test in result.other],
        "removed": [place_json(test) for test in result.removed],
        "added": [place_json(test) for test in result.added],
        "proposed_rewrite": result.proposed_rewrite,
        "moved": [pair_json(*pair) for pair in result.moved],
        "renamed": [pair_json(*pair) for pair in result.renamed],
        "replaced": [{**pair_json(one.old, one.new), "class": one.sort} for one in result.replaced],
        "unparsed": [problem_json(problem) for problem in dict.fromkeys(problems)],
    }


def _test(result: Frozen, test: Definition) -> dict[str, Any]:
    """A test where it stands, whence it came if it moved, and what changed around it."""
    came = result.came_from.get(test.key)
    around = [
        {"kind": one.sort, "name": one.name or one.old_name, "path": one.path or one.old_path,
         "line": one.line or one.old_line, "change": "changed" if one.old_path and one.path else
         ("added" if one.path else "removed")}
        for one in result.reached.get(test.key, ())
    ]  # fmt: skip
    more: dict[str, Any] = {"from": f"{came.path}::{came.name}"} if came else {}
    return {**place_json(test), **more, **({"reached": around} if around else {})}


def _assertion(result: Frozen, change: AssertionChange) -> dict[str, Any]:
    """A changed expectation at its line; one in a helper names the test, and under `in` where the line is."""
    found = {**_test(result, change.test), "before": change.before, "after": change.after, "old_line": change.old_line}
    if change.where is None:
        return {**found, "line": change.line}
    where = change.where
    return {**found, "in": {"kind": where.sort, "name": where.name, "path": where.path, "line": change.line}}


def _other(result: Frozen, test: Definition) -> dict[str, Any]:
    differs = result.differs.get(test.key)
    more = {"changed_line": differs.line, "before": differs.before, "after": differs.after} if differs else {}
    return {**_test(result, test), **more}
