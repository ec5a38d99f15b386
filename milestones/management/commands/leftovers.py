"""`manage.py leftovers REPO --rev R [--imports a,b] [--symbols X] [--exist Y] [--words porting:docs/**] [--json]`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.management.base import CommandParser

from milestones.clients.git import Repository, TreeEntry
from milestones.facts import Problem
from milestones.globs import matches
from milestones.management.repository import RepositoryCommand, files_at, listed, repository_at, wrong_usage
from milestones.parity import dependencies, leftovers
from milestones.parity.leftovers import FileFacts, ImportsLeft, Leftover
from milestones.source.parsing import PYTHON_SUFFIXES


@dataclass(frozen=True, slots=True)
class _Wanted:
    imports: list[str]
    symbols: list[str]
    words: list[tuple[str, str]]  # (word, glob)
    exist: list[str]
    dependencies: list[str]

    def words_for(self, path: str) -> list[str]:
        return [word for word, glob in self.words if matches(path, [glob])]


class Command(RepositoryCommand):
    help = "What is left of the old framework: imports, symbols and words, with file and line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("repo", help="a git work tree or bare mirror")
        parser.add_argument("--rev", default="HEAD", help="a revision, or REV:folder")
        parser.add_argument("--imports", action="append", default=[], help="packages, separated by commas")
        parser.add_argument("--symbols", action="append", default=[], help="identifiers, separated by commas")
        parser.add_argument("--exist", action="append", default=[], help="identifiers that must be there")
        parser.add_argument(
            "--dependencies",
            action="append",
            default=[],
            help="packages in manifests and lock files; those of --imports",
        )
        parser.add_argument("--words", action="append", default=[], help="WORD:GLOB, separated by commas")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, repo: str, rev: str, as_json: bool, **options: Any) -> None:
        wanted = _Wanted(
            [name for text in options["imports"] for name in listed(text)],
            [name for text in options["symbols"] for name in listed(text)],
            [_word_rule(rule) for text in options["words"] for rule in listed(text)],
            [name for text in options["exist"] for name in listed(text)],
            [name for text in (*options["imports"], *options["dependencies"]) for name in listed(text)],
        )
        with repository_at(repo) as repository:
            entries = files_at(repository, rev)
            found, named, words = _search(repository, entries, wanted)
            installed, unread = _installed(repository, entries, wanted)
        found = replace(found, unparsed=(*found.unparsed, *unread))
        symbols = [left for left in named if left.name in wanted.symbols]
        absent = [name for name in wanted.exist if not any(left.name == name for left in named)]
        if as_json:
            self.print_json(_as_json(found, symbols, words, installed, absent))
        else:
            self._print(found, (*symbols, *words, *installed), absent)

    def _print(self, found: ImportsLeft, others: Sequence[Leftover], absent: Sequence[str]) -> None:
        for left in (*found.places, *others):
            self.stdout.write(f"{left.path}:{left.line}: {left.name}{' (test)' if left.test else ''}")
        for name in absent:
            self.stdout.write(f"{name} does not exist yet")
        for problem in found.unparsed:
            self.say(f"{problem.path}:{problem.line}: {problem.reason}")
        self.stdout.write(
            f"{found.in_source} imports in source, {found.in_tests} in tests, "
            f"{len(others)} places of symbols, words and dependencies, {len(absent)} symbols absent"
        )


def _word_rule(rule: str) -> tuple[str, str]:
    word, _, glob = rule.partition(":")
    if not word or not glob:
        raise wrong_usage(f"--words {rule!r}: write it as WORD:GLOB, for example porting:docs/**")
    return word, glob


def _search(
    repository: Repository, entries: Sequence[TreeEntry], wanted: _Wanted
) -> tuple[ImportsLeft, list[Leftover], list[Leftover]]:
    """One pass over the blobs: each is read once, however many paths it has, and dropped again."""
    paths: dict[str, list[str]] = {}
    for entry in entries:
        if _is_python(entry.path) or wanted.words_for(entry.path):
            paths.setdefault(entry.sha, []).append(entry.path)
    files: list[tuple[str, FileFacts]] = []
    symbols: list[Leftover] = []
    words: list[Leftover] = []
    names = [*wanted.symbols, *wanted.exist]
    for sha, data in repository.blobs(paths):
        python = [path for path in paths[sha] if _is_python(path)]
        if python:
            facts = leftovers.file_facts(data)
            files += ((path, facts) for path in python)
        symbols += _each(leftovers.symbols_left(path, data, names) for path in python)
        words += _each(leftovers.words_left(path, data, wanted.words_for(path)) for path in paths[sha])
    return leftovers.imports_left(files, wanted.imports), _in_order(symbols), _in_order(words)


def _installed(
    repository: Repository, entries: Sequence[TreeEntry], wanted: _Wanted
) -> tuple[list[Leftover], list[Problem]]:  # fmt: skip
    """What manifests and lock files still ask for."""
    manifests = [entry for entry in entries if wanted.dependencies and dependencies.reader_of(entry.path)]
    paths: dict[str, list[str]] = {}
    for entry in manifests:
        paths.setdefault(entry.sha, []).append(entry.path)
    blobs = repository.blobs(paths)
    read = [dependencies.dependencies_in(path, data) for sha, data in blobs for path in paths[sha]]
    left = dependencies.wanted_of([one for some in read for one in some.found], wanted.dependencies)
    places = [Leftover(one.package, one.path, one.line, one.test) for one in left]
    return places, [problem for some in read for problem in some.problems]


def _is_python(path: str) -> bool:
    return path.endswith(PYTHON_SUFFIXES)


def _each(found: Iterable[tuple[Leftover, ...]]) -> list[Leftover]:
    return [left for some in found for left in some]


def _in_order(places: list[Leftover]) -> list[Leftover]:
    return sorted(places, key=lambda left: (left.path, left.line, left.name))


def _as_json(
    found: ImportsLeft,
    symbols: Sequence[Leftover],
    words: Sequence[Leftover],
    installed: Sequence[Leftover],
    absent: Sequence[str],
) -> dict[str, Any]:
    def place(left: Leftover, kind: str) -> dict[str, Any]:
        return {"path": left.path, "line": left.line, kind: left.name, "test": left.test}

    return {
        "imports": [place(left, "package") for left in found.places],
        "symbols": [place(left, "symbol") for left in symbols],
        "words": [place(left, "word") for left in words],
        "dependencies": [place(left, "package") for left in installed],
        "absent": list(absent),
        "counts": {"source": found.in_source, "tests": found.in_tests},
        "unparsed": [{"path": p.path, "line": p.line, "reason": p.reason} for p in found.unparsed],
    }
