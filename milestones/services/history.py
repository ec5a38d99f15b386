"""What became of every document and every criterion in it, over the commits of the documents' branch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from milestones import reading
from milestones.clients import git
from milestones.clients.history import FileVersion, blob_sizes, file_history
from milestones.codec import from_plain, to_plain
from milestones.facts import Document, Milestone, Problem
from milestones.gates.policy import Policy
from milestones.globs import matches
from milestones.models import DocumentVersion, Project
from milestones.reading.history import Event, Story, owned
from milestones.reading.words import normal

from .documents import DOC_PATTERNS
from .reader import Reader

VERSION = 1
AT_ONCE = 200  # versions whose facts are held in memory together


@dataclass(slots=True)
class Chapter:
    """What is new of one document: `pk` is its row's, None where it was not known; `number` its last known version's.

    `points` are (promised, ticked) of each version; `stories` those of the new versions, told from `last` on, whose
    criteria had the ids `began`.
    """

    pk: int | None
    number: int = 0
    last: str = ""
    versions: list[tuple[int, FileVersion]] = field(default_factory=list)
    points: list[tuple[int, int]] = field(default_factory=list)
    stories: tuple[Story, ...] = ()
    began: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """What a look adds to the history; `fresh` says that it begins anew, `sha` is "" where it could not be read."""

    sha: str
    basis: str
    fresh: bool = False
    chapters: tuple[Chapter, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_history(project: Project, reader: Reader, sha: str, policy: Policy) -> Told:
    """Read the versions that came since the last look, all of them where it looked at another line."""
    patterns = policy.docs or DOC_PATTERNS
    basis = hashlib.sha256(repr((VERSION, reading.VERSION, patterns)).encode()).hexdigest()
    known = project.history_sha if project.history_basis == basis else ""
    limit = settings.MIGRATOR_HISTORY_COMMITS

    def wanted(path: str) -> bool:
        return matches(path, patterns)

    try:
        found = file_history(reader.repo, sha, wanted, known=known, limit=limit)
        if not found.follows:
            known, found = "", file_history(reader.repo, sha, wanted, limit=limit)
        sizes = blob_sizes(reader.repo, dict.fromkeys(one.blob for one in found.versions if one.blob))
    except git.GitError as error:
        return Told("", basis, problems=(Problem(f"the history of the documents was not read: {error.reason}"),))
    chapters = _grouped(project if known else None, found.versions)
    _tell(chapters, _Library(reader, sizes))
    return Told(sha, basis, not known, tuple(chapters), _problems(found.cut_at, found.versions, sizes))


def _problems(cut_at: str, versions: Sequence[FileVersion], sizes: dict[str, int]) -> tuple[Problem, ...]:
    found = []
    if cut_at:
        many = f"{settings.MIGRATOR_HISTORY_COMMITS:,} (MIGRATOR_HISTORY_COMMITS)"
        found.append(
            Problem(f"the history of the documents is read from {cut_at[:8]} on: there are over {many} commits")
        )
    large = {one.path for one in versions if sizes.get(one.blob, 0) > settings.MIGRATOR_DOC_BYTES}
    over = f"a version is over {settings.MIGRATOR_DOC_BYTES:,} bytes (MIGRATOR_DOC_BYTES) and is passed over"
    return (*found, *(Problem(over, path) for path in sorted(large)))


def _grouped(project: Project | None, versions: Iterable[FileVersion]) -> list[Chapter]:
    """The versions document by document; a document is the same one under a new name, and when it comes back."""
    current = _known(project) if project else {}
    before = max((place.order for place in current.values()), default=0)
    touched: dict[int, Chapter] = {}
    for order, version in enumerate(versions, start=before + 1):
        place = current.pop(version.before, None) if version.before else current.pop(version.path, None)
        place = place or _Place(Chapter(None))
        place.chapter.versions.append((order, version))
        current[version.path] = place
        touched[id(place.chapter)] = place.chapter
    return list(touched.values())


@dataclass(slots=True)
class _Place:
    chapter: Chapter
    order: int = 0


def _known(project: Project) -> dict[str, _Place]:
    """path -> the document that has, or last had, it."""
    last = DocumentVersion.objects.last_of_each(project).values()
    return {
        one.path: _Place(Chapter(one.document_id, one.number, one.blob), one.order)
        for one in sorted(last, key=lambda one: (bool(one.blob), one.order))
    }


class _Library:
    """The facts of versions by their blobs, read once and remembered; what history does not need is left out."""

    def __init__(self, reader: Reader, sizes: dict[str, int]) -> None:
        self.reader = reader
        self.sizes = sizes

    def documents(self, blobs: Iterable[str]) -> dict[str, Document]:
        small = [blob for blob in dict.fromkeys(blobs) if self.sizes.get(blob, 0) <= settings.MIGRATOR_DOC_BYTES]
        entries = [git.TreeEntry(blob, blob, "100644", "blob", None) for blob in small if blob]
        plain = self.reader.cached(f"history/{reading.VERSION}.{VERSION}", entries, _read)
        return {blob: from_plain(Document, facts) for blob, facts in plain.items()}

    def in_order(self, blobs: Sequence[str]) -> Iterator[Document | None]:
        """Each version's facts; an empty document where it went, None where it cannot be read."""
        for first in range(0, len(blobs), AT_ONCE):
            some = blobs[first : first + AT_ONCE]
            found = self.documents(some)
            for blob in some:
                document = found.get(blob) if blob else Document("")
                yield None if document is None or _unreadable(document) else document


