"""Who owns what while a document is walked: the milestones, labels and gates that are open at a line."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace

from milestones.facts import Criterion, CriterionKind
from milestones.reading.blocks import Block
from milestones.reading.commands import commands_in
from milestones.reading.drafts import PSEUDO, Draft, GateDraft, Label
from milestones.reading.flatness import flat_labels, named_milestone
from milestones.reading.headings import Opening, is_gate
from milestones.reading.labels import is_goal, is_status
from milestones.reading.segments import may_open
from milestones.reading.statuses import draws_boxes, heading_status, stated_status
from milestones.reading.words import date_in, plain

LABEL = 8  # the level of a label that is a paragraph
_COMMENT = re.compile(r"\s*<!--.*?-->")


def shown(text: str) -> str:
    """Without comments."""
    return _COMMENT.sub("", text).strip() if "<!--" in text else text


class Ownership:
    """What is open, and what has been found so far."""

    def __init__(self, path: str, blocks: list[Block]) -> None:
        self.path = path
        self.blocks = [block for block in blocks if not block.quoted]
        self.title = ""
        self.preface = Draft(kind=None, key="", title="", line=0, level=0)  # type: ignore[arg-type]
        self.roots: list[Draft] = []
        self.stack: list[tuple[int, Draft]] = []
        self.labels: list[Label] = []
        self.item_labels: list[tuple[int, Label]] = []
        self.drafts: dict[tuple[str, str], Draft] = {}
        self.boxes: list[tuple[int, bool]] = []
        self.flat = flat_labels(self.blocks)
        self.headings = [at for at, block in enumerate(self.blocks) if block.kind == "heading"]
        self.pseudos = [at for at, block in enumerate(self.blocks) if may_open(block)]
        self.draws = draws_boxes(block.text for block in self.blocks if block.kind == "item")
        self.at = 0
        self.level = 0

    @property
    def owner(self) -> Draft:
        return self.stack[-1][1] if self.stack else self.preface

    @property
    def label(self) -> Label | None:
        return self.labels[-1] if self.labels else None

    def settle(self) -> None:
        """Words on a label's own line become its item once it is clear that no list follows."""
        label = self.label
        if label and label.inline:
            if not label.used:
                self.own(label.inline, label)
            label.inline = None

    def own(self, item: Criterion, label: Label) -> None:
        label.used = True
        if label.gate:
            label.gate.items.append(item)
            label.gate.add_commands(commands_in(item.text))
            if label.role == "gate":
                return
        self.owner.add(item)

    def put_label(self, label: Label) -> None:
        while self.labels and self.labels[-1].level >= label.level:
            self.labels.pop()
        self.labels.append(label)
        self.item_labels.clear()

    def opened(self, found: Opening | None) -> Opening | None:
        """An opening unless it is about a milestone that the document already has: "Phase 0 results"."""
        if found is None:
            return None
        same = (found.kind.value, found.key)
        inside = any((draft.kind.value, draft.key) == same for _, draft in self.stack)
        return None if inside or (not found.firm and same in self.drafts) else found

    def carried(self, level: int) -> Label | None:
        """The label that still waits for its items when a deeper heading comes between."""
        label = self.label
        if label and label.level == LABEL and not label.used and level > self.level and label.role != "none":
            return label
        return None

    def close(self, level: int, line: int) -> None:
        while self.stack and self.stack[-1][0] >= level:
            draft = self.stack.pop()[1]
            draft.last_line = draft.last_line or line - 1
        while self.labels and self.labels[-1].level >= level:
            self.labels.pop()
        self.item_labels.clear()

    def return_to(self, draft: Draft, line: int) -> None:
        """Go on with a milestone that a label names, wherever the label stands."""
        if not any(other is draft for _, other in self.stack):
            self.close(PSEUDO, line)
            self.stack.append((PSEUDO, draft))

    def open(self, found: Opening, title: str, line: int, level: int) -> None:
        draft = Draft(found.kind, found.key, title, line, level)
        status, words = heading_status(title)
        if words:
            draft.state(status, words)
        draft.date = draft.date or date_in(title)
        (self.owner.children if self.stack else self.roots).append(draft)
        self.stack.append((level, draft))
        self.drafts.setdefault((found.kind.value, found.key), draft)
        self.labels.clear()
        self.item_labels.clear()

    def section(self, text: str, line: int, level: int, kind: CriterionKind | None, carried: Label | None) -> None:
        """A heading that opens no milestone: a label of its own, or part of what the label above it owns."""
        about = named_milestone(text)
        if kind and about in self.drafts and not any(draft is self.drafts[about] for _, draft in self.stack):
            self.stack.append((level, self.drafts[about]))
        self.owner.sections += 1
        words = plain(text).strip(": ")
        if is_gate(text):
            self.put_label(self.gate_label(text, line, level))
        elif is_status(words) or is_goal(words):
            self.put_label(Label("status" if is_status(words) else "goal", level))
        elif kind:
            self.put_label(self.kind_label(kind, text, line, level))
        else:
            if carried:  # a level above, so that it goes on under the headings beside this one
                self.put_label(replace(carried, level=level - 1, used=False))
            above = self.label
            self.put_label(replace(above, level=level, used=False) if above else Label("none", level))

    def gate_label(self, text: str, line: int, level: int) -> Label:
        gate = GateDraft(plain(text).rstrip(": "), line)
        if self.stack:
            self.owner.gates.append(gate)
            return Label("gate", level, CriterionKind.VERIFICATION_GATE, gate)
        return Label("items", level, CriterionKind.VERIFICATION_GATE)

    def kind_label(self, kind: CriterionKind, text: str, line: int, level: int) -> Label:
        gate = None
        if kind is CriterionKind.VERIFICATION_GATE and self.stack:
            gate = GateDraft(plain(text).rstrip(": "), line)
            self.owner.gates.append(gate)
        return Label("items", level, kind, gate)

    def tell(self, role: str, text: str) -> None:
        """A status, goal or date that the document states of the milestone we are in, or of itself."""
        owner = self.owner
        text = shown(text)
        if role == "date":
            owner.date = owner.date or date_in(text)
        elif role == "goal":
            owner.goal = owner.goal or text
        elif self.stack and (owner.sections <= 1 or self.headed_status()):
            owner.state(stated_status(text, owner.key), text)
            self.tell_document(owner, text)
        elif not self.stack and self.level <= 1:
            owner.state(stated_status(text), text)

    def headed_status(self) -> bool:
        return bool(self.label and self.label.role == "status" and self.label.level < LABEL)

    def tell_document(self, owner: Draft, text: str) -> None:
        if owner.title == self.title:
            self.preface.state(stated_status(text, owner.key), text)

    def leave_pseudo(self, line: int) -> None:
        """Close a paragraph's milestone at a label that belongs to what is round it.

        A label after such a milestone's own list is its parent's, unless another one follows, or an earlier one
        had labels of its own.
        """
        level, draft = self.stack[-1] if self.stack else (0, self.preface)
        if level != PSEUDO or not draft.owned:
            draft.labelled = draft.labelled or level == PSEUDO
            return
        parent = self.stack[-2][1].children if len(self.stack) > 1 else self.roots
        if self.another_follows() or any(other.labelled for other in parent):
            draft.labelled = True
        else:
            self.close(PSEUDO, line)

    def another_follows(self) -> bool:
        ahead = self.pseudos[bisect_right(self.pseudos, self.at) :][:1]
        heading = self.headings[bisect_right(self.headings, self.at) :][:1]
        return bool(ahead and (not heading or ahead[0] < heading[0]))
