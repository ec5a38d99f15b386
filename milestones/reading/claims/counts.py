"""Rule 4: a count of the same thing stated with different numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from milestones.reading.blocks import Block
from milestones.reading.claims.pages import Contradiction, Page, Set
from milestones.reading.words import date_in, plain

# What a project has a fixed number of; tests, lines, users, requests and the like are measured and change.
_THINGS = (
    "schemas|endpoints|routes|models|tables|modules|templates|controllers|blueprints|services|middlewares|views|packages|plugins"
    "|components|pages|handlers|classes|routers|screens|resources|tools|workers|stages|layers|adapters|fixtures|workflows|jobs"
)
_DOCUMENTS = "files|docs|documents|documentation files"
_COUNT = re.compile(
    rf"(?<![\w.,~≈+#/–$-])(?P<number>\d{{1,4}})\s+(?P<with>(?:[\w./-]+\s+){{0,2}}?)"
    rf"(?P<things>{_THINGS}|{_DOCUMENTS})\b(?P<after>(?:[^.;]|\.(?=\w)){{0,40}})"
)
_PART = re.compile(
    r"(?i)\b(?:about|around|roughly|approximately|circa|some|over|under|nearly|almost|least|most|up to|more than|"
    r"less than|first|last|other|remaining|another|more|of|only|new|old|missing|stale|deleted?|removed?|added?|moved?|"
    r"changed?|modified|updated?|renamed?|created?|converted|migrated?|ported?|next|each|per|every|between|from|was|"
    r"were|previously|before|retained|affected|touched|across|delete|remove|add|move|change|update|rename|create|convert|port|phase|version|python|by|than|to|in)\s*$"
)
_PART_AFTER = re.compile(
    r"(?i)^\s*(?:\w+\s+)?(?:changed|modified|updated|deleted|removed|added|moved|renamed|created|left|remain|remaining|per|each|"
    r"were|was|converted|migrated|ported|need|are|have|had|with|that|which|touched|affected|via|at a time|"
    r"is the|are the|is a|subset|duplicate)\b"
)
_ALL = re.compile(r"(?i)^\W*all(?: the| of the)?\s*$")
_PARTIAL_WORDS = re.compile(
    r"(?i)new|old|legacy|deleted|removed|other|more|remaining|stale|missing|different|separate|main|key|core|internal"
    r"|external|public|private|additional|extra|optional|unused|failing|passing|broken|covered|untested|tested|partial"
    r"|completed?|done|ready|pending|planned|canary|sample|example|unique|duplicated?|group|batch|wave|category|priority"
)
_FOLDER = re.compile(r"(?<![\w/.*-])(?P<folder>(?:[\w.-]+/)+)(?![\w*{<])")
_FILE = re.compile(r"[\w-]+\.(?:py|js|ts|tsx|jsx|rb|go|java|kt|php|rs|cs)\b")
_CLAUSE = re.compile(r"[.;|]\s|\s[—–]\s|\|")
_STOP = frozenset(
    ["a", "an", "the", "all", "and", "or", "of", "in", "on", "at", "to", "is", "it", "its", "as", "by", "we", "our",
     "no",
     "for", "this", "that", "with", "from", "have", "has", "had", "are", "was", "were", "be", "been", "use", "using",
     "used",
     "also", "into", "they", "them", "their", "which", "what", "when", "where", "there", "here", "then", "such",
     "define", "expose", "contain", "include", "provide", "hold", "consist", "comprise", "serve", "ship", "register",
     "exist", "now", "total", "current", "currently", "already", "project", "application", "app",
     "system", "code", "file", "module", "later"]
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
    places: frozenset[str]  # paths that the statement names anywhere
    row: str  # the first cell of the table's row it stands in
    keys: frozenset[str]  # numbers that tell parts of a plan apart: "Wave 2 (3 views)"
    within: frozenset[str]  # what it is limited to behind it: "18 endpoints in `app.py`"
    name: str  # what its words begin with, if they begin small: a name in its own spelling
    part: bool  # one of several that a list, table or row of headings counts


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
        if not 1 < len(numbers) <= _MOST or not _within_one(every):
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
    """Whether some document contradicts itself, or two that are kept up differ; a report tells of its own day."""
    pairs = {(count.page.path, count.number) for count in every}
    if len(pairs) > len({path for path, _ in pairs}):
        return True
    return len({count.number for count in every if not count.page.snapshot}) > 1


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
    if one.folder and two.folder and not _same_folder(one.folder, two.folder):
        return False
    apart = [(one.subjects, two.subjects), (one.places, two.places), ({one.row} - {""}, {two.row} - {""})]
    if any(mine and others and not mine & others for mine, others in apart):
        return False
    return one.keys == two.keys and one.within == two.within and _alike(one, two)


def _alike(one: Count, two: Count) -> bool:
    """Whether the words round two counts name one kind of thing.

    Parts of a list differ in some word ("Flask services (12)", "FastAPI services (8)"), so that these words have to be
    the same; else a name in code tells, or that one counts "crane schemas" where the other speaks of the crane.
    """
    if one.qualifiers and two.qualifiers and one.qualifiers != two.qualifiers:
        return False
    if any(few.qualifiers and few.qualifiers <= more.anchors for few, more in ((one, two), (two, one))):
        return True
    if one.anchors == two.anchors:
        return bool(one.anchors) or not (one.part or two.part)
    if one.part and two.part:
        return False
    return any(_CODE.search(word) for word in one.anchors & two.anchors) or bool(one.name and one.name == two.name)


_MOST = 3  # different numbers for one thing; beyond that, they are of different things


def _same_folder(one: str, two: str) -> bool:
    short, long = sorted((one, two), key=len)
    return long == short or long.endswith("/" + short)


def counts(page: Page) -> Iterator[Count]:
    """The counts that a document states of things it has a fixed number of, with what each is a count of."""
    for block, heading in zip(page.blocks, page.sections, strict=True):
        if (
            block.quoted
            or date_in(heading)
            or (block.kind == "fence" and block.language not in ("", "text", "indented", "markdown"))
        ):
            continue
        for number, text in _statements(block):
            if not _DATED.match(text):  # an entry of a log tells of its own day
                yield from _in_clause(page, number, text, listed=block.kind not in ("paragraph", "item"))


def _statements(block: Block) -> Iterator[tuple[int, str]]:
    """A paragraph's sentences, a table's rows, a fence's bullets, each with its line."""
    if block.kind == "table":
        yield from ((number, plain(row)) for number, row in enumerate(block.rows, start=block.line))
        return
    held, start = "", block.line
    for number, row in enumerate(block.rows, start=block.line):
        if held and (block.kind == "fence" and re.match(r"\s*[-*•├└]|\s*$", row)):
            yield start, held
            held = ""
        start = start if held else number
        held = f"{held} {plain(row)}".strip()
    yield start, held


