"""`manage.py similarity REPO LEGACY_REV:PATH NEW_REV:PATH [--json]`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from milestones.management.repository import RepositoryCommand, read_place, repository_at
from milestones.parity.similarity import Similarity, similarity
from milestones.source.parsing import decode


class Command(RepositoryCommand):
    help = "How close a new file stands to a legacy one: difflib's ratio on right-stripped non-empty lines."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("repo", help="a git work tree or bare mirror")
        parser.add_argument("legacy", help="REV:PATH of the legacy file")
        parser.add_argument("new", help="REV:PATH of the new file")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, repo: str, legacy: str, new: str, as_json: bool, **options: Any) -> None:
        with repository_at(repo) as repository:
            texts = [decode(read_place(repository, place))[0] for place in (legacy, new)]
        found = similarity(*texts)
        for problem in found.problems:
            self.say(problem.reason)
        if as_json:
            self.print_json(_as_json(found))
        else:
            self.stdout.write(_sentence(found))


def _as_json(found: Similarity) -> dict[str, Any]:
    return {
        "ratio": found.ratio,
        "ratio_without_autojunk": found.ratio_without_autojunk,
        "legacy_lines": found.legacy_lines,
        "new_lines": found.new_lines,
    }


def _sentence(found: Similarity) -> str:
    lines = f"{found.legacy_lines:,} legacy lines to {found.new_lines:,} new ones"
    if found.ratio is None:
        return f"similarity unknown ({lines})"
    differs = found.ratio_without_autojunk not in (None, found.ratio)
    beside = f", {found.ratio_without_autojunk:.4f} without autojunk" if differs else ""
    return f"similarity {found.ratio:.4f}{beside} ({lines})"
