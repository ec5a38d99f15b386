"""ERB as Rails reads it (Erubi): `<%= %>` is escaped, `<%== %>`, `raw` and `html_safe` are not.

Ruby decides by what is called at run time whether a bare word is a helper or something given, so only what is surely
given counts as a name of the context: instance variables and the `local_assigns`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from milestones.parity.templates.pieces import Cursor, Kind, Language, Piece

_NEXT = re.compile(r"<%%|<%")
_WORDS = re.compile(
    r"""\"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\#[^\n]*|[:.@$]?[A-Za-z_]\w*[?!]?|[{}|;\n=]|[^\s\w]|\d[\w.]*"""
)
_AT_START = frozenset({"if", "unless", "while", "until", "case", "for", "begin", "def"})
_ANYWHERE = frozenset({"do"})
_GIVEN = re.compile(r"(?<![\w@])@([A-Za-z_]\w*)|\blocal_assigns\[:(\w+)\]")
_RAW = re.compile(r"^raw\b|\.html_safe\b|^\s*sanitize_nothing\b")


def cut(text: str) -> list[Piece]:
    return list(_pieces(Cursor(text.replace("\r\n", "\n"))))


def _pieces(cursor: Cursor) -> Iterator[Piece]:
    while cursor.at < len(cursor.text):
        found = _NEXT.search(cursor.text, cursor.at)
        line = cursor.line
        passed = cursor.move(found.start() if found else len(cursor.text))
        if passed:
            yield Piece(Kind.TEXT, passed, line)
        if found and found[0] == "<%%":
            yield Piece(Kind.TEXT, cursor.move(found.end())[:2], line)
        elif found:
            yield _piece(cursor, found.end())


def _piece(cursor: Cursor, start: int) -> Piece:
    line = cursor.line
    end = cursor.text.find("%>", start)
    end = len(cursor.text) if end < 0 else end
    said = cursor.text[start:end]
    cursor.move(min(end + 2, len(cursor.text)))
    if said.startswith("#"):
        return Piece(Kind.COMMENT, said[1:].strip(), line)
    sign = "==" if said.startswith("==") else said[:1] if said[:1] in "=-" else ""
    code = said[len(sign) :].strip().removesuffix("-").strip()
    depth = _depth(code)
    used = tuple(dict.fromkeys(found[1] or found[2] for found in _GIVEN.finditer(_without_strings(code))))
    bound = tuple(name for name in re.findall(r"@(\w+)\s*(?:\|\|)?=(?![=~])", code))
    word = next((one for one in _WORDS.findall(code) if one.strip()), "")
    if sign.startswith("="):
        raw = sign == "==" or bool(_RAW.search(code))
        return Piece(Kind.EXPRESSION, code, line, word, depth, raw, used, bound)
    return Piece(Kind.STATEMENT, code, line, word, depth, False, used, bound)


def _without_strings(code: str) -> str:
    """Code without what stands in strings, but for what is put into them."""
    return re.sub(r"'(?:\\.|[^'\\])*'", "''", code)


def _depth(code: str) -> int:
    """How many blocks of Ruby this opens, less those it closes; a modifier (`x if y`) opens none."""
    depth, start = 0, True
    for word in _WORDS.findall(code):
        if word.isspace() and word != "\n":
            continue
        if word in _ANYWHERE or (word in _AT_START and start) or word == "{":
            depth += 1
        elif word in ("end", "}"):
            depth -= 1
        start = word in ("\n", ";", "=", "do", "{", "|", "else", "(")
    return max(-1, min(1, depth))


LANGUAGE = Language("erb", "ERB", (".erb", ".rhtml"), cut, frozenset({"output_buffer", "virtual_path"}), ())
