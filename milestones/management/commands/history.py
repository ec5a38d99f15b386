"""`manage.py history REPO`: what became of every criterion over the commits, without a database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from milestones import reading
from milestones.clients import git
from milestones.clients.history import FileVersion, blob_sizes, file_history
from milestones.facts import Document
from milestones.globs import matches
from milestones.reading.document import LARGEST
from milestones.reading.history import Event, Story, forgive_moves, unreadable

PATTERNS = ("**/*.md", "**/*.markdown")


class Command(BaseCommand):
    help = "Print when each criterion of a repository's documents appeared, was ticked, reworded, weakened or removed."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("repository", metavar="REPO")
        parser.add_argument("--rev", default="HEAD", help="the commit whose history is read; HEAD if left out")
        parser.add_argument("--path", action="append", metavar="GLOB", help="only these documents; may be repeated")
        parser.add_argument("--weakened", action="store_true", help="only criteria that were weakened after a claim")
        parser.add_argument("--json", action="store_true", help="print JSON and nothing else")

    def handle(self, *args: object, **options: Any) -> None:
        patterns = tuple(options["path"] or PATTERNS)
        try:
            with git.open_repository(options["repository"]) as repository:
                chapters, problems = read_chapters(repository, repository.resolve(options["rev"]), patterns)
        except git.GitError as error:
            raise CommandError(error.reason, returncode=2) from error
        if options["weakened"]:
            for chapter in chapters:
                chapter.stories = tuple(one for one in chapter.stories if any(event.weakened for event in one.events))
        if options["json"]:
            told = {"documents": [printed(chapter) for chapter in chapters], "problems": problems}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            self.stdout.writelines(line + "\n" for chapter in chapters for line in outline(chapter))
            self.stderr.writelines(problem + "\n" for problem in problems)


@dataclass(slots=True)
class Chapter:
    """One document under all the names it had, with its versions and what became of its criteria."""

    versions: list[FileVersion] = field(default_factory=list)
    stories: tuple[Story, ...] = ()

    @property
    def path(self) -> str:
        return self.versions[-1].path


def read_chapters(repo: git.Repository, sha: str, patterns: tuple[str, ...]) -> tuple[list[Chapter], list[str]]:
    """Every document of a history, each blob read once."""
    found = file_history(repo, sha, lambda path: matches(path, patterns))
    sizes = blob_sizes(repo, dict.fromkeys(one.blob for one in found.versions if one.blob))
    problems = [f"the history is read from {found.cut_at[:8]} on: it is longer"] if found.cut_at else []
    over = {one.path for one in found.versions if sizes.get(one.blob, 0) > LARGEST}
    problems += [f"{path}: a version is over the limit of 1 MB and is passed over" for path in sorted(over)]
    small = {blob for blob, size in sizes.items() if size <= LARGEST}
    documents = {blob: reading.read_document("", data) for blob, data in repo.blobs(small)}
    chapters = grouped(found.versions)
    told = forgive_moves([reading.history(versions(chapter, documents)) for chapter in chapters])
    for chapter, stories in zip(chapters, told, strict=True):
        chapter.stories = stories
    return sorted(chapters, key=lambda chapter: chapter.path), problems


def grouped(versions: Iterable[FileVersion]) -> list[Chapter]:
    """The versions document by document: a document stays one under a new name, and when it comes back."""
    chapters: list[Chapter] = []
    now: dict[str, Chapter] = {}
    for version in versions:
        chapter = now.pop(version.before or version.path, None)
        if chapter is None:
            chapter = Chapter()
            chapters.append(chapter)
        chapter.versions.append(version)
        now[version.path] = chapter
    return chapters


def versions(chapter: Chapter, documents: dict[str, Document]) -> Iterator[reading.Version]:
    for one in chapter.versions:
        document = documents.get(one.blob) if one.blob else Document("")
        if document is not None and not unreadable(document):
            yield reading.Version(one.sha, document, one.author, day(one.committed_at))


def day(seconds: int) -> str:
    return datetime.fromtimestamp(min(max(seconds, 0), 253_000_000_000), UTC).isoformat()


def printed(chapter: Chapter) -> dict[str, Any]:
    return {
        "path": chapter.path,
        "versions": len(chapter.versions),
        "names": list(dict.fromkeys(one.path for one in chapter.versions)),
        "criteria": [_printed(story) for story in chapter.stories],
    }


def _printed(story: Story) -> dict[str, Any]:
    item = story.criterion
    return {
        "text": item.text,
        "kind": item.kind.value,
        "milestone": story.milestone,
        "line": item.line,
        "checked": item.checked,
        "alive": story.alive,
        "events": [asdict(event) for event in story.events],
    }


def outline(chapter: Chapter) -> Iterator[str]:
    """One document for a terminal; a criterion that only ever appeared is in the count alone."""
    told = [story for story in chapter.stories if len(story.events) > 1]
    if not chapter.stories:
        return
    counts = f"{len(chapter.versions)} versions, {len(chapter.stories)} criteria, {len(told)} of them changed"
    yield f"{chapter.path}: {counts}"
    for story in told:
        box = {None: "-", True: "[x]", False: "[ ]"}[story.criterion.checked]
        yield f"  {box} {story.criterion.text}" + ("" if story.alive else " (gone)")
        yield from (f"      {line}" for event in story.events for line in _told(event))


def _told(event: Event) -> Iterator[str]:
    weakened = ", weakened" if event.weakened else ""
    yield f"{event.date[:10]} {event.commit[:8]} {event.what}{weakened} ({event.author})"
    if event.what == "reworded" or event.weakened:
        yield f"  was: {event.before}"
        yield f"  now: {event.after}"
