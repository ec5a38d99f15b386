"""How numbers, commits and a document's words are written on a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

LONGEST = 1000
register = template.Library()

_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()\s]*\)")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)


@register.filter
def short(sha: str) -> str:
    """A commit as a person reads it."""
    return sha[:7]


@register.filter
def figure(value: float | None) -> str:
    """A measured number: counts whole, ratios to four places, nothing as a dash."""
    if value is None:
        return "–"
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:.4f}"


_SIGNS = {
    "pass": "●", "fail": "■", "unknown": "◆", "missing-here": "◆", "never-connected": "◇", "unusable": "◈",
    "claimed": "◌", "later": "○", "done": "●", "failed": "■", "dead": "■", "waiting": "◆",
    "legacy": "○", "tested": "◐", "ported": "◌", "verified": "●", "retired": "◉",
}  # fmt: skip


@register.filter
def sign(tone: str) -> str:
    """The shape of a state: its colour only repeats it."""
    return _SIGNS.get(tone, "◌")


@register.filter
def step(text: str) -> SafeString:
    """What to do next; a command in it is shown as one, to be copied."""
    before, found, command = text.partition("curl ")
    typed = f'<code class="type">{escape(found + command)}</code>' if found else ""
    return mark_safe(f"{escape(before)}{typed}")  # noqa: S308 - both parts are escaped


@register.filter
def words(text: str) -> SafeString:
    """A line of a document: its code as code, its emphasis and links as plain words, everything escaped."""
    bare = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
    bare = _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", _COMMENT.sub("", bare)))
    parts: list[str] = []
    at = 0
    for found in _CODE.finditer(bare):
        parts += [escape(bare[at : found.start()]), f"<code>{escape(found[2].strip())}</code>"]
        at = found.end()
    return mark_safe("".join([*parts, escape(bare[at:])]))  # noqa: S308 - every part was escaped above


@register.filter
def cut_folder(path: str) -> str:
    """A file's name without the folder that it lies in."""
    return path.rpartition("/")[2]


@register.filter
def steps(calls: Iterable[Mapping[str, Any]]) -> str:
    """What is called on a way, each once, in order."""
    return ", ".join(dict.fromkeys(str(call["name"]).lstrip("?") for call in calls))
