"""Documents joined: the project's milestones in order, each with every place that is about it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from milestones.facts import Criterion, Document, Milestone, MilestoneKind, Status
from milestones.reading.headings import opening
from milestones.reading.words import plain

_K = MilestoneKind
_RANKS = (_K.MILESTONE, _K.PHASE, _K.STAGE, _K.SPRINT, _K.ITERATION, _K.STEP, _K.TASK)


@dataclass(frozen=True, slots=True)
class JoinedMilestone:
    """One milestone of the project: its primary source first, then further ones, and documents that report on it."""

    key: str
    kind: MilestoneKind
    title: str
    sources: tuple[Milestone, ...]
    reports: tuple[str, ...] = ()

    @property
    def primary(self) -> Milestone:
        return self.sources[0]

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Those of the primary source, else of the first source that has any."""
        return next((source.criteria for source in self.sources if source.criteria), ())

    @property
    def stating(self) -> Milestone:
        """The source whose status counts: the first that states anything, be it in words that are no known status."""
        return next((source for source in self.sources if source.status_text), self.primary)

    @property
    def milestone(self) -> Milestone:
        """The joined milestone as one: the primary source, with what it leaves out taken from the others."""
        said = self.stating
        return replace(
            self.primary,
            key=self.key,
            status=said.status,
            status_text=said.status_text,
            date=said.date,
            criteria=self.criteria,
            goal=next((source.goal for source in self.sources if source.goal), ""),
        )

    @property
    def disagreeing(self) -> tuple[Milestone, ...]:
        """Sources whose status says done where another's says not done; both stand, nobody is overruled."""
        said = [source for source in self.sources if source.status is not Status.NONE]
        return tuple(said) if len({source.status.claims_done for source in said}) > 1 else ()


def join(documents: Iterable[Document]) -> tuple[JoinedMilestone, ...]:
    """The project's milestones in order; a plan that has phases in place of milestones gives its phases."""
    known = {document.path: document for document in documents}
    kind = _line_kind(known.values())
    if kind is None:
        return ()
    nodes = {path: list(_nodes(document, kind)) for path, document in known.items()}
    main = max(nodes, key=lambda path: (_own_keys(nodes[path], kind), -len(path)))
    line = _Line(known, nodes, main, kind)
    return tuple(line.joined())


def _line_kind(documents: Iterable[Document]) -> MilestoneKind | None:
    """The kind of milestone the project counts by: the highest that some document has two of, else any."""
    most: dict[MilestoneKind, int] = {}
    for document in documents:
        for kind in _RANKS:
            keys = {key for key, _ in _nodes(document, kind)}
            most[kind] = most.get(kind, 0) + len(keys) if len(keys) == 1 else max(most.get(kind, 0), len(keys))
    several = [kind for kind in _RANKS if most.get(kind, 0) > 1]
    return next(iter(several or [kind for kind in _RANKS if most.get(kind)]), None)


def _nodes(document: Document, kind: MilestoneKind) -> Iterator[tuple[str, Milestone]]:
    """The outermost milestones of a kind, with plans about one of that kind ("Iteration plan (Milestone 10 — ...)")."""
    stack = list(document.milestones[::-1])
    while stack:
        node = stack.pop()
        found = opening(node.title) if node.kind is _K.ITERATION else None
        if (found.of or node.kind.value) == kind.value if found else node.kind is kind:
            yield node.key, node
        else:
            stack += node.children[::-1]


def _own_keys(nodes: list[tuple[str, Milestone]], kind: MilestoneKind) -> int:
    return len({key for key, node in nodes if node.kind is kind})


class _Line:
    """The main plan of a project and what the other documents add to it."""

    def __init__(
        self,
        documents: dict[str, Document],
        nodes: dict[str, list[tuple[str, Milestone]]],
        main: str,
        kind: MilestoneKind,
    ) -> None:
        self.documents, self.main, self.kind = documents, main, kind
        self.links = {path: {target for target, _ in links_of(document)} for path, document in documents.items()}
        self.sources: dict[str, list[Milestone]] = {}
        for path in sorted(nodes, key=lambda path: (path != main, natural(path))):
            self.take(path, nodes[path])

    def take(self, path: str, nodes: list[tuple[str, Milestone]]) -> None:
        """Add a document's milestones, unless it is another plan that counts the same numbers for itself."""
        keys = {key for key, _ in nodes}
        shared = keys & set(self.sources)
        if path != self.main and shared and len(keys) > 1 and not self.linked(path):
            return
        for key, node in nodes:
            self.sources.setdefault(key, []).append(node)

    def linked(self, path: str) -> bool:
        return path in self.links[self.main] or self.main in self.links[path]

    def joined(self) -> Iterator[JoinedMilestone]:
        ordered = list(self.sources)
        own = [key for key in ordered if self.sources[key][0].path == self.main]
        own = own if len(own) > 1 else []  # one file a milestone: no document has the order
        late = sorted((key for key in ordered if key not in own), key=natural)
        for key in _merged(own, late):
            sources = sorted(self.sources[key], key=lambda node: node.kind is not self.kind)
            yield JoinedMilestone(key, self.kind, sources[0].title, tuple(sources), self.reports(key, sources))

    def reports(self, key: str, sources: list[Milestone]) -> tuple[str, ...]:
        """Documents without a heading of this milestone that are about it by title, file name or link."""
        named = re.compile(rf"\b{self.kind.value}\s+{re.escape(key)}(?![\w.-]*\w)", re.IGNORECASE)
        number = re.compile(rf"(?:^|[^0-9a-z]){re.escape(key.lower())}(?:[^0-9a-z]|$)")
        short = re.compile(rf"(?:^|[^0-9a-z])m{re.escape(key.lower())}(?:[^0-9a-z]|$)")
        linked = {target for target, line in links_of(self.documents[self.main]) if _inside(line, sources, self.main)}
        found = []
        for path, document in self.documents.items():
            if path == self.main or any(source.path == path for source in sources):
                continue
            name = posixpath.basename(path).lower()
            tied = self.linked(path) and short.search(name) and self.kind is _K.MILESTONE
            if named.search(plain(document.title)) or tied or (path in linked and number.search(name)):
                found.append(path)
        return tuple(sorted(found, key=natural))


def _inside(line: int, sources: list[Milestone], path: str) -> bool:
    return any(source.path == path and source.line <= line <= source.last_line for source in sources)


def _merged(own: list[str], late: list[str]) -> list[str]:
    """The plan's own order, with numbers that only other documents have put where they count."""
    line = list(own)
    for key in late:
        before = [at for at, other in enumerate(line) if _number(other) is not None and natural(other) < natural(key)]
        place = before[-1] + 1 if before and _number(key) is not None else len(line)
        line.insert(place, key)
    return line


def _number(key: str) -> str | None:
    return key if key[:1].isdigit() else None


def natural(text: str) -> list[tuple[int, int, str]]:
    """An order in which 3.9 comes before 3.10, and numbers before letters."""
    parts = re.findall(r"\d{1,18}|\D+", text)
    return [(0, int(part), "") if part[0].isdigit() and part.isascii() else (1, 0, part) for part in parts]


def links_of(document: Document) -> Iterator[tuple[str, int]]:
    """The paths that a document names, as they would stand in the repository, with their lines."""
    folder = posixpath.dirname(document.path)
    for named in document.paths:
        yield posixpath.normpath(posixpath.join(folder, named.path)), named.line
