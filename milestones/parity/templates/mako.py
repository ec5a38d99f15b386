"""Mako's syntax (docs.makotemplates.org, "Syntax"): control lines, expressions, tags and blocks of Python."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator

from milestones.parity.templates.pieces import Cursor, Kind, Language, Piece, end_of_code
from milestones.source.free_names import Names
from milestones.source.python_statements import python_code

_NEXT = re.compile(
    r"(?P<comment>(?:^|(?<=\n))[ \t]*##[^\n]*\n?)"
    r"|(?P<line>(?:^|(?<=\n))[ \t]*%(?!%)(?:[^\n\\]|\\\n?)*)"
    r"|(?P<expression>\$\{)"
    r"|(?P<closing></%[ \t]*[\w.:]+[ \t]*>)"
    r"|(?P<tag><%(?=[\w.:]))"
    r"|(?P<code><%!?)"
)
_WHOLE = re.compile(r"(doc|text)\b[^>]*>", re.DOTALL)
_TAG = re.compile(r"""([\w.:]+)((?:\s+[\w:]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(/?)>""", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*("[^"]*"|'[^']*')""", re.DOTALL)
_DEFINED = re.compile(r"\s*(\w+)\s*(?:\((.*)\))?\s*$", re.DOTALL)
_OPENING = frozenset({"if", "for", "while", "try", "with"})
_MIDDLE = frozenset({"elif", "else", "except", "finally"})
_SCOPED = frozenset({"def", "block", "call", "page"})


def cut(text: str) -> list[Piece]:
    return list(_pieces(Cursor(text.replace("\r\n", "\n"))))


def _pieces(cursor: Cursor) -> Iterator[Piece]:
    while cursor.at < len(cursor.text):
        found = _NEXT.search(cursor.text, cursor.at)
        line = cursor.line
        passed = cursor.move(found.start() if found else len(cursor.text))
        if passed:
            yield Piece(Kind.TEXT, passed, line)
        if found and found.lastgroup:
            yield from _READERS[found.lastgroup](cursor, found)


def _comment(cursor: Cursor, found: re.Match[str]) -> Iterator[Piece]:
    yield Piece(Kind.COMMENT, cursor.move(found.end()).strip(), cursor.line)


def _control(cursor: Cursor, found: re.Match[str]) -> Iterator[Piece]:
    line = cursor.line
    said = cursor.move(found.end()).strip()[1:].replace("\\\n", " ").strip()
    if cursor.text[cursor.at : cursor.at + 1] == "\n":
        cursor.move(cursor.at + 1)
    word = re.match(r"\w*", said)[0] if said else ""  # type: ignore[index]
    depth = 1 if word in _OPENING else -1 if word.startswith("end") and word[3:] in _OPENING else 0
    used, bound = _names(_whole_statement(word, said)) if not word.startswith("end") else ((), ())
    yield Piece(Kind.STATEMENT, said, line, word, depth, False, used, bound)


def _whole_statement(word: str, said: str) -> str:
    """A control line as a statement that parses by itself."""
    if word == "elif":
        said = said.removeprefix("el")
    if word in ("else", "finally", "try"):
        return ""
    if word == "except":
        return f"try:\n    pass\n{said}\n    pass"
    return f"{said}\n    pass" if word in _OPENING or word == "elif" else said


def _expression(cursor: Cursor, found: re.Match[str]) -> Iterator[Piece]:
    line, start = cursor.line, found.end()
    end = end_of_code(cursor.text, start, "}")
    bar = end_of_code(cursor.text[:end], start, "|")
    said, filters = cursor.text[start:bar].strip(), re.findall(r"[\w.]+", cursor.text[bar:end])
    cursor.move(min(end + 1, len(cursor.text)))
    used, _ = _names(said)
    raw = "n" in filters and not {"h", "x", "u"}.intersection(filters)
    yield Piece(Kind.EXPRESSION, said, line, "", 0, raw, used)


def _code(cursor: Cursor, found: re.Match[str]) -> Iterator[Piece]:
    line = cursor.line
    end = end_of_code(cursor.text, found.end(), "%>")
    if end == len(cursor.text):  # a lone quote or bracket within a comment of the code
        plain = cursor.text.find("%>", found.end())
        end = plain if plain >= 0 else end
    said = cursor.text[found.end() : end]
    cursor.move(min(end + 2, len(cursor.text)))
    yield Piece(Kind.CODE, said.strip(), line, "", 0, False, *_names(_flush_left(said)))


def _flush_left(said: str) -> str:
    """Code without the indent that all its lines share."""
    lines = said.strip("\n").split("\n")
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    least = min(indents[1:] if lines[0].strip() == lines[0] and len(indents) > 1 else indents, default=0)
    return "\n".join(line[least:] if line[:least].strip() == "" else line.lstrip() for line in lines)


def _tag(cursor: Cursor, found: re.Match[str]) -> Iterator[Piece]:
    line, inner = cursor.line, found.end()
    whole = _WHOLE.match(cursor.text, inner)
    if whole:
        closing = cursor.text.find(f"</%{whole[1]}>", whole.end())
        end = closing if closing >= 0 else len(cursor.text)
        kind = Kind.COMMENT if whole[1] == "doc" else Kind.TEXT
        said = cursor.text[whole.end() : end]
        cursor.move(min(end + len(whole[1]) + 4, len(cursor.text)))
        yield Piece(kind, said, line)
        return
    tag = _TAG.match(cursor.text, inner)
    if tag is None:
        yield from _code(cursor, found)
        return
    cursor.move(tag.end())
    yield _tag_piece(tag, line)


def _tag_piece(tag: re.Match[str], line: int) -> Piece:
    word, closed = tag[1], tag[3] == "/"
    attributes = {name: value[1:-1] for name, value in _ATTRIBUTE.findall(tag[2])}
    used: list[str] = []
    for name, value in attributes.items():
        sources = re.findall(r"\$\{(.*?)\}", value, re.DOTALL)
        sources += [value] if name in ("expr", "args") and word in ("call", "include") else []
        used += (one for source in sources for one in _names(_arguments(source, name))[0])
    bound = _defined(word, attributes)
    return Piece(Kind.CODE, tag[0].strip("<>%/ "), line, word, 0 if closed else _depth(word), False, tuple(used), bound)


def _arguments(source: str, name: str) -> str:
    return f"dict({source})" if name == "args" else source


def _depth(word: str) -> int:
    return 1 if word in _SCOPED - {"page"} or ":" in word else 0


def _defined(word: str, attributes: dict[str, str]) -> tuple[str, ...]:
    """The names that a tag binds: a definition's own and its parameters, a page's arguments, what is imported."""
    if word == "namespace":
        listed = [attributes.get("name", ""), *re.split(r"[\s,]+", attributes.get("import", ""))]
        return tuple(one for one in listed if one and one != "*")
    given = attributes.get("args", "") if word in ("page", "block", "call") else ""
    found = _DEFINED.match(attributes.get("name", "")) if word == "def" else None
    if found:
        given = found[2] or ""
    parameters = [re.split(r"[=:]", part)[0].strip(" *") for part in given.split(",")]
    return tuple(one for one in [found[1] if found else "", *parameters] if one)


def _closing(cursor: Cursor, found: re.Match[str]) -> Iterator[Piece]:
    line = cursor.line
    word = cursor.move(found.end()).strip("</%> \t")
    yield Piece(Kind.CODE, f"/{word}", line, f"/{word}", -_depth(word))


def _names(source: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a piece of Python uses and binds."""
    if not source.strip():
        return (), ()
    names = Names()
    names.read(python_code(source.encode("utf-8", "replace")).body)
    return tuple(names.used), tuple(names.bound)


_READERS = {
    "comment": _comment, "line": _control, "expression": _expression, "closing": _closing, "tag": _tag, "code": _code,
}  # fmt: skip

LANGUAGE = Language(
    "mako",
    "Mako",
    (".mak", ".mako"),
    cut,
    frozenset(
        {*dir(builtins), "self", "caller", "context", "parent", "local", "loop", "capture", "UNDEFINED", "pageargs"}
    ),
    (r"<%(?:inherit|namespace|def|page|block|include|!)", r"(?m)^[ \t]*%[ \t]*(?:if|for|end(?:if|for))\b", r"\$\{"),
)
