"""Jinja2's syntax with its default delimiters (jinja.palletsprojects.com, "Template Designer Documentation")."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from milestones.parity.templates.pieces import Cursor, Kind, Language, Piece, end_of_code

_NEXT = re.compile(r"\{\{|\{%|\{#")
_RAW_END = re.compile(r"\{%[-+]?\s*endraw\s*[-+]?%\}")
_OPENING = frozenset({"if", "for", "block", "macro", "call", "filter", "with", "autoescape", "trans", "raw"})
_TOKEN = re.compile(
    r"""(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?P<name>[^\W\d]\w*)|(?P<number>\d[\w.]*)"""
    r"""|(?P<mark>==|!=|<=|>=|//|\*\*|[-+*/%~|.,:=<>()\[\]{}])|(?P<space>\s+)|(?P<other>.)""",
    re.DOTALL,
)
_WORDS = frozenset({
    "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None", "recursive",
    "scoped", "required", "ignore", "missing", "without", "with", "context", "import", "as", "from",
})  # fmt: skip
Token = tuple[str, str]


def cut(text: str) -> list[Piece]:
    return list(_pieces(Cursor(text.replace("\r\n", "\n"))))


def _pieces(cursor: Cursor) -> Iterator[Piece]:
    escaping = [True]
    while cursor.at < len(cursor.text):
        found = _NEXT.search(cursor.text, cursor.at)
        line = cursor.line
        passed = cursor.move(found.start() if found else len(cursor.text))
        if passed:
            yield Piece(Kind.TEXT, passed, line)
        if not found:
            return
        if found[0] == "{#":
            yield _comment(cursor)
        elif found[0] == "{{":
            yield _expression(cursor, escaping[-1])
        else:
            yield from _statement(cursor, escaping)


def _comment(cursor: Cursor) -> Piece:
    line, end = cursor.line, cursor.text.find("#}", cursor.at)
    return Piece(Kind.COMMENT, cursor.move(end + 2 if end >= 0 else len(cursor.text)), line)


def _inner(cursor: Cursor, end: str) -> tuple[int, str]:
    line, start = cursor.line, cursor.at + 2
    stop = end_of_code(cursor.text, start, end)
    if stop == len(cursor.text):  # a lone quote: go to the next end mark, as far as a person would read
        plain = cursor.text.find(end, start)
        stop = plain if plain >= 0 else stop
    cursor.move(min(stop + 2, len(cursor.text)))
    return line, cursor.text[start:stop].strip().lstrip("-+").rstrip("-+").strip()


def _expression(cursor: Cursor, escaping: bool) -> Piece:
    line, said = _inner(cursor, "}}")
    tokens = tokens_of(said)
    filters = [text for (_, mark), (_, text) in itertools.pairwise(tokens) if mark == "|"]
    called = {text for (kind, text), (_, mark) in itertools.pairwise(tokens)
              if kind == "name" and mark == "("}  # fmt: skip
    last = filters[-1] if filters else ""
    raw = "safe" in filters or "Markup" in called or (not escaping and last not in ("e", "escape", "tojson"))
    return Piece(Kind.EXPRESSION, said, line, "", 0, raw and last not in ("e", "escape"), used_in(tokens))


def _statement(cursor: Cursor, escaping: list[bool]) -> Iterator[Piece]:
    line, said = _inner(cursor, "%}")
    word = re.match(r"\w*", said)[0]  # type: ignore[index]
    rest = tokens_of(said[len(word) :])
    opens = word in _OPENING or (word == "set" and ("mark", "=") not in rest)
    closes = word.startswith("end") and (word[3:] in _OPENING or word == "endset")
    if word == "autoescape":
        escaping.append(not rest or rest[0][1].lower() != "false")
    elif word == "endautoescape" and len(escaping) > 1:
        escaping.pop()
    used, bound = _names(word, rest)
    yield Piece(Kind.STATEMENT, said, line, word, 1 if opens else -1 if closes else 0, False, used, bound)
    if word == "raw":
        end = _RAW_END.search(cursor.text, cursor.at)
        at = cursor.line
        raw = cursor.move(end.start() if end else len(cursor.text))
        if raw:
            yield Piece(Kind.TEXT, raw, at)


# --- names ----------------------------------------------------------------------------------------------------------


def tokens_of(said: str) -> list[Token]:
    return [(found.lastgroup or "", found[0]) for found in _TOKEN.finditer(said) if found.lastgroup != "space"]


