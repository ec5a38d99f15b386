"""manage.py track SOURCE: take a repository under watch, or bring it up to date, and print what was found."""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from milestones.clients.git import LONGEST_NAME, GitError
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
        if len(options["name"]) > 200:
            raise wrong_usage("--name is longer than 200 characters; give a shorter one")
        for option in ("rev", "docs_ref", "default_branch"):
            if len(options[option]) > LONGEST_NAME:
                raise wrong_usage(
                    f"--{option.replace('_', '-')} is longer than {LONGEST_NAME} characters; give a commit"
                )
        source = _source(options["source"])
        before = tracking.as_it_was(source)
        project = self._register(source, options)
        bar = page.Bar(self.stderr if sys.stderr.isatty() and not options["json"] else None)
        row = tracking.look_now(project, bar)
        bar.end()
        if row.state == WorkState.FAILED:
            tracking.put_back(project, before)
        if row.state != WorkState.DONE:
            raise wrong_usage(row.sentence)
        found = tracking.summary(project)
        self.stdout.write(json.dumps(found, indent=2) if options["json"] else page.of_project(project, found))

    def _register(self, source: str, options: dict[str, Any]) -> Project:
        try:
            return tracking.register(
                tracking.Wish(
                    source=source,
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


def _source(given: str) -> str:
    source = given.removeprefix("file://")
    if len(source) > 1000 or "\0" in source:
        raise wrong_usage(
            "SOURCE is longer than 1000 characters, or holds a NUL; give a local path or an https address"
        )
    return str(Path(source).resolve()) if os.path.exists(source) else source


def _policy(name: str) -> str:
    if not name:
        return ""
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, ValueError) as problem:
        raise wrong_usage(
            f"the policy file {name[:1000]} cannot be read: {getattr(problem, 'strerror', '') or problem}"
        ) from problem
