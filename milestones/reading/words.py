"""Small readings of a line of Markdown: its plain words, its bold run, its dates."""

from __future__ import annotations

import re
from functools import lru_cache

from milestones.reading.blocks import LONGEST

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"!?\[([^\[\]]{0,500})\]\([^()\s]{0,1000}(?:\s+\"[^\"]{0,200}\")?\)")
_UNDERSCORES = re.compile(r"(?<!\w)_{1,2}(?=\w)|(?<=\w)_{1,2}(?!\w)")
_QUOTES = str.maketrans(
    {"“": '"', "”": '"', "’": "'", "‘": "'", "‑": "-", "‐": "-", "−": "-", "\u200b": "", "\ufeff": ""}
)
_SYMBOLS = re.compile(r"^[^\w\[\"'(*`~]+\s*", re.UNICODE)
_BOLD = re.compile(r"^(?:\*\*|__)(?=\S)(.{1,200}?)(?:\*\*|__)(:?)\s*(.*)$", re.DOTALL)


def plain(text: str) -> str:
    """The words without Markdown's marks, comments and typographic variants."""
    return short(text) if len(text) < _SHORT else _plain(text[:LONGEST])


_SHORT = 300  # characters: what is longer is read once or twice, and would fill the memory of the cache


@lru_cache(maxsize=32_768)
def short(text: str) -> str:
    """The plain words of a line, remembered: each is asked for by several readers of one document."""
    return _plain(text)


def _plain(text: str) -> str:
    if "<!--" in text:
        text = _COMMENT.sub("", text)
    if "](" in text:
        text = _LINK.sub(r"\1", text)
    text = text.replace("*", "").replace("`", "").replace("~~", "")
    if "_" in text:
        text = _UNDERSCORES.sub("", text)
    if not text.isascii():
        text = text.translate(_QUOTES)
    return " ".join(text.split())


def without_symbols(text: str) -> str:
    """Without leading emoji, arrows or bullets that stand before the first word."""
    return text if text[:1].isalnum() else _SYMBOLS.sub("", text)


def normal(text: str) -> str:
    """What two writings of the same words share: no marks, no case, no closing stop."""
    return plain(text).casefold().rstrip(" .;:,")


def bold_run(text: str) -> tuple[str, str] | None:
    """The bold words a text begins with (any colon taken off) and what follows them."""
    found = _BOLD.match(text)
    if not found:
        return None
    words, colon, rest = found.groups()
    inner = words.rstrip()
    ends = bool(colon) or inner.endswith(":")
    if (
        rest
        and not ends
        and not rest.lstrip("*_").startswith(("—", "–", "-", ":", "(", "[", "|"))
        and rest[0].isascii()
    ):
        return None  # a bold word at the start of a sentence labels nothing; a mark may follow a label
    return inner.rstrip(": "), rest


_MONTH_NAMES = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
_MONTH += r"nov(?:ember)?|dec(?:ember)?)\.?"
_ISO = re.compile(r"\b((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})\b")
_MONTH_FIRST = re.compile(rf"\b{_MONTH}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+((?:19|20)\d\d)\b", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?\s+((?:19|20)\d\d)\b", re.IGNORECASE)


def date_in(text: str) -> str | None:
    """The first date in a text as YYYY-MM-DD; day and month names are understood, 02/03/2026 is not guessed at."""
    if found := _ISO.search(text):
        return _iso(*found.groups())
    if found := _MONTH_FIRST.search(text):
        return _iso(found[3], _month(found[1]), found[2])
    if found := _DAY_FIRST.search(text):
        return _iso(found[3], _month(found[2]), found[1])
    return None


def _month(name: str) -> str:
    return str(_MONTH_NAMES.index(name[:3].lower()) + 1)


def _iso(year: str, month: str, day: str) -> str | None:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    return f"{year}-{int(month):02d}-{int(day):02d}"
