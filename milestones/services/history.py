"""What became of every document and every criterion in it, over the commits of the documents' branch."""

from __future__ import annotations

import hashlib
import logging
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
from milestones.reading.history import Story, forgive_moves, owned, unreadable

from .contradictions import FAULTS
from .documents import DOC_PATTERNS
from .elsewhere import Claimed, Elsewhere, Node, claimed_in, restated
from .reader import Reader

VERSION = 1
log = logging.getLogger(__name__)
AT_ONCE = 200  # versions whose facts are held in memory together


@dataclass(slots=True)
class Chapter:
    """What is new of one document: `pk` is its row's, None where it was not known; `number` its last known version's.

    `points` are (promised, ticked) of each version; `stories` those of the new versions, told from `last` on, whose
    criteria had the ids `began`; `within` says in which milestones each criterion stands.
    """

    pk: int | None
    number: int = 0
    last: str = ""
    versions: list[tuple[int, FileVersion]] = field(default_factory=list)
    points: list[tuple[int, int]] = field(default_factory=list)
    stories: tuple[Story, ...] = ()
    began: tuple[str, ...] = ()
    within: dict[str, list[Node]] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return self.versions[-1][1].path

    def note(self, document: Document) -> None:
        """Remember in which milestones each criterion stands, outermost first; its identity holds them."""
        stack: list[tuple[Milestone, list[Node]]] = [(one, []) for one in document.milestones]
        while stack:
            one, above = stack.pop()
            chain = [*above, (one.kind.value, one.key)]
            for item in (*one.criteria, *one.non_goals, *(item for gate in one.gates for item in gate.items)):
                self.within[item.id] = chain
            stack += [(child, chain) for child in one.children]


@dataclass(frozen=True, slots=True)
class Told:
    """What a look adds to the history; `fresh` says that it begins anew, `sha` is "" where it could not be read."""

    sha: str
    basis: str
    fresh: bool = False
    chapters: tuple[Chapter, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_history(project: Project, reader: Reader, sha: str, policy: Policy, documents: Sequence[Document]) -> Told:
    """Read the versions that came since the last look, all of them where it looked at another line.

    `documents` are those of the commit, as read: they say which of them speak of the same milestones.
    """
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
    try:
        _tell(chapters, _Library(reader, sizes), documents)
    except FAULTS as fault:
        log.exception("the history of documents up to %s", sha)
        said = f"the history of the documents could not be told: {type(fault).__name__}: {fault}"
        return Told("", basis, problems=(Problem(said),))
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
                yield None if document is None or unreadable(document) else document


def _read(_path: str, data: bytes) -> Any:
    document = reading.read_document("", data)
    return to_plain(
        replace(document, tables=(), commands=(), paths=(), milestones=tuple(_slim(one) for one in document.milestones))
    )


def _slim(one: Milestone) -> Milestone:
    return replace(one, goal="", status_text="", targets=(), children=tuple(_slim(child) for child in one.children))


def _tell(chapters: Sequence[Chapter], library: _Library, documents: Sequence[Document]) -> None:
    blobs = list(dict.fromkeys(one.blob for chapter in chapters for _, one in chapter.versions if one.blob))
    for first in range(0, len(blobs), AT_ONCE):
        library.documents(blobs[first : first + AT_ONCE])
    elsewhere = Elsewhere(documents, _Timelines(chapters, library, documents))
    for chapter in chapters:
        chapter.stories = reading.history(_versions(chapter, library, elsewhere))
    for chapter, stories in zip(chapters, forgive_moves([chapter.stories for chapter in chapters]), strict=True):
        chapter.stories = stories


def _versions(chapter: Chapter, library: _Library, elsewhere: Elsewhere) -> Iterator[reading.Version]:
    """The last known version first, without a commit; what cannot be read leaves the criteria as they were.

    Before each version the one before it stands again with what other documents claimed of it meanwhile.
    """
    last: Document | None = None
    for document in library.in_order([chapter.last]) if chapter.pk else ():
        last = document or Document("")
        chapter.began = tuple(each.item.id for each in owned(last))
        chapter.note(last)
        yield reading.Version("", last)
    point = (0, 0)
    blobs = [one.blob for _, one in chapter.versions]
    for (order, one), document in zip(chapter.versions, library.in_order(blobs), strict=True):
        if document is not None:
            claimed = elsewhere.at(chapter.path, order, one.sha)
            if last is not None and claimed:
                yield reading.Version("", restated(last, claimed))
            said = restated(document, claimed)
            version = reading.Version(one.sha, said, one.author, moment(one.committed_at).isoformat())
            (found,) = reading.burn_up([version])
            point, last = (found.total, found.ticked), document
            chapter.note(document)
            yield version
        chapter.points.append(point)


class _Timelines:
    """What each document claimed, version by version; of one without new versions what it claims now."""

    def __init__(self, chapters: Sequence[Chapter], library: _Library, documents: Sequence[Document]) -> None:
        self.chapters = {chapter.path: chapter for chapter in chapters}
        self.library = library
        self.documents = {one.path: one for one in documents}

    def __call__(self, path: str) -> list[Claimed]:
        chapter = self.chapters.get(path)
        if chapter is None:
            return [Claimed(0, "", claimed_in(self.documents[path]))] if path in self.documents else []
        known = [document for document in self.library.in_order([chapter.last]) if document] if chapter.pk else []
        found = [Claimed(0, "", claimed_in(document)) for document in known]
        blobs = [one.blob for _, one in chapter.versions]
        for (order, one), document in zip(chapter.versions, self.library.in_order(blobs), strict=True):
            found += [Claimed(order, one.sha, claimed_in(document))] if document is not None else []
        return found


def moment(seconds: int) -> datetime:
    """A commit's time; its author may have written any number."""
    return datetime.fromtimestamp(min(max(seconds, 0), 253_000_000_000), UTC)
