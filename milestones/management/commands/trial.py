"""manage.py trial SLUG: whether the gates see evidence that is known to be bad. Exit 0 all do, 1 not, 2 wrong usage."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from milestones.clients.git import GitError
from milestones.codec import to_plain
from milestones.gates.trial import Trial, try_gates
from milestones.management.project import commit_named, project_named
from milestones.management.repository import wrong_usage
from milestones.services import judging, kept, replay


class Command(BaseCommand):
    help = "Put the gates on trial: make known-bad variants of a commit's evidence, and tell which gates catch which."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--sha", default="", help="a commit (default: where the project stands)")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        project = project_named(options["slug"])
        sha = commit_named(project, options["sha"])
        try:
            found = try_gates(replay.inputs_of(judging.judge_commit(project, sha)))
        except (GitError, kept.LostError) as refused:
            raise wrong_usage(str(refused)) from refused
        plain = {"project": project.slug, "sha": sha, "holds": found.holds, **to_plain(found)}
        self.stdout.write(
            json.dumps(plain, indent=2) if options["json"] else _text(found, f"{project.slug} at {sha[:8]}")
        )
        if not found.holds:
            sys.exit(1)


def _text(found: Trial, where: str) -> str:
    lines = [f"{where}: {'every variant is caught' if found.holds else 'not every variant is caught'}"]
    for one in found.tried:
        if one.skipped:
            lines.append(f"  – {one.name}: {one.skipped}")
            continue
        sign = "●" if one.caught else "■"
        lines.append(f"  {sign} {one.name}: {f'caught by {len(one.caught)}' if one.caught else 'caught by no gate'}")
        lines += [f"      {gate}" for gate in one.caught[:6]]
        lines += [f"      and {len(one.caught) - 6} more"] if len(one.caught) > 6 else []
        lines += [f"      not by {gate}" for gate in one.missed]
    lines += [f"  untrusted: {gate} catches nothing that it should" for gate in found.untrusted]
    lines += [f"  not tried, for it does not pass here: {gate}" for gate in found.untried]
    return "\n".join(lines)
