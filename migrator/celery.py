"""The Celery app: carries ids from the web to the workers. What must not be lost is in the database."""

from __future__ import annotations

import os
import signal
import warnings
from typing import Any

from celery import Celery
from celery.platforms import SecurityWarning
from celery.signals import setup_logging, worker_process_init
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu.transport import TRANSPORT_ALIASES

from milestones.clients.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "migrator.settings")

# it warns root of pickled messages; ours are JSON
warnings.filterwarnings("ignore", category=SecurityWarning)
TRANSPORT_ALIASES["files"] = "milestones.clients.file_queue:Transport"
app = Celery("migrator")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)


@setup_logging.connect  # type: ignore[untyped-decorator]
def keep_logging(**_: Any) -> None:
    """Stops Celery from setting up logging of its own: the settings already have."""


@worker_process_init.connect  # type: ignore[untyped-decorator]
def follow_the_worker(**_: Any) -> None:
    """A pool process whose worker was killed ends at once; its claim runs out and is taken again."""
    die_with_parent(signal.SIGKILL)
