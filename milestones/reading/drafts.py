"""Milestones while their document is still being read."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from milestones.facts import Criterion, CriterionKind, Milestone, MilestoneKind, Status, StopPoint, Target
from milestones.reading.words import date_in, normal

PSEUDO = 7  # the level of a milestone that a paragraph opens: deeper than any heading
FROM_TABLE = 9


@dataclass(slots=True)
class GateDraft:
    label: str
    line: int
    items: list[Criterion] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)

    def add_commands(self, commands: tuple[str, ...]) -> None:
        self.commands += [command for command in commands if command not in self.commands]


@dataclass(slots=True)
class Draft:
    """One milestone being read; `owned` tells that it had items under no label of their own."""

    kind: MilestoneKind
    key: str
    title: str
    line: int
    level: int
    last_line: int = 0
    status: Status = Status.NONE
    status_text: str = ""
    date: str | None = None
    goal: str = ""
    criteria: list[Criterion] = field(default_factory=list)
    non_goals: list[Criterion] = field(default_factory=list)
    gates: list[GateDraft] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    children: list[Draft] = field(default_factory=list)
    owned: bool = False
    labelled: bool = False
    sections: int = 0

    def state(self, status: Status, text: str) -> None:
        """Take a stated status; the first one stands, and words that are no status give way to words that are."""
        if self.status_text and (self.status is not Status.NONE or status is Status.NONE):
            return
        self.status, self.status_text = status, text
        self.date = date_in(text) or self.date

    def add(self, item: Criterion) -> None:
        (self.non_goals if item.kind is CriterionKind.NON_GOAL else self.criteria).append(item)

    def descendants(self) -> Iterator[Draft]:
        stack = self.children[::-1]
        while stack:
            child = stack.pop()
            yield child
            stack += child.children[::-1]


@dataclass(slots=True)
class Label:
    """What owns the items that follow; `role` is items, status, goal, gate or none."""

    role: str
    level: int
    kind: CriterionKind | None = None
    gate: GateDraft | None = None
    used: bool = False
    inline: Criterion | None = None  # words on the label's own line, an item unless a list follows


def hoist(draft: Draft, siblings: list[Draft]) -> None:
    """Give a parent the definition of done that stands at the very end, under the heading of its last part.

    Only where the document plainly goes on: several parts, none but the last with such a list, none on the parent,
    and the parent's own siblings each have theirs.
    """
    done = CriterionKind.DEFINITION_OF_DONE
    last = draft.children[-1] if len(draft.children) > 1 else None
    if last is None or _has(draft, done) or any(_has(child, done) for child in draft.children[:-1]):
        return
    if _has(last, done) and any(_has(sibling, done) for sibling in siblings if sibling is not draft):
        draft.criteria += [item for item in last.criteria if item.kind is done]
        last.criteria = [item for item in last.criteria if item.kind is not done]


def _has(draft: Draft, kind: CriterionKind) -> bool:
    return any(item.kind is kind for item in draft.criteria)


class Names:
    """Gives criteria their identity: where they belong and what they say, never the line they stand on."""

    def __init__(self) -> None:
        self.used: Counter[str] = Counter()

    def named(self, items: list[Criterion], owner: str) -> tuple[Criterion, ...]:
        return tuple(replace(item, id=self.name(item.text, owner)) for item in items)

    def name(self, text: str, owner: str) -> str:
        digest = hashlib.sha256(f"{owner}\0{normal(text)}".encode(errors="replace")).hexdigest()[:12]
        self.used[digest] += 1
        times = self.used[digest]
        return digest if times == 1 else f"{digest}-{times}"


def freeze(draft: Draft, path: str, names: Names, owner: str = "") -> Milestone:
    """The finished milestone with everything under it."""
    owner = f"{owner}/{draft.kind}:{draft.key}"
    criteria = names.named(draft.criteria, owner)
    ids = {(item.line, item.text): item.id for item in criteria}
    return Milestone(
        key=draft.key,
        kind=draft.kind,
        title=draft.title,
        path=path,
        line=draft.line,
        last_line=draft.last_line,
        status=draft.status,
        status_text=draft.status_text,
        date=draft.date,
        goal=draft.goal,
        criteria=criteria,
        gates=tuple(_gate(gate, names, owner, ids) for gate in draft.gates),
        targets=tuple(draft.targets),
        non_goals=names.named(draft.non_goals, owner),
        children=tuple(freeze(child, path, names, owner) for child in draft.children),
    )


def _gate(gate: GateDraft, names: Names, owner: str, ids: dict[tuple[int, str], str]) -> StopPoint:
    """A gate's items; those that are criteria of the milestone too keep the one identity."""
    items = tuple(
        replace(item, id=ids.get((item.line, item.text)) or names.name(item.text, f"{owner}/gate"))
        for item in gate.items
    )
    return StopPoint(gate.label, gate.line, items, tuple(gate.commands))
