"""The Django template language (docs.djangoproject.com, "The Django template language"); a tag stands on one line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from milestones.parity.templates.pieces import Cursor, Kind, Language, Piece

_OPEN = re.compile(r"\{[%{#]")
_CLOSE = {"{%": "%}", "{{": "}}", "{#": "#}"}
_OPENING = frozenset({
    "if", "for", "with", "block", "autoescape", "filter", "spaceless", "ifchanged", "cache", "blocktrans",
    "blocktranslate", "verbatim", "comment",
})  # fmt: skip
_BIT = re.compile(r"""(?:[^\s"']|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')+""")
_VALUE = re.compile(r"""^(?:_\()?(?:"|'|[-+]?\d)""")
_NAME = re.compile(r"^[^\W\d]\w*")
_WORDS = frozenset({
    "and", "or", "not", "in", "is", "as", "by", "with", "only", "True", "False", "None", "==", "!=", "<", ">", "<=",
    ">=", "reversed", "from",
})  # fmt: skip
_PLAIN = frozenset(
    {"load", "block", "comment", "verbatim", "csrf_token", "spaceless", "now", "debug", "autoescape", "compress"}
)


def cut(text: str) -> list[Piece]:
    return list(_pieces(Cursor(text.replace("\r\n", "\n"))))


def _pieces(cursor: Cursor) -> Iterator[Piece]:
    escaping, until = [True], ""
    for start, end in _marks(cursor.text):
        mark, inner = cursor.text[start : start + 2], cursor.text[start + 2 : end - 2].strip()
        if until and inner != until:  # within comment and verbatim nothing is a tag
            continue
        line = cursor.line
        passed = cursor.move(start)
        if passed:
            yield Piece(Kind.COMMENT if until == "endcomment" else Kind.TEXT, passed, line)
        line, until = cursor.line, ""
        cursor.move(end)
        if mark == "{#":
            yield Piece(Kind.COMMENT, inner, line)
        elif mark == "{{":
            yield _expression(inner, line, escaping[-1])
        else:
            piece = _statement(inner, line, escaping)
            until = f"end{inner}" if piece.word in ("comment", "verbatim") else ""
            yield piece
    line = cursor.line
    rest = cursor.move(len(cursor.text))
    if rest:
        yield Piece(Kind.TEXT, rest, line)


def _marks(text: str) -> Iterator[tuple[int, int]]:
    """Where each tag begins and ends: on one line, as Django has it, and each place looked at once."""
    at, hopeless = 0, dict.fromkeys(_CLOSE, 0)
    while found := _OPEN.search(text, at):
        start, mark = found.start(), found[0]
        at = start + 1
        if start < hopeless[mark]:
            continue
        line_end = text.find("\n", start)
        line_end = len(text) if line_end < 0 else line_end
        end = text.find(_CLOSE[mark], start + 2, line_end)
        if end < 0:
            hopeless[mark] = line_end
            continue
        at = end + 2
        yield start, at


def _expression(said: str, line: int, escaping: bool) -> Piece:
    filters = re.findall(r"\|\s*(\w+)", _without_strings(said))
    raw = bool({"safe", "safeseq"}.intersection(filters)) or not escaping
    escaped = bool({"force_escape", "escape", "escapejs"}.intersection(filters))
    return Piece(Kind.EXPRESSION, said, line, "", 0, raw and not escaped, _used([said]))


def _without_strings(said: str) -> str:
    return re.sub(r"""\"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""", '""', said)


def _statement(said: str, line: int, escaping: list[bool]) -> Piece:
    bits = _BIT.findall(said) or [""]
    word = bits[0]
    depth = 1 if word in _OPENING else -1 if word.startswith("end") and word[3:] in _OPENING else 0
    if word == "autoescape":
        escaping.append(bits[1:2] != ["off"])
    elif word == "endautoescape" and len(escaping) > 1:
        escaping.pop()
    used, bound = ((), ()) if word in _PLAIN or word.startswith("end") else _names(word, bits[1:])
    return Piece(Kind.STATEMENT, said, line, word, depth, False, used, bound)


def _names(word: str, bits: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    bound: list[str] = []
    if word == "for" and "in" in bits:
        at = bits.index("in")
        bound = [part for bit in bits[:at] for part in bit.split(",") if part] + ["forloop"]
        bits = bits[at + 1 :]
    while "as" in bits[:-1]:
        at = bits.index("as")
        bound.append(bits[at + 1])
        bits = bits[:at] + bits[at + 2 :]
    if word in ("url", "trans", "translate", "include", "extends") and bits and not _VALUE.match(bits[0]):
        return _used(bits), tuple(bound)
    for bit in bits:
        found = re.match(r"(\w+)=(.)", bit)
        if found and word in ("with", "include", "blocktrans", "blocktranslate"):
            bound.append(found[1])
    local = bound if word != "include" else []  # what an include is given is bound within what it includes
    return _used([re.sub(r"^\w+=(?!=)", "", bit) for bit in bits]), tuple(local)


def _used(bits: list[str]) -> tuple[str, ...]:
    used: dict[str, None] = {}
    for bit in bits:
        value, *filters = re.split(r"\|(?=(?:[^\"']|\"[^\"]*\"|'[^']*')*$)", bit)
        arguments = [one.partition(":")[2] for one in filters]
        for part in (one.strip().strip("()") for one in (value, *arguments)):
            found = _NAME.match(part)
            if found and not _VALUE.match(part) and part not in _WORDS:
                used[found[0]] = None
    return tuple(used)


LANGUAGE = Language(
    "django",
    "Django templates",
    (".djhtml",),
    cut,
    frozenset({"block", "forloop"}),
    (
        r"\{%\s*(?:load|csrf_token|static|comment|blocktrans|trans|translate)\b",
        r"\{%\s*url\s+['\"]",
        r"\{\{[^}(]*\|\s*\w+:",
        r"\{%\s*(?:empty|firstof|now|cycle|ifchanged|spaceless)\b",
        r"\bforloop\.",
    ),
)
