"""Rules 2 and 3: what documents state of the same milestone, its neighbours and its boxes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from milestones.facts import Criterion, CriterionKind, Milestone, MilestoneKind, Status
from milestones.reading.blocks import Block
from milestones.reading.claims.pages import Contradiction, Page, Set
from milestones.reading.headings import opening
from milestones.reading.joining import natural
from milestones.reading.progress import progress_rows, without_name
from milestones.reading.segments import header_role, opening_of, segment_of, segments
from milestones.reading.statuses import KINS, heading_status, stated_status, status_after, status_at_start, told
from milestones.reading.words import normal, plain

_OPEN = (Status.PENDING, Status.IN_PROGRESS, Status.NOT_STARTED)
_RANGE = re.compile(
    rf"(?i)\b(?P<kin>{KINS})s?\s+(?P<first>\d+)(?:\s*(?P<to>–|—|-|to|through|and|&)\s*(?P<last>\d+))?\s+(?:(?:is|are)\s+(?:now\s+)?)?"
    r"(?P<status>(?:not |in[- ])?[a-z]+(?: started)?)\b(?!\s*-)"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """Someone's word on one milestone: `scope` is the milestone it is a part of, "" where it is a part of none."""

    page: Page
    line: int
    scope: str
    name: str
    title: str
    status: Status


def statements(page: Page) -> Iterator[Statement]:
    """What a document states: in headings and status lines, in tables, and of whole ranges ("Phases 0–6 complete")."""
    for one, above in page.milestones():
        if one.status is not Status.NONE and _stated_here(page, one):
            name = _about(one) or f"{one.kind.value} {one.key}"
            yield Statement(
                page, _status_line(page, one), _scope(page, above, one.kind), name, normal(one.title), one.status
            )
        if one.status is Status.NONE:
            yield from _ranges(page, one.status_text, _status_line(page, one), f"{one.kind.value} {one.key}")
        said, _ = heading_status(one.title)
        if said is not Status.NONE and said is not one.status:
            yield Statement(
                page, one.line, _scope(page, above, one.kind), f"{one.kind.value} {one.key}", normal(one.title), said
            )
    yield from _own_lines(page)
    yield from _told(page)
    for table in page.document.tables:
        around = [one for one, _ in page.milestones() if one.line < table.line <= one.last_line]
        for found, title, status, line in progress_rows(table):
            state = stated_status(status, found.key)
            if state is not Status.NONE:
                yield Statement(
                    page,
                    line,
                    _scope(page, tuple(around), found.kind),
                    f"{found.kind.value} {found.key}",
                    normal(title),
                    state,
                )
    yield from _ranges(
        page,
        page.document.status_text,
        _line_of(page, page.document.status_text),
        page.about[0] and f"milestone {page.about[0]}",
    )


def _own_lines(page: Page) -> Iterator[Statement]:
    """Every status line that stands right under a milestone's heading: the reader takes one, a second may differ."""
    for one, above in page.milestones():
        blocks = page.blocks_within(one.line + 1, one.last_line)
        own = list(takewhile(lambda block: block.kind != "heading", blocks)) if one.last_line > one.line else []
        for block in own:
            parts = segments(block) if block.kind == "paragraph" else (segment_of(block.text, block.line),)
            for part in parts if block.kind in ("paragraph", "item") and not block.quoted else ():
                if part.rest and header_role(plain(part.label), part.rest) == "status" and not opening_of(part):
                    status = stated_status(part.rest, one.key)
                    if status is not Status.NONE:
                        name = _about(one) or f"{one.kind.value} {one.key}"
                        yield Statement(page, part.line, _scope(page, above, one.kind), name, normal(one.title), status)
                    break


def _told(page: Page) -> Iterator[Statement]:
    """What sentences and lists say of milestones that have a section: "Phase 2 is complete.", "- Phase 2: pending"."""
    known: dict[str, list[tuple[Milestone, tuple[Milestone, ...]]]] = defaultdict(list)
    for one, above in page.milestones():
        if one.last_line > one.line:
            known[f"{one.kind.value} {one.key.casefold()}"].append((one, above))
    for block, heading in zip(page.blocks, page.sections, strict=True):
        if block.kind not in ("paragraph", "item") or block.quoted or _DATED.search(f"{heading} {block.text[:40]}"):
            continue
        for name, status in _said(block):
            found = known.get(name, ())
            if len(found) == 1:  # of two with one number, nobody can tell which is meant
                one, above = found[0]
                plan = normal(one.title)
                scope = _scope(page, above, one.kind)
                yield Statement(page, block.line, scope, f"{one.kind.value} {one.key}", plan, status)


