"""`manage.py up`: the whole program under one supervisor."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, connections

from milestones.services import claims
from milestones.services.accounts import operator_link
from milestones.services.assets import collect_when_changed
from milestones.services.supervisor import Program, Supervisor

# the first page is never empty, and never late: the example is waited for, but not for ever
PATIENCE_SECONDS = 25.0


def hold_alone() -> TextIO:
    """The lock of this folder: one supervisor, one beat. Raises CommandError."""
    lock = Path(settings.VAR_DIR / "up.lock").open("w")  # noqa: SIM115 - held as long as the process lives
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        message = f"the program is already running on {settings.VAR_DIR}; stop it, or name another MIGRATOR_VAR"
        raise CommandError(message) from None
    return lock


def listen(host: str, port: int) -> socket.socket:
    """The port, taken before anything else is done. Raises CommandError, naming HOST or PORT."""
    name = host.strip("[]")
    try:
        family, _, _, _, address = socket.getaddrinfo(
            name or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        taken = socket.socket(family, socket.SOCK_STREAM)
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(address)
        taken.listen(128)
    except (OSError, OverflowError) as error:
        raise CommandError(_why_not(error, host, port)) from None
    return taken


def _why_not(error: Exception, host: str, port: int) -> str:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return f"port {port} on {host} is in use: stop what listens there, or choose another with PORT={port + 1}"
    if number == errno.EACCES:
        return f"port {port} may not be taken by this user: choose one above 1023 with PORT"
    return f"cannot listen on HOST={host} PORT={port}: {error}"


def _web(held: int) -> tuple[str, ...]:
    return (
        sys.executable, "-m", "gunicorn", "migrator.wsgi", "--bind", f"fd://{held}",
        "--worker-class", "gthread", "--workers", str(settings.WEB_PROCESSES), "--threads", "8",
        "--timeout", "60", "--graceful-timeout", "4", "--log-level", "warning", "--no-control-socket",
    )  # fmt: skip


def _celery(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "celery", "--app", "migrator", "--quiet", *arguments)


def programs(held: int, address: str, *, demo: bool) -> list[Program]:
    """What runs, in the order of starting."""
    example = (sys.executable, "manage.py", "demo", "--if-empty")
    worker = ("worker", "--concurrency", str(settings.WORKER_PROCESSES),
              "--without-gossip", "--without-mingle", "--without-heartbeat")  # fmt: skip
    after = "demo" if demo else ""
    return [
        *([Program("demo", example, once=True, quiet=True)] if demo else []),
        Program("web", _web(held), held=(held,), after=after, patience=PATIENCE_SECONDS, announce=address),
        Program("worker", _celery(*worker), after=after),
        Program("beat", _celery("beat"), after=after),
    ]


class Command(BaseCommand):
    help = "Runs web server, worker and beat until Ctrl-C, and prints an address that logs the operator in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="do not load the example into an empty database")

    def handle(self, *args: Any, **options: Any) -> None:
        lock = hold_alone()
        taken = listen(settings.HOST, settings.PORT)
        os.chdir(settings.BASE_DIR)
        call_command("migrate", interactive=False, verbosity=0)
        if connection.vendor == "sqlite":  # the lock is ours, so whoever held a claim is gone
            claims.release_the_abandoned()
        collect_when_changed()
        address = f"Migrator is at {operator_link(settings.SITE_URL)} (logs you in, once). Ctrl-C stops it."
        connections.close_all()
        supervisor = Supervisor(programs(taken.fileno(), address, demo=not options["no_demo"]), self.say)
        code = supervisor.run()
        lock.close()
        sys.exit(code)

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
