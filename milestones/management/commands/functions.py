"""`manage.py functions REPO LEGACY_REV[:PATH] NEW_REV[:PATH] [--json]`."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.core.management.base import CommandParser

from milestones.clients.git import GitError, Repository, split_revision
from milestones.management.modules import modules_at, problem_json
from milestones.management.repository import RepositoryCommand, repository_at
from milestones.parity.drift import FunctionFact, Where, entry_for, facts_of
from milestones.parity.functions import compare_functions
from milestones.parity.side_by_side import Row, side_by_side
from milestones.services.functions import pinned
from milestones.source.definitions import Module, read_module
from milestones.source.outlines import Outline, outlines_of
from milestones.source.parsing import PYTHON_SUFFIXES, decode


class Command(RepositoryCommand):
    help = "What became of each legacy function: identical, renamed, moved, changed, missing; and what is extra."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("repo", help="a git work tree or bare mirror")
        parser.add_argument("legacy", help="a revision, REV:folder or REV:file")
        parser.add_argument("new", help="a revision, REV:folder or REV:file")
        parser.add_argument("--diff", action="store_true", help="show each changed function side by side")
        parser.add_argument("--accept", action="store_true", help="print an [[accept]] entry for each difference")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, repo: str, legacy: str, new: str, as_json: bool, **options: Any) -> None:
        with repository_at(repo) as repository:
            sides = [_modules(repository, place) for place in (legacy, new)]
            result = compare_functions(sides[0], sides[1], _under(legacy, new))
            files = [_Files(repository, split_revision(place)[0]) for place in (legacy, new)]
            facts = pinned(facts_of(result, files[0].outline, files[1].outline))
            rows = {id(one): _diff(files, one) for one in facts if options["diff"] and one.state == "changed"}
        problems = [problem_json(problem) for problem in result.unparsed]
        if as_json:
            self.print_json(_as_json(facts, rows) | {"unparsed": problems})
        elif options["accept"]:
            self.stdout.write("\n".join(entry_for(one) for one in facts if one.drifts))
        else:
            self._print(facts, rows)
        for problem in () if as_json else result.unparsed:
            self.say(f"{problem.path}:{problem.line or 1}: {problem.reason}")

    def _print(self, facts: list[FunctionFact], rows: dict[int, list[Row]]) -> None:
        for one in sorted(facts, key=lambda one: STATES.index(one.state)):
            if one.state == "identical":
                continue
            told = "" if one.similarity is None else f" {one.similarity:.3f}"
            places = " -> ".join(f"{at.path}:{at.line} {at.name}" for at in (one.old, one.new) if at)
            self.stdout.write(f"{one.state}{told} {places}")
            for said in one.changes:
                self.stdout.write(f"    {said}")
            for row in rows.get(id(one), ()):
                self.stdout.write(_line(row))
        counts = (f"{sum(one.state == state for one in facts)} {state}" for state in STATES)
        self.stdout.write(", ".join(counts))


STATES = ("identical", "renamed", "moved", "changed", "missing", "extra")
_SIGNS = {"same": " ", "changed": "|", "removed": "<", "added": ">"}
WIDTH = 70


def _line(row: Row) -> str:
    left, right = ("".join(part).expandtabs(4)[:WIDTH] for part in (row.old, row.new))
    return f"    {left:{WIDTH}} {_SIGNS[row.state]} {right}".rstrip()


class _Files:
    """The files of one revision, each read once."""

    def __init__(self, repository: Repository, revision: str) -> None:
        self.read = lru_cache(maxsize=None)(lambda path: repository.read(revision, path))
        self.outlines = lru_cache(maxsize=None)(lambda path: outlines_of(self.read(path)))

    def outline(self, path: str, name: str) -> Outline | None:
        return self.outlines(path).get(name)

    def lines(self, at: Where) -> tuple[int, list[str]]:
        """The lines of a function with its decorators, and the number of the first."""
        found = self.outline(at.path, at.name)
        first, last = (found.first_line, found.last_line) if found else (at.line, at.last_line)
        return first, decode(self.read(at.path))[0].splitlines()[first - 1 : last]


def _diff(files: list[_Files], fact: FunctionFact) -> list[Row]:
    if fact.old is None or fact.new is None:
        return []
    (first, old), (second, new) = files[0].lines(fact.old), files[1].lines(fact.new)
    return side_by_side(old, new, (first, second))


def _modules(repository: Repository, place: str) -> list[Module]:
    """Read a revision, a folder of it or a single file. Raises GitError."""
    revision, path = split_revision(place)
    if not path.endswith(PYTHON_SUFFIXES):
        return modules_at(repository, place)
    try:
        return modules_at(repository, place)  # a folder may be called so
    except GitError:
        return [read_module(repository.read(revision, path), path)]


def _under(legacy: str, new: str) -> tuple[str, str]:
    """Return the folders on both sides; two single files are taken as one place."""
    paths = split_revision(legacy)[1], split_revision(new)[1]
    if all(path.endswith(PYTHON_SUFFIXES) for path in paths):
        return paths
    return paths if paths[0] != paths[1] else ("", "")


def _as_json(facts: list[FunctionFact], rows: dict[int, list[Row]]) -> dict[str, Any]:
    return {state: [_fact_json(one, rows) for one in facts if one.state == state] for state in STATES}


def _fact_json(one: FunctionFact, rows: dict[int, list[Row]]) -> dict[str, Any]:
    """A pair has both places; what has no counterpart is its own place."""
    if one.old is None or one.new is None:
        at = one.old or one.new
        return {} if at is None else _place_json(at) | {"what": one.what, "content": one.pin}
    pair: dict[str, Any] = {"legacy": _place_json(one.old), "new": _place_json(one.new)}
    if one.similarity is not None:
        pair["similarity"] = round(one.similarity, 4)
    if one.state == "changed":
        pair |= {"changes": list(one.changes), "same_body": one.same_body, "what": one.what, "content": one.pin}
    if id(one) in rows:
        pair["diff"] = [[row.state, row.old_number, "".join(row.old), row.new_number, "".join(row.new)]
                        for row in rows[id(one)]]  # fmt: skip
    return pair


def _place_json(at: Where) -> dict[str, Any]:
    return {"path": at.path, "name": at.name, "line": at.line}
