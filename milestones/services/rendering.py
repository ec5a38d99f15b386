"""A stranger's Markdown as HTML: drawn by GitHub's own parser, cleaned to an allowlist, marked with what we know.

Raw HTML in a document is left out. Links lead to our own pages or to the open web, else nowhere; images are not
loaded, for they would tell a stranger who reads. Every id and class is ours.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import unquote

import lxml.html
import nh3
from cmarkgfm import cmark
from cmarkgfm.cmark import Options
from django.utils.html import escape
from lxml.html import HtmlElement

from milestones.facts import ParseError
from milestones.reading.blocks import blocks_of, printable
from milestones.reading.document import LARGEST, decoded, front_matter

VERSION = 1
FURTHEST = 500  # blocks back that are looked at for the one which holds a line
_OPTIONS = Options.CMARK_OPT_SOURCEPOS | Options.CMARK_OPT_FOOTNOTES | Options.CMARK_OPT_GITHUB_PRE_LANG
_EXTENSIONS = ["table", "tasklist", "strikethrough", "autolink"]
_TAGS = {
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "li", "blockquote", "pre", "code", "table", "thead", "tbody",
    "tr", "th", "td", "hr", "br", "em", "strong", "del", "sup", "section", "a", "img", "input",
}  # fmt: skip
_PLACED = {"data-sourcepos"}
_ATTRIBUTES = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "blockquote", "pre", "table", "tr"), _PLACED),
    "a": {"href", "id"},
    "li": _PLACED | {"id"},
    "ol": _PLACED | {"start"},
    "th": {"align"},
    "td": {"align"},
    "img": {"alt", "src"},
    "input": {"type", "checked", "disabled"},
}
_FOOTNOTE = re.compile(r"fn(?:ref)?-[\w-]{1,80}")
_SCHEME = re.compile(r"(?i)(?:https?|mailto):")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = frozenset({*_HEADINGS, "p", "ul", "ol", "li", "blockquote", "pre", "table", "tr", "hr", "section"})


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands at a line: a `verdict` beside the words, or a `note` in the margin."""

    line: int
    kind: str
    tone: str
    word: str
    text: str = ""
    sign: str = ""
    href: str = ""


def draw(data: bytes) -> str:
    """A document's own part of its page, clean, without links resolved and without marks."""
    if len(data) > LARGEST:
        return ""
    _, text = front_matter(printable(decoded("", data)[0]))
    try:
        blocks_of(text)  # refuses what is nested beyond all sense, before anything else has to walk it
    except ParseError:
        return f"<pre>{escape(text)}</pre>"
    return cleaned(cmark.markdown_to_html_with_extensions(text, _OPTIONS, _EXTENSIONS))


def cleaned(html: str) -> str:
    """Nothing but the allowlist; the only ids are those that cmark gives footnotes."""
    return nh3.clean(
        html, tags=_TAGS, attributes=_ATTRIBUTES, attribute_filter=_kept, url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    )  # fmt: skip


def _kept(_tag: str, name: str, value: str) -> str | None:
    if name in ("lang", "title"):  # let through by the cleaner's own defaults
        return None
    if name == "id":
        return f"doc-{value}" if _FOOTNOTE.fullmatch(value) else None
    if name == "type":
        return "checkbox"
    return value


# --- links, anchors and marks ----------------------------------------------------------------------------------------


def marked(html: str, path: str, marks: Iterable[Mark], page_of: Callable[[str], str]) -> str:
    """The page with its links resolved and its marks at their lines; `page_of` is a document's address, "" for none."""
    root = lxml.html.fragment_fromstring(html or " ", create_parent="div")
    anchors = _name_headings(root)
    for link in list(root.iter("a")):
        _lead(link, path, anchors, page_of)
    for image in list(root.iter("img")):
        _still(image)
    for box in root.iter("input"):
        box.set("aria-label", "ticked" if box.get("checked") is not None else "not ticked")
    for wide in root.iter("pre", "table"):
        wide.set("tabindex", "0")  # what may scroll sideways can be scrolled by keys
    _Margin(root).put(marks)
    return "".join([escape(root.text or ""), *(lxml.html.tostring(child, encoding="unicode") for child in root)])


def _name_headings(root: HtmlElement) -> frozenset[str]:
    """Gives each heading the anchor that GitHub gives it, under a name of ours; all of them."""
    seen: Counter[str] = Counter()
    found = set()
    for heading in root.iter(*_HEADINGS):
        words = re.sub(r"[^\w\- ]", "", "".join(heading.itertext()).strip().lower()).replace(" ", "-")
        slug = f"{words}-{seen[words]}" if seen[words] else words
        seen[words] += 1
        heading.set("id", f"h-{slug}")
        found.add(slug)
    return frozenset(found)


def _lead(link: HtmlElement, path: str, anchors: frozenset[str], page_of: Callable[[str], str]) -> None:
    href = link.get("href") or ""
    if _SCHEME.match(href):
        return
    target, _, anchor = href.partition("#")
    name = unquote(anchor)
    address = ""
    if not target and _FOOTNOTE.fullmatch(name):
        address = f"#doc-{name}"
    elif not target:
        address = f"#h-{name.lower()}" if name.lower() in anchors else ""
    elif leads_to := page_of(_from(path, unquote(target))):
        address = f"{leads_to}#h-{name.lower()}" if name else leads_to
    if address:
        link.set("href", address)
        link.attrib.pop("rel", None)
        return
    link.tag = "span"
    link.attrib.clear()
    link.set("class", "inert")
    link.set("title", f"{href[:300]}: no page here")


