"""manage.py verify_log: whether the decision log is as it was written. Exit 0 whole, 1 broken."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from milestones.models import Decision
from milestones.services import log


class Command(BaseCommand):
    help = "Check the chain of the decision log."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--head", default="", help="a head that a report once printed: it has to be in the chain")

    def handle(self, *_: Any, **options: Any) -> None:
        broken = log.first_break(options["head"].strip().lower())
        if broken is not None:
            self.stderr.write(f"the chain breaks at decision {broken.number}: {broken.why}")
            sys.exit(1)
        self.stdout.write(f"{Decision.objects.count()} decisions, the chain holds; head {log.head()}")
