"""Every import statement of a Python file, and the finder of identifiers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tree_sitter import Node, Query, QueryCursor

from milestones.facts import Problem
from milestones.source.parsing import PYTHON, Source, line_of, parse_python

VERSION = 1  # of what `imports_of` finds: part of the key under which its result is cached
_STATEMENTS = Query(PYTHON, "[(import_statement) (import_from_statement) (future_import_statement)] @statement")
_IDENTIFIERS = Query(PYTHON, "(identifier) @name")


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement. `modules` are whole dotted names; of `from a import b` that is "a" and, perhaps, "a.b".

    `level` counts the dots of a relative import, whose names are never a package's.
    """

    line: int
    modules: tuple[str, ...]
    names: tuple[str, ...] = ()
    level: int = 0

    @property
    def packages(self) -> tuple[str, ...]:
        """Top-level packages that the statement names, each once, in order."""
        if self.level:
            return ()
        return tuple(dict.fromkeys(module.partition(".")[0] for module in self.modules))

    def names_package(self, package: str) -> bool:
        """Whether the statement imports `package`, which may be dotted, or something inside it."""
        if self.level:
            return False
        said = (*self.modules, *(f"{module}.{name}" for module in self.modules for name in self.names))
        return any(module == package or module.startswith(package + ".") for module in said)


@dataclass(frozen=True, slots=True)
class Imports:
    """The imports of one file, in order of line."""

    statements: tuple[Import, ...]
    problems: tuple[Problem, ...] = ()


def imports_of(data: bytes, path: str = "") -> Imports:
    """Every import statement of Python bytes: at the top, in functions, under `try` and `if`."""
    source = parse_python(data, path)
    return Imports(statements_in(source), source.problems)


def statements_in(source: Source) -> tuple[Import, ...]:
    captured = QueryCursor(_STATEMENTS).captures(source.root).get("statement", [])
    return tuple(_read(node) for node in sorted(captured, key=lambda node: node.start_byte))


def symbol_lines(source: Source, symbols: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Where the named identifiers stand in code, strings and comments left aside: (symbol, line), each line once."""
    wanted = {symbol.encode(): symbol for symbol in symbols}
    if not any(symbol in source.data for symbol in wanted):
        return ()
    nodes = QueryCursor(_IDENTIFIERS).captures(source.root).get("name", [])
    places = {(line_of(node), wanted[node.text]) for node in nodes if node.text in wanted}
    return tuple((symbol, line) for line, symbol in sorted(places))


def _read(node: Node) -> Import:
    if node.type == "import_statement":
        return Import(line_of(node), tuple(_names(node)))
    if node.type == "future_import_statement":
        return Import(line_of(node), ("__future__",), tuple(_names(node)))
    module = node.child_by_field_name("module_name")
    written = _text(module) if module is not None else ""
    dotted = written.lstrip(".")
    names = tuple(_names(node)) or ("*",)
    return Import(line_of(node), (dotted,) if dotted else (), names, len(written) - len(dotted))


def _names(node: Node) -> Iterable[str]:
    for child in node.children_by_field_name("name"):
        plain = child.child_by_field_name("name") if child.type == "aliased_import" else child
        if plain is not None and plain.text:
            yield _text(plain)


def _text(node: Node) -> str:
    return re.sub(r"\s|\\", "", (node.text or b"").decode("utf-8", "replace"))
