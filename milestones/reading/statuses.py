"""A milestone's status in the words of its document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from milestones.facts import Status
from milestones.reading.words import plain

_WORDS: tuple[tuple[Status, str], ...] = (
    (Status.NOT_STARTED, r"not (?:yet )?(?:been )?(?:started|begun)|to ?do|todo|unstarted|backlog"),
    (
        Status.PENDING,
        r"not (?:yet )?(?:been )?(?:complete|completed|done|finished|reached|deployed)|incomplete|pending|planned"
        r"|queued|upcoming|scheduled|blocked|on hold|proposed|awaiting|waiting|future|next",
    ),
    (Status.REACHED, r"reached|achieved|attained"),
    (
        Status.COMPLETE,
        r"complete|completed|done|finished|closed|shipped|delivered|merged|deployed|landed|released|signed off"
        r"|implemented|accepted|resolved",
    ),
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
_LEAD = r"(?:current\s*[-–—:,]\s*)?"
_LEAD += r"(?:(?:now|fully|all|100 ?%|currently|already|successfully|is|are|has been|have been)\s+)*"
_ENDS = r"(?=$|[\s.,;:!()\[\]—–-])"
_FIRST = re.compile(rf"[^\w(]*{_LEAD}(?:{_ANY.pattern}){_ENDS}(?P<rest>.*)$", re.IGNORECASE | re.DOTALL)
_MARKS = {"✅": Status.COMPLETE, "☑": Status.COMPLETE, "✔": Status.COMPLETE, "🚧": Status.IN_PROGRESS}
_MARKS |= {"🔄": Status.IN_PROGRESS, "⏳": Status.PENDING, "🔜": Status.PENDING, "⏸": Status.PENDING}
_MARKS |= {"⬜": Status.NOT_STARTED, "☐": Status.NOT_STARTED, "🔲": Status.NOT_STARTED}
_MARKS |= {"❌": Status.NONE, "🚫": Status.NONE}  # not done, but nobody can tell from it whether it ever shall be
_MARK = re.compile("|".join(_MARKS))
KINS = r"(?:milestone|phase|stage|step|sprint|iteration|task)"
# "complete when ..." is a condition, "planned X" and "current behavior" are descriptions: not a status
_DESCRIBES = re.compile(r"\s+(?:when|if|once|only if|unless|the|a|an|list|set|of)\b", re.IGNORECASE)
_SHARE = re.compile(
    r"^\W*(?P<share>\d{1,3})\s?%(?:\s*(?:done|completed?|finished|progress))?\s*(?:$|[-–—,;(|/)])", re.IGNORECASE
)


def _named(found: re.Match[str]) -> Status:
    return next(status for status, _ in _WORDS if found.group(status.name))


def status_at_start(text: str) -> Status:
    """The status that a text opens with; NONE where it opens with anything else."""
    words = plain(text)
    if found := _FIRST.match(words):
        return Status.NONE if _DESCRIBES.match(found["rest"]) else _named(found)
    if found := _SHARE.match(words):
        return _of_share(int(found["share"]))
    mark = _MARK.match(words)
    return _MARKS[mark.group()] if mark else Status.NONE


def _of_share(percent: int) -> Status:
    """ "40 % done" is begun, "100 %" is complete."""
    return Status.NOT_STARTED if not percent else Status.IN_PROGRESS if percent < 100 else Status.COMPLETE


def stated_status(text: str, key: str = "") -> Status:
    """The status of a `Status:` line or bullet: its first words, or "Milestone 3 is complete" of that milestone."""
    status = status_at_start(text)
    if status is Status.NONE:
        said = next(told(text), None)
        return said.status if said and key.casefold() in said.keys else status
    return status


_KIN = re.compile(r"(?i)milestone|phase|stage|step|sprint|iteration|task")
_TOLD = re.compile(
    rf"\b(?P<kin>{KINS})s?\s+(?P<keys>[\w.-]*\w(?:(?:\s*,\s*|\s*,?\s+(?:and|to|through|&)\s+|\s?–\s?)\d[\d.]*\b){{0,9}})\s+"
    r"(?:is|was|are|were|has been|have been|has(?= not)|have(?= not))\s+(?P<status>.*)$",
    re.IGNORECASE | re.DOTALL,
)
# What is yet to be: "once milestone 3 is complete", "ensure that phase 2 is done"
_YET = re.compile(
    r"(?i)\b(?:if|when|once|until|unless|after|before|assuming|whether|as soon as|so that|ensure|verify|confirm"
    r"|requires?|means|provided|should|must|while|not)\b[^,;]*$"
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")


@dataclass(frozen=True, slots=True)
class Told:
    """What a sentence states of one or more milestones of a kin."""

    kin: str
    keys: tuple[str, ...]  # in lower case
    status: Status
    words: str


def told(text: str) -> Iterator[Told]:
    """The statuses that sentences such as "Milestone 3 is complete." and "Phases 1 and 2 are done." state."""
    if not _KIN.search(text):
        return
    words = plain(text)[:2000]
    for sentence in _SENTENCE.split(words) if _TOLD.search(words) else ():
        found = _TOLD.search(sentence)
        if not found or _YET.search(sentence[: found.start()]):
            continue
        status = status_at_start(found["status"])
        if status is not Status.NONE:
            yield Told(found["kin"].lower(), _keys(found["keys"]), status, sentence)


def _keys(text: str) -> tuple[str, ...]:
    """The keys of a list or range: "1, 2 and 4", "0–6"."""
    span = re.fullmatch(r"(\d{1,3})\s*(?:–|-|to|through)\s*(\d{1,3})", text.strip())
    if span and int(span[1]) < int(span[2]) <= int(span[1]) + 50:
        return tuple(str(key) for key in range(int(span[1]), int(span[2]) + 1))
    return tuple(key.casefold() for key in re.split(r"\s*(?:,|\band\b|&)\s*", text) if key)


_TAIL = re.compile(r"[(\[]([^()\[\]]{1,80})[)\]]\s*[✅🎉]*\s*$")
_DASHED = re.compile(r"\s(?:—|–|-{1,2}|:)\s+([^—–:]{1,40}?)\s*[✅🎉]*\s*$")
_ALONE = re.compile(r"\w:\s+([A-Z]{3,}(?: [A-Z]+){0,2}|Complete|Completed|Done|Pending|Not started|In progress)\s*$")
_ASIDE = re.compile(r"(?i)[(\[](optional|done|dropped|wip|cancell?ed|completed?|in progress|pending|skipped)[)\]]")
_MARKED = re.compile(r"[^\x00-\u2190—–]\ufe0f?\s*([A-Za-z][A-Za-z -]{2,30}?)\s*$")
_OPENING = re.compile(r"(?:—|–|-|:|\.)\s*(OPTIONAL|DONE|DROPPED|WIP|TODO|CANCELL?ED|COMPLETED?|Optional)\b\s*[:—–-]")


_LABELLED = re.compile(r"(?i)\bstatus\s*[:=]\s*([^()\[\]]{1,60})")
# In a heading more words may follow only where they say when or how: "Removed features" is a title, no status
_AFTER = re.compile(
    r"(?i)^\W*$|^\s*[,;:(\[—–|/-]|^\s+(?:on|in|by|as of|since|at|after|with|except|but|and|until|via|\d)"
)


def heading_status(title: str) -> tuple[Status, str]:
    """The status in a heading: "(reached)" or "— done" at its end, "OPTIONAL:" before its words, a mark, a strike."""
    words = plain(title)
    if title.strip().startswith("~~") and title.strip().endswith("~~"):
        return Status.DROPPED, title.strip()
    for pattern in (_LABELLED, _TAIL, _DASHED, _ALONE, _ASIDE, _MARKED, _OPENING):
        if found := pattern.search(words):
            said = found[1].strip()
            status = _whole(said)
            if status is not Status.NONE and len(said.split()) <= 6:
                return status, said
    found = _MARK.search(words)
    return (_MARKS[found.group()], found.group()) if found else (Status.NONE, "")


def status_after(rest: str) -> tuple[Status, str]:
    """The status in the words after a label that opens a milestone: "(not started)", "cancelled", a mark."""
    status, words = heading_status(rest)
    if status is Status.NONE and (status := _whole(plain(rest))) is not Status.NONE:
        words = plain(rest)
    return status, words


_DONE_MARKS, _OPEN_MARKS = "✅☑✔✓🗹", "⬜☐🔲❌🚧⏳🔄✗☒⚠🔜"
_WAITING = re.compile(r"^[⬜☐🔲🚧⏳🔄]")
_BOX = re.compile(rf"^([{_DONE_MARKS}]|[{_OPEN_MARKS}])\ufe0f?\s+(?=\S)")


def draws_boxes(texts: Iterable[str]) -> bool:
    """Whether items are marked as waiting or begun: only then is a check mark before one a ticked box, no ornament."""
    return any(text and not text[0].isascii() and _WAITING.match(text) for text in texts)


def mark_of(text: str) -> tuple[bool, str] | None:
    """A box drawn by hand at the start of an item: whether it is ticked, and the item's words."""
    found = _BOX.match(text) if text and not text[0].isascii() else None
    return (found[1] in _DONE_MARKS, text[found.end() :]) if found else None


def _whole(words: str) -> Status:
    """The status that words state and do not merely begin with."""
    found = _FIRST.match(words)
    if found and not _AFTER.match(found["rest"]):
        return Status.NONE
    return status_at_start(words)
