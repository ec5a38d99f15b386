"""Shims that are still there although a milestone which promised to take them away is called complete."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from .finders import is_shim

_TAKEN_AWAY = re.compile(
    r"(?i)\b(?:remov\w+|delet\w+|dropp?\w*|retir\w+|gone|no longer|eliminat\w+|decommission\w*|g[eo]t rid|no more)\b"
)
_KEPT = re.compile(r"(?i)\b(?:keeps?|kept|stays?|remains?|(?:do|does|must|need|is|are|will|can)(?: ?not|n't)|never)\b")
_SENTENCE = re.compile(r"(?<=[.;])\s+|\bbut\b|\n")
_DISTINCT = re.compile(r"[a-z][A-Z]|\w_\w")


@dataclass(frozen=True, slots=True)
class Promise:
    """What a milestone that is called complete says, with its place."""

    milestone: str
    text: str
    path: str
    line: int


def promised_away(name: str, path: str, promises: Iterable[Promise]) -> Promise | None:
    """The first promise to take away this shim ("class Bridge"), by its name or its file; None where there is none."""
    return next((one for one in promises if any(_names(part, name, path) for part in _away(one.text))), None)


def _away(text: str) -> list[str]:
    """The sentences that speak of taking something away, and not of keeping anything."""
    return [part for part in _SENTENCE.split(text) if _TAKEN_AWAY.search(part) and not _KEPT.search(part)]


def _names(text: str, name: str, path: str) -> bool:
    """A word like Bridge counts only as code, since prose has it too; a file only where its own name is a shim's."""
    last = re.escape(name.rpartition(" ")[2].rpartition(".")[2])
    bare = rf"(?<![\w/-]){last}(?![\w/-]|\.\w)"
    if re.search(bare if _DISTINCT.search(last) else rf"`[\w.]*\b{last}(?:\(\))?`", text):
        return True
    return (
        is_shim(PurePosixPath(path).stem) and re.search(rf"(?<![\w./-]){re.escape(path)}(?![\w/-])", text) is not None
    )
