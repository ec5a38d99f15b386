"""manage.py upload_token SLUG: a key for one project's uploads, shown once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from milestones.management.project import project_named
from milestones.services import keys, log


class Command(BaseCommand):
    help = "Make a key that CI may upload this project's evidence with; it is shown this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--label", default="CI")
        parser.add_argument("--days", type=int, default=365)

    def handle(self, *_: Any, **options: Any) -> None:
        project = project_named(options["slug"])
        secret = keys.new_upload_token(project, options["label"], options["days"])
        log.record("command line", "made upload token", options["label"], project, {"days": options["days"]})
        self.stdout.write(secret)
