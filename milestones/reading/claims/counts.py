"""Rule 4: a count of the same thing stated with different numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from milestones.reading.blocks import Block
from milestones.reading.claims.pages import Contradiction, Page, Set
from milestones.reading.words import plain

# What a project has a fixed number of; tests, lines, users, requests and the like are measured and change.
_THINGS = (
    "schemas|endpoints|routes|models|tables|modules|templates|controllers|blueprints|services|middlewares|views|packages|plugins"
    "|components|pages|handlers|classes|routers|screens|resources|tools|workers|stages|layers|adapters|fixtures|workflows|jobs"
)
_DOCUMENTS = "files|docs|documents|documentation files"
_COUNT = re.compile(
    rf"(?<![\w.,~≈+#/–$-])(?P<number>\d{{1,4}})\s+(?P<with>(?:[\w./-]+\s+){{0,2}}?)"
    rf"(?P<things>{_THINGS}|{_DOCUMENTS})\b(?P<after>[^.;]{{0,40}})"
)
_PART = re.compile(
    r"(?i)\b(?:about|around|roughly|approximately|circa|some|over|under|nearly|almost|least|most|up to|more than|"
    r"less than|first|last|other|remaining|another|more|of|only|new|old|missing|stale|deleted?|removed?|added?|moved?|"
    r"changed?|modified|updated?|renamed?|created?|converted|migrated?|ported?|next|each|per|every|all|between|from|was|"
    r"were|previously|before|retained|affected|touched|across|delete|remove|add|move|change|update|rename|create|convert|port|phase|version|python|by|than|to|in)\s*$"
)
_PART_AFTER = re.compile(
    r"(?i)^\s*(?:\w+\s+)?(?:changed|modified|updated|deleted|removed|added|moved|renamed|created|left|remain|remaining|per|each|"
    r"were|was|converted|migrated|ported|need|are|have|had|with|that|which|touched|affected|via|at a time)\b"
)
_PARTIAL_WORDS = re.compile(
    r"(?i)new|old|legacy|deleted|removed|other|more|remaining|stale|missing|different|separate|main|key|core"
)
_FOLDER = re.compile(r"(?<![\w/.*-])(?P<folder>(?:[\w.-]+/)+)(?![\w*{<])")
_FILE = re.compile(r"[\w-]+\.(?:py|js|ts|tsx|jsx|rb|go|java|kt|php|rs|cs)\b")
_CLAUSE = re.compile(r"[.;|]\s|\s[—–]\s|\|")
_STOP = frozenset(
    ["this", "that", "with", "from", "have", "has", "uses", "using", "used", "only", "also", "into", "each", "they",
     "them", "their", "which", "what", "when", "where", "there", "here", "more", "than", "then", "some", "such",
     "total", "current", "currently", "project", "server", "service", "application", "code", "file", "module",
     "already"]
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Count:
    page: Page
    line: int
    number: int
    things: str
    qualifiers: frozenset[str]
    anchors: frozenset[str]
    folder: str
    subjects: frozenset[str]  # files named before it: "api.py: 20 endpoints" is of that file


def differing(pages: Set) -> Iterator[Contradiction]:
    found = [count for page in pages.pages.values() for count in counts(page)]
    groups: defaultdict[str, list[Count]] = defaultdict(list)
    for count in found:
        groups[count.things].append(count)
    for group in groups.values():
        yield from _differing(pages, group)


def _differing(pages: Set, group: list[Count]) -> Iterator[Contradiction]:
    """One finding for each thing: what is counted alike hangs together, be it over a third statement."""
    left = list(group)
    while left:
        every = _together(pages, left)
        left = [count for count in left if count not in every]
        numbers = sorted({count.number for count in every})
        if len(numbers) < 2 or not _within_one(every):
            continue
        thing = f"{every[0].things} in {every[0].folder}" if every[0].folder else every[0].things
        shown = " and ".join([", ".join(map(str, numbers[:-1])), str(numbers[-1])])
        places = tuple(count.page.place(count.line) for count in _first_of_each(every))
        yield Contradiction(4, f"{thing} are counted {shown}", places)


def _together(pages: Set, left: list[Count]) -> list[Count]:
    found, waiting = [left[0]], left[1:]
    for one in found:  # grows while it is walked
        alike = [two for two in waiting if pages.joined(one.page, two.page) and _same_thing(one, two)]
        found += alike
        waiting = [two for two in waiting if two not in alike]
    return found


def _within_one(every: list[Count]) -> bool:
    """Whether some document contradicts itself; between documents alone it may be their dates that differ."""
    pairs = {(count.page.path, count.number) for count in every}
    return len(pairs) > len({path for path, _ in pairs})


def _first_of_each(every: list[Count]) -> list[Count]:
    seen: dict[tuple[str, int], Count] = {}
    for count in every:
        seen.setdefault((count.page.path, count.number), count)
    return list(seen.values())


def _same_thing(one: Count, two: Count) -> bool:
    if one.page is two.page and one.line == two.line:
        return False  # one sentence does not count one thing twice
    if one.things == "files":
        return bool(one.folder and two.folder) and _same_folder(one.folder, two.folder)
    if one.qualifiers and two.qualifiers and not one.qualifiers & two.qualifiers:
        return False
    if one.folder and two.folder and not _same_folder(one.folder, two.folder):
        return False
    if one.subjects and two.subjects and not one.subjects & two.subjects:
        return False
    return bool(one.anchors & two.anchors)


def _same_folder(one: str, two: str) -> bool:
    short, long = sorted((one, two), key=len)
    return long == short or long.endswith("/" + short)


def counts(page: Page) -> Iterator[Count]:
    """The counts that a document states of things it has a fixed number of, with what each is a count of."""
    for block in page.blocks:
        if block.quoted or (block.kind == "fence" and block.language not in ("", "text", "indented", "markdown")):
            continue
        for number, text in _statements(block):
            yield from _in_clause(page, number, text)


def _statements(block: Block) -> Iterator[tuple[int, str]]:
    """A paragraph's sentences, a table's cells, a fence's bullets, each with its line."""
    if block.kind == "table":
        for number, row in enumerate(block.rows, start=block.line):
            yield from ((number, plain(cell)) for cell in row.split("|"))
        return
    held, start = "", block.line
    for number, row in enumerate(block.rows, start=block.line):
        if held and (block.kind == "fence" and re.match(r"\s*[-*•├└]|\s*$", row)):
            yield start, held
            held = ""
        start = start if held else number
        held = f"{held} {plain(row)}".strip()
    yield start, held