def used_in(tokens: list[Token]) -> tuple[str, ...]:
    """Names that stand for values: no attribute, filter, test or name of an argument."""
    used: dict[str, None] = {}
    for at, (kind, text) in enumerate(tokens):
        before = tokens[at - 1][1] if at else ""
        after = tokens[at + 1][1] if at + 1 < len(tokens) else ""
        tested = before == "is" or (before == "not" and at > 1 and tokens[at - 2][1] == "is")
        named = after == "=" and before in ("(", ",")
        if kind == "name" and text not in _WORDS and before not in (".", "|") and not tested and not named:
            used[text] = None
    return tuple(used)


def _names(word: str, tokens: list[Token]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if word in _READERS:
        return _READERS[word](tokens)
    if word in ("block", "endblock", "raw", "endraw", "autoescape", "extends", "include") or word.startswith("end"):
        return (used_in(tokens) if word in ("extends", "include") else ()), ()
    return used_in(tokens), ()


def _split(tokens: list[Token], mark: str) -> tuple[list[Token], list[Token]]:
    """The tokens before and after the first `mark` outside brackets."""
    depth = 0
    for at, (_, text) in enumerate(tokens):
        depth += (text in "([{") - (text in ")]}") if len(text) == 1 else 0
        if depth == 0 and text == mark:
            return tokens[:at], tokens[at + 1 :]
    return tokens, []


def _for(tokens: list[Token]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    targets, rest = _split(tokens, "in")
    bound = used_in(targets)
    walked, condition = _split(rest, "if")
    used = [*used_in(walked), *(name for name in used_in(condition) if name not in bound)]
    return tuple(dict.fromkeys(used)), (*bound, "loop")


def _set(tokens: list[Token]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    targets, value = _split(tokens, "=")
    plain = targets if not any(text == "." for _, text in targets) else []
    return used_in(value), used_in(plain)


def _macro(tokens: list[Token]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    name = [text for kind, text in tokens[:1] if kind == "name"]
    return _defaults(tokens[1:] if name else tokens), (*name, *_parameters(tokens[1:]), "varargs", "kwargs", "caller")


def _parameters(tokens: list[Token]) -> tuple[str, ...]:
    return tuple(
        text for at, (kind, text) in enumerate(tokens) if kind == "name" and at and tokens[at - 1][1] in ("(", ",")
    )


def _defaults(tokens: list[Token]) -> tuple[str, ...]:
    """What the defaults of parameters use."""
    return tuple(
        text for at, (kind, text) in enumerate(tokens)
        if kind == "name" and at and tokens[at - 1][1] == "=" and text not in _WORDS
    )  # fmt: skip


def _call(tokens: list[Token]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if tokens and tokens[0][1] == "(":
        end = next((at for at, (_, text) in enumerate(tokens) if text == ")"), len(tokens))
        return used_in(tokens[end + 1 :]), _parameters(tokens[:end])
    return used_in(tokens), ()


def _with(tokens: list[Token]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    used: list[str] = []
    bound: list[str] = []
    while tokens:
        part, tokens = _split(tokens, ",")
        target, value = _split(part, "=")
        used += used_in(value)
        bound += used_in(target)
    return tuple(dict.fromkeys(used)), tuple(bound)


def _import(tokens: list[Token]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    source, rest = _split(tokens, "as")
    return used_in(source), used_in(rest[:1])


def _from(tokens: list[Token]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    source, rest = _split(tokens, "import")
    names = [text for at, (kind, text) in enumerate(rest) if kind == "name" and _is_last(rest, at)]
    return used_in(source), tuple(name for name in names if name not in _WORDS)


def _is_last(tokens: list[Token], at: int) -> bool:
    """Whether a name is what an imported one is called here."""
    return at + 1 == len(tokens) or tokens[at + 1][1] != "as"


def _filter(tokens: list[Token]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return used_in(tokens[1:]), ()


def _trans(tokens: list[Token]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is named alone is taken from around it, what is given a value is bound by it."""
    used, bound = _with([one for one in tokens if one[1] not in ("trimmed", "notrimmed")])
    given = {name for (_, name), (_, mark) in itertools.pairwise(tokens) if mark == "="}
    return (*used, *(name for name in bound if name not in given)), bound


_READERS = {
    "for": _for, "set": _set, "macro": _macro, "call": _call, "with": _with, "import": _import, "from": _from,
    "filter": _filter, "trans": _trans,
}  # fmt: skip

LANGUAGE = Language(
    "jinja2",
    "Jinja2",
    (".j2", ".jinja", ".jinja2"),
    cut,
    frozenset({"self", "super", "loop", "caller", "varargs", "kwargs", "range", "dict", "lipsum", "cycler", "joiner",
               "namespace", "_", "gettext", "ngettext"}),
    (r"\{%[-+]?\s*(?:set|macro|import|from|call)\b", r"\{\{[^}]*\w\s*\(", r"\{\{[^}]*\|\s*\w+\(", r"\burl_for\("),
)  # fmt: skip
