"""manage.py report SLUG --out FILE.html: the weekly report as one self-contained HTML mail; --text prints its text."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from milestones.management.project import project_named
from milestones.management.repository import wrong_usage
from milestones.services import report


class Command(BaseCommand):
    help = "Write a project's weekly report."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--out", default="", metavar="FILE.html", help="where the HTML goes")
        parser.add_argument("--text", action="store_true", help="print the plain part")

    def handle(self, *_: Any, **options: Any) -> None:
        if not options["out"] and not options["text"]:
            raise wrong_usage("say where the report goes: --out FILE.html, or --text to print its plain part")
        mail = report.mail_of(report.weekly(project_named(options["slug"])))
        if options["out"]:
            self._write(mail, Path(options["out"]))
        if options["text"]:
            self.stdout.write(mail.text, ending="")

    def _write(self, mail: report.Mail, out: Path) -> None:
        try:
            report.write(mail, out)
        except OSError as problem:
            raise wrong_usage(f"{out} cannot be written: {problem.strerror or problem}") from problem
        self.stderr.write(f"{out}: {mail.subject}")
