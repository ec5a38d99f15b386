"""`manage.py read FILE...`: what documents say, without a database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from milestones.facts import Document
from milestones.reading import read_document
from milestones.reading.document import LARGEST
from milestones.reading.printed import as_printed, outline_of


class Command(BaseCommand):
    help = "Print the milestones, criteria, gates and targets that Markdown documents hold."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")

    def handle(self, *args: object, **options: Any) -> None:
        refused: list[str] = []
        documents = [found for name in options["files"] if (found := _read(name, refused))]
        if options["json"]:
            printed = {"documents": [as_printed(document) for document in documents]}
            self.stdout.write(json.dumps(printed, ensure_ascii=False, indent=2))
        else:
            for document in documents:
                self.stdout.write("\n".join(outline_of(document)))
        if refused:  # the others come through
            raise CommandError("\n".join(refused), returncode=2)


def _read(name: str, refused: list[str]) -> Document | None:
    """The document of a file; where there is none, why not joins what was refused."""
    try:
        return read_document(name, contents(name))
    except CommandError as problem:
        refused.append(str(problem))
        return None


def contents(name: str) -> bytes:
    """A file's bytes, no more of them than show that it is too large; wrong usage where it is no file."""
    try:
        with Path(name).open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise CommandError(f"{name}: {(error.strerror or 'cannot be read').lower()}", returncode=2) from error
    except ValueError as error:
        raise CommandError(f"{name!r} is no file name", returncode=2) from error
