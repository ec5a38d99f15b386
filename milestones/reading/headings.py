"""Headings and labels that open a milestone or one of its kin."""

from __future__ import annotations

import re
from dataclasses import dataclass

from milestones.facts import MilestoneKind
from milestones.reading.words import plain, without_symbols

_KIN = r"(?P<kin>milestone|phase|stage|step|sprint|iteration|task)"
_KEY = r"(?P<key>\d+(?:\.\d+)*[a-z]?|[A-Za-z](?:\s?[-+]\s?\d+|\.?\d+(?:\.\d+)*)?|[IVX]{1,5}|N[-+]\d+)"
_WORD_KEYS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
_NUMBERING = r"(?:(?:§\s*)?\d+(?:\.\d+)*[.)]?\s+|\[[ xX]\]\s+|~~)?"
_HEADING = re.compile(
    rf"^{_NUMBERING}{_KIN}[\s#]+(?P<word>{'|'.join(_WORD_KEYS)})?(?(word)|{_KEY})(?P<after>[^\w\s.:—–|(\[-]*\s*[^\w\s.:—–|(\[-]*\s*(?:[—–:|(\[]|-{{1,2}}\s|[.)](?:\s|$)|$)|\s+)",
    re.IGNORECASE,
)
_SHORT = re.compile(r"^(?:\d+(?:\.\d+)*[.)]?\s+)?M(?P<key>\d+(?:\.\d+)*)\s*(?:[—–:]|-\s|$)")
_PLAN = re.compile(rf"^iteration(?:\s+\w+)?\s*\(\s*{_KIN}\s+{_KEY}\s*(?:[—–:)]|-\s)", re.IGNORECASE)
_GATE = re.compile(
    r"^(?:stop[ -]point|(?:test |quality |release |exit |merge |go/no-go |phase |stage )?gate|checkpoint)\b"
    r"(?!s\b)[^.]{0,80}$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a milestone: `firm` is false where only blanks stand between key and title ("Phase 0 results")."""

    kind: MilestoneKind
    key: str
    firm: bool
    of: str = ""  # the kin that an iteration plan is about: "milestone" in "Iteration plan (Milestone 10 — ...)"


def opening(text: str) -> Opening | None:
    """The milestone that a heading or label opens, if it opens one."""
    words = without_symbols(plain(text[:400]))
    if found := _PLAN.match(words):
        return Opening(MilestoneKind.ITERATION, _key(found["key"]), firm=True, of=found["kin"].lower())
    if found := _SHORT.match(words):
        return Opening(MilestoneKind.MILESTONE, found["key"], firm=True)
    found = _HEADING.match(words)
    if not found:
        return None
    key = str(_WORD_KEYS.index(found["word"].lower())) if found["word"] else _key(found["key"])
    firm = bool(found["after"].strip()) or found.end() == len(words)
    if not firm and key.isalpha():
        return None  # "Phase a bit earlier": a letter needs its dash or colon
    return Opening(MilestoneKind(found["kin"].lower()), key, firm)


def _key(text: str) -> str:
    key = re.sub(r"\s", "", text)
    return key.upper() if key[0].isalpha() else key


def is_gate(text: str) -> bool:
    """Whether a label names a stop point or gate: "Stop point A test gate", "Gate", "Exit gate (phase 2)"."""
    return bool(_GATE.match(plain(text[:200]).rstrip(":")))
