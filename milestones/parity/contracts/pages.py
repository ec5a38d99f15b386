"""Two pages of HTML held against each other as trees, not as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from milestones.parity.dom import VOID, normalised

MOST = 5
ALIGNED_AT_MOST = 3000
_OPENED = re.compile(r"<([\w:.-]+)[^<>]*>")

Node = tuple[str, str]  # where, what


def nodes_of(page: str) -> list[Node]:
    """Every tag and text of the normalised page with the path of tags to it, in order."""
    found: list[Node] = []
    above: list[str] = []
    for line in normalised(page).lines:
        opened = _OPENED.fullmatch(line)
        if opened:
            above.append(opened[1])
            found.append(("/" + "/".join(above), line))
            if opened[1] in VOID:
                above.pop()
        elif line.startswith("</"):
            del above[-1:]
        else:
            found.append(("/" + "/".join(above), line))
    return found


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