def _read(_path: str, data: bytes) -> Any:
    document = reading.read_document("", data)
    return to_plain(
        replace(document, tables=(), commands=(), paths=(), milestones=tuple(_slim(one) for one in document.milestones))
    )


def _slim(one: Milestone) -> Milestone:
    return replace(one, goal="", status_text="", targets=(), children=tuple(_slim(child) for child in one.children))


def _unreadable(document: Document) -> bool:
    """Whether nothing of it could be read, which is not the same as that nothing stands in it."""
    return bool(document.problems) and not (document.title or document.milestones or document.criteria)


def _tell(chapters: Sequence[Chapter], library: _Library) -> None:
    blobs = list(dict.fromkeys(one.blob for chapter in chapters for _, one in chapter.versions if one.blob))
    for first in range(0, len(blobs), AT_ONCE):
        library.documents(blobs[first : first + AT_ONCE])
    for chapter in chapters:
        chapter.stories = reading.history(_versions(chapter, library))
    arrived = {
        (event.commit, normal(event.after))
        for chapter in chapters for story in chapter.stories for event in story.events if event.what == "appeared"
    }  # fmt: skip
    for chapter in chapters:
        chapter.stories = tuple(_unless_moved(story, arrived) for story in chapter.stories)


def _versions(chapter: Chapter, library: _Library) -> Iterator[reading.Version]:
    """The last known version first, without a commit; what cannot be read leaves the criteria as they were."""
    blobs = [one.blob for _, one in chapter.versions]
    known = library.in_order([chapter.last]) if chapter.pk else iter(())
    for document in known:
        chapter.began = tuple(each.item.id for each in owned(document)) if document else ()
        yield reading.Version("", document or Document(""))
    point = (0, 0)
    for (_, one), document in zip(chapter.versions, library.in_order(blobs), strict=True):
        if document is not None:
            version = reading.Version(one.sha, document, one.author, moment(one.committed_at).isoformat())
            (found,) = reading.burn_up([version])
            point = (found.total, found.ticked)
            yield version
        chapter.points.append(point)


def _unless_moved(story: Story, arrived: set[tuple[str, str]]) -> Story:
    """A criterion that the same commit put into another document was moved there, which weakens nothing."""
    return replace(story, events=tuple(_not_weakened(one, arrived) for one in story.events))


def _not_weakened(event: Event, arrived: set[tuple[str, str]]) -> Event:
    moved = event.what == "removed" and (event.commit, normal(event.before)) in arrived
    return replace(event, weakened=event.weakened and not moved)


def moment(seconds: int) -> datetime:
    """A commit's time; its author may have written any number."""
    return datetime.fromtimestamp(min(max(seconds, 0), 253_000_000_000), UTC)
