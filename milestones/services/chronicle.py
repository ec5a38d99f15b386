"""Storing the history of documents: versions, stories of criteria, and the documents as they are now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Max

from milestones.codec import storable, to_plain
from milestones.facts import Document, Known, Measurement, Problem
from milestones.models import KEY_LENGTH, CriterionEvent, CriterionStory, DocumentVersion, Project
from milestones.models import Document as DocumentRow
from milestones.reading.history import Event, Story
from milestones.reading.words import normal

from .documents import Documents
from .history import Chapter, Told, moment

FIELDS = ("blob", "title", "status", "status_text", "milestones", "boxes", "ticked", "problems", "gone")


def store(project: Project, told: Told, found: Documents) -> None:
    """Add what a look told, and put the documents of the commit in place of those of the look before."""
    if told.fresh:
        DocumentRow.objects.filter(project=project).delete()
    DocumentRow.objects.filter(project=project).update(gone=True)  # so that two may swap their names
    for chapter in told.chapters:
        _store_chapter(project, chapter)
    if told.sha:
        before = [] if told.fresh else project.history_problems
        project.history_sha, project.history_basis = told.sha, told.basis
        project.history_problems = [*before, *(one for one in to_plain(told.problems) if one not in before)]
        project.save(update_fields=["history_sha", "history_basis", "history_problems"])
    _store_current(project, found)


def _store_chapter(project: Project, chapter: Chapter) -> None:
    path = storable(chapter.versions[-1][1].path, 500)
    pk = chapter.pk or DocumentRow.objects.create(project=project, path=path, gone=True).pk
    DocumentRow.objects.filter(pk=pk).update(path=path)
    rows = [
        DocumentVersion(
            document_id=pk, number=number, order=order, path=storable(one.path, 500), blob=one.blob, sha=one.sha,
            author=storable(one.author, 200), at=moment(one.committed_at), promised=point[0], ticked=point[1],
        )
        for number, ((order, one), point) in enumerate(
            zip(chapter.versions, chapter.points, strict=True), start=chapter.number + 1
        )
    ]  # fmt: skip
    DocumentVersion.objects.bulk_create(rows, batch_size=500)
    _Pen(pk, chapter).write()


class _Pen:
    """Writes the stories of one document on, or begins them."""

    def __init__(self, pk: int, chapter: Chapter) -> None:
        self.pk = pk
        self.chapter = chapter
        known = list(CriterionStory.objects.filter(document_id=pk).order_by("pk")) if chapter.pk else []
        self.alive = {one.identity: one for one in known if one.alive}
        self.ended = {normal(one.text): one for one in known if not one.alive}

    def write(self) -> None:
        told = [(self.row_of(at, story), [event for event in story.events if event.commit]) for at, story in self.all()]
        told = [(row, new) for row, new in told if new]
        fresh, known = [row for row, _ in told if row.pk is None], [row for row, _ in told if row.pk is not None]
        CriterionStory.objects.bulk_update(known, ["identity", "within", "kind", "text", "alive"], batch_size=200)
        CriterionStory.objects.bulk_create(fresh, batch_size=500)
        counts = _counts(known)
        events = (one for row, new in told for one in self.events(row, new, counts.get(row.pk, 0)))
        CriterionEvent.objects.bulk_create(events, batch_size=500)

    def all(self) -> Iterator[tuple[int, Story]]:
        return enumerate(self.chapter.stories)

    def row_of(self, at: int, story: Story) -> CriterionStory:
        """The story that goes on: that of the last version's criterion, or one that ended and whose words are back."""
        row = self.alive.get(self.chapter.began[at]) if at < len(self.chapter.began) else None
        if row is None:
            row = self.ended.pop(normal(story.events[0].after), None) or CriterionStory(document_id=self.pk)
        row.identity, row.kind = storable(story.criterion.id, 80), story.criterion.kind.value
        chain = self.chapter.within.get(story.criterion.id, [])
        row.within = [[kind, storable(key, KEY_LENGTH)] for kind, key in chain]
        row.text, row.alive = storable(story.criterion.text), story.alive
        return row

    def events(self, row: CriterionStory, new: Iterable[Event], count: int) -> Iterator[CriterionEvent]:
        for number, event in enumerate(new, start=count + 1):
            yield CriterionEvent(
                story=row, number=number, what=event.what, sha=event.commit, author=storable(event.author, 200),
                at=datetime.fromisoformat(event.date), before=storable(event.before), after=storable(event.after),
                line=event.line, weakened=event.weakened,
            )  # fmt: skip


def _counts(rows: list[CriterionStory]) -> dict[int, int]:
    """How many events each story has."""
    found = CriterionEvent.objects.filter(story__in=rows).values_list("story_id").annotate(last=Max("number"))
    return dict(found)


def _store_current(project: Project, found: Documents) -> None:
    """The documents as the commit has them; one whose history could not be read has a row all the same."""
    last = {pk: place for place, pk in enumerate(DocumentVersion.objects.last_of_each(project))}
    every = sorted(DocumentRow.objects.filter(project=project), key=lambda one: last.get(one.pk, -1))
    rows = {one.path: one for one in every}
    kept: list[DocumentRow] = []
    new: list[DocumentRow] = []
    for document in found.documents:
        path = storable(document.path, 500)
        row = rows.get(path) or DocumentRow(project=project, path=path)
        _describe(row, document, found.blobs.get(document.path, ""))
        (kept if row.pk else new).append(row)
    read = {document.path for document in found.documents}
    for name in sorted(set(found.blobs) - read):
        path = storable(name, 500)
        row = rows.get(path) or DocumentRow(project=project, path=path)
        said = tuple(one for one in found.problems if storable(one.path) == name) or (Problem("it was not read", name),)
        _describe(row, Document(name, problems=said), "")
        (kept if row.pk else new).append(row)
    DocumentRow.objects.bulk_update(kept, FIELDS, batch_size=100)
    DocumentRow.objects.bulk_create(new, batch_size=500)


def _describe(row: DocumentRow, document: Document, blob: str) -> None:
    row.blob, row.gone = blob, False
    row.title, row.status, row.status_text = storable(document.title, 500), document.status.value, document.status_text
    row.milestones = [[one.kind.value, storable(one.key, KEY_LENGTH)] for one in document.milestones][:100]
    row.boxes, row.ticked = document.checkboxes.total, document.checkboxes.checked
    row.problems = to_plain(document.problems)


# --- what a team took back ------------------------------------------------------------------------------------------


def weakened(project: Project) -> list[CriterionEvent]:
    """Where a promise lost something after its milestone was claimed, and has not got it back; newest first."""
    events = CriterionEvent.objects.filter(weakened=True, story__document__project=project, story__document__gone=False)
    last: dict[int, CriterionEvent] = {}
    for event in events.select_related("story__document").order_by("-at", "-pk"):
        last.setdefault(event.story_id, event)
    return [event for event in last.values() if not _restored(event)]


def weakened_measure(project: Project, told: Told) -> Measurement | None:
    """How many promises are taken back; a history that was not read whole cannot prove that there are none."""
    if not told.sha:
        return None
    unread = len(project.history_problems)
    return Measurement("docs.weakened", len(weakened(project)), known=Known.STATIC, unresolved=unread)


def _restored(event: CriterionEvent) -> bool:
    return event.story.alive and normal(event.story.text) == normal(event.before)