def _in_clause(page: Page, line: int, text: str, *, listed: bool) -> Iterator[Count]:
    done = 0
    for clause in _CLAUSE.split(text):
        done = text.find(clause, done)
        for found in _COUNT.finditer(clause):
            before, after = clause[: found.start()], found["after"]
            if _LABELLED.match(before):
                before = before.rpartition(": ")[2]
            if _PART.search(before) or "→" in clause or "->" in clause:
                continue
            if _PART_AFTER.match(after) and not _ALL.search(before):
                continue
            qualifiers = _content(found["with"], found["things"])
            words = _content(before, found["things"]) | _content(_row(text), found["things"])
            if any(_PARTIAL_WORDS.fullmatch(word) for word in (*found["with"].lower().split(), *words)):
                continue
            yield Count(
                page,
                line,
                int(found["number"]),
                "files" if found["things"] in _DOCUMENTS.split("|") else found["things"],
                qualifiers,
                words | qualifiers,
                _folder(before, after),
                frozenset(_FILE.findall(text[: done + found.start()])),
                frozenset(_PLACE.findall(text)),
                _row(text),
                frozenset(_KEY.findall(before)),
                _limits(after),
                _name(before),
                listed or _is_part(before, after),
            )


_DATED = re.compile(r"\W*20\d\d-\d\d")
_LABELLED = re.compile(r".*: .*\w")  # "Key factors: the depot has (", where the label is not what is counted
_PLACE = re.compile(r"[\w.-]+/[\w./-]+")


