"""Two renderings of one page held against each other: as they came, normalised, and without any white space.

A normalisation that made no difference to either side is not listed; what is not listed was not applied.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cydifflib import SequenceMatcher
from lxml import etree, html

LARGEST = 4 * 1024 * 1024
MOST_PARTS = 20_000

COMMENTS = "comments left out"
MARKUP = "markup written one way: quotes, entities, upper case, tags that may be left out"
SPACE = "white space between and within texts as one blank, none at the ends"
ATTRIBUTES = "attributes in order of their names"
CLASSES = "names in class and rel in order, each once"
EMPTY = "attributes class, style and id without a value left out"
BOOLEANS = "attributes that need no value without one"
JSON = "JSON in attributes and data scripts with its keys in order"
TOKENS = "tokens against forgery and nonces masked"

_SPACES = re.compile(r"\s+")
_KEPT = frozenset({"pre", "textarea"})  # white space says something within these
_RAW = frozenset({"script", "style"})
VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
})  # fmt: skip
_BOOLEAN = frozenset({
    "allowfullscreen", "async", "autofocus", "autoplay", "checked", "controls", "default", "defer", "disabled",
    "hidden", "inert", "ismap", "loop", "multiple", "muted", "nomodule", "novalidate", "open", "readonly", "required",
    "reversed", "selected",
})  # fmt: skip
_TOKEN = re.compile(r"(?i)csrf|xsrf|authenticity[_-]token")
_IMPLIED = re.compile(r"(?i)<!doctype[^>]*>|</?(?:html|head|body)>")
_PARTS = re.compile(r"<[^>]*>|[^<]+")


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it is compared: one line a tag or text, and the normalisations that changed something."""

    lines: tuple[str, ...]
    applied: frozenset[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two renderings stand to each other; `score` is difflib's ratio of their normalised tags and texts.

    `minified_score` is that of the pages as they came, cut into tags and texts without any white space.
    """

    raw_equal: bool
    normalised_equal: bool
    minified_equal: bool
    score: float
    minified_score: float
    applied: tuple[str, ...]
    difference: tuple[str, str] = ("", "")  # the first lines that differ


def compare(legacy: str, new: str) -> Comparison:
    """Compare two renderings of one page."""
    pages = normalised(legacy), normalised(new)
    minified = _minified(legacy), _minified(new)
    equal = pages[0].lines == pages[1].lines
    return Comparison(
        raw_equal=legacy == new,
        normalised_equal=equal,
        minified_equal="".join(minified[0]) == "".join(minified[1]),
        score=1.0 if equal else _ratio(pages[0].lines, pages[1].lines),
        minified_score=_ratio(*minified),
        applied=tuple(name for name in ORDER if name in pages[0].applied | pages[1].applied),
        difference=("", "") if equal else _first_difference(pages[0].lines, pages[1].lines),
    )


def normalised(page: str) -> Page:
    """A page as a browser would build it, line by line; what is no HTML at all is its text."""
    if len(page) > LARGEST:
        return Page((page,), frozenset())
    applied: set[str] = set()
    try:
        parser = html.HTMLParser(remove_comments=False, remove_pis=True, huge_tree=False)
        root = html.document_fromstring(page.replace("\0", "�") or " ", parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return Page(tuple(line.strip() for line in page.splitlines() if line.strip()), frozenset())
    lines = tuple(_Writer(applied).lines(root))
    if _differs_in_markup(page, root):
        applied.add(MARKUP)
    return Page(lines, frozenset(applied))


def _plain(page: str) -> str:
    return _SPACES.sub("", page)


def _differs_in_markup(page: str, root: html.HtmlElement) -> bool:
    """Whether writing the tree out again spells something otherwise."""
    written = html.tostring(root, encoding="unicode", doctype=None)
    return _plain(_IMPLIED.sub("", written)) != _plain(_IMPLIED.sub("", page))


class _Writer:
    """Writes a tree line by line, with a walk that no depth can exhaust, and notes what it evened out."""

    def __init__(self, applied: set[str]) -> None:
        self.applied = applied
        self.inside: list[str] = []

    def lines(self, root: html.HtmlElement) -> Iterator[str]:
        for event, node in etree.iterwalk(root, events=("start", "end", "comment")):
            if event == "comment":
                self.applied.add(COMMENTS)
            elif event == "start":
                yield self.tag(node)
                self.inside.append(str(node.tag))
                yield from self.text(node.text, node)
            else:
                self.inside.pop()
                if node.tag not in VOID:
                    yield f"</{node.tag}>"
            if event != "start":
                yield from self.text(node.tail, None)

    def text(self, text: str | None, owner: html.HtmlElement | None) -> Iterator[str]:
        if not text:
            return
        if self.inside and self.inside[-1] in _RAW:
            yield from self.script(text, owner)
        elif _KEPT.intersection(self.inside):
            yield text
        else:
            bare = _SPACES.sub(" ", text).strip()
            if bare != text:
                self.applied.add(SPACE)
            if bare:
                yield bare

    def script(self, text: str, owner: html.HtmlElement | None) -> Iterator[str]:
        kind = "" if owner is None else str(owner.get("type", ""))
        if kind.endswith("json"):
            text = self.ordered(text)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if "\n".join(lines) != text:
            self.applied.add(SPACE)
        yield from lines

    def tag(self, node: html.HtmlElement) -> str:
        pairs = [(str(name), str(value)) for name, value in node.attrib.items()]
        ordered = sorted(pairs)
        if ordered != pairs:
            self.applied.add(ATTRIBUTES)
        is_token = any(name in ("name", "id") and _TOKEN.search(value) for name, value in pairs)
        written = [self.attribute(name, value, is_token) for name, value in ordered]
        return f"<{' '.join([str(node.tag), *(one for one in written if one)])}>"

    def attribute(self, name: str, value: str, is_token: bool) -> str:
        if name == "nonce" or (is_token and name in ("value", "content")):
            self.applied.add(TOKENS)
            return f'{name}="…"'
        if name in _BOOLEAN:
            if value:
                self.applied.add(BOOLEANS)
            return name
        if not value.strip() and name in ("class", "style", "id"):
            self.applied.add(EMPTY)
            return ""
        if name in ("class", "rel"):
            words = " ".join(sorted(set(value.split())))
            self.applied |= {CLASSES} if words != value else set()
            value = words
        elif value[:1] in "{[" and value:
            value = self.ordered(value)
        return f"{name}={json.dumps(value, ensure_ascii=False)}"

    def ordered(self, text: str) -> str:
        try:
            value: Any = json.loads(text)
            written = json.dumps(value, sort_keys=True, ensure_ascii=False)
        except (ValueError, RecursionError):
            return text
        if written != text:
            self.applied.add(JSON)
        return written


ORDER = (MARKUP, COMMENTS, SPACE, ATTRIBUTES, CLASSES, EMPTY, BOOLEANS, JSON, TOKENS)


def _minified(page: str) -> list[str]:
    """Tags and texts without any white space."""
    return [part for found in _PARTS.finditer(page[:LARGEST]) if (part := _SPACES.sub("", found[0]))]


def _ratio(old: Any, new: Any) -> float:
    if old == new:
        return 1.0
    if len(old) + len(new) > MOST_PARTS:  # bounded: the ratio of what they have in common, in any order
        common = set(old) & set(new)
        return 2.0 * min(sum(one in common for one in old), sum(one in common for one in new)) / (len(old) + len(new))
    return float(SequenceMatcher(None, old, new, autojunk=False).ratio())


def _first_difference(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, str]:
    at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    return tuple((side[at] if at < len(side) else "")[:300] for side in (old, new))  # type: ignore[return-value]
