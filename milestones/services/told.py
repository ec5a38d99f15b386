"""What is told beside the criteria of a milestone: their history, what was taken back, and what could prove them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from milestones.gates.policy import Policy
from milestones.gates.suggest import Known
from milestones.models import Binding, CriterionEvent, CriterionStory, Milestone, Project

from . import bindings, chronicle
from .bindings import Proposal
from .shown import Row

MOST_REMOVED = 30


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside one criterion; `events` are newest first."""

    events: tuple[CriterionEvent, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    bound: tuple[Binding, ...] = ()
    line: str = ""
    table: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """All of a milestone: rows with what stands beside them, criteria that went, and promises taken back."""

    rows: tuple[Row, ...]
    removed: tuple[CriterionStory, ...] = ()
    weakened: tuple[CriterionEvent, ...] = ()


@dataclass(slots=True)
class _Found:
    events: dict[tuple[str, str], tuple[CriterionEvent, ...]] = field(default_factory=dict)
    removed: list[CriterionStory] = field(default_factory=list)


def told_of(project: Project, milestone: Milestone, rows: tuple[Row, ...], policy: Policy) -> Told:
    """The rows of a milestone with their histories and proposals."""
    paths = {milestone.path, *(source["path"] for source in milestone.sources)}
    found = _stories(project, milestone, rows, paths)
    bound: dict[str, list[Binding]] = {}
    for one in Binding.objects.filter(project=project, milestone_key=milestone.key):
        bound.setdefault(one.identity, []).append(one)
    waiting = any(row.awaits_sign_off for row in rows)
    has = {identity: frozenset(one.gate for one in listed) for identity, listed in bound.items()}
    known = bindings.known_of(project, policy) if waiting else Known()
    proposed = bindings.proposals_of(milestone, known, has) if waiting else {}
    whole = bindings.lines_of(milestone, has)
    weak = [one for one in chronicle.weakened(project) if one.story.belongs_to(milestone.kind, milestone.key)]
    return Told(
        tuple(_beside(row, found, proposed, bound, whole) for row in rows),
        tuple(found.removed[:MOST_REMOVED]),
        tuple(one for one in weak if one.story.document.path in paths),
    )


def _stories(project: Project, milestone: Milestone, rows: tuple[Row, ...], paths: set[str]) -> _Found:
    found = _Found()
    wanted = {(row.path, row.identity) for row in rows if row.text}
    for story in CriterionStory.objects.of_documents(project, {*paths, *(path for path, _ in wanted)}):
        place = (story.document.path, story.identity)
        if story.alive and not story.document.gone and place in wanted:
            found.events[place] = tuple(story.events.all())[::-1]
        elif not story.alive and story.belongs_to(milestone.kind, milestone.key):
            found.removed.append(story)
    return found


def _beside(
    row: Row, found: _Found, proposed: dict[str, list[Proposal]], bound: dict[str, list[Binding]],
    whole: dict[str, tuple[str, str]],
) -> Row:  # fmt: skip
    if not row.text:
        return row
    table, line = whole.get(row.identity, ("", ""))
    awaits = tuple(proposed.get(row.identity, ())) if row.awaits_sign_off else ()
    events = found.events.get((row.path, row.identity), ())
    return replace(row, beside=Beside(events, awaits, tuple(bound.get(row.identity, ())), line, table))