def _row(text: str) -> str:
    """What a row of a table is about: its first cell."""
    return next(filter(None, (cell.strip() for cell in text.split("|"))), "") if "|" in text else ""


_CODE = re.compile(r"[._]|[a-z][A-Z]")
_KEY = re.compile(r"\b(?:\d+(?:\.\d+)*|[A-Z])\b")
_WITHIN = re.compile(r"^\s*(?:in|across|of|under|from|for|inside|within)\s+(.{1,40})")


def _content(words: str, things: str) -> frozenset[str]:
    """The last few telling words, in the singular, without those that say nothing of what is counted."""
    found = [word.strip(".-") for word in re.findall(r"[A-Za-z_][\w.-]+", words)[-6:]]
    bare = (word if _CODE.search(word) else _singular(word.lower()) for word in found)
    return frozenset(word for word in bare if len(word) > 1 and word not in _STOP and word != _singular(things))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _name(before: str) -> str:
    found = re.match(r"[\W\d]*([a-z]\w{3,})\s", before)
    return found[1] if found and found[1] not in _STOP else ""


def _limits(after: str) -> frozenset[str]:
    found = _WITHIN.match(after)
    return _content(found[1], "") if found else frozenset()


def _is_part(before: str, after: str) -> bool:
    """Whether a count stands as a row of a list does: at its start, or in brackets or behind a colon at its end."""
    return not before.strip(" -*") or (bool(re.search(r"[(:=]\s*$", before)) and bool(re.match(r"[^\w]*$", after)))


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
    rf"\(?(?<![\w/.–-])(?P<number>\d{{1,2}})(?![\w-])\s*(?:(?:[\w-]+\s+){{0,2}}(?P<things>{_THINGS}|{_DOCUMENTS}|items|steps|tests|commands|tasks"
    r"|phases|milestones|criteria|sections|reasons|rules|risks|questions|conditions|checks|areas|parts))?\)?:?\**:?$"
)
_VAGUE = re.compile(
    r"(?i)\b(?:about|around|roughly|approximately|circa|some|over|under|nearly|almost|least|most|up to|than|first|last"
    r"|top|other|of|phase|step|milestone|sprint|stage|version|task)\s*\(?$|[~≈]$"
)


def _names_one(text: str, things: str) -> bool:
    """Whether an item is one of the things announced, and not two of them or words about them."""
    if text.count("`") == 2 or re.match(r"\[[^\]]+\]\(", text):
        return True
    plainly = things in (
        "phases",
        "milestones",
        "steps",
        "rules",
        "risks",
        "questions",
        "conditions",
        "reasons",
        "criteria",
    )
    return plainly and not re.search(r",| and |&|/", text)


_PARAMETER = re.compile(r"/\{\w+(?::\w+)?\}")  # "/items/{id}" is one route, no pattern for several
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
    if not found or not words.endswith((":", ")")) or len(items) < 2 or _VAGUE.search(words[: found.start()]):
        return
    counted = int(found["number"])
    if "(" not in found.group() and not found["things"]:
        return
    one_each = all(_names_one(item.text, found["things"] or "") for item in items)
    if (
        counted > 1
        and one_each
        and counted != len(items)
        and not any(_OPEN_LIST.search(_PARAMETER.sub("/", item.text)) for item in items)
    ):
        told = f"{counted} are announced and {len(items)} are listed"
        yield Contradiction(4, told, (page.place(block.line), page.place(items[0].line)))
