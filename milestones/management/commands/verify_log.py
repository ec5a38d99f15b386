"""manage.py verify_log: whether the decision log is as it was written. Exit 0 whole, 1 broken."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from milestones.models import Decision
from milestones.services import log


class Command(BaseCommand):
    help = "Check the chain of the decision log."

    def handle(self, *_: Any, **_options: Any) -> None:
        broken = log.first_broken()
        if broken is not None:
            self.stderr.write(f"the chain breaks at decision {broken}: a row there was altered, removed or added")
            sys.exit(1)
        self.stdout.write(f"{Decision.objects.count()} decisions, the chain holds; head {log.head()}")
