"""`manage.py contract LEGACY.jsonl NEW.jsonl [--noise LEGACY2.jsonl] [--json] [--markdown]`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from milestones.clients.recordings import open_recording
from milestones.expectations import Rule
from milestones.facts import ParseError
from milestones.gates.policy import read_policy
from milestones.management.repository import RepositoryCommand, wrong_usage
from milestones.parity import contracts
from milestones.parity.contracts.written import as_json, as_lines, as_markdown


class Command(RepositoryCommand):
    help = (
        "In what the recorded answers of two systems differ; exit status 1 where they do. "
        "With one recording and --matrix: what the legacy system answers, to hold the new one to."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("legacy", help="the legacy system's recording, JSON lines, gzipped or not")
        parser.add_argument("new", nargs="?", help="the new system's recording")
        parser.add_argument(
            "--noise", metavar="LEGACY2", help="a second legacy recording: what wavers is not held against"
        )
        parser.add_argument(
            "--policy", metavar="FILE", help="a migration.toml whose [[contract]] rules are checked too"
        )
        parser.add_argument("--matrix", action="store_true", help="write the parity matrix of the legacy recording")
        parser.add_argument("--toml", action="store_true", help="the matrix as [[contract]] tables for migration.toml")
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument("--markdown", action="store_true", dest="as_markdown")

    def handle(self, *, legacy: str, new: str | None, noise: str | None, policy: str | None, **how: Any) -> None:
        with ExitStack() as opened:
            try:
                old = self._index(legacy, opened)
                if how["matrix"] or how["toml"]:
                    self._matrix(old, how)
                    return
                if new is None:
                    raise wrong_usage("one recording is no comparison: name the new system's as well, or say --matrix")
                again = self._index(noise, opened) if noise else None
                found = contracts.contract(old, self._index(new, opened), noise=again, rules=_rules(policy))
            except ParseError as problem:
                raise wrong_usage(str(problem)) from problem
        for one in found.problems:
            self.say(f"{one.path}{f':{one.line}' if one.line else ''}: {one.reason}")
        self._write(found, how)
        if found.differences or found.broken_rules or found.unseen or not found.pairs:
            sys.exit(1)

    def _index(self, path: str, opened: ExitStack) -> contracts.Recording:
        lines = open_recording(Path(path))
        opened.callback(lines.close)
        return contracts.index(lines)

    def _matrix(self, recording: contracts.Recording, how: dict[str, Any]) -> None:
        for problem in recording.problems:
            self.say(f"{problem.path}:{problem.line}: {problem.reason}")
        matrix = contracts.matrix_of(recording)
        self.stdout.write(matrix.as_policy() if how["toml"] else matrix.as_markdown())

    def _write(self, found: contracts.Contract, how: dict[str, Any]) -> None:
        if how["as_json"]:
            self.print_json(as_json(found))
        elif how["as_markdown"]:
            self.stdout.write(as_markdown(found))
        else:
            self._lines(as_lines(found))

    def _lines(self, lines: Iterator[str]) -> None:
        for line in lines:
            self.stdout.write(line)


def _rules(path: str | None) -> Sequence[Rule]:
    if path is None:
        return ()
    try:
        return read_policy(Path(path).read_text("utf-8")).contracts
    except (OSError, UnicodeDecodeError) as problem:
        raise wrong_usage(f"{path}: {problem}") from problem
    except ParseError as problem:
        raise wrong_usage(f"{path}: {problem}") from problem
