"""manage.py hook_secret SLUG: a fresh secret for the project's GitHub webhook."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from milestones.management.project import project_named
from milestones.services import keys, log


class Command(BaseCommand):
    help = "Make a fresh webhook secret; the one before stops working."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")

    def handle(self, *_: Any, **options: Any) -> None:
        project = project_named(options["slug"])
        secret = keys.new_hook_secret(project)
        log.record("command line", "made webhook secret", project.slug, project, {})
        self.stdout.write(secret)
        self.stderr.write(
            f"payload URL: {settings.SITE_URL}/hooks/github/{project.slug}  content type: application/json"
        )
