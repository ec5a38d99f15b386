"""The page of one document as one read model: drawn as GitHub draws it, with what is known at each line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from django.conf import settings
from django.db.models import QuerySet

from milestones import facts, reading
from milestones.clients import git
from milestones.clients.history import blob_sizes
from milestones.facts import State
from milestones.models import Document, DocumentFinding, DocumentVersion, Project
from milestones.reading.history import Event

from . import chronicle, mirror, rendering
from .document_list import RULE_NAMES, Place, labels_by_path, places_of
from .documents import read_one
from .reader import Reader
from .rendering import Mark
from .shown import tone_of
from .trends import Trend, burn_up_of

NEAR = 12  # lines: a finding with places closer than this is noted once
MOST_VERSIONS = 200  # that the switch offers


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one criterion between two versions."""

    what: str
    before: str
    after: str
    line: int
    weakened: bool


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """All that the page shows; `html` has no marks yet, `missing` says why nothing can be shown."""

    document: Document
    milestones: tuple[str, ...]
    html: str
    marks: tuple[Mark, ...]
    notes: int
    versions: tuple[DocumentVersion, ...]
    version: DocumentVersion | None
    against: DocumentVersion | None
    changes: tuple[Change, ...]
    trend: Trend | None
    missing: str = ""

    @property
    def unjudged(self) -> bool:
        """Whether it promises something and nothing of it is on the project's line of milestones."""
        promised = self.version.promised if self.version else 0
        return bool(promised) and not any(one.kind == "verdict" for one in self.marks)

    @property
    def is_current(self) -> bool:
        return self.version is None or self.version == self.versions[0]


class NoSuchVersionError(Exception):
    """The document has no such version; the text says which it has."""


def document_page(project: Project, document: Document, version: str = "", against: str = "") -> DocumentPage:
    """A document at one of its versions, held against another. Raises NoSuchVersionError."""
    listed = DocumentVersion.objects.filter(document=document)
    versions = tuple(listed.order_by("-number")[:MOST_VERSIONS])
    shown = _chosen(listed, version) if version else next(iter(versions), None)
    other = _chosen(listed, against) if against else _before(listed, shown)
    shelf = _Shelf(project)
    blob = shown.blob if shown and version else document.blob
    html, read = shelf.drawn(blob), shelf.read(document.path, blob)
    current = blob == document.blob
    marks = tuple(_marks(project, document, read, current=current)) if read else ()
    return DocumentPage(
        document, labels_by_path(project).get(document.path, ()), html or "", marks,
        sum(one.kind == "note" for one in marks), versions, shown, other, _changes(shelf, document, other, shown),
        burn_up_of(listed.order_by("number")),
        "" if html is not None else shelf.why(document, blob, current=not version),
    )  # fmt: skip


def _chosen(listed: QuerySet[DocumentVersion], sha: str) -> DocumentVersion:
    found = listed.filter(sha__startswith=sha).first() if 7 <= len(sha) <= 40 and sha.isalnum() else None
    if found is None:
        raise NoSuchVersionError(f"no version of this document was made by commit {sha[:40]!r}; choose one of its own")
    return found


def _before(listed: QuerySet[DocumentVersion], shown: DocumentVersion | None) -> DocumentVersion | None:
    return listed.filter(number__lt=shown.number).order_by("-number").first() if shown else None


class _Shelf:
    """Versions of documents by their blobs: drawn and read once, then remembered."""

    def __init__(self, project: Project) -> None:
        repo = mirror.repository(project)
        self.reader = Reader(repo) if repo else None

    def drawn(self, blob: str) -> str | None:
        """None where it cannot be shown."""
        if not blob or self.reader is None or self.is_large(blob):
            return None
        entry = git.TreeEntry(blob, blob, "100644", "blob", None)
        found = self.reader.cached(f"drawn/{rendering.VERSION}", [entry], lambda _path, data: rendering.draw(data))
        return found.get(blob)

    def is_large(self, blob: str) -> bool:
        """Whether it is over what is held in memory; one that is not there is not."""
        sizes = blob_sizes(self.reader.repo, [blob]) if self.reader else {}
        return sizes.get(blob, 0) > settings.MIGRATOR_DOC_BYTES

    def read(self, path: str, blob: str) -> facts.Document | None:
        if not blob or self.reader is None or self.is_large(blob):
            return None
        return read_one(self.reader, path, blob)

    def why(self, document: Document, blob: str, *, current: bool) -> str:
        if not blob and current and not document.gone and document.problems:
            return str(document.problems[0]["reason"])
        if not blob:
            return "this version took the document away"
        if self.is_large(blob):
            return f"this version is larger than {settings.MIGRATOR_DOC_BYTES:,} bytes (MIGRATOR_DOC_BYTES)"
        return "its text is not in the mirror; fetch the repository again"


