"""`manage.py claims FILE...`, `claims REPO --rev R` or `claims SLUG`: what documents claim that cannot be so."""

from __future__ import annotations

import json
import os
import re
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from milestones.clients import git
from milestones.facts import Place
from milestones.models import DocumentFinding, Project
from milestones.reading.claims import NEED_TREE, Contradiction, Page, Tree, contradictions, page_of

from .read import contents

DOCUMENTS = (".md", ".markdown")
SLUG = re.compile(r"[-\w]{1,80}", re.ASCII)
LARGEST_SOURCE = 4_000_000  # bytes of a file that is looked into


class Command(BaseCommand):
    help = "Print the contradictions in documents, or in a commit's documents against its tree; exit 1 if there is one."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sources", nargs="+", metavar="FILE|REPO|SLUG")
        parser.add_argument("--rev", help="a revision of REPO, or REV:folder; links and paths are checked in its tree")
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")

    def handle(self, *args: object, **options: Any) -> None:
        sources, rev = options["sources"], options["rev"]
        project = None if rev or len(sources) > 1 else of_name(sources[0])
        if project is not None:
            found, tree = of_project(project), True
        elif not rev and len(sources) == 1 and not os.path.exists(sources[0]):
            raise CommandError(f"{sources[0][:200]}: no such file or directory, and no such project", returncode=2)
        elif rev:
            found, tree = self.in_repository(sources, rev), True
        else:
            found, tree = self.looked_for([page_of(name, contents(name)) for name in sources]), False
        if options["json"]:
            self.stdout.write(json.dumps({"findings": [printed(one) for one in found]}, ensure_ascii=False, indent=2))
        else:
            self.tell(found, {} if tree else NEED_TREE)
        if found:
            sys.exit(1)

    def looked_for(self, pages: list[Page], tree: Tree | None = None) -> tuple[Contradiction, ...]:
        """The contradictions; a document that cannot be checked is named and hides no other."""
        for page in pages:
            for problem in page.document.problems if not page.blocks else ():
                self.stderr.write(f"{problem.path}:{problem.line or 1}: not checked: {problem.reason}")
        return contradictions(pages, tree)

    def in_repository(self, sources: list[str], revision: str) -> tuple[Contradiction, ...]:
        """The contradictions of a commit's documents, wrong usage where there is no such commit."""
        if len(sources) > 1:
            raise CommandError("--rev goes with one repository", returncode=2)
        rev, folder = git.split_revision(revision)
        try:
            with git.open_repository(sources[0]) as repository:
                sha = repository.resolve(rev)
                files = {entry.path: entry for entry in repository.tree(sha) if entry.kind == "blob"}
                under = f"{folder.strip('/')}/" if folder else ""
                names = [
                    path for path, entry in files.items()
                    if path.lower().endswith(DOCUMENTS) and path.startswith(under) and entry.mode != "120000"
                ]  # fmt: skip

                def read_all(paths: list[str]) -> dict[str, bytes]:
                    small = {path: files[path].sha for path in paths if (files[path].size or 0) <= LARGEST_SOURCE}
                    blobs = dict(repository.blobs(set(small.values())))
                    return {path: blobs[sha] for path, sha in small.items() if sha in blobs}

                texts = dict(repository.blobs({files[path].sha for path in names}))
                pages = [page_of(path, texts[files[path].sha]) for path in names if files[path].sha in texts]
                tree = Tree(frozenset(files), lambda path: repository.read(sha, path), read_all)
                return self.looked_for(pages, tree)
        except git.GitError as error:
            raise CommandError(error.reason, returncode=2) from error

    def tell(self, found: tuple[Contradiction, ...], unchecked: dict[int, str]) -> None:
        for one in found:
            first, *others = (f"{place.path}:{place.line}" for place in one.places)
            self.stdout.write(
                f"{first}: rule {one.rule}: {one.message}" + (f" ({', '.join(others)})" if others else "")
            )
        for rule, why in unchecked.items():
            self.stdout.write(f"rule {rule}, not checked: {why}")


def of_name(name: str) -> Project | None:
    """The project that a word names, where no file has that name; bare files need no database at all."""
    if os.path.exists(name) or not SLUG.fullmatch(name):
        return None
    try:
        return Project.objects.filter(slug=name).first()
    except DatabaseError:
        return None


def of_project(project: Project) -> tuple[Contradiction, ...]:
    """What the last look found in a project's documents, without what a person dismissed."""
    rows = DocumentFinding.objects.standing(project)
    return tuple(Contradiction(one.rule, one.message, tuple(Place(**place) for place in one.places)) for one in rows)


def printed(one: Contradiction) -> dict[str, Any]:
    places = [{"path": place.path, "line": place.line} for place in one.places]
    return {"rule": one.rule, "message": one.message, "places": places}
