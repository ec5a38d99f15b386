"""What other documents claim of a document's milestones: a roadmap says reached, an iteration plan holds the items."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from milestones import reading
from milestones.facts import Document, Milestone, Status

Node = tuple[str, str]  # the kind and key of a milestone, as its own document has them


@dataclass(frozen=True, slots=True)
class Claimed:
    """What a document claims done from one version on; `order` counts over all documents, 0 is before them all."""

    order: int
    sha: str
    nodes: frozenset[Node]


Timeline = Callable[[str], list[Claimed]]


class Elsewhere:
    """Tells of any document what the others, joined with it by their milestones, claimed at a moment."""

    def __init__(self, documents: Iterable[Document], timeline: Timeline) -> None:
        self.partners = _partners(documents)
        self.timeline = timeline
        self.told: dict[str, list[Claimed]] = {}

    def at(self, path: str, order: int, sha: str) -> frozenset[Node]:
        """The document's own milestones that another one claimed before a version; not in the same commit."""
        found = self.partners.get(path, {})
        return frozenset(
            node for node, others in found.items() if any(other in self.state(p, order, sha) for p, other in others)
        )

    def state(self, path: str, order: int, sha: str) -> frozenset[Node]:
        if path not in self.told:
            self.told[path] = self.timeline(path)
        before = [one for one in self.told[path] if one.order < order and one.sha != sha]
        return before[-1].nodes if before else frozenset()


def _partners(documents: Iterable[Document]) -> Mapping[str, dict[Node, list[tuple[str, Node]]]]:
    found: dict[str, dict[Node, list[tuple[str, Node]]]] = {}
    for joined in reading.join(documents):
        nodes = [(one.path, (one.kind.value, one.key)) for one in joined.sources]
        for path, node in nodes:
            others = [(other, theirs) for other, theirs in nodes if other != path]
            if others:
                found.setdefault(path, {}).setdefault(node, []).extend(others)
    return found


def claimed_in(document: Document) -> frozenset[Node]:
    """The milestones that a document states done itself."""
    found, stack = set(), list(document.milestones)
    while stack:
        one = stack.pop()
        found |= {(one.kind.value, one.key)} if one.status.claims_done else set()
        stack += one.children
    return frozenset(found)


def restated(document: Document, claimed: frozenset[Node]) -> Document:
    """The document with what others claim of it; what it states itself stands."""
    if not claimed:
        return document
    return replace(document, milestones=tuple(_restated(one, claimed) for one in document.milestones))


def _restated(one: Milestone, claimed: frozenset[Node]) -> Milestone:
    said = one.status is Status.NONE and (one.kind.value, one.key) in claimed
    children = tuple(_restated(child, claimed) for child in one.children)
    return replace(one, status=Status.COMPLETE if said else one.status, children=children)
