"""What one template holds, counted the same way in every language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from milestones.facts import Problem
from milestones.parity.templates import LANGUAGES
from milestones.parity.templates.pieces import Kind, Language, Piece

VERSION = 1
FOLDERS = frozenset({"templates", "template", "views", "jinja2", "mako", "layouts", "partials"})
MIXED = (".html", ".htm", ".xhtml", ".xml", ".txt", ".svg", ".tmpl", ".tpl")
LARGEST = 2_000_000
_WORD = re.compile(r"[^\W_]\w*|[^\w\s]")
_SCRIPT = re.compile(r"<!--|-->|<(/?)script\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)(>?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Use:
    """One place that a count is about."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Template:
    """One template. `statements` count every control line or tag, its end as well; `names` come from its context.

    `score` is 3 a statement, 2 a block of code or tag of Mako, 1 an expression: the sum that teams publish.
    """

    path: str
    language: str
    lines: int
    statements: int
    code: int
    expressions: int
    nesting: int
    unescaped: tuple[Use, ...]
    in_script: tuple[Use, ...]
    names: tuple[Use, ...]
    words: tuple[str, ...]
    problems: tuple[Problem, ...] = ()

    @property
    def score(self) -> int:
        return 3 * self.statements + 2 * self.code + self.expressions

    @property
    def stem(self) -> str:
        """The name without folder, endings and a partial's underscore."""
        return self.path.rpartition("/")[2].partition(".")[0].lstrip("_").lower()


def may_be_template(path: str) -> bool:
    """Whether a file is worth reading: by its ending, or for what any language may use by the folder it lies in."""
    name = path.rpartition("/")[2].lower()
    if any(name.endswith(end) for one in LANGUAGES.values() for end in one.sure):
        return True
    return name.endswith(MIXED) and bool(FOLDERS.intersection(path.lower().split("/")[:-1]))


def language_of(path: str, text: str, usual: str = "jinja2") -> Language | None:
    """The language of a template: by its ending, else by what stands in it; None where nothing is put into it."""
    name = path.rpartition("/")[2].lower()
    for one in LANGUAGES.values():
        if name.endswith(one.sure):
            return one
    votes = {one.name: sum(len(re.findall(hint, text)) for hint in one.hints) for one in LANGUAGES.values()}
    best = max(votes, key=lambda key: (votes[key], key == usual))
    if votes[best]:
        return LANGUAGES[best]
    return LANGUAGES[usual] if re.search(r"\{\{|\{%", text) else None


def usual_language(texts: Iterable[tuple[str, str]]) -> str:
    """The language that most of a tree's templates show to be theirs, by which those that show none are read."""
    votes = dict.fromkeys(LANGUAGES, 0)
    for path, text in texts:
        for one in LANGUAGES.values():
            votes[one.name] += path.endswith(one.sure) or any(re.search(hint, text) for hint in one.hints)
    return max(votes, key=lambda key: (votes[key], key == "jinja2"))


def read_template(path: str, data: bytes, usual: str = "jinja2") -> Template | None:
    """Read one template; None where it is none. What cannot be read is a problem in the result."""
    if b"\0" in data[:8192]:
        return _unread(path, "binary content under the name of a template: not read")
    if len(data) > LARGEST:
        return _unread(path, f"{len(data):,} bytes, over the limit of {LARGEST:,}: not read")
    text = data.decode("utf-8", "replace")
    language = language_of(path, text, usual)
    if language is None:
        return None
    return _template(path, language, text, language.cut(text))


def _unread(path: str, reason: str) -> Template:
    return Template(path, "", 0, 0, 0, 0, 0, (), (), (), (), (Problem(reason, path),))


def _template(path: str, language: Language, text: str, pieces: list[Piece]) -> Template:
    depth, problems = _nesting(path, pieces)
    said = [piece for piece in pieces if piece.kind is Kind.EXPRESSION]
    return Template(
        path=path,
        language=language.name,
        lines=len(text.splitlines()),
        statements=sum(piece.kind is Kind.STATEMENT for piece in pieces),
        code=sum(piece.kind is Kind.CODE and not piece.word.startswith("/") for piece in pieces),
        expressions=len(said),
        nesting=depth,
        unescaped=tuple(Use(piece.text[:200], piece.line) for piece in said if piece.unescaped),
        in_script=tuple(Use(piece.text[:200], piece.line) for piece in _within_scripts(pieces)),
        names=tuple(Use(name, line) for name, line in sorted(_names(language, pieces).items())),
        words=tuple(_words(pieces)),
        problems=problems,
    )


def _nesting(path: str, pieces: Iterable[Piece]) -> tuple[int, tuple[Problem, ...]]:
    """The deepest nesting of blocks; a block that is not closed, or closed twice, is a problem."""
    opened: list[Piece] = []
    deepest, problems = 0, []
    for piece in pieces:
        if piece.depth > 0:
            opened.append(piece)
            deepest = max(deepest, len(opened))
        elif piece.depth < 0 and opened:
            opened.pop()
        elif piece.depth < 0:
            problems.append(Problem(f"{piece.word or piece.text[:40]} closes what is not open", path, piece.line))
    problems += (Problem(f"{one.word or one.text[:40]} is not closed", path, one.line) for one in opened)
    return deepest, tuple(problems[:5])


def _within_scripts(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The expressions between `<script ...>` and `</script>`; those in the tag's own attributes are not."""
    state = ""
    for piece in pieces:
        if piece.kind is Kind.EXPRESSION and state == "script":
            yield piece
        elif piece.kind is Kind.TEXT:
            state = _after(piece.text, state)


def _after(text: str, state: str) -> str:
    """Where a piece of HTML leaves off: "" outside, in a "tag" of a script, in a "script", in a "comment"."""
    at = 0
    if state == "tag":
        end = text.find(">")
        if end < 0:
            return state
        state, at = "script", end + 1
    for found in _SCRIPT.finditer(text, at):
        if state == "comment":
            state = "" if found[0] == "-->" else state
        elif state == "script":
            state = "" if found[1] == "/" else state
        elif found[0] == "<!--":
            state = "comment"
        elif found[1] == "" and found[0] != "-->":
            closed = found[2].rstrip().endswith("/") and found[3]
            state = "" if closed else "script" if found[3] else "tag"
    return state


def _names(language: Language, pieces: Iterable[Piece]) -> dict[str, int]:
    """What the template takes from its context, with the first line of each: bound by nothing before it."""
    scopes: list[set[str]] = [set()]
    bound: Counter[str] = Counter(language.known)
    found: dict[str, int] = {}

    def bind(names: Iterable[str]) -> None:
        fresh = set(names) - scopes[-1]
        scopes[-1] |= fresh
        bound.update(fresh)

    for piece in pieces:
        for name in piece.used:
            if not bound[name]:
                found.setdefault(name, piece.line)
        if piece.depth > 0:
            bind(piece.bound[:1] if piece.word in ("macro", "def") else ())
            scopes.append(set())
        elif piece.depth < 0 and len(scopes) > 1:
            kept = scopes.pop()
            bound.subtract(kept)
            bind(kept if piece.word in ("endif", "endset", "end") else ())  # what is set under a condition stays set
        bind(piece.bound)
    return found


def _words(pieces: Iterable[Piece]) -> Iterator[str]:
    """The words of a template, by which it is known again in another language: marks of either language left out."""
    for piece in pieces:
        if piece.kind is not Kind.COMMENT:
            yield from (word for word in _WORD.findall(piece.text) if word[0].isalnum())
