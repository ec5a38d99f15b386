"""What is left of the old framework: imports, symbols and words, each with its file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from milestones.facts import Problem
from milestones.source import imports as finder
from milestones.source.imports import Import, Imports
from milestones.source.parsing import parse_python
from milestones.source.paths import is_test

VERSION = finder.VERSION
WORD_FILE_LIMIT = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What leftovers need of one file; depends on its bytes alone, so it is cached by blob hash and `VERSION`."""

    imports: tuple[Import, ...] = ()
    holds_tests: bool = False
    problems: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "imports": [[i.line, list(i.modules), list(i.names), i.level] for i in self.imports],
            "holds_tests": self.holds_tests,
            "problems": [[problem.reason, problem.line] for problem in self.problems],
        }

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> FileFacts:
        statements = (Import(line, tuple(m), tuple(n), level) for line, m, n, level in facts["imports"])
        problems = (Problem(reason, "", line) for reason, line in facts["problems"])
        return cls(tuple(statements), facts["holds_tests"], tuple(problems))


@dataclass(frozen=True, slots=True)
class Leftover:
    """One thing left: `name` is the package, symbol or word as it was asked for."""

    name: str
    path: str
    line: int
    test: bool = False


@dataclass(frozen=True, slots=True)
class ImportsLeft:
    """The import statements that remain, source and tests together, by path and line."""

    places: tuple[Leftover, ...] = ()
    unparsed: tuple[Problem, ...] = ()

    @property
    def in_source(self) -> int:
        return sum(not place.test for place in self.places)

    @property
    def in_tests(self) -> int:
        return sum(place.test for place in self.places)


def file_facts(data: bytes) -> FileFacts:
    """The facts of one Python file, from its bytes."""
    found: Imports = finder.imports_of(data)
    return FileFacts(found.statements, is_test("test_name.py", data), found.problems)


def imports_left(files: Iterable[tuple[str, FileFacts]], packages: Sequence[str]) -> ImportsLeft:
    """The imports of `packages` in files given as (path, facts). A statement counts once per package that it names."""
    places: list[Leftover] = []
    unparsed: list[Problem] = []
    for path, facts in sorted(files, key=lambda file: file[0]):
        unparsed += (Problem(problem.reason, path, problem.line) for problem in facts.problems)
        test = is_test(path) and (facts.holds_tests or is_test(path, b""))
        places += (
            Leftover(package, path, statement.line, test)
            for statement in facts.imports
            for package in packages
            if statement.names_package(package)
        )
    return ImportsLeft(tuple(places), tuple(unparsed))


def symbols_left(path: str, data: bytes, symbols: Sequence[str]) -> tuple[Leftover, ...]:
    """Where identifiers that must be gone still stand in the code of a Python file."""
    if not any(symbol.encode() in data for symbol in symbols):
        return ()
    source = parse_python(data, path)
    test = is_test(path, data)
    return tuple(Leftover(symbol, path, line, test) for symbol, line in finder.symbol_lines(source, symbols))


def words_left(path: str, data: bytes, words: Sequence[str]) -> tuple[Leftover, ...]:
    """Where whole words, in any case, stand in a text file; each once a line. Binary and huge files hold none."""
    if not words or len(data) > WORD_FILE_LIMIT or b"\0" in data[:8192]:
        return ()
    told = {word: re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE) for word in words}
    lines = enumerate(data.decode("utf-8", "replace").splitlines(), 1)
    return tuple(
        Leftover(word, path, number) for number, line in lines for word, rule in told.items() if rule.search(line)
    )
