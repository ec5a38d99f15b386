"""manage.py demo: a small real migration to look at."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from milestones.management import page
from milestones.models import Project
from milestones.services import example


class Command(BaseCommand):
    help = "Build the example migration under var/ and take it in as any repository is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="only where no project is tracked yet")

    def handle(self, *_: Any, **options: Any) -> None:
        if options["if_empty"] and Project.objects.exists() and not example.is_half_loaded():
            return
        bar = page.Bar(self.stderr if sys.stderr.isatty() else None)
        project = example.load(bar)
        bar.end()
        self.stdout.write(f"{project.name} is at {settings.SITE_URL}/projects/{project.slug}/")