_DATED = re.compile(r"\b20\d\d-\d\d")


def _said(block: Block) -> Iterator[tuple[str, Status]]:
    for said in told(block.text):
        yield from ((f"{said.kin} {key}", said.status) for key in said.keys)
    found = opening(block.text) if block.kind == "item" else None
    if found and found.firm:
        status, _ = status_after(without_name(block.text))
        if status is not Status.NONE:
            yield f"{found.kind.value} {found.key.casefold()}", status


def _about(one: Milestone) -> str:
    """A plan about milestone 10 speaks for milestone 10."""
    found = opening(one.title)
    return f"{found.of} {found.key}" if found and found.of else ""


def _scope(page: Page, above: tuple[Milestone, ...], kind: MilestoneKind) -> str:
    """The milestone that a statement's subject is a part of: the one round it, else the one the document is about."""
    if above:
        return _about(above[-1]) or f"{above[-1].kind.value} {above[-1].key}"
    return f"milestone {page.about[0]}" if page.about[0] and kind is not MilestoneKind.MILESTONE else ""


def _ranges(page: Page, text: str, line: int, scope: str) -> Iterator[Statement]:
    for found in _RANGE.finditer(plain(text)):
        status = status_at_start(found["status"])
        if status is Status.NONE:
            continue
        first, last = int(found["first"]), int(found["last"] or found["first"])
        keys = [first, last] if found["to"] in ("and", "&") else range(first, min(last, first + 50) + 1)
        for key in keys:
            yield Statement(page, line, scope, f"{found['kin'].lower()} {key}", "", status)


def _status_line(page: Page, one: Milestone) -> int:
    """Where its status is written; its heading where that is in a table elsewhere."""
    for block in page.blocks_within(one.line, one.last_line) if one.status_text else ():
        for number, row in enumerate(block.rows, start=block.line):
            if one.status_text[:40] in row:
                return number
    return one.line


def _stated_here(page: Page, one: Milestone) -> bool:
    """Whether its own section states the status; what a table elsewhere states is told at the table's row."""
    return (
        heading_status(one.title)[0] is one.status or _status_line(page, one) != one.line or one.line == one.last_line
    )


def _line_of(page: Page, text: str) -> int:
    for block in page.blocks:
        for number, row in enumerate(block.rows, start=block.line):
            if text and text[:40] in row:
                return number
    return 1


def two_statuses(pages: Set) -> Iterator[Contradiction]:
    """Rule 2: done or begun here, not so there."""
    said: defaultdict[tuple[str, str], list[Statement]] = defaultdict(list)
    for page in pages.pages.values():
        for statement in statements(page):
            said[statement.scope, statement.name].append(statement)
    for (_, name), found in said.items():
        for one in sorted(found, key=lambda one: not one.status.claims_done):
            against = [other for other in found if _contradicts(one, other) and _comparable(pages, one, other)]
            if against:
                words = f"{name} is {_words(one.status)} here and {_words(against[0].status)} there"
                places = [other.page.place(other.line) for other in (one, *against)]
                yield Contradiction(2, words, tuple(dict.fromkeys(places)))
                break


def _contradicts(one: Statement, other: Statement) -> bool:
    """Done against not done, begun against not begun; "pending" goes with either of the last two."""
    begun = one.status is Status.IN_PROGRESS and other.status is Status.NOT_STARTED
    return begun or (one.status.claims_done and other.status in _OPEN)


def _comparable(pages: Set, done: Statement, other: Statement) -> bool:
    """Same document; or joined ones of which the unfinished statement is no snapshot, and no other plan's number."""
    if done.page is other.page:
        return done.line != other.line
    if other.page.snapshot or not pages.joined(done.page, other.page):
        return False
    return not (done.title and other.title) or bool(_content(done.title) & _content(other.title))


def _content(title: str) -> set[str]:
    return {word for word in re.findall(r"\w{4,}", title) if not re.fullmatch(KINS, word)}


def _words(status: Status) -> str:
    return status.value.replace("_", " ")


