"""Markdown to a flat run of blocks with their lines, by cmark-gfm's own parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cmarkgfm import cmark
from cmarkgfm.cmark import Options
from lxml import etree

from milestones.facts import ParseError

DEEPEST = 200  # levels of nested HTML; no document that a person wrote comes near, and libxml2 stops at 256
LONGEST = 20_000  # characters of one heading, item or paragraph
WIDEST = 1_000  # columns of a table

_OPTIONS = Options.CMARK_OPT_SOURCEPOS | Options.CMARK_OPT_GITHUB_PRE_LANG
_EXTENSIONS = ["table", "tasklist", "strikethrough"]
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset({*_HEADINGS, "p", "ul", "ol", "li", "blockquote", "pre", "table", "hr"})
_HOLDERS = frozenset({"blockquote", "ul", "ol", "li"})
_QUOTE = re.compile(r"^(?:\s*>)+ ?")
_MARKER = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])(?:\s+|$)(?:\[[ xX]\](?:\s+|$))?")
_MARKERS_ALONE = re.compile(r"^\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


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
        return " ".join(self.rows).strip()[:LONGEST]


def printable(text: str) -> str:
    """Line ends as newlines and no character that XML or a terminal could not carry; line numbers stay."""
    return _CONTROL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def blocks_of(text: str) -> list[Block]:
    """The blocks of a `printable` text in order; ParseError where it is nested beyond all sense."""
    html = cmark.markdown_to_html_with_extensions(text, _OPTIONS, _EXTENSIONS)
    return list(_Walk(text.split("\n")).walk(_tree(html)))


def _tree(html: str) -> etree._Element:
    parser = etree.XMLParser(recover=False, huge_tree=False, resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(f"<d>{html}</d>".encode(), parser)
    except etree.XMLSyntaxError as error:
        line = _line_before(html, error.lineno or 0)
        if "depth" in str(error).lower():
            raise ParseError(f"lists or quotes are nested deeper than {DEEPEST} levels", line) from error
        raise ParseError(f"the structure cannot be read: {error.msg}", line) from error


_POSITION = re.compile(r'data-sourcepos="(\d+):')


def _line_before(html: str, row: int) -> int | None:
    """The document's line that the HTML stood at where its reading stopped."""
    found = _POSITION.findall("\n".join(html.split("\n")[:row])[-20_000:])
    return int(found[-1]) if found else None


class _Walk:
    """Turns cmark's tree into blocks, taking the words from the source."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def walk(self, root: etree._Element) -> Iterator[Block]:
        stack = [(child, 0, False) for child in reversed(root) if child.tag in _BLOCKS]
        while stack:
            element, depth, quoted = stack.pop()
            tag = element.tag
            if tag == "blockquote":
                quoted = True
            elif tag in ("ul", "ol"):
                depth += 1
            elif tag != "hr":
                yield self.block(element, tag, depth, quoted)
            if tag in _HOLDERS and len(element):
                stack += [(child, depth, quoted) for child in self.inside(element)]

    @staticmethod
    def inside(element: etree._Element) -> list[etree._Element]:
        """The blocks inside, last first; an item's own first paragraph is the item itself."""
        children = [child for child in element if child.tag in _BLOCKS]
        if element.tag == "li" and children and children[0].tag == "p":
            children = children[1:]
        return children[::-1]

    def block(self, element: etree._Element, tag: str, depth: int, quoted: bool) -> Block:
        first, column, last = _position(element)
        last = self.trimmed(first, last)
        if tag in _HEADINGS:
            rows = _heading_rows(self.rows(first, last, column, quoted))
            return Block("heading", first, last, rows, level=_HEADINGS[tag], depth=depth, quoted=quoted)
        if tag == "li":
            return self.item(element, (first, column, last), depth, quoted)
        if tag == "pre":
            return self.fence(element, (first, last), depth, quoted)
        kind = "table" if tag == "table" else "paragraph"
        return Block(kind, first, last, self.rows(first, last, column, quoted), depth=depth, quoted=quoted)

    def item(self, element: etree._Element, place: tuple[int, int, int], depth: int, quoted: bool) -> Block:
        first, column, end = place
        last, own = end, True
        for child in element:
            if child.tag in _BLOCKS:  # the first block inside ends the item's own words
                start, _, stop = _position(child)
                own = child.tag == "p" or start > first
                last = self.trimmed(first, stop if child.tag == "p" else start - 1)
                break
        rows = self.rows(first, last, column, quoted) if own else ()
        rows = (_MARKER.sub("", rows[0]), *rows[1:]) if rows else ()
        return Block(
            "item", first, max(first, last), rows, depth=depth - 1, quoted=quoted, checked=_box(element), end=end
        )

    def fence(self, element: etree._Element, place: tuple[int, int], depth: int, quoted: bool) -> Block:
        first, last = place
        text = "".join(map(str, element.itertext()))
        fenced = self.lines[first - 1].lstrip(" \t>-*+0123456789.)")[:3] in ("```", "~~~")
        rows = tuple(text.split("\n")[:-1])
        language = element.get("lang", "") if fenced else "indented"
        return Block("fence", first + fenced, last, rows, depth=depth, quoted=quoted, language=language)

    def rows(self, first: int, last: int, column: int, quoted: bool) -> tuple[str, ...]:
        if first == last and column == 1 and not quoted:
            return (self.lines[first - 1].strip(),)
        rows = self.lines[first - 1 : last]
        if rows and column > 1:
            rows[0] = rows[0].encode()[column - 1 :].decode(errors="replace")
        if quoted:
            rows = [rows[0], *(_QUOTE.sub("", row) for row in rows[1:])] if rows else []
        return tuple([row.strip() for row in rows])

    def trimmed(self, first: int, last: int) -> int:
        """The last line that is not blank: cmark counts the blank lines after a list as part of it."""
        lines = self.lines
        last = min(last, len(lines))
        while last > first and not lines[last - 1].strip(" \t>"):
            last -= 1
        return last


def _position(element: etree._Element) -> tuple[int, int, int]:
    """First line, first column (in bytes) and last line of an element of cmark's."""
    place = element.get("data-sourcepos") or "1:1-1:1"
    line, column, last, last_column = place.replace("-", ":").split(":")
    return int(line), int(column), int(last) - (last_column == "0" and last != line)


def _box(element: etree._Element) -> bool | None:
    if not len(element):
        return None
    holder = element[0] if len(element) and element[0].tag == "p" and not (element.text or "").strip() else element
    if len(holder) and holder[0].tag == "input" and not (holder.text or "").strip():
        return holder[0].get("checked") is not None
    return None


_ATX = re.compile(r"^\s*#{1,6}(?:\s+|$)")
_ATX_END = re.compile(r"(?:^|\s)#+\s*$")
_UNDERLINE = re.compile(r"^\s*(?:=+|-+)\s*$")


def _heading_rows(rows: tuple[str, ...]) -> tuple[str, ...]:
    if rows and _ATX.match(rows[0]):
        return (_ATX_END.sub("", _ATX.sub("", rows[0], count=1)).strip(),)
    # cmark's end of an underlined heading may be a line too far: the heading ends where its underline is
    ends = (at for at, row in enumerate(rows) if at and _UNDERLINE.match(row))
    return rows[: next(ends, len(rows))]
