"""The Documents page as one read model: what each document claims, what is proven of it, and what contradicts it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from milestones import facts
from milestones.codec import from_plain
from milestones.facts import State, Status
from milestones.gates.criteria import criteria_of
from milestones.models import Dismissal, Document, DocumentFinding, DocumentVersion, Milestone, Project
from milestones.reading.claims import RULES

from . import chronicle, dismissals, promote
from .judged import JudgedCriterion, read_back
from .standing import label_of
from .trends import Trend, burn_up_of

MOST_FINDINGS = 300  # that the page lists; the command lists all
RULE_NAMES: Mapping[int, str] = {
    1: "A total that its rows do not add up to",
    2: "One milestone with two statuses",
    3: "A status that its boxes or its neighbours contradict",
    4: "One thing counted with different numbers",
    5: "A path that is not there, or is still there",
    6: "Claimed complete against the code",
    7: "A figure outside its own range",
    8: "A dead link",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a criterion stands, and what was judged of it."""

    key: str
    label: str
    criterion: facts.Criterion
    claimed: bool
    judged: JudgedCriterion | None

    @property
    def state(self) -> State:
        return self.judged.state if self.judged else State.UNKNOWN


@dataclass(frozen=True, slots=True)
class Line:
    """One document of the list."""

    document: Document
    milestones: tuple[str, ...]
    criteria: tuple[Place, ...]
    findings: int
    weakened: int
    last: DocumentVersion | None

    @property
    def claimed(self) -> int:
        """Of what is judged, else of what the document itself promises."""
        if self.criteria:
            return sum(one.claimed for one in self.criteria)
        return self.last.ticked if self.last else 0

    @property
    def promised(self) -> int:
        return len(self.criteria) or (self.last.promised if self.last else 0)

    @property
    def proven(self) -> int:
        return sum(one.state is State.PASS for one in self.criteria)

    @property
    def status(self) -> str:
        """Its own status in words, "" where it states none."""
        known = self.document.status not in ("", Status.NONE)
        return self.document.status.replace("_", " ") if known else self.document.status_text


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one rule, and how often one was dismissed."""

    rule: int
    name: str
    findings: tuple[DocumentFinding, ...]
    dismissed: int


@dataclass(frozen=True, slots=True)
class DocumentList:
    """All that the page shows."""

    lines: tuple[Line, ...]
    groups: tuple[Group, ...]
    dismissed: tuple[Dismissal, ...]
    trend: Trend | None
    more: int

    @property
    def findings(self) -> int:
        return sum(len(group.findings) for group in self.groups) + self.more


def document_list(project: Project) -> DocumentList:
    """The documents that the project's documents' commit has."""
    places = places_of(project)
    by_path: dict[str, list[Place]] = {}
    for one in places:
        by_path.setdefault(one.criterion.path, []).append(one)
    standing = list(DocumentFinding.objects.standing(project))
    found = Counter(path for one in standing for path in {place["path"] for place in one.places})
    weak = Counter(event.story.document_id for event in chronicle.weakened(project))
    last = DocumentVersion.objects.last_of_each(project)
    labels = labels_by_path(project)
    lines = [
        Line(
            one, labels.get(one.path, _own(one)), tuple(by_path.get(one.path, ())), found[one.path], weak[one.pk],
            last.get(one.pk),
        )
        for one in Document.objects.filter(project=project).in_order()
    ]  # fmt: skip
    dismissed = tuple(Dismissal.objects.filter(project=project).order_by("-at", "-pk")[:50])
    shown = standing[:MOST_FINDINGS]
    trend = burn_up_of(DocumentVersion.objects.in_order(project))
    return DocumentList(tuple(lines), _groups(project, shown), dismissed, trend, len(standing) - len(shown))


def _own(document: Document) -> tuple[str, ...]:
    """What a document counts by that has no part on the project's own line."""
    return tuple(dict.fromkeys(label_of(kind, key) for kind, key in document.milestones))


def _groups(project: Project, standing: Iterable[DocumentFinding]) -> tuple[Group, ...]:
    times = dismissals.counts(project)
    by_rule: dict[int, list[DocumentFinding]] = {}
    for one in standing:
        by_rule.setdefault(one.rule, []).append(one)
    wanted = [rule for rule in RULES if by_rule.get(rule) or times.get(rule)]
    return tuple(Group(rule, RULE_NAMES[rule], tuple(by_rule.get(rule, ())), times.get(rule, 0)) for rule in wanted)


def places_of(project: Project) -> list[Place]:
    """Every criterion that is asked of the project's milestones, with its verdict at the project's commit."""
    judgement = promote.latest(project)
    judged = read_back(judgement) if judgement else {}
    found = []
    for row in Milestone.objects.filter(project=project).in_order():
        said = {one.identity: one for one in judged[row.key].criteria} if row.key in judged else {}
        label = label_of(row.kind, row.key)
        listed = criteria_of(from_plain(facts.Milestone, row.facts)) if row.facts else ()
        found += [Place(row.key, label, one, claimed, said.get(one.id)) for one, claimed in listed]
    return found


def labels_by_path(project: Project) -> dict[str, tuple[str, ...]]:
    """path -> the milestones that a document speaks of, in short."""
    found: dict[str, list[str]] = {}
    for row in Milestone.objects.filter(project=project).in_order():
        for path in dict.fromkeys([*(source["path"] for source in row.sources), row.path]):
            found.setdefault(path, []).append(label_of(row.kind, row.key))
    return {path: tuple(labels) for path, labels in found.items()}
