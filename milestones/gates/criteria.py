"""Which lines of a milestone must be proven, and how words in policy find them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from milestones.facts import Criterion, CriterionKind, Milestone, Status

PROVABLE = frozenset(
    {
        CriterionKind.DEFINITION_OF_DONE,
        CriterionKind.ACCEPTANCE,
        CriterionKind.SUCCESS,
        CriterionKind.VERIFICATION_GATE,
        CriterionKind.CHECKLIST,
        CriterionKind.DELIVERABLE,
        CriterionKind.REQUIREMENT,
    }
)
_SET_ASIDE = frozenset({Status.DROPPED, Status.OPTIONAL})
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_LINK = re.compile(r"\]\([^()\s]*\)")
_EMPHASIS = re.compile(r"[*`~]")
_WORD = re.compile(r"\w+")


def criteria_of(milestone: Milestone) -> tuple[tuple[Criterion, bool], ...]:
    """What must be proven, each with whether the document claims it: nested items, stop points and parts too.

    A ticked box claims its line and an empty one does not; a line without a box is claimed by the stated status.
    """
    found: dict[tuple[str, int, str], tuple[Criterion, bool]] = {}
    for part in _asked(milestone):
        done = part.status.claims_done or milestone.status.claims_done
        for criterion in _within(part):
            place = (criterion.path, criterion.line, criterion.id)
            found.setdefault(place, (criterion, done if criterion.checked is None else criterion.checked))
    return tuple(found.values())


def set_aside(milestone: Milestone) -> tuple[Milestone, ...]:
    """The parts that their document states dropped or optional, whose criteria are not asked for."""
    asked = _asked(milestone)
    return tuple(child for part in asked for child in part.children if child.status in _SET_ASIDE)


def _asked(milestone: Milestone) -> list[Milestone]:
    """The milestone and its parts at any depth, but for those set aside."""
    asked = [milestone]
    for part in asked:
        asked += [child for child in part.children if child.status not in _SET_ASIDE]
    return asked


def _within(part: Milestone) -> Iterator[Criterion]:
    for criterion in (*part.criteria, *(item for gate in part.gates for item in gate.items)):
        if criterion.kind in PROVABLE:
            yield criterion


def words_of(text: str) -> str:
    """The words of a text, one blank between and around them, without case, punctuation, emphasis or link targets."""
    bare = _EMPHASIS.sub("", _LINK.sub("]", _COMMENT.sub(" ", text)))
    words = [word.strip("_") for word in _WORD.findall(bare.casefold())]
    return f" {' '.join(filter(None, words))} " if any(words) else ""
