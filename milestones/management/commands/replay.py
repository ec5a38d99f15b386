"""manage.py replay VERDICT: a verdict again, from what was stored. Exit 0 byte for byte, 1 otherwise, 2 wrong usage."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from milestones.management.repository import wrong_usage
from milestones.services import kept, replay
from milestones.services.refusals import NotAllowedError


class Command(BaseCommand):
    help = "Judge again what a verdict rested on, and compare byte for byte with what was said."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verdict", help="as judge prints it: SLUG/COMMIT/NUMBER")
        parser.add_argument("--json", action="store_true", help="print the verdict itself, as it was stored")

    def handle(self, *_: Any, **options: Any) -> None:
        try:
            found = replay.replay(replay.find(options["verdict"]))
        except NotAllowedError as refused:
            raise wrong_usage(str(refused)) from refused
        except kept.LostError as lost:
            self.stderr.write(str(lost))
            sys.exit(1)
        if options["json"]:
            self.stdout.write(found.stored)
        (self.stderr if options["json"] or not found.same else self.stdout).write(found.sentence)
        if not found.same:
            sys.exit(1)
