"""Markdown to a flat run of blocks with their lines, by cmark-gfm's own parser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from cmarkgfm import cmark
from cmarkgfm.cmark import Options

from milestones.facts import ParseError

DEEPEST = 100  # lists and quotes inside each other; no document that a person wrote comes near
LONGEST = 20_000  # characters of one heading, item or paragraph
WIDEST = 1_000  # columns of a table

_OPTIONS = Options.CMARK_OPT_SOURCEPOS | Options.CMARK_OPT_GITHUB_PRE_LANG
_EXTENSIONS = ["table", "tasklist", "strikethrough"]
_HOLDERS = frozenset({"blockquote", "ul", "ol"})
_QUOTE = re.compile(r"^(?:\s*>)+ ?")
_MARKER = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])(?:\s+|$)(?:\[[ xX]\](?:\s+|$))?")
_LEFT_LABEL = re.compile(r"\*\*[^*\s][^*]{0,60}(?::\*\*|\*\*[^*\n]{0,40}:)")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")

# The tags of blocks in what cmark renders. It writes every other "<" of a document as an entity and leaves out raw
# HTML, so that nothing a document says can look like one of them.
_TAGS = re.compile(
    r"<(?:/(ul|ol|blockquote)>|"
    r'(h[1-6r]|p|ul|ol|li|blockquote|pre|table)(?: start="\d+")? data-sourcepos="(\d+):(\d+)-(\d+):(\d+)"'
    r'(?: lang="([^"]*)")?>(?:<input type="checkbox" (\w)|<code>([^<]*))?)'
)


@dataclass(slots=True)  # not frozen: thousands are made for a document, and a frozen one takes twice the time
class Block:
    """One block of a document; `rows` are its source lines without marks, `depth` counts lists around it."""

    kind: str  # heading, paragraph, item, fence, table
    line: int
    last_line: int
    rows: tuple[str, ...]
    level: int = 0
    depth: int = 0
    quoted: bool = False
    checked: bool | None = None
    end: int = 0  # the last line of an item with everything inside it
    language: str = ""

    @property
    def text(self) -> str:
        """As written, on one line."""
        rows = self.rows
        return rows[0][:LONGEST] if len(rows) == 1 else " ".join(rows).strip()[:LONGEST]


def printable(text: str) -> str:
    """Line ends as newlines and no character that XML or a terminal could not carry; line numbers stay."""
    return _CONTROL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def blocks_of(text: str) -> list[Block]:
    """The blocks of a `printable` text in order; ParseError where it is nested beyond all sense."""
    html = cmark.markdown_to_html_with_extensions(text, _OPTIONS, _EXTENSIONS)
    return _Source(text.split("\n")).blocks(_TAGS.findall(html))


_Tag = tuple[str, ...]  # closed, tag, first line, column, last line, its column, language, box, code


class _Source:
    """Turns the tags of what cmark rendered into blocks, taking the words from the source."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def blocks(self, tags: list[_Tag]) -> list[Block]:
        found: list[Block] = []
        depth = quotes = own = 0
        for at, tag in enumerate(tags):
            name = tag[0] or tag[1]
            if name in _HOLDERS:
                step = -1 if tag[0] else 1
                if name == "blockquote":
                    quotes += step
                else:
                    depth += step
                if depth + quotes > DEEPEST:
                    raise ParseError(f"lists or quotes are nested deeper than {DEEPEST} levels", int(tag[2]))
            elif name == "li":
                inner = tags[at + 1]  # the end of its list, if nothing else
                own = at + 1 if inner[1] == "p" else 0
                item = self.item(tag, inner, depth - 1, quotes > 0)
                found += self.apart(item) if len(item.rows) > 1 else (item,)
            elif name != "hr" and (not own or at != own):  # an item's first paragraph is the item itself
                found.append(self.block(tag, depth, quotes > 0))
        return found

    def block(self, tag: _Tag, depth: int, quoted: bool) -> Block:
        _, name, line, column, end, end_column, language, _, code = tag
        first, last = int(line), self.last(line, end, end_column)
        if name == "pre":
            fenced = self.lines[first - 1].lstrip(" \t>-*+0123456789.)")[:3] in ("```", "~~~")
            rows = tuple(unescape(code).split("\n")[:-1])
            language = language if fenced else "indented"
            return Block("fence", first + fenced, last, rows, 0, depth, quoted, None, 0, language)
        rows = self.rows(first, last, column, quoted)
        if name == "p":
            return Block("paragraph", first, last, rows, 0, depth, quoted)
        if name == "table":
            return Block("table", first, last, rows, 0, depth, quoted)
        return Block("heading", first, last, _heading_rows(rows), int(name[1]), depth, quoted)

    def item(self, tag: _Tag, inner: _Tag, depth: int, quoted: bool) -> Block:
        """A list's item; the first block inside ends its own words."""
        _, _, line, column, stop, stop_column, _, box, _ = tag
        first, end = int(line), self.last(line, stop, stop_column)
        last, own = end, True
        if inner[1] == "p":
            last = self.last(line, inner[4], inner[5])
        elif inner[1] and inner[1] != "li":
            starts = int(inner[2])
            last, own = self.trimmed(first, starts - 1), starts > first
        rows = self.rows(first, last, column, quoted) if own else ()
        if rows:
            rows = (_MARKER.sub("", rows[0]), *rows[1:])
        return Block("item", first, max(first, last), rows, 0, depth, quoted, box == "c" if box else None, end)

    def apart(self, item: Block) -> tuple[Block, ...]:
        """An item, and the paragraph that a bold label at the very left of a line after it begins.

        For Markdown such a line goes on with the item; who wrote it forgot a blank line.
        """
        for at in range(1, len(item.rows)):
            if _LEFT_LABEL.match(self.lines[item.line - 1 + at]):
                rows, place = item.rows[at:], item.line + at
                after = Block("paragraph", place, item.last_line, rows, 0, 0, item.quoted)
                item.rows, item.last_line = item.rows[:at], place - 1
                return item, after
        return (item,)

    def last(self, line: str, end: str, end_column: str) -> int:
        """The last line of a block that begins at a line; cmark may count the blank ones after it."""
        if line == end:
            return int(end)
        return self.trimmed(int(line), int(end) - (end_column == "0"))

    def rows(self, first: int, last: int, column: str, quoted: bool) -> tuple[str, ...]:
        """The lines of a block from its column on, which cmark counts in bytes."""
        if first == last and column == "1":
            return (self.lines[first - 1].strip(),)
        rows = self.lines[first - 1 : last]
        if rows and column != "1":
            rows[0] = rows[0].encode()[int(column) - 1 :].decode(errors="replace")
        if quoted and len(rows) > 1:
            rows[1:] = [_QUOTE.sub("", row) for row in rows[1:]]
        return tuple([row.strip() for row in rows])

    def trimmed(self, first: int, last: int) -> int:
        """The last line that is not blank: cmark counts the blank lines after a list as part of it."""
        lines = self.lines
        last = min(last, len(lines))
        while last > first and not lines[last - 1].strip(" \t>"):
            last -= 1
        return last


_ATX = re.compile(r"^\s*#{1,6}(?:\s+|$)")
_ATX_END = re.compile(r"(?:^|\s)#+\s*$")
_UNDERLINE = re.compile(r"^\s*(?:=+|-+)\s*$")


def _heading_rows(rows: tuple[str, ...]) -> tuple[str, ...]:
    if rows and _ATX.match(rows[0]):
        return (_ATX_END.sub("", _ATX.sub("", rows[0], count=1)).strip(),)
    # cmark's end of an underlined heading may be a line too far: the heading ends where its underline is
    ends = (at for at, row in enumerate(rows) if at and _UNDERLINE.match(row))
    return rows[: next(ends, len(rows))]
