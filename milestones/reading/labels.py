"""Labels: the words over a list that say what its items are."""

from __future__ import annotations

import re
from functools import lru_cache

from milestones.facts import CriterionKind
from milestones.reading.words import plain, without_symbols

_K = CriterionKind
_LABELS: tuple[tuple[CriterionKind, str], ...] = (
    (_K.NON_GOAL, r"non[- ]?goals?|anti[- ]?goals?|non[- ]?objectives?"),
    (
        _K.SCOPE_EXCLUSION,
        r"(?:scope )?exclusions?|(?:explicitly )?out[- ]of[- ]scope|not in scope|excluded(?: from scope)?",
    ),
    (_K.DEFINITION_OF_DONE, r"definition of \W?done\W?|dod|done (?:when|criteria|means)"),
    (_K.ACCEPTANCE, r"acceptance(?: (?:criteria|criterion|tests?|conditions?|checklist|scenarios?))?|accepted when"),
    (_K.METRIC, r"(?:success |human |key |target )?metrics?|kpis?|target values"),
    (_K.SUCCESS, r"success(?: (?:criteria|criterion|conditions?|factors?|looks like))?"),
    (_K.STOP_THE_LINE, r"stop[- ]the[- ]line(?:\W* (?:conditions?|rules?|criteria))?"),
    (
        _K.VERIFICATION_GATE,
        r"(?:verification|quality|validation|exit|release|test|parity) gates|gates|exit criteria"
        r"|^(?:verification|validation)(?: (?:gate|steps|checks|criteria))?(?=$|\s*\()|verification criteria",
    ),
    (_K.ACTION_ITEM, r"action items?|actions|next steps?|follow[- ]?ups?"),
    (_K.OPEN_QUESTION, r"open (?:questions?|issues?|points?)|unresolved questions?"),
    (_K.CHECKLIST, r"check-?lists?|to-?dos?|todo list|work items"),
    (_K.DELIVERABLE, r"deliverables?"),
    (_K.REQUIREMENT, r"requirements?"),
    (_K.CONSTRAINT, r"constraints?|guardrails|restrictions"),
    (_K.RISK, r"risks?"),
    (_K.DECISION, r"decisions?|decision log"),
    (_K.GOAL, r"goals?|objectives?"),
)
_ANY = re.compile(
    r"\b(?:" + "|".join(f"(?P<{kind.name}>{words})" for kind, words in _LABELS) + r")(?!\w)", re.IGNORECASE
)
# What may follow the label's own words for the line still to be a label, and how many words may come before.
_AFTER = re.compile(
    r"^\W*$|^\s*(?:[(\[—–:&/,+-]|(?:for|of|to|and|in|at|per|by|after|before|with|from|this|that|list|section|log|table|"
    r"register|criteria|summary|snapshot|target|matrix|v?\d)\b)",
    re.IGNORECASE,
)
_BEFORE = 2
_NUMBERING = re.compile(r"^(?:appendix \w+\W+|(?:section )?\d+(?:\.\d+)*[.):]?\s+|[a-z][.)]\s+)+", re.IGNORECASE)
_PARENS = re.compile(r"\(([^()]*)\)")


@lru_cache(maxsize=4096)
def label_kind(text: str) -> CriterionKind | None:
    """The kind of the items under a label or heading; None where its words are no label of ours."""
    words = _NUMBERING.sub("", without_symbols(plain(text[:200]))).rstrip(": ")
    if words.endswith((".", "!", "?")):
        return None
    outside = _PARENS.sub(" ", words)
    return _kind(outside) or next(filter(None, map(_kind, _PARENS.findall(words))), None)


def _kind(words: str) -> CriterionKind | None:
    for found in _ANY.finditer(words):
        if len(words[: found.start()].split()) <= _BEFORE and _AFTER.match(words[found.end() :]):
            return next(kind for kind, _ in _LABELS if found.group(kind.name))
    return None


_STATUS = re.compile(
    r"^(?:(?:current|overall|implementation|milestone|phase|stage|sprint|task|project|migration) )?"
    r"status(?: update)?\b(?=$|\s*\()",
    re.IGNORECASE,
)
_STATE = re.compile(r"^(?:(?:current|overall) )?(?:state|progress|completion)$", re.IGNORECASE)
_GOAL = re.compile(r"^(?:goal|objective|aim|purpose)\b(?=$|\s*\()", re.IGNORECASE)
_DATE = re.compile(
    r"^(?:(?:last )?updated|date|completed(?: on)?|target date|due(?: date)?|finished(?: on)?|reached(?: on)?)$",
    re.IGNORECASE,
)


def is_status(label: str) -> bool:
    return bool(_STATUS.match(label))


def is_state(label: str) -> bool:
    """Whether a label may state a status, if what follows it is one: "State: on hold", "Progress: 60%"."""
    return bool(_STATE.match(label))


def is_goal(label: str) -> bool:
    return bool(_GOAL.match(label))


def is_date(label: str) -> bool:
    return bool(_DATE.match(label))
