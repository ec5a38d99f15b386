"""The functions and classes of a file, each with hashes by which it is known again elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from milestones.facts import Problem
from milestones.source.reader import read_tree
from milestones.source.trees import Mark, Span, Tree


@dataclass(frozen=True, slots=True)
class Definition:
    """A function or class as it stands in a file; lines are 1-based and inclusive.

    `tree` is equal for equal syntax trees without comments, docstrings and formatting; `body` is that with the
    definition's own name left out; `exact` counts docstrings too, `bare` counts neither docstrings nor type hints.
    """

    path: str
    name: str
    kind: str
    line: int
    last_line: int
    tree: str
    body: str
    exact: str
    bare: str
    decorators: tuple[str, ...] = ()
    empty: bool = False
    broken: bool = False

    @property
    def simple(self) -> str:
        """The name without its class."""
        return self.name.rpartition(".")[2]

    @property
    def owner(self) -> str:
        """The class or function it stands in, "" at module level."""
        return self.name.rpartition(".")[0]

    @property
    def key(self) -> tuple[str, str]:
        return self.path, self.name


@dataclass(frozen=True)
class Module:
    """A file with its definitions, in the order of their first lines."""

    tree: Tree

    @property
    def path(self) -> str:
        return self.tree.path

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.tree.problems

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        return tuple(self._merged())

    @cached_property
    def spans(self) -> dict[str, list[Span]]:
        """Where each qualified name is defined; more than once where a branch or a later line defines it again."""
        found: dict[str, list[Span]] = {}
        for span in self.tree.spans:
            found.setdefault(span.name, []).append(span)
        return found

    @cached_property
    def top_names(self) -> frozenset[str]:
        """What the file itself binds at module level: definitions and variables."""
        inside = bytearray(len(self.tree.texts))
        for span in self.tree.spans:
            if "." not in span.name:
                inside[span.start : span.end] = b"\1" * (span.end - span.start)
        bind = int(Mark.BIND)
        bound = {
            text
            for text, mark, within in zip(self.tree.texts, self.tree.marks, inside, strict=True)
            if mark & bind and not within
        }
        return frozenset(bound | {span.name for span in self.tree.spans if "." not in span.name})

    def tokens(self, name: str) -> list[tuple[str, int]]:
        """Return the leaf tokens of a definition with their lines, docstrings left out."""
        return [leaf for span in self.spans.get(name, ()) for leaf in self.tree.leaves(span.start, span.end)]

    def _merged(self) -> Iterator[Definition]:
        for spans in self.spans.values():
            parts = [self._definition(span) for span in spans]
            yield parts[0] if len(parts) == 1 else _joined(parts)

    def _definition(self, span: Span) -> Definition:
        digest, where = self.tree.digest, (span.start, span.end)
        beside = Mark.DOC | Mark.HINT
        return Definition(
            path=self.path,
            name=span.name,
            kind=span.kind,
            line=span.line,
            last_line=span.last_line,
            tree=digest(Mark.DOC, *where),
            body=digest(Mark.DOC, *where, name_at=span.name_at),
            exact=digest(Mark.CODE, *where),
            bare=digest(beside, *where),
            decorators=span.decorators,
            empty=self._is_empty(span),
            broken=span.broken,
        )

    @cached_property
    def shapes(self) -> dict[str, str]:
        """The shapes that were asked for so far."""
        return {}

    def shape(self, name: str) -> str:
        """Return a hash that is equal where only names differ that the definition or its file binds."""
        if name not in self.shapes:
            shapes = ["\x1f".join(shape(self, span)) for span in self.spans[name]]
            self.shapes[name] = blake2b("\x1e".join(shapes).encode(), digest_size=16).hexdigest()
        return self.shapes[name]

    def body(self, name: str) -> str:
        """Return a hash of what a function does, its decorators, signature, type hints and docstring left out."""
        digests = []
        for span in self.spans[name]:
            part = self.tree.texts[span.start : span.end]
            start = span.start + part.index("\x01block") if "\x01block" in part else span.start
            digests.append(self.tree.digest(Mark.DOC | Mark.HINT, start, span.end))
        return "/".join(digests)

    def _is_empty(self, span: Span) -> bool:
        """Whether the body says nothing (`pass`, `...`), so that being equal proves nothing."""
        last = self.tree.texts[max(span.start, span.end - 12) : span.end]
        if "\x01block" not in last:
            return False
        body = last[max(at for at, text in enumerate(last) if text == "\x01block") :]
        return {text for text in body if text[:1] not in "\x01\x02"} <= {"pass", "..."}


def shape(module: Module, span: Span) -> list[str]:
    """Return a definition's tokens with every name that it or its file binds replaced by its order of appearance."""
    tree, seen = module.tree, dict[str, str]()
    part = range(span.start, span.end)
    bind, doc, name = int(Mark.BIND), int(Mark.DOC), int(Mark.NAME)  # plain numbers: a flag's own `&` is slow
    names = {tree.texts[at] for at in part if tree.marks[at] & bind}
    free = names | module.top_names
    shaped = []
    for at in part:
        text, mark = tree.texts[at], tree.marks[at]
        if mark & doc:
            continue
        if mark & name and text in free:
            text = seen.setdefault(text, f"\x03{len(seen)}")
        shaped.append(text)
    return shaped


def _joined(parts: list[Definition]) -> Definition:
    """Return one definition for a name that a file defines several times, so that no version can change unseen."""

    def both(field: str) -> str:
        return blake2b("".join(getattr(part, field) for part in parts).encode(), digest_size=16).hexdigest()

    last = parts[-1]
    return Definition(
        path=last.path,
        name=last.name,
        kind=last.kind,
        line=last.line,
        last_line=last.last_line,
        tree=both("tree"),
        body=both("body"),
        exact=both("exact"),
        bare=both("bare"),
        decorators=tuple(name for part in parts for name in part.decorators),
        empty=all(part.empty for part in parts),
        broken=any(part.broken for part in parts),
    )


def read_module(source: bytes, path: str = "") -> Module:
    """Read one Python file; never raises, what cannot be read is among its problems."""
    return Module(read_tree(source, path))


def definitions_of(modules: Iterable[Module]) -> list[Definition]:
    return [definition for module in modules for definition in module.definitions]
