"""`manage.py functions REPO LEGACY_REV[:PATH] NEW_REV[:PATH] [--json]`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from milestones.clients.git import GitError, Repository, split_revision
from milestones.management.modules import modules_at, place_json, problem_json
from milestones.management.repository import RepositoryCommand, repository_at
from milestones.parity.functions import FunctionPair, Functions, compare_functions
from milestones.source.definitions import Module, read_module
from milestones.source.parsing import PYTHON_SUFFIXES


class Command(RepositoryCommand):
    help = "What became of each legacy function: identical, renamed, moved, changed, missing; and what is extra."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("repo", help="a git work tree or bare mirror")
        parser.add_argument("legacy", help="a revision, REV:folder or REV:file")
        parser.add_argument("new", help="a revision, REV:folder or REV:file")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, repo: str, legacy: str, new: str, as_json: bool, **_options: Any) -> None:
        with repository_at(repo) as repository:
            sides = [_modules(repository, place) for place in (legacy, new)]
        result = compare_functions(sides[0], sides[1], _under(legacy, new))
        if as_json:
            self.print_json(_as_json(result))
        else:
            self._print(result)

    def _print(self, result: Functions) -> None:
        for word, pairs in (("renamed", result.renamed), ("moved", result.moved), ("changed", result.changed)):
            for pair in pairs:
                self.stdout.write(
                    f"{word} {pair.similarity:.3f} {pair.old.path}:{pair.old.line} {pair.old.name} -> "
                    f"{pair.new.path}:{pair.new.line} {pair.new.name}"
                )
        for word, ones in (("missing", result.missing), ("extra", result.extra)):
            for one in ones:
                self.stdout.write(f"{word} {one.path}:{one.line} {one.name}")
        counts = (
            len(getattr(result, part)) for part in ("identical", "renamed", "moved", "changed", "missing", "extra")
        )
        self.stdout.write("{} identical, {} renamed, {} moved, {} changed, {} missing, {} extra".format(*counts))


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


def _pair_json(pair: FunctionPair) -> dict[str, Any]:
    return {"legacy": place_json(pair.old), "new": place_json(pair.new), "similarity": round(pair.similarity, 4)}


def _as_json(result: Functions) -> dict[str, Any]:
    return {
        "identical": [_pair_json(pair) for pair in result.identical],
        "renamed": [_pair_json(pair) for pair in result.renamed],
        "moved": [_pair_json(pair) for pair in result.moved],
        "changed": [_pair_json(pair) for pair in result.changed],
        "missing": [place_json(one) for one in result.missing],
        "extra": [place_json(one) for one in result.extra],
        "unparsed": [problem_json(problem) for problem in result.unparsed],
    }
