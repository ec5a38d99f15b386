"""A milestone's status in the words of its document."""

from __future__ import annotations

import re

from milestones.facts import Status
from milestones.reading.words import plain

_WORDS: tuple[tuple[Status, str], ...] = (
    (Status.NOT_STARTED, r"not (?:yet )?(?:started|begun)|to ?do|todo|unstarted|backlog"),
    (
        Status.PENDING,
        r"not (?:yet )?(?:complete|completed|done|finished|reached|deployed)|incomplete|pending|planned|queued"
        r"|upcoming|scheduled|blocked|on hold|proposed|awaiting|waiting|future|next",
    ),
    (Status.REACHED, r"reached|achieved|attained"),
    (Status.COMPLETE, r"complete|completed|done|finished|closed|shipped|delivered|merged|deployed|landed|released"),
    (
        Status.IN_PROGRESS,
        r"in[- ]progress|wip|work in progress|ongoing|on-going|started|underway|under way|active|current|partial"
        r"|partially (?:complete|completed|done)|mostly (?:complete|completed|done)|in (?:review|development|flight)"
        r"|almost (?:complete|completed|done)|half done|doing",
    ),
    (
        Status.DROPPED,
        r"dropped|cancelled|canceled|abandoned|superseded|won'?t do|wontfix|rejected|obsolete|descoped|removed"
        r"|deferred indefinitely|not adopted|skipped|retired",
    ),
    (Status.OPTIONAL, r"optional|nice to have|stretch"),
)
_ANY = re.compile("|".join(f"(?P<{status.name}>{words})" for status, words in _WORDS), re.IGNORECASE)
_LEAD = r"(?:(?:now|fully|all|100 ?%|currently|already|is|are|has been|have been)\s+)*"
_ENDS = r"(?=$|[\s.,;:!()\[\]—–-])"
_FIRST = re.compile(rf"[^\w(]*{_LEAD}(?:{_ANY.pattern}){_ENDS}(?P<rest>.*)$", re.IGNORECASE | re.DOTALL)
_MARKS = {"✅": Status.COMPLETE, "☑": Status.COMPLETE, "✔": Status.COMPLETE, "🚧": Status.IN_PROGRESS}
_MARKS |= {"🔄": Status.IN_PROGRESS, "⏳": Status.PENDING, "⬜": Status.NOT_STARTED, "☐": Status.NOT_STARTED}
_MARK = re.compile("|".join(_MARKS))
KINS = r"(?:milestone|phase|stage|step|sprint|iteration|task)"
# "complete when ..." is a condition, "planned X" and "current behavior" are descriptions: not a status
_DESCRIBES = re.compile(r"\s+(?:when|if|once|only if|unless|the|a|an|list|set|of)\b", re.IGNORECASE)
_SENTENCE = re.compile(
    rf"\b{KINS}\s+(?P<key>[\w.-]*\w)\s+(?:is|was|are|has been)\s+(?P<status>.*)$", re.IGNORECASE | re.DOTALL
)


def _named(found: re.Match[str]) -> Status:
    return next(status for status, _ in _WORDS if found.group(status.name))


def status_at_start(text: str) -> Status:
    """The status that a text opens with; NONE where it opens with anything else."""
    words = plain(text)
    if found := _FIRST.match(words):
        return Status.NONE if _DESCRIBES.match(found["rest"]) else _named(found)
    mark = _MARK.match(words)
    return _MARKS[mark.group()] if mark else Status.NONE


def stated_status(text: str, key: str = "") -> Status:
    """The status of a `Status:` line or bullet: its first words, or "Milestone 3 is complete" of that milestone."""
    status = status_at_start(text)
    if status is Status.NONE and (said := sentence_status(text)) and said[0] in (key.casefold(), ""):
        return said[1]
    return status


def sentence_status(text: str) -> tuple[str, Status] | None:
    """Whose status a sentence such as "Milestone 3 is complete." states, and which; None where it states none."""
    found = _SENTENCE.search(plain(text)[:500])
    if not found:
        return None
    status = status_at_start(found["status"])
    return None if status is Status.NONE else (found["key"].casefold(), status)


_TAIL = re.compile(r"[(\[]([^()\[\]]{1,80})[)\]]\s*[✅🎉]*\s*$")
_DASHED = re.compile(r"\s(?:—|–|-{1,2}|:)\s+([^—–:]{1,40}?)\s*[✅🎉]*\s*$")
_ASIDE = re.compile(r"(?i)[(\[](optional|done|dropped|wip|cancell?ed|completed?|in progress|pending|skipped)[)\]]")
_MARKED = re.compile(rf"(?:{_MARK.pattern}|[❌🔴🟡🟢])\ufe0f?\s*([A-Za-z][A-Za-z -]{{2,30}}?)\s*$")
_OPENING = re.compile(r"(?:—|–|-|:|\.)\s*(OPTIONAL|DONE|DROPPED|WIP|TODO|CANCELL?ED|COMPLETED?|Optional)\b\s*[:—–-]")


def heading_status(title: str) -> tuple[Status, str]:
    """The status in a heading: "(reached)" or "— done" at its end, "OPTIONAL:" before its words, a mark, a strike."""
    words = plain(title)
    if title.strip().startswith("~~") and title.strip().endswith("~~"):
        return Status.DROPPED, title.strip()
    for pattern in (_TAIL, _DASHED, _ASIDE, _MARKED, _OPENING):
        if found := pattern.search(words):
            said = found[1].strip()
            status = status_at_start(said)
            if status is not Status.NONE and len(said.split()) <= 6:
                return status, said
    found = _MARK.search(words)
    return (_MARKS[found.group()], found.group()) if found else (Status.NONE, "")