# --- what stands at each line ----------------------------------------------------------------------------------------


def _marks(project: Project, document: Document, read: facts.Document, *, current: bool) -> Iterator[Mark]:
    """Verdicts by what the criteria are, in whichever version; findings and problems are of the current one."""
    judged = {one.criterion.id: one for one in places_of(project) if one.criterion.path == document.path}
    told: set[tuple[int, str]] = set()
    for item in reading.history([reading.Version("", read)]):
        one = judged.get(item.criterion.id)
        if one and (item.criterion.line, one.criterion.id) not in told:
            told.add((item.criterion.line, one.criterion.id))
            yield _verdict(project, one, item.criterion.line)
    yield from (
        Mark(one.line or 1, "note", "unknown", "Read with a problem:", one.reason, "◆") for one in read.problems
    )
    if current:
        yield from _findings(project, document)
        yield from _weakened(project, document, read)


def _verdict(project: Project, one: Place, line: int) -> Mark:
    judged = one.judged
    href = f"/projects/{project.slug}/?milestone={quote(one.key, safe='')}"
    if judged is None:
        return Mark(line, "verdict", "later", "not judged", "nothing was judged yet", "○", href)
    lack = next((gate.lack for gate in judged.gates if gate.lack), None)
    tone = tone_of(judged.state, lack, awaits_sign_off=judged.awaits_sign_off)
    return Mark(line, "verdict", tone, _word(one), judged.sentence, SIGNS.get(tone, "◌"), href)


SIGNS = {"pass": "●", "fail": "■", "unknown": "◆", "missing-here": "◆", "never-connected": "◇", "unusable": "◈"}


def _word(one: Place) -> str:
    judged = one.judged
    if judged is not None and judged.awaits_sign_off:
        return "claimed, awaits sign-off" if one.claimed else "awaits sign-off"
    words = {State.PASS: "proven", State.FAIL: "fails", State.UNKNOWN: "unknown"}
    claimed = one.claimed and one.state is not State.PASS
    return f"claimed, {words[one.state]}" if claimed else words[one.state]


def _findings(project: Project, document: Document) -> Iterator[Mark]:
    for one in DocumentFinding.objects.standing(project):
        lines = _apart(place["line"] for place in one.places if place["path"] == document.path)
        others = [f"{place['path']}:{place['line']}" for place in one.places if place["path"] != document.path]
        more = f" (also {', '.join(others[:3])}{' …' if len(others) > 3 else ''})" if others else ""
        href = f"/projects/{project.slug}/documents/#finding-{one.fingerprint[:12]}"
        for line in lines[:20]:
            word = f"Rule {one.rule}, {RULE_NAMES[one.rule].lower()}:"
            yield Mark(line, "note", "fail", word, one.message + more, "■", href)


def _apart(lines: Iterable[int]) -> list[int]:
    """Lines far enough from each other that a note at each helps."""
    found: list[int] = []
    for line in lines:
        if all(abs(line - other) > NEAR for other in found):
            found.append(line)
    return found


def _weakened(project: Project, document: Document, read: facts.Document) -> Iterator[Mark]:
    """At the line as it is now; what was taken out at the heading of its milestone."""
    for event in chronicle.weakened(project):
        if event.story.document_id == document.pk:
            said = f"“{event.before}” became “{event.after}”" if event.after else f"“{event.before}” was taken out"
            where = f"{said} in {event.sha[:7]} by {event.author}, after its milestone was claimed"
            line = event.line or _heading(read.milestones, event.story.within)
            yield Mark(line, "note", "fail", "Weakened:", where, "■")


def _heading(milestones: Iterable[facts.Milestone], within: Sequence[Sequence[str]]) -> int:
    """Where the innermost milestone begins that is still there, 1 where none is."""
    line, inside = 1, list(milestones)
    for kind, key in within:
        one = next((one for one in inside if (one.kind.value, one.key) == (kind, key)), None)
        if one is None:
            break
        line, inside = one.line, list(one.children)
    return line


# --- what changed between two versions -------------------------------------------------------------------------------


def _changes(
    shelf: _Shelf, document: Document, before: DocumentVersion | None, after: DocumentVersion | None
) -> tuple[Change, ...]:
    if after is None:
        return ()
    one = shelf.read(document.path, before.blob) if before else None
    two = shelf.read(document.path, after.blob)
    if (before and before.blob and one is None) or (after.blob and two is None):
        return ()
    empty = facts.Document(document.path)
    versions = [reading.Version("", one or empty), reading.Version(after.sha, two or empty)]
    events = [event for story in reading.history(versions) for event in story.events if event.commit]
    return tuple(_change(event) for event in sorted(events, key=lambda event: event.line or 10**9))


def _change(event: Event) -> Change:
    return Change(event.what, event.before, event.after, event.line, event.weakened)
