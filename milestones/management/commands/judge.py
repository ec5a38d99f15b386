"""manage.py judge SLUG: is this change worse, is this milestone done. Exit 0 pass, 1 fail or unknown, 2 wrong usage."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from milestones.clients.git import GitError
from milestones.codec import to_plain
from milestones.management import page
from milestones.management.project import commit_named, project_named
from milestones.management.repository import wrong_usage
from milestones.models import Judgement, Project
from milestones.services import change, judging, promote, tracking
from milestones.services.refusals import NotAllowedError


class Command(BaseCommand):
    help = (
        "Judge a project at a commit. With --base: did this change make anything worse? With --milestone: is it done? "
        "With neither: every milestone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--sha", default="", help="a commit (default: where the project stands)")
        against = "hold the commit against this one (without a value: against where it left the default branch)"
        parser.add_argument("--base", default=None, nargs="?", const="", help=against)
        parser.add_argument("--milestone", default="", help="this one alone, with every criterion")
        parser.add_argument("--with-waivers", action="store_true", help="what a promotion would answer now")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        project = project_named(options["slug"])
        sha = commit_named(project, options["sha"])
        try:
            answer = self._answer(project, sha, options)
        except (NotAllowedError, GitError) as refused:
            raise wrong_usage(str(refused)) from refused
        self.stdout.write(json.dumps(answer, indent=2) if options["json"] else _text(answer))
        if answer["state"] != "pass":
            sys.exit(1)

    def _answer(self, project: Project, sha: str, options: dict[str, Any]) -> dict[str, Any]:
        key = options["milestone"]
        if key:
            promote.milestone_of(project, key)
        if options["base"] is not None:
            base = commit_named(project, options["base"]) if options["base"] else ""
            asked = change_json(project, change.judge_change(project, sha, base))
            if not key:
                return asked
        answer = milestone_json(judging.judge_commit(project, sha), key)
        if options["with_waivers"]:
            answer |= _with_waivers(project, sha, [key] if key else [one["key"] for one in answer["milestones"]])
        if options["base"] is not None:
            worst = next(state for state in ("fail", "unknown", "pass") if state in (asked["state"], answer["state"]))
            return {**answer, "state": worst, "change": asked}
        return answer


def _with_waivers(project: Project, sha: str, keys: list[str]) -> dict[str, Any]:
    """What a promotion would answer; the verdicts beside it are what they are."""
    known = {one.key for one in project.milestones.all()}
    found = {key: promote.dry_run(promote.milestone_of(project, key), sha) for key in keys if key in known}
    told = {
        key: {
            "approved": one.approved,
            "reasons": one.reasons,
            "waived": one.waived,
            "notes": one.notes,
            "seen": one.seen,
        }
        for key, one in found.items()
    }
    approved = bool(found) and all(one.approved for one in found.values())
    return {"promotions": told, **({"state": "pass"} if approved else {})}


def change_json(project: Project, found: change.ChangeAnswer) -> dict[str, Any]:
    """The answer to the change question."""
    verdict = found.verdict
    return {
        "question": "change", "project": project.slug, "sha": found.head, "base": found.base,
        "state": found.state.value,
        "worse": [
            {"sentence": one.sentence, "places": [to_plain(place) for place in one.places], "more": one.more}
            for one in found.worse
        ],
        "better": list(verdict.better),
        "verdicts": [to_plain(one) for one in verdict.verdicts],
        "not_asked": list(verdict.not_asked),
        "touches": to_plain(found.touched),
    }  # fmt: skip


def milestone_json(judgement: Judgement, key: str) -> dict[str, Any]:
    """The answer to the milestone question, of one milestone or of all."""
    verdicts = [tracking.verdict_json(one) for one in judgement.verdicts.order_by("position")]
    milestones = [one for one in judgement.milestones if key in ("", one["key"])]
    verdicts = [one for one in verdicts if key in ("", one["milestone"])]
    worst = milestones[0]["state"] if key and milestones else _worst(verdicts)
    return {
        "question": "milestone", "project": judgement.project.slug, "sha": judgement.sha, "number": judgement.number,
        "verdict": judgement.handle, "as_of": judgement.judged_at.isoformat(), "state": worst,
        "policy_hash": judgement.policy_hash, "evidence_hash": judgement.evidence_hash,
        "rule_version": judgement.rule_version, "verdicts": verdicts, "milestones": milestones,
    }  # fmt: skip


def _worst(verdicts: list[dict[str, Any]]) -> str:
    """Worst wins; no gate at all is unknown, never a pass."""
    states = {one["state"] for one in verdicts if one["strict"]}
    return next((state for state in ("fail", "unknown", "pass") if state in states), "unknown")


def _text(answer: dict[str, Any]) -> str:
    if answer["question"] == "change":
        return "\n".join(page.of_change(answer))
    lines = [*page.of_change(answer["change"]), ""] if "change" in answer else []
    lines.append(f"{answer['project']} at {answer['sha'][:8]}: {answer['state']} (verdict {answer['verdict']})")
    lines += page.of_verdicts(answer["verdicts"])
    if not answer["verdicts"]:
        lines.append('  no gate is set; give milestones their bounds in migration.toml: done = ["tests.failed == 0"]')
    if len(answer["milestones"]) == 1:
        lines += [f"  - {reason}" for reason in answer["milestones"][0]["reasons"]]
    for key, one in answer.get("promotions", {}).items():
        lines += page.of_answer(f"milestone {key} would be", one)
        lines.append(f"  seen {one['seen']}")
    return "\n".join(lines)
