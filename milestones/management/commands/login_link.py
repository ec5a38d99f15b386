"""manage.py login_link: a one-time address that logs a person in."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from milestones.management.project import user_named
from milestones.services import accounts, keys


class Command(BaseCommand):
    help = "Print a one-time address that logs the operator, or another person, in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", default="", help="a user's name (default: the operator)")

    def handle(self, *_: Any, **options: Any) -> None:
        person = user_named(options["user"]) if options["user"] else accounts.operator()
        self.stdout.write(f"{settings.SITE_URL}/enter/{keys.new_entry_link(person)}/")
