"""manage.py upload_token SLUG: a key for one project's uploads, shown once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from milestones.management.project import project_named
from milestones.management.repository import wrong_usage
from milestones.services import keys, log


class Command(BaseCommand):
    help = "Make a key that CI may upload this project's evidence with; it is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--label", default="CI")
        parser.add_argument("--days", type=int, default=365)

    def handle(self, *_: Any, **options: Any) -> None:
        project = project_named(options["slug"])
        if not 0 < options["days"] <= 3650 or len(options["label"]) > 100:
            raise wrong_usage("give --days from 1 to 3650 and a --label of at most 100 characters")
        secret = keys.new_upload_token(project, options["label"], options["days"])
        log.record("command line", "made upload token", options["label"], project, {"days": options["days"]})
        self.stdout.write(secret)