def _from(path: str, target: str) -> str:
    folder = "" if target.startswith("/") else posixpath.dirname(path)
    return posixpath.normpath(posixpath.join(folder, target.lstrip("/")))


def _still(image: HtmlElement) -> None:
    """An image as its words: nothing is loaded from a stranger's address."""
    image.tag = "span"
    words, source = image.get("alt") or "without a description", image.get("src") or ""
    image.attrib.clear()
    image.set("class", "inert image")
    image.set("title", f"an image, which is not loaded: {source[:300]}")
    image.text = f"image: {words}"


class _Margin:
    """Finds the place of a line in the drawn document, by the positions that the parser left."""

    def __init__(self, root: HtmlElement) -> None:
        self.root = root
        self.placed: list[tuple[int, int, HtmlElement]] = []
        for element in root.iter():
            position = element.attrib.pop("data-sourcepos", "") if isinstance(element.tag, str) else ""
            if position:
                first, last = (int(end.split(":")[0]) for end in position.split("-"))
                self.placed.append((first, last, element))
        self.placed.sort(key=lambda one: one[0])
        self.starts = [first for first, _, _ in self.placed]
        self.begun: dict[int, list[HtmlElement]] = {}
        for first, _, element in self.placed:
            self.begun.setdefault(first, []).append(element)
        self.noted: set[tuple[int, str]] = set()
        self._name_lines()

    def _name_lines(self) -> None:
        """`#L12` leads to what begins in line 12."""
        for line, begun in self.begun.items():
            free = next((one for one in begun if not one.get("id")), None)
            if free is not None:
                free.set("id", f"L{line}")

    def put(self, marks: Iterable[Mark]) -> None:
        for mark in sorted(marks, key=lambda one: (one.line, one.kind == "note")):
            at = self.at(mark.line)
            if at is None:
                self.root.insert(0, _drawn(mark, "p"))
            elif mark.kind == "note":
                self.note(at, mark)
            else:
                _append(at, _drawn(mark, "span"))

    def at(self, line: int) -> HtmlElement | None:
        """The innermost item, row or paragraph that begins in the line, else the last that holds it."""
        if begun := self.begun.get(line):
            return next((one for one in reversed(begun) if one.tag in ("li", "tr")), begun[-1])
        before = bisect_left(self.starts, line)
        for first, last, element in reversed(self.placed[max(before - FURTHEST, 0) : before]):
            if first <= line <= last:
                return element
        return None

    def note(self, at: HtmlElement, mark: Mark) -> None:
        """Into an item, a paragraph or a heading; before a table, a fence or a quote, which would hold it in."""
        outer = next((one for one in (at, *at.iterancestors()) if one.tag in ("table", "pre", "blockquote")), None)
        place = (id(at if outer is None else outer), f"{mark.word} {mark.text}")
        if place in self.noted:
            return  # the same is told of several lines of one table
        self.noted.add(place)
        if outer is not None:
            outer.addprevious(_drawn(mark, "p"))
        elif at.tag in ("ul", "ol", "section", "hr"):
            at.addprevious(_drawn(mark, "p"))
        else:
            _prepend(at, _drawn(mark, "span"))


def _append(block: HtmlElement, mark: HtmlElement) -> None:
    """Behind the block's own words: before a list inside an item, into the first cell of a row."""
    mark.tail = " "
    cells = [child for child in block if child.tag in ("td", "th")]
    if cells:
        block = cells[0]
    first = next((at for at, child in enumerate(block) if child.tag in _BLOCKS), None)
    if first is None:
        block.append(mark)
    elif block[first].tag == "p":
        _append(block[first], mark)
    else:
        block.insert(first, mark)


def _prepend(block: HtmlElement, mark: HtmlElement) -> None:
    """Before the block's own words, in the place of a float that lies beside their first line."""
    if len(block) and block[0].tag == "p" and not (block.text or "").strip():
        _prepend(block[0], mark)
    else:
        mark.tail, block.text = block.text, None
        block.insert(0, mark)


def _drawn(mark: Mark, tag: str) -> HtmlElement:
    """A mark of ours as an element: every text in it is set as text."""
    outer = lxml.html.Element(tag)
    outer.set("class", f"{mark.kind} is-{mark.tone}")
    if mark.text and mark.kind == "verdict":
        outer.set("title", mark.text)
    holder = outer
    if mark.href:
        holder = lxml.html.Element("a")
        holder.set("href", mark.href)
        outer.append(holder)
    sign = lxml.html.Element("span")
    sign.set("aria-hidden", "true")
    sign.text = mark.sign
    sign.tail = f" {mark.word}"
    holder.append(sign)
    if mark.text and mark.kind == "note":
        said = lxml.html.Element("span")
        said.text = f" {mark.text}"
        outer.append(said)
    return outer
