"""Rule 5: files said deleted and said kept, prescribed and missing, deleted and still there."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import product
from weakref import WeakKeyDictionary

from milestones.reading.claims.pages import Contradiction, Page, Set, Tree
from milestones.reading.commands import code_spans
from milestones.reading.paths import is_path, links_in, named_paths
from milestones.reading.tables import cells_of
from milestones.reading.words import plain

_DELETED = re.compile(r"(?i)\b(?:deleted|deletions|removed|removals)\b(?!\s+(?:from|lines))")
_KEPT = re.compile(r"(?i)\b(?:kept|retained|keep|not deleted|preserved)\b")
_REPLACED = re.compile(
    r"(?i)\b(?:move[ds]?|rename[ds]?|replace[ds]?|recreat\w+|merge[ds]?|until|except|instead|to be|will|should|"
    r"candidates?|plan(?:ned)?|→)\b|→|->"
)
_FORMER = re.compile(r"(?i)\b(?:legacy|old|previous|former|original)\b")  # a path may live twice
_TOLD = re.compile(r"(?i)\b(?:removed|deleted|kept|retained)\b")
_BRACES = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Said:
    path: str
    line: int
    fate: str  # deleted or kept
    scope: int  # the line of the outermost milestone round it, 0 for none


def fates(page: Page) -> list[Said]:
    """The fates that a document tells, read once for the rules that ask."""
    if page not in _FATES:
        _FATES[page] = list(_fates(page))
    return _FATES[page]


_FATES: WeakKeyDictionary[Page, list[Said]] = WeakKeyDictionary()


def _fates(page: Page) -> Iterator[Said]:
    """What a document says became of each path: by its own words, else by the label or heading of its list or table.

    The path has to be what the words are about: "`a.py` — mako removed" and "`Shim` | `a.py` | removed" are about
    something in the file.
    """
    label = ""
    for at, block in enumerate(page.blocks):
        if block.quoted or block.kind == "fence":
            continue
        if block.kind == "heading":
            label = ""
        if block.kind == "paragraph" and not block.depth:
            label = plain(block.text) if block.text.rstrip("*").endswith(":") else ""
        top = page.top_at(block.line)
        over = _fate(label or page.sections[at])
        if not any("`" in row for row in block.rows):
            continue
        rows = _cells(block.rows, block.line) if block.kind == "table" else _lines(block.rows, block.line)
        for number, text, own in rows:
            fate = own or over if block.kind != "paragraph" or own else ""
            for path in _expanded(text) if fate else ():
                yield Said(path, number, fate, top.line if top else 0)


# In these a code span is a NUL, so that its own letters cannot take part.
_PATH_FIRST = re.compile(r"^\W*?\0(?P<more>(?:\s*,?\s*(?:and\s+)?\0)*)\s*(?:\([^()]*\)\s*)?(?P<after>.*)$", re.DOTALL)
_VERB_FIRST = re.compile(
    r"(?i)\b(?P<verb>deleted|removed|kept|retained|keep)\s+(?:the\s+)?\0(?P<more>(?:\s*,?\s*(?:and\s+)?\0)*)"
)
_VERB_NEXT = re.compile(
    r"(?i)^(?:[—–:-]+\s*)?(?:(?:is|are|was|were|has been|have been)\s+)?"
    r"(?P<verb>deleted|removed|kept|retained)\b(?=\W*$|\s*[.;,(—–|]|\s+(?:in|as|by|during|per|for|with|and|since|when)\b)"
)


def _lines(rows: tuple[str, ...], line: int) -> Iterator[tuple[int, str, str]]:
    """Lines that begin with paths, or name one right after a verb, with the fate that their own words tell."""
    for number, row in enumerate(rows, start=line):
        if "`" not in row:
            continue
        spans, bare = re.findall(r"`[^`]*`", row), re.sub(r"`[^`]*`", "\0", row)
        if _REPLACED.search(bare):
            continue
        if found := _PATH_FIRST.match(bare):
            verb, about_another = _VERB_NEXT.match(found["after"]), _TOLD.search(found["after"])
            if verb or not about_another:
                named = spans[: 1 + found["more"].count("\0")]
                yield number, " ".join(named), _fate(verb["verb"]) if verb else ""
        elif verb := _VERB_FIRST.search(bare):
            first, last = (bare[:end].count("\0") for end in (verb.start("more"), verb.end()))
            yield number, " ".join(spans[first - 1 : last]), _fate(verb["verb"])


def _cells(rows: tuple[str, ...], line: int) -> Iterator[tuple[int, str, str]]:
    """Rows whose first cell is a path and another begins with its fate; or that only count and name paths."""
    for number, row in enumerate(rows, start=line):
        cells = cells_of(row)
        named = [cell for cell in cells if code_spans(cell)]
        told = [_VERB_NEXT.match(plain(cell)) for cell in cells[1:]]
        if named and named[0] is cells[0]:
            verb = next(filter(None, told), None)
            if verb or len(cells) < 4:
                yield number, cells[0], _fate(verb["verb"]) if verb else ""
        elif len(named) == 1 and not _REPLACED.search(re.sub(r"`[^`]*`", "", row)) and not code_spans(cells[0]):
            yield number, named[0], ""


def _fate(words: str) -> str:
    deleted, kept = bool(_DELETED.search(words)), bool(_KEPT.search(words))
    return "" if deleted == kept or _REPLACED.search(words) else "deleted" if deleted else "kept"


def _expanded(text: str) -> Iterator[str]:
    """Paths with their braces written out: `tests/{a,b}.py` is two."""
    for span in code_spans(text):
        parts = _BRACES.split(span)
        if len(parts) > 1 and len(parts) <= 5:
            choices = [part.split(",") if n % 2 else [part] for n, part in enumerate(parts)]
            yield from ("".join(chosen).strip() for chosen in list(product(*choices))[:100])
        elif is_path(span) and "*" not in span:
            yield span.rstrip("/")


def kept_and_deleted(pages: Set) -> Iterator[Contradiction]:
    for page in pages.pages.values():
        said = fates(page)
        kept = [one for one in said if one.fate == "kept"]
        told: set[str] = set()
        for one in (one for one in said if one.fate == "deleted"):
            against = [
                two for two in kept if two.scope == one.scope and _same(one.path, two.path) and one.line != two.line
            ]
            name = posixpath.basename(one.path)
            if against and name not in told:
                told.add(name)
                places = (page.place(one.line), *(page.place(two.line) for two in against))
                yield Contradiction(5, f"{one.path} is said deleted and said kept", places)


def _same(one: str, two: str) -> bool:
    short, long = sorted((one, two), key=len)
    return long == short or long.endswith("/" + short)


@dataclass(frozen=True, slots=True)
class Named:
    """A path that a link or a command names: as it leads from the document, and as it was written."""

    path: str
    line: int
    shown: str
    written: str


def missing(pages: Set) -> Iterator[Contradiction]:
    """Files that a link or a command names and the commit has not, each once; what a plan is going to make is left."""
    tree = pages.tree
    for page in pages.pages.values() if tree else ():
        going = _created(page)
        absent: dict[tuple[str, str], list[Named]] = {}
        for named in _prescribed(page):
            if tree and not _expected(tree, named) and not any(_same(named.path, new) for new in going):
                rooted = named.shown == "link" and tree.has(named.written)
                absent.setdefault((named.shown, "" if rooted else named.path), []).append(named)
        for (_, path), found in absent.items():
            if tree and (told := _absence(tree, found, rooted=not path)):
                yield Contradiction(5, told, tuple(dict.fromkeys(page.place(named.line) for named in found)))


def _expected(tree: Tree, named: Named) -> bool:
    """Whether nothing is wrong: it is there, it is made by building, or the command is for another repository."""
    path = named.path
    if tree.has(path) or tree.ending(path) or tree.ignored(path):
        return True
    return named.shown == "command" and not tree.has(path.partition("/")[0])


def _absence(tree: Tree, found: list[Named], *, rooted: bool) -> str:
    """What to say of a path that is absent; links written as from the root are one slip, however many there are."""
    first = found[0]
    near = first.written if rooted else _nearest(tree, first.path)
    if not near and first.shown != "link":
        return ""
    more = f" ({len(found)} links here are written as from the root)" if rooted and len(found) > 1 else ""
    hint = f"; the nearest is {near}" if near else ""
    return f"the {first.shown} names {first.path}, which this commit does not have{hint}{more}"


def _prescribed(page: Page) -> Iterator[Named]:
    folder = posixpath.dirname(page.path)
    for block in page.blocks:
        for number, row in enumerate(block.rows, start=block.line) if block.kind != "fence" else ():
            for link in links_in(re.sub(r"`[^`]*`", "``", row)):
                target = link.partition("#")[0].partition("?")[0]
                path = posixpath.normpath(posixpath.join(folder, target))
                within = link[0] not in "#/" and not path.startswith("..") and path != folder
                if within and re.search(r"[./]", link) and not path.endswith((".md", ".markdown")):
                    yield Named(path, number, "link", posixpath.normpath(target))
    for command in page.document.commands:
        if _MAKES.match(command.text) or ">" in command.text:
            continue
        for word in command.text.split()[1:]:
            if is_path(word) and "*" not in word and not word.startswith(("-", ".", "$", "~")) and "/" in word:
                path = posixpath.normpath(word.partition("::")[0].partition(":")[0])
                yield Named(path, command.line, "command", path)


_MAKES = re.compile(r"(?:rm|mkdir|touch|git (?:rm|mv|checkout)|mv|cp)\b")
_CREATES = re.compile(
    r"(?i)\b(?:create|add|write|introduce|new|will|generate|moved? to|rename|extract|delete|remove|retire)\w*\b|→|->"
)


def _created(page: Page) -> frozenset[str]:
    """Paths that the document speaks of making, moving or taking away: not there, and rightly so."""
    found = set()
    for at, block in enumerate(page.blocks):
        for row in block.rows:
            if ("`" in row or "](" in row) and (_CREATES.search(row) or _CREATES.search(page.sections[at])):
                found |= {path.rstrip("/") for path in named_paths(row)} | {
                    path.lstrip("./") for path in named_paths(row)
                }
    for command in page.document.commands:
        found |= {path.strip("\"'").lstrip("./") for path in _OUTPUT.findall(command.text)}
    return frozenset(found)


_OUTPUT = re.compile(r"(?:\s-o|--out[\w-]*|>)[ =]?\s*([\w./\"'-]+)")


def _nearest(tree: Tree, path: str) -> str:
    """Where the file may have gone: the same name elsewhere, else the likest name in the same folder."""
    if found := tree.by_name.get(posixpath.basename(path)):
        return found[0]
    folder = posixpath.dirname(path)
    beside = [other for other in tree.paths if posixpath.dirname(other) == folder]
    close = get_close_matches(path, beside, 1, 0.75)
    return close[0] if close else ""


def still_there(pages: Set) -> Iterator[Contradiction]:
    """Files that a document says were deleted and that the commit still has under that full path."""
    for page in pages.pages.values() if pages.tree else ():
        left = _living(page) | {posixpath.basename(one.path) for one in fates(page) if one.fate == "kept"}
        open_items = _conditions(page)
        for one in fates(page):
            name = posixpath.basename(one.path)
            there = pages.tree is not None and one.path in pages.tree.paths and "/" in one.path
            if one.fate == "deleted" and there and name not in left and one.line not in open_items:
                left.add(name)
                yield Contradiction(5, f"{one.path} is said deleted and is still there", (page.place(one.line),))


def _living(page: Page) -> set[str]:
    """Names that the document moves, or that stand for two files at different times: gone here, there again."""
    rows = [row for block in page.blocks for row in block.rows if "`" in row]
    bare = ((row, re.sub(r"`[^`]*`", "`", row)) for row in rows)
    moved = [row for row, words in bare if _REPLACED.search(words) or _FORMER.search(words)]
    return {posixpath.basename(path) for row in moved for path in _expanded(row)}


def _conditions(page: Page) -> frozenset[int]:
    """Lines of criteria that are not ticked: "is removed" is what shall be, and rule 6 tries it."""
    items = [item for one, _ in page.milestones() for item in one.criteria] + list(page.document.criteria)
    return frozenset(item.line for item in items if not item.checked)