def _in_clause(page: Page, line: int, text: str) -> Iterator[Count]:
    done = 0
    for clause in _CLAUSE.split(text):
        done = text.find(clause, done)
        for found in _COUNT.finditer(clause):
            before = clause[: found.start()]
            if _PART.search(before) or _PART_AFTER.match(found["after"]) or "→" in clause or "->" in clause:
                continue
            qualifiers = frozenset(found["with"].lower().split())
            if any(_PARTIAL_WORDS.fullmatch(word) for word in qualifiers):
                continue
            things = "files" if found["things"] in _DOCUMENTS.split("|") else found["things"]
            folder = _folder(before, found["after"])
            subjects = frozenset(_FILE.findall(text[: done + found.start()]))
            yield Count(
                page, line, int(found["number"]), things, qualifiers, _anchors(before, found), folder, subjects
            )  # fmt: skip


def _anchors(before: str, found: re.Match[str]) -> frozenset[str]:
    """The telling words close by: in front of the count, and between the number and the thing."""
    near = " ".join(before.split()[-6:]) + " " + found["with"]
    words = re.findall(r"[A-Za-z_][\w.]{3,}", near.lower())
    return frozenset(word.strip(".") for word in words if word not in _STOP)


def _folder(before: str, after: str) -> str:
    """The folder that a count is of: right before "(7 files", or right after "10 docs in"."""
    if found := re.match(r"\s*(?:in|under|inside)\s+(.{1,60})", after):
        folder = _FOLDER.match(found[1])
        return folder["folder"].strip("/") if folder else ""
    if re.search(r"[(,:—]\s*$", before):
        folders = [folder for folder in _FOLDER.finditer(before) if len(before) - folder.end() <= 4]
        return folders[-1]["folder"].strip("/") if folders else ""
    return ""


_OWN_LIST = re.compile(
    rf"\(?\b(?P<number>\d{{1,2}})\s*(?:(?:[\w-]+\s+){{0,2}}(?:{_THINGS}|{_DOCUMENTS}|items|steps|tests|commands|tasks|phases|criteria))?\)?:?\**:?$"
)
_OPEN_LIST = re.compile(r"(?i)[*{}…]|\betc\b|\ball\b|\band more\b|\.\.\.|\be\.g\.|\bor\b")


def against_lists(pages: Set) -> Iterator[Contradiction]:
    """A count that stands over a list of another length: "Deleted (3):" over four files."""
    for page in pages.pages.values():
        blocks = page.blocks
        for at, block in enumerate(blocks[:-1]):
            if block.kind in ("paragraph", "heading") and not block.quoted and blocks[at + 1].kind == "item":
                yield from _against_list(page, block, _list_after(blocks, at + 1))


def _list_after(blocks: list[Block], at: int) -> list[Block]:
    """The items of the list that starts at a block, with what is nested left out."""
    depth, found = blocks[at].depth, []
    for block in blocks[at:]:
        if block.kind == "item" and block.depth == depth:
            found.append(block)
        elif block.depth <= depth and block.kind != "item":
            break
    return found


def _against_list(page: Page, block: Block, items: list[Block]) -> Iterator[Contradiction]:
    words = plain(block.text)
    found = _OWN_LIST.search(words)
    if not found or not (words.endswith((":", ")"))) or len(items) < 2 or _PART.search(words[: found.start()]):
        return
    counted = int(found["number"])
    if "(" not in found.group() and not re.search(
        r"(?:following|these|the)\s*$", words[: found.start()], re.IGNORECASE
    ):
        return
    one_each = all(item.text.count("`") == 2 or re.match(r"\[[^\]]+\]\(", item.text) for item in items)
    if counted > 1 and one_each and counted != len(items) and not any(_OPEN_LIST.search(item.text) for item in items):
        told = f"{counted} are announced and {len(items)} are listed"
        yield Contradiction(4, told, (page.place(block.line), page.place(items[0].line)))
