"""manage.py promote SLUG MILESTONE --sha S --as USER: exit 0 approved, 1 blocked, 2 wrong usage, 3 changed."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from milestones.clients.git import GitError
from milestones.management import page
from milestones.management.project import commit_named, project_named, user_named
from milestones.management.repository import wrong_usage
from milestones.models import Promotion
from milestones.services import judging, promote


class Command(BaseCommand):
    help = "Promote a milestone at one commit: approved, or blocked with every reason."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("milestone")
        parser.add_argument("--sha", required=True, help="all 40 digits of the commit")
        parser.add_argument("--as", required=True, dest="user", help="who promotes: a maintainer of the project")
        parser.add_argument("--seen", default="", help="the hash that a dry run showed")
        parser.add_argument("--stage", default="", help="into this stage of the policy")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_: Any, **options: Any) -> None:
        answer = self._promote(options)
        if options["json"]:
            self.stdout.write(json.dumps(_plain(answer), indent=2))
        else:
            into = f" into {answer.stage}" if answer.stage else ""
            what = f"milestone {answer.milestone.key}{into} at {answer.sha[:8]}"
            self.stdout.write("\n".join(page.of_answer(what, _plain(answer))))
        if not answer.approved:
            sys.exit(1)

    def _promote(self, options: dict[str, Any]) -> Promotion:
        project = project_named(options["slug"])
        person = user_named(options["user"])
        if len(options["sha"]) != 40:
            raise wrong_usage(f"--sha {options['sha']!r} is no full commit id; give all 40 digits (git rev-parse HEAD)")
        sha = commit_named(project, options["sha"])
        try:
            milestone = promote.milestone_of(project, options["milestone"])
            judging.read_sources(project, sha)
            return promote.promote(milestone, sha, by=person, seen=options["seen"], stage=options["stage"])
        except (promote.NotAllowedError, GitError) as refused:
            raise wrong_usage(str(refused)) from refused
        except promote.ChangedSinceSeenError as changed:
            self.stderr.write(str(changed))
            sys.exit(3)


def _plain(answer: Promotion) -> dict[str, Any]:
    return {
        "milestone": answer.milestone.key, "stage": answer.stage, "sha": answer.sha, "approved": answer.approved,
        "reasons": answer.reasons, "waived": answer.waived, "notes": answer.notes, "by": answer.by,
        "at": answer.at.isoformat(), "policy_hash": answer.policy_hash, "evidence_hash": answer.evidence_hash,
        "promotion": answer.pk, "verdict": answer.judgement.handle if answer.judgement else None,
    }  # fmt: skip
