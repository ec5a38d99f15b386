"""manage.py track SOURCE: take a repository under watch, or bring it up to date, and print what was found."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from milestones.clients.git import GitError
from milestones.facts import ParseError
from milestones.management import page
from milestones.management.repository import wrong_usage
from milestones.models import Project, WorkState
from milestones.services import tracking


class Command(BaseCommand):
    help = "Track a repository: mirror it, read its documents and sources, judge it, print what was found."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", help="a local path, a bare mirror or an https address")
        parser.add_argument("--name", default="")
        parser.add_argument("--policy", default="", metavar="FILE", help="in place of the repository's migration.toml")
        parser.add_argument("--rev", default="", help="the commit to stand at (default: the default branch)")
        parser.add_argument("--docs-ref", default="", help="where the documents live")
        parser.add_argument("--default-branch", default="")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        project = self._register(options)
        bar = page.Bar(self.stderr if sys.stderr.isatty() and not options["json"] else None)
        row = tracking.look_now(project, bar)
        bar.end()
        if row.state != WorkState.DONE:
            raise wrong_usage(row.sentence)
        found = tracking.summary(project)
        self.stdout.write(json.dumps(found, indent=2) if options["json"] else page.of_project(project, found))

    def _register(self, options: dict[str, Any]) -> Project:
        source = options["source"].removeprefix("file://")
        try:
            return tracking.register(
                tracking.Wish(
                    source=str(Path(source).resolve()) if Path(source).exists() else source,
                    name=options["name"],
                    policy_text=_policy(options["policy"]),
                    revision=options["rev"],
                    docs_revision=options["docs_ref"],
                    default_branch=options["default_branch"],
                )
            )
        except ParseError as problem:
            raise wrong_usage(f"{options['policy']}: {problem}") from problem
        except GitError as problem:
            raise wrong_usage(problem.reason) from problem


def _policy(name: str) -> str:
    if not name:
        return ""
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise wrong_usage(f"the policy file {name} cannot be read: {problem}") from problem