def out_of_order(pages: Set) -> Iterator[Contradiction]:
    """Rule 3, first half: stated unfinished while later ones of its sequence are done."""
    for page in pages.pages.values():
        groups: defaultdict[tuple[tuple[int, ...], str], list[Milestone]] = defaultdict(list)
        for one, above in page.milestones():
            groups[tuple(other.line for other in above), one.kind.value].append(one)
        for group in groups.values():
            yield from _sequence(page, group)


def _sequence(page: Page, group: list[Milestone]) -> Iterator[Contradiction]:
    ordered = sorted(
        {one.key: one for one in reversed(group)}.values(), key=lambda one: (one.key[:1].isalpha(), natural(one.key))
    )
    done = [at for at, one in enumerate(ordered) if one.status.claims_done]
    for at, one in enumerate(ordered[: done[-1]] if done else ()):
        if one.status in _OPEN:
            later = [ordered[place] for place in done if place > at]
            keys = ", ".join(other.key for other in later[:20])
            told = f"{one.kind.value} {one.key} is {_words(one.status)} while later ones are done: {keys}"
            yield Contradiction(3, told, (page.place(one.line), *(page.place(other.line) for other in later[:20])))


def _more_than_stated(one: Milestone, boxes: int, empty: int) -> str:
    """How many boxes are ticked where the status knows of none or fewer."""
    least = 3 if one.status is Status.IN_PROGRESS else 2
    if one.status in _OPEN and boxes >= least and not empty and not _PARTLY.search(one.status_text):
        return f"all {boxes} boxes ticked"
    if one.status is Status.NOT_STARTED and empty < boxes:
        return f"{boxes - empty} of {boxes} boxes ticked"
    return ""


_ASIDE = re.compile(
    r"(?i)optional|deferred|won'?t|n/?a\b|moved to|stretch|nice to have|follow-?up|skipped|out of scope|postponed|later"
)
_PARTLY = re.compile(r"(?i)partial|partly|mostly|almost|\d ?%|except|but\b|remaining")
# Headings and labels under which a milestone's section speaks of what comes after it
_AFTERWARDS = re.compile(
    r"(?i)^\W*(?:next\b|future|upcoming|recommend|pending|follow)|[:—–-]\s*\W*(?:pending|planned|not started|next)\b"
    r"|\bper (?:service|module|endpoint|file|component|page)\b|\bbegins\b|\btemplate\b"
)
_NOT_OWED = frozenset(
    {CriterionKind.NON_GOAL, CriterionKind.RISK, CriterionKind.OPEN_QUESTION, CriterionKind.SCOPE_EXCLUSION,
     CriterionKind.ACTION_ITEM}
)  # fmt: skip


def _apart(page: Page, one: Milestone, item: Criterion) -> bool:
    return any(_ASIDE.search(words) or _AFTERWARDS.search(words) for words in page.over(item.line, one.line))


def _boxes(page: Page, one: Milestone) -> Iterator[Criterion]:
    """The boxes a milestone owes: its own and its parts', without what is optional, dropped or set aside."""
    aside_from: int | None = None  # the depth of an item set aside: those inside it are too
    for item in (*one.criteria, *(item for gate in one.gates for item in gate.items)):
        if aside_from is not None and item.depth > aside_from:
            continue
        aside = _ASIDE.search(item.text) or item.text.startswith("~~") or _apart(page, one, item)
        aside_from = item.depth if aside else None
        if item.checked is not None and item.kind not in _NOT_OWED and not aside:
            yield item
    for child in one.children:
        if child.status not in (Status.OPTIONAL, Status.DROPPED) and not _ASIDE.search(child.title):
            yield from _boxes(page, child)


def against_boxes(pages: Set) -> Iterator[Contradiction]:
    """Rule 3, second half: a status that the boxes under it contradict."""
    for page in pages.pages.values():
        told_above: set[int] = set()
        for one, _ in page.milestones():
            boxes = {item.line: item for item in _boxes(page, one)}
            empty = [item for item in boxes.values() if not item.checked]
            name = f"{one.kind.value} {one.key}"
            if one.status.claims_done and empty and not {item.line for item in empty} <= told_above:
                told_above |= {item.line for item in empty}
                told = f"{name} is {_words(one.status)} with {len(empty)} of {len(boxes)} boxes open"
                yield Contradiction(3, told, (page.place(one.line), *(page.place(item.line) for item in empty[:20])))
            elif told := _more_than_stated(one, len(boxes), len(empty)):
                yield Contradiction(3, f"{name} is {_words(one.status)} with {told}", (page.place(one.line),))
