"""Documents whose milestones and their labels stand at one heading level."""

from __future__ import annotations

import re
from collections import defaultdict

from milestones.reading.blocks import Block
from milestones.reading.headings import opening
from milestones.reading.labels import is_goal, is_status, label_kind
from milestones.reading.words import plain

_ABOUT = re.compile(
    r"\b(?P<kin>milestone|phase|stage|step|sprint|iteration|task)\s+(?P<key>\d+(?:\.\d+)*|[A-Z](?:-\d+)?)\b",
    re.IGNORECASE,
)


def flat_labels(blocks: list[Block]) -> frozenset[tuple[int, str]]:
    """Label headings that come back after several milestones of their own level: they are parts of those milestones."""
    after: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
    milestones: dict[int, int] = {}
    for block in blocks:
        if block.kind != "heading":
            continue
        if opening(block.text):
            milestones[block.level] = block.line
            continue
        words = plain(block.text).casefold().strip(": ")
        if block.level in milestones and (label_kind(block.text) or is_status(words) or is_goal(words)):
            after[block.level, words].add(milestones[block.level])
        for level in [level for level in milestones if level > block.level]:
            del milestones[level]
    return frozenset(name for name, owners in after.items() if len(owners) > 1)


def named_milestone(text: str) -> tuple[str, str]:
    """The milestone that a label names: ("milestone", "3") of "Definition of done (Milestone 3)"."""
    found = _ABOUT.search(plain(text))
    return (found["kin"].lower(), found["key"].upper()) if found else ("", "")
