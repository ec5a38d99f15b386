"""The reading of a document's blocks, in order, into milestones with what they own."""

from __future__ import annotations

import re
from dataclasses import replace

from milestones.facts import Criterion, CriterionKind
from milestones.reading.blocks import Block
from milestones.reading.commands import commands_in, fenced_commands
from milestones.reading.drafts import PSEUDO, Label
from milestones.reading.headings import Opening, is_gate, opening
from milestones.reading.labels import label_kind
from milestones.reading.ownership import LABEL, Ownership, shown
from milestones.reading.segments import Segment, header_role, opening_of, segment_of, segments
from milestones.reading.statuses import (
    mark_of,
    status_after,
)
from milestones.reading.tables import TABLED, column, row_items, table_of
from milestones.reading.targets import targets_in
from milestones.reading.words import plain

_GATE_COMMENT = re.compile(r"<!--\s*gate:\s*(.{1,300}?)\s*-->")
_MEASURES = re.compile(r"(?i)^(?:metric|measure|kpi|indicator)s?\b")  # a table of its own, whatever list it follows
_LEADS_ON = re.compile(r"(?i)\b(?:run|execute|following|these|below|namely|includes?|is true|are true)\b")


class Outline(Ownership):
    """Walks the blocks once; what it found stands in its attributes."""

    def read(self) -> None:
        for at, block in enumerate(self.blocks):
            self.at = at
            if block.kind != "item":
                self.settle()
            getattr(self, block.kind)(block)
        self.settle()

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
            known = self.drafts.get((found.kind.value, found.key))
            if known is None:
                self.pseudo(found, segment)
                return
            if not label_kind(segment.label):
                self.figures(segment.text, segment.line)
                return
            self.return_to(known, segment.line)  # "Phase 0 exit criteria:"
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
            self.put_label(self.gate_label(segment.label, segment.line, LABEL))
        elif kind := label_kind(segment.label):
            self.leave_pseudo(segment.line)
            self.put_label(self.kind_label(kind, segment.label, segment.line, LABEL))
        elif not segment.bold and not segment.rest and _LEADS_ON.search(words):
            return True
        elif segment.bold or not segment.rest:
            self.leave_pseudo(segment.line)
            self.put_label(Label("none", LABEL))
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
            self.put_label(Label(role, LABEL))

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
                self.item_labels.append((block.depth, Label(role, LABEL)))
            return True
        if segment.rest and not segment.bold:
            return False
        made = self.gate_label(segment.label, block.line, LABEL) if is_gate(words) else None
        if made is None and kind:
            made = self.kind_label(kind, segment.label, block.line, LABEL)
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
            and (label is None or label.level < LABEL)
            and (drawn := mark_of(text))
        ):
            kind, (checked, text) = CriterionKind.CHECKLIST, drawn
        if kind is None or not text or (depth and checked is None):
            self.gate_commands(label, text)
            return
        item = self.criterion(text, block.line, block.last_line, kind, depth=depth, checked=checked)
        self.own(item, label or Label("items", LABEL, kind))

    @staticmethod
    def gate_commands(label: Label | None, text: str) -> None:
        if label and label.gate:
            label.gate.add_commands(commands_in(text))

    def criterion(
        self, text: str, line: int, last: int, kind: CriterionKind, *, depth: int = 0, checked: bool | None = None
    ) -> Criterion:
        gate = _GATE_COMMENT.search(text) if "<!--" in text else None
        return Criterion("", kind, shown(text), self.path, line, last, depth, checked, gate[1] if gate else "")

    # --- the rest ---------------------------------------------------------------------------------------------------

    def figures(self, text: str, line: int) -> None:
        if self.stack:
            self.owner.targets += targets_in(shown(text), line)

    def fence(self, block: Block) -> None:
        label = self.item_labels[-1][1] if self.item_labels else self.label
        if label and label.gate:
            label.gate.add_commands(tuple(command.text for command in fenced_commands(block)))

    def table(self, block: Block) -> None:
        """The rows of a table under a label are its items; its numbers and statuses wait for the whole document."""
        label = self.label
        if label is None or label.role != "items" or label.kind not in TABLED or block.depth:
            return
        if (found := table_of(block)) and not (_MEASURES.match(plain(found.header[0])) and column(found, "target")):
            for text, line in row_items(found):
                self.own(self.criterion(text, line, line, label.kind), label)


def _name(text: str) -> str:
    return plain(text).casefold().strip(": ")
