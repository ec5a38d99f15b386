"""A paragraph or item taken apart: the label it begins with, and what follows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from milestones.facts import Status
from milestones.reading.blocks import Block
from milestones.reading.headings import Opening, is_gate, opening
from milestones.reading.labels import is_date, is_goal, is_state, is_status, label_kind
from milestones.reading.statuses import status_at_start
from milestones.reading.words import bold_run, plain, without_symbols

_PLAIN = re.compile(r"^([A-Za-z\[\"“][^:`|]{0,100}?):(?:\s+(.*))?$", re.DOTALL)


_ITALIC_LABEL = re.compile(r"^[*_](?![*_])([^*_:]{1,60})(?::[*_]|[*_]:)\s*")
_ITALIC = re.compile(r"^([*_])(?![*_])([^*_]{1,300})\1$")


@dataclass(frozen=True, slots=True)
class Segment:
    """Part of a paragraph: `label` with its `rest`, or no label and the whole text."""

    text: str
    line: int
    label: str = ""
    rest: str = ""
    bold: bool = False

    @property
    def known(self) -> bool:
        """Whether the label means something to us even with words after it."""
        words = plain(self.label)
        return bool(
            self.label
            and (
                is_status(words)
                or is_goal(words)
                or is_date(words)
                or is_state(words)
                or is_gate(words)
                or label_kind(self.label)
            )
        )


def segment_of(text: str, line: int) -> Segment:
    """A text as one segment, with its label if it begins with one."""
    bare = without_symbols(text)
    if bare.startswith(("*", "_")):
        bare = _ITALIC_LABEL.sub(r"\1: ", _ITALIC.sub(r"\2", bare))
    if bare.startswith(("**", "__")):
        if run := bold_run(bare):
            label, colon, said = run[0].partition(":")
            if colon and header_role(plain(label), said.strip()):  # "**Status: done** (2025-03-02)"
                return Segment(text, line, label, f"{said} {run[1]}".strip(), bold=True)
            return Segment(text, line, run[0], run[1].lstrip(" —–:-"), bold=True)
    elif found := _PLAIN.match(bare):
        label, rest = found[1].strip(), (found[2] or "").strip()
        if not rest or len(label.split()) <= 10:
            return Segment(text, line, label, rest)
    if bare.rstrip().endswith(":") and len(bare) <= 200:
        return Segment(text, line, bare.rstrip(": "), "")
    return Segment(text, line)


def segments(block: Block) -> Iterator[Segment]:
    """A paragraph's segments: each row that begins with a bold or known label starts a new one."""
    held: list[str] = []
    start = block.line
    for number, row in enumerate(block.rows, start=block.line):
        if held and _begins(row, number):
            yield segment_of(" ".join(held), start)
            held = []
        if not held:
            start = number
        held.append(row)
    if held:
        yield segment_of(" ".join(held), start)


def _begins(row: str, line: int) -> bool:
    segment = segment_of(row, line)
    return bool(segment.label) and (segment.bold or segment.known or opening_of(segment) is not None)


def opening_of(segment: Segment) -> Opening | None:
    """The milestone that a bold run or a line with a colon opens, such as "Phase 0 (inventory): ..."."""
    if not segment.label:
        return None
    found = opening(segment.label)
    if found and (found.firm or segment.bold):
        return found
    return None


def header_role(label: str, rest: str) -> str:
    """What a label states of its milestone: "status", "goal", "date", or nothing of these."""
    if is_status(label) or (is_state(label) and status_at_start(rest) is not Status.NONE):
        return "status"
    return "goal" if is_goal(label) else "date" if is_date(label) else ""


def may_open(block: Block) -> bool:
    """Whether a paragraph looks like one that opens a milestone."""
    return block.kind == "paragraph" and not block.depth and opening_of(segment_of(block.text, block.line)) is not None
