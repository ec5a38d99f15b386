"""Documents laid out for the rules: facts, blocks with their section, dates, links, and what belongs together."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cached_property
from itertools import islice

from milestones.facts import Document, Milestone, ParseError, Place, Problem
from milestones.reading.blocks import Block, blocks_of, printable
from milestones.reading.document import LARGEST, decoded, front_matter, read_document
from milestones.reading.joining import links_of
from milestones.reading.words import normal, plain


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two statements that cannot both hold, or one that the tree refutes; `places` are in the order they are told."""

    rule: int
    message: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class Tree:
    """A commit's files: their paths, and a way to their bytes."""

    paths: frozenset[str]
    read: Callable[[str], bytes] = field(default=lambda path: b"")
    read_all: Callable[[list[str]], Mapping[str, bytes]] | None = None  # many files at once, where that is faster

    @cached_property
    def folders(self) -> frozenset[str]:
        found = set()
        for path in self.paths:
            while path := posixpath.dirname(path):
                found.add(path)
        return frozenset(found)

    @cached_property
    def by_name(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in sorted(self.paths):
            found.setdefault(posixpath.basename(path), []).append(path)
        return found

    def has(self, path: str) -> bool:
        return path in self.paths or path in self.folders

    @cached_property
    def _ignored(self) -> list[str]:
        """The patterns of the root's .gitignore that take something away."""
        lines = self.read(".gitignore").decode(errors="replace").splitlines() if ".gitignore" in self.paths else []
        return [line.strip().strip("/") for line in lines[:500] if line.strip() and line[0] not in "#!"]

    def ignored(self, path: str) -> bool:
        """Whether a path is made by building or running, and so in no commit."""
        parts = path.split("/")
        if not _BUILT.isdisjoint(parts):
            return True
        heads = ["/".join(parts[: at + 1]) for at in range(len(parts))]
        return any(fnmatch(part, pattern) for pattern in self._ignored for part in (*parts, *heads))

    def sources(self, endings: tuple[str, ...]) -> list[str]:
        """The source files of these kinds in order, without what others wrote; at most as many as are read."""
        own = (path for path in sorted(self.paths) if path.endswith(endings) and "node_modules/" not in path)
        return list(islice(own, _MOST_SOURCES))

    def source(self, path: str) -> bytes:
        """The bytes of a source file, remembered: every condition is tried on all of them."""
        if path not in self._sources:
            self._sources[path] = self.read(path)
        return self._sources[path]

    @cached_property
    def _sources(self) -> dict[str, bytes]:
        return dict(self.read_all(self.sources(SOURCES))) if self.read_all else {}

    def ending(self, path: str) -> list[str]:
        """Files that the path may mean: itself, or those that end in it."""
        if path in self.paths:
            return [path]
        return [other for other in self.by_name.get(posixpath.basename(path), ()) if other.endswith("/" + path)]


PYTHON = (".py", ".pyi")
SCRIPT = (".js", ".ts", ".tsx", ".jsx", ".mjs", ".cjs", ".vue", ".svelte")
SOURCES = PYTHON + SCRIPT
_MOST_SOURCES = 5_000
_BUILT = frozenset(
    ["dist", "build", "out", "target", "node_modules", "coverage", "htmlcov", ".venv", "venv", ".next", "__pycache__",
     ".pytest_cache", "tmp", "logs"]
)  # fmt: skip


@dataclass(eq=False)
class Page:
    """One document for the rules."""

    document: Document
    blocks: list[Block]

    @property
    def path(self) -> str:
        return self.document.path

    def place(self, line: int) -> Place:
        return Place(self.path, line)

    @cached_property
    def sections(self) -> list[str]:
        """For each block, the words of the heading it stands under."""
        found, heading = [], ""
        for block in self.blocks:
            if block.kind == "heading" and not block.quoted:
                heading = plain(block.text)
            found.append(heading)
        return found

    @cached_property
    def labels(self) -> list[str]:
        """For each block, the words of the label or else the heading it stands under."""
        found, label = [], ""
        for block, heading in zip(self.blocks, self.sections, strict=True):
            if block.kind == "heading":
                label = ""
            elif block.kind == "paragraph" and not block.depth:
                label = plain(block.text) if _ENDS_AS_LABEL.search(block.text) else ""
            found.append(label or heading)
        return found

    def over(self, line: int, below: int = 0) -> Iterator[str]:
        """What the block at a line stands under: its label, and the headings round it that come after line `below`."""
        at = bisect_right(self._block_lines, line) - 1
        if at >= 0:
            yield self.labels[at]
        level = 7
        for heading in self._headings[: bisect_left(self._heading_lines, line)][::-1]:
            if heading.line <= below:
                return
            if heading.level < level:
                level = heading.level
                yield plain(heading.text)

    @cached_property
    def _headings(self) -> list[Block]:
        return [block for block in self.blocks if block.kind == "heading" and not block.quoted]

    @cached_property
    def _heading_lines(self) -> list[int]:
        return [heading.line for heading in self._headings]

    @cached_property
    def specimen(self) -> bool:
        """Whether it is a form to be filled in or an input of tests: what it says is said of nothing."""
        parts = self.path.lower().split("/")
        if _INPUTS.intersection(parts[:-1]):
            return True
        named = bool(_NAMED_FORM.search(parts[-1]) or {"template", "templates"}.intersection(parts[:-1]))
        text = "\n".join(row for block in self.blocks for row in block.rows) if named else ""
        return len(_BLANKS.findall(text)) >= _FORM

    @cached_property
    def snapshot(self) -> bool:
        """Whether it tells of one moment: a report or record, not a plan that is kept up."""
        return bool(_SNAPSHOT.search(f"{posixpath.basename(self.path)} {self.document.title}"))

    def milestones(self) -> Iterator[tuple[Milestone, tuple[Milestone, ...]]]:
        """Every milestone with those round it, outermost first."""
        stack: list[tuple[Milestone, tuple[Milestone, ...]]] = [(one, ()) for one in self.document.milestones[::-1]]
        while stack:
            one, above = stack.pop()
            yield one, above
            stack += [(child, (*above, one)) for child in one.children[::-1]]

    def top_at(self, line: int) -> Milestone | None:
        """The outermost milestone whose section holds a line."""
        at = bisect_right(self._starts, line) - 1
        one = self._sections[at] if at >= 0 else None
        return one if one and line <= one.last_line else None

    @cached_property
    def _sections(self) -> list[Milestone]:
        """Outermost milestones with a section of their own, which rows of a table have not."""
        return [one for one in self.document.milestones if one.last_line > one.line]

    @cached_property
    def _starts(self) -> list[int]:
        return [one.line for one in self._sections]

    def blocks_within(self, first: int, last: int) -> list[Block]:
        starts = self._block_lines
        return self.blocks[bisect_left(starts, first) : bisect_right(starts, last)]

    @cached_property
    def _block_lines(self) -> list[int]:
        return [block.line for block in self.blocks]

    @cached_property
    def about(self) -> tuple[str, str]:
        """The key and words of the one milestone that the head of the document says it is about."""
        for block in self.blocks[:8]:
            for row in block.rows if block.kind == "paragraph" else ():
                if found := _ABOUT.search(plain(row)):
                    return (found["other"] or found["key"]), normal(found["title"])
        return "", ""


_ENDS_AS_LABEL = re.compile(r":[*_]*$|^\*\*[^*]+\*\*$")
_INPUTS = frozenset({"fixtures", "__fixtures__", "testdata", "test_data", "test-data"})
_BLANKS = re.compile(r"\{[A-Za-z][\w .,/-]*\}|\[[A-Z][\w .,/'-]*\](?![(\[])|<[a-z][\w -]*>|\bYYYY\b")
_NAMED_FORM = re.compile(r"(?:^|[-_. ])template(?:\.|$)|^template[-_.]")
_FORM = 3  # blanks to fill in, from which a document called a template is one
_SNAPSHOT = re.compile(
    r"(?i)report|record|snapshot|analysis|audit|retro|post-?mortem|changelog|minutes|log\b|20\d\d-\d\d"
)
_ABOUT = re.compile(
    r"(?i)^(?:milestone|phase):?\s+(?P<key>[\w.-]+)(?:\s*\((?P<other>[\w-]+)\))?\s*[—–:-]\s*(?P<title>.{5,120})$"
)


def page_of(path: str, data: bytes) -> Page:
    """A document for the rules; one that cannot be read has no blocks."""
    document = read_document(path, data)
    if len(data) > LARGEST:
        return Page(document, [])
    try:
        _, text = front_matter(printable(decoded(path, data)[0]))
        blocks = blocks_of(text)
    except ParseError:
        return Page(document, [])
    long = len(blocks) + sum(len(block.rows) for block in blocks if block.kind == "table") > LONGEST
    return Page(document, blocks) if not long else Page(_unchecked(document), [])


# Blocks and rows of tables: the rules hold statements against each other, and longer documents would take for ever.
LONGEST = 4_000


def _unchecked(document: Document) -> Document:
    reason = f"is too long to be checked for contradictions: over {LONGEST} blocks and rows"
    return Document(document.path, document.title, problems=(*document.problems, Problem(reason, document.path)))


class Set:
    """The documents looked at together."""

    def __init__(self, pages: Iterable[Page], tree: Tree | None = None) -> None:
        self.pages = {page.path: page for page in pages if not page.specimen}
        self.tree = tree

    @cached_property
    def linked(self) -> frozenset[tuple[str, str]]:
        """Pairs of documents that belong together: one links to the other, or both name the same milestone."""
        pairs = set()
        for page in self.pages.values():
            for target, _ in links_of(page.document):
                if target in self.pages and target != page.path:
                    pairs |= {(page.path, target), (target, page.path)}
            for other in self.pages.values():
                if other is not page and _names(page, other):
                    pairs |= {(page.path, other.path), (other.path, page.path)}
        return frozenset(pairs)

    def joined(self, one: Page, other: Page) -> bool:
        return one is other or (one.path, other.path) in self.linked


def _names(page: Page, other: Page) -> bool:
    key, title = page.about
    return bool(title) and any(one.key == key and title in normal(one.title) for one in other.document.milestones)
