"""Two pages of HTML held against each other as trees, not as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from lxml import etree, html

MOST = 5
LARGEST = 4 * 1024 * 1024
ALIGNED_AT_MOST = 3000
_SPACE = re.compile(r"\s+")
_SORTED = frozenset({"class", "rel"})  # their words stand in any order

Node = tuple[str, str]  # where, what


def nodes_of(page: str) -> list[Node]:
    """Every element with its attributes and every text, in order; without comments and spacing."""
    if not page.strip() or len(page) > LARGEST:
        return [("", page.strip()[:200])]
    try:
        root = html.document_fromstring(
            page.replace("\0", ""), parser=html.HTMLParser(remove_comments=True, huge_tree=False)
        )
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return [("", _SPACE.sub(" ", page).strip()[:LARGEST])]
    found: list[Node] = []
    stack: list[tuple[etree._Element, str]] = [(root, "")]
    while stack:
        element, above = stack.pop()
        if not isinstance(element.tag, str):
            continue
        where = f"{above}/{element.tag}"
        found.append((where, _opened(element)))
        _add(found, where, element.text)
        stack += [(child, where) for child in reversed(element)]
        _add(found, above, element.tail)
    return found


def _add(found: list[Node], where: str, text: str | None) -> None:
    plain = _SPACE.sub(" ", text or "").strip()
    if plain:
        found.append((where, plain))


def _opened(element: etree._Element) -> str:
    given = sorted((str(name), " ".join(sorted(str(value).split())) if name in _SORTED else str(value).strip())
                   for name, value in element.attrib.items())  # fmt: skip
    return "<" + " ".join([str(element.tag), *(f'{name}="{value}"' for name, value in given)]) + ">"


def differences(legacy: str, new: str) -> Iterator[tuple[str, str, str]]:
    """Where two pages differ, with what each has there; the first few places."""
    before, after = nodes_of(legacy), nodes_of(new)
    if before == after:
        return
    told = 0
    for tag, i, j, k, m in _changes(before, after):
        if tag == "equal":
            continue
        ours, theirs = before[i:j], after[k:m]
        where = (ours or theirs)[0][0] or "/"
        yield where, _told(ours), _told(theirs)
        told += 1
        if told == MOST:
            return


def _changes(before: list[Node], after: list[Node]) -> list[tuple[str, int, int, int, int]]:
    """What stays and what changes; very long pages are told apart from their first to their last difference."""
    if len(before) <= ALIGNED_AT_MOST and len(after) <= ALIGNED_AT_MOST:
        return list(SequenceMatcher(None, before, after, autojunk=False).get_opcodes())
    first = next(
        (i for i, (x, y) in enumerate(zip(before, after, strict=False)) if x != y), min(len(before), len(after))
    )
    return [("replace", first, min(first + 1, len(before)), first, min(first + 1, len(after)))]


def _told(nodes: list[Node]) -> str:
    text = " ".join(what for _, what in nodes)
    return (text if len(text) <= 200 else f"{text[:197]}...") or "nothing"
