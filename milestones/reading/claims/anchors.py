"""Rule 8: links between documents that lead nowhere."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches

from milestones.facts import Place
from milestones.reading.claims.pages import Contradiction, Page, Set
from milestones.reading.paths import links_in

_NAMED = re.compile(r"(?i)<a\s[^>]{0,200}?(?:name|id)=[\"']([^\"']{1,200})[\"']|\bid=[\"']([^\"']{1,200})[\"']")
_OWN_NAME = re.compile(r"\s*\{#([\w.:-]{1,200})\}\s*$")
_DROPPED = re.compile(r"[^\w\- ]")
_DOCUMENT = (".md", ".markdown", ".mdx")


def slugs(page: Page) -> frozenset[str]:
    """The anchors GitHub gives a document's headings, with those it names itself."""
    seen: Counter[str] = Counter()
    found = set()
    for block in page.blocks:
        if block.kind == "heading":
            text = block.text
            if named := _OWN_NAME.search(text):  # as Docusaurus, MkDocs and Pandoc have it
                found.add(named[1].lower())
                text = text[: named.start()]
            slug = _DROPPED.sub("", _visible(text).lower()).replace(" ", "-")
            found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
        elif block.kind != "fence":
            found |= {name.lower() for pair in _NAMED.findall(block.text) for name in pair if name}
    return frozenset(found)


_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")


def _visible(text: str) -> str:
    """A heading's words as rendered; unlike `plain`, underscores inside words and every letter stay."""
    text = re.sub(r"<[^<>]{1,200}>", "", _LINK.sub(r"\1", text))
    return _bare(re.sub(r"\*|`|~~", "", text)).strip()


def _bare(text: str) -> str:
    """Without combining marks: GitHub keeps them in its anchors, and editors write them in links or not."""
    return text if text.isascii() else "".join(char for char in text if not unicodedata.category(char).startswith("M"))


def dead_links(pages: Set) -> Iterator[Contradiction]:
    """Each dead target once for a document, with every place that links to it."""
    names = {path: slugs(page) for path, page in pages.pages.items()}
    for page in pages.pages.values():
        found: dict[str, list[Place]] = {}
        for block in page.blocks:
            for number, row in enumerate(block.rows, start=block.line) if block.kind != "fence" else ():
                for link in links_in(_outside_code(row)):
                    if told := _dead(pages, names, page, link):
                        found.setdefault(told, []).append(page.place(number))
        yield from (Contradiction(8, told, tuple(dict.fromkeys(places))) for told, places in found.items())


def _outside_code(row: str) -> str:
    return re.sub(r"`[^`]*`", "``", row)


def _dead(pages: Set, names: dict[str, frozenset[str]], page: Page, link: str) -> str:
    """Why a link leads nowhere, "" where it leads somewhere or nobody here can tell."""
    target, _, anchor = _bare(link).partition("#")
    target = target.partition("?")[0]
    if (not target.strip("./") and not anchor) or not re.search(r"[./#]", link):
        return ""  # "[text](link)" in a template
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page.path), target)) if target else page.path
    if path in names:
        if not anchor or anchor.lower() in names[path] or re.match(r"L\d+|:~:", anchor):
            return ""
        near = get_close_matches(anchor.lower()[:100], sorted(names[path])[:300], 1, 0.6)
        return f"no heading has the anchor #{anchor}" + (f"; the nearest is #{near[0]}" if near else "")
    document = path.lower().endswith(_DOCUMENT) and not path.startswith("..") and not target.startswith("/")
    if not pages.tree or not document or pages.tree.has(path):
        return ""
    if pages.tree.has(posixpath.normpath(target)):
        return f"links written as from the root of the repository are dead from {posixpath.dirname(page.path)}/"
    return f"the link to {target} is dead{_near(pages, path)}"


def _near(pages: Set, path: str) -> str:
    found = (pages.tree.by_name.get(posixpath.basename(path)) or []) if pages.tree else []
    return f"; there is {found[0]}" if found else ""
