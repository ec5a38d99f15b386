"""The reading of a document's blocks, in order, into milestones with what they own."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace

from milestones.facts import Criterion, CriterionKind
from milestones.reading.blocks import Block
from milestones.reading.commands import commands_in, fenced_commands
from milestones.reading.drafts import PSEUDO, Draft, GateDraft, Label
from milestones.reading.flatness import flat_labels, named_milestone
from milestones.reading.headings import Opening, is_gate, opening
from milestones.reading.labels import is_goal, is_status, label_kind
from milestones.reading.segments import Segment, header_role, may_open, opening_of, segment_of, segments
from milestones.reading.statuses import (
    draws_boxes,
    heading_status,
    mark_of,
    stated_status,
    status_after,
)
from milestones.reading.tables import TABLED, row_items, table_of
from milestones.reading.targets import targets_in
from milestones.reading.words import date_in, plain

_GATE_COMMENT = re.compile(r"<!--\s*gate:\s*(.{1,300}?)\s*-->")
_COMMENT = re.compile(r"\s*<!--.*?-->")
_LEADS_ON = re.compile(r"(?i)\b(?:run|execute|following|these|below|namely|includes?|is true|are true)\b")
_LABEL = 8  # the level of a label that is a paragraph


class Outline:
    """Walks the blocks once; what it found stands in its attributes."""

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

    def read(self) -> None:
        for at, block in enumerate(self.blocks):
            self.at = at
            if block.kind != "item":
                self.settle()
            getattr(self, block.kind)(block)
        self.settle()

    # --- who owns what ----------------------------------------------------------------------------------------------

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

    # --- headings ---------------------------------------------------------------------------------------------------

    def heading(self, block: Block) -> None:
        text, level = block.text, block.level
        first = not self.title
        self.title = self.title or text
        found = self.opened(opening(text))
        kind = None if found else label_kind(text)
        if not found and (level, _name(text)) in self.flat and self.stack and self.stack[-1][0] == level:
            level += 1
        carried = self.carried(level) if not found and kind is None else None
        self.close(level, block.line)
        self.level = level
        if found:
            self.open(found, text, block.line, level)
            if not found.firm and (kind := label_kind(text)):  # "Sprint 3 goals", and no sprint 3 before it
                self.put_label(self.kind_label(kind, text, block.line, level))
        else:
            self.section(text, block.line, level, None if first and level == 1 else kind, carried)

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
        if label and label.level == _LABEL and not label.used and level > self.level and label.role != "none":
            return label
        return None

    def close(self, level: int, line: int) -> None:
        while self.stack and self.stack[-1][0] >= level:
            self.stack.pop()[1].last_line = line - 1
        while self.labels and self.labels[-1].level >= level:
            self.labels.pop()
        self.item_labels.clear()

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

    # --- paragraphs -------------------------------------------------------------------------------------------------

    def paragraph(self, block: Block) -> None:
        if block.depth:
            self.figures(block.text, block.line)
            return
        for segment in segments(block):
            self.segment(segment, block.last_line)

    def segment(self, segment: Segment, last: int) -> None:
        found = opening_of(segment)
        if found and (":" in segment.text or segment.bold):
            if (found.kind.value, found.key) not in self.drafts:
                self.pseudo(found, segment)
                return
            self.figures(segment.text, segment.line)
            return
        if self.labelled(segment, last):
            return
        label = self.label
        if label and label.role in ("status", "goal") and not label.used:
            label.used = True
            self.tell(label.role, segment.text)
        self.gate_commands(label, segment.text)
        self.figures(segment.text, segment.line)

    def pseudo(self, found: Opening, segment: Segment) -> None:
        """A milestone opened by a paragraph: it lasts until the next one, a heading, or a label that is not its own."""
        self.close(PSEUDO, segment.line)
        bare = len(plain(segment.label).split()) <= 2 and segment.rest
        title = segment.text.strip("*_ ")[:200] if bare and not segment.bold else segment.label
        if segment.bold and bare and len(segment.rest) <= 120:
            title = f"{segment.label}: {segment.rest}"
        self.open(found, title, segment.line, PSEUDO)
        if segment.rest and not self.owner.status_text:
            self.owner.state(*status_after(segment.rest))
        self.figures(segment.rest, segment.line)

    def labelled(self, segment: Segment, last: int) -> bool:
        """Take the segment as a label if it is one."""
        if not segment.label and self.stands_over_list(segment):
            segment = replace(segment, label=segment.text)
        if not segment.label:
            return False
        words = plain(segment.label)
        if role := header_role(words, segment.rest):
            self.header(role, segment)
            return True
        if is_gate(words):
            self.put_label(self.gate_label(segment.label, segment.line, _LABEL))
        elif kind := label_kind(segment.label):
            self.leave_pseudo(segment.line)
            self.put_label(self.kind_label(kind, segment.label, segment.line, _LABEL))
        elif not segment.bold and not segment.rest and _LEADS_ON.search(words):
            return True
        elif segment.bold or not segment.rest:
            self.leave_pseudo(segment.line)
            self.put_label(Label("none", _LABEL))
            return not segment.rest
        else:
            return False
        if segment.rest and self.label:
            kind = self.label.kind or CriterionKind.CHECKLIST
            self.label.inline = self.criterion(segment.rest, segment.line, last, kind)
            self.figures(segment.rest, segment.line)
        return True

    def stands_over_list(self, segment: Segment) -> bool:
        """Whether a short line without a colon is a label all the same: one of ours, right over a list or table."""
        after = self.blocks[self.at + 1] if self.at + 1 < len(self.blocks) else None
        over = after is not None and after.kind in ("item", "table") and not after.depth
        return over and len(segment.text) <= 60 and bool(label_kind(segment.text))

    def header(self, role: str, segment: Segment) -> None:
        if segment.rest:
            self.tell(role, segment.rest)
        elif role != "date":
            self.put_label(Label(role, _LABEL))

    def tell(self, role: str, text: str) -> None:
        """A status, goal or date that the document states of the milestone we are in, or of itself."""
        owner = self.owner
        text = _shown(text)
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
        return bool(self.label and self.label.role == "status" and self.label.level < _LABEL)

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

    # --- lists ------------------------------------------------------------------------------------------------------

    def item(self, block: Block) -> None:
        if block.checked is not None:
            self.boxes.append((block.depth, block.checked))
        while self.item_labels and self.item_labels[-1][0] >= block.depth:
            self.item_labels.pop()
        above, label = self.item_labels[-1] if self.item_labels else (-1, self.label)
        depth = block.depth - above - 1
        if not self.headline(block, label, depth):
            self.listed(block, label, depth)
            self.figures(block.text, block.line)

    def headline(self, block: Block, label: Label | None, depth: int) -> bool:
        """An item that is itself a label ("Deliverables:" over a nested list) or a header ("Status: done")."""
        segment = segment_of(block.text, block.line)
        owned = label is not None and label.role in ("items", "gate") and label.level >= PSEUDO
        if not segment.known or owned or block.checked is not None:
            return False
        words = plain(segment.label)
        kind = label_kind(segment.label)
        if role := header_role(words, segment.rest):
            if segment.rest:
                self.header(role, segment)
            elif role != "date":
                self.item_labels.append((block.depth, Label(role, _LABEL)))
            return True
        if segment.rest and not segment.bold:
            return False
        made = self.gate_label(segment.label, block.line, _LABEL) if is_gate(words) else None
        if made is None and kind:
            made = self.kind_label(kind, segment.label, block.line, _LABEL)
        if made is None:
            return False
        if segment.rest:
            self.own(
                self.criterion(segment.rest, block.line, block.last_line, made.kind or CriterionKind.CHECKLIST), made
            )
        else:
            self.item_labels.append((block.depth, made))
        return True

    def listed(self, block: Block, label: Label | None, depth: int) -> None:
        """An item under its label; without a label only a box makes it a criterion."""
        if label and label.role in ("status", "goal"):
            if not label.used:
                label.used = True
                self.tell(label.role, block.text)
            return
        kind = label.kind if label else None
        if kind is None:
            self.owner.owned = True
            kind = CriterionKind.CHECKLIST if block.checked is not None else None
        text, checked = block.text, block.checked
        if (
            kind is None
            and self.draws
            and self.stack
            and (label is None or label.level < _LABEL)
            and (drawn := mark_of(text))
        ):
            kind, (checked, text) = CriterionKind.CHECKLIST, drawn
        if kind is None or not text or (depth and checked is None):
            self.gate_commands(label, text)
            return
        item = self.criterion(text, block.line, block.last_line, kind, depth=depth, checked=checked)
        self.own(item, label or Label("items", _LABEL, kind))

    @staticmethod
    def gate_commands(label: Label | None, text: str) -> None:
        if label and label.gate:
            label.gate.add_commands(commands_in(text))

    def criterion(
        self, text: str, line: int, last: int, kind: CriterionKind, *, depth: int = 0, checked: bool | None = None
    ) -> Criterion:
        gate = _GATE_COMMENT.search(text) if "<!--" in text else None
        return Criterion("", kind, _shown(text), self.path, line, last, depth, checked, gate[1] if gate else "")

    # --- the rest ---------------------------------------------------------------------------------------------------

    def figures(self, text: str, line: int) -> None:
        if self.stack:
            self.owner.targets += targets_in(_shown(text), line)

    def fence(self, block: Block) -> None:
        label = self.item_labels[-1][1] if self.item_labels else self.label
        if label and label.gate:
            label.gate.add_commands(tuple(command.text for command in fenced_commands(block)))

    def table(self, block: Block) -> None:
        """The rows of a table under a label are its items; its numbers and statuses wait for the whole document."""
        label = self.label
        if label is None or label.role != "items" or label.kind not in TABLED or block.depth:
            return
        if found := table_of(block):
            for text, line in row_items(found):
                self.own(self.criterion(text, line, line, label.kind), label)


def _shown(text: str) -> str:
    """Without comments."""
    return _COMMENT.sub("", text).strip() if "<!--" in text else text


def _name(text: str) -> str:
    return plain(text).casefold().strip(": ")
