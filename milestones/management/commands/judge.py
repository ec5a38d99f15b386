"""manage.py judge SLUG: every gate at a commit. Exit 0 pass, 1 fail or unknown, 2 wrong usage."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from milestones.management import page
from milestones.management.project import commit_named, project_named
from milestones.management.repository import wrong_usage
from milestones.models import Judgement, Project
from milestones.services import judging, promote, tracking


class Command(BaseCommand):
    help = "Judge a project at a commit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--sha", default="", help="a commit (default: where the project stands)")
        parser.add_argument("--milestone", default="", help="this one alone, with every criterion")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        project = project_named(options["slug"])
        sha = commit_named(project, options["sha"])
        if options["milestone"]:
            self._check(project, options["milestone"])
        answer = _answer(judging.judge_commit(project, sha), options["milestone"])
        self.stdout.write(json.dumps(answer, indent=2) if options["json"] else _text(answer))
        if answer["state"] != "pass":
            sys.exit(1)

    def _check(self, project: Project, key: str) -> None:
        try:
            promote.milestone_of(project, key)
        except promote.NotAllowedError as refused:
            raise wrong_usage(str(refused)) from refused


def _answer(judgement: Judgement, key: str) -> dict[str, Any]:
    verdicts = [tracking.verdict_json(one) for one in judgement.verdicts.order_by("position")]
    milestones = [one for one in judgement.milestones if key in ("", one["key"])]
    verdicts = [one for one in verdicts if key in ("", one["milestone"])]
    worst = milestones[0]["state"] if key and milestones else _worst(verdicts)
    return {
        "project": judgement.project.slug, "sha": judgement.sha, "number": judgement.number, "state": worst,
        "verdicts": verdicts, "milestones": milestones,
    }  # fmt: skip


def _worst(verdicts: list[dict[str, Any]]) -> str:
    """Worst wins; no gate at all is unknown, never a pass."""
    states = {one["state"] for one in verdicts if one["strict"]}
    return next((state for state in ("fail", "unknown", "pass") if state in states), "unknown")


def _text(answer: dict[str, Any]) -> str:
    lines = [f"{answer['project']} at {answer['sha'][:8]}: {answer['state']} (judgement {answer['number']})"]
    lines += page.of_verdicts(answer["verdicts"])
    if not answer["verdicts"]:
        lines.append('  no gate is set; give milestones their bounds in migration.toml: done = ["tests.failed == 0"]')
    if len(answer["milestones"]) == 1:
        lines += [f"  - {reason}" for reason in answer["milestones"][0]["reasons"]]
    return "\n".join(lines)
