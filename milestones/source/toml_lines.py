"""Where every key of a TOML text stands, so that a complaint about a value can name its line."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

KeyPath = tuple[str | int, ...]

_LANGUAGE = Language(tree_sitter_toml.language())
_KEYS = frozenset({"bare_key", "quoted_key", "dotted_key"})
_TABLES = frozenset({"table", "table_array_element"})
_DEEPEST = 64
_NOT_ELEMENTS = frozenset({"[", "]", ",", "comment", "ERROR"})


def lines_of(text: str) -> dict[KeyPath, int]:
    """The 1-based line of every table, key and array element, by its path: ("milestones", "12", "done", 0).

    A key that is only implied, as `a` is in `[a.b]`, has the line that implied it first; elements of arrays, and
    the tables of `[[accept]]`, are counted from 0. What does not parse, or lies deeper than 64 steps, is left out,
    never an exception.
    """
    lines: dict[KeyPath, int] = {}
    tables = _Tables()
    root = Parser(_LANGUAGE).parse(text.encode("utf-8", "replace")).root_node
    for node in root.children:
        if node.type == "pair":
            _note_all(lines, (), node)
        elif node.type in _TABLES:
            _note_table(lines, tables, node)
    return lines


class _Tables:
    """How many tables each `[[array]]` has so far, for a later header speaks of the last one."""

    def __init__(self) -> None:
        self._last: dict[KeyPath, int] = {}

    def resolve(self, names: tuple[str, ...], *, opens: bool) -> KeyPath:
        """The full path of a header; `opens` for one in double brackets, which starts the next table."""
        path: KeyPath = ()
        for place, name in enumerate(names, start=1):
            path = (*path, name)
            if opens and place == len(names):
                self._last[path] = self._last.get(path, -1) + 1
            if path in self._last:
                path = (*path, self._last[path])
        return path


def _note_table(lines: dict[KeyPath, int], tables: _Tables, node: Node) -> None:
    key = next((child for child in node.children if child.type in _KEYS), None)
    if key is None:
        return
    prefix = tables.resolve(_names(key), opens=node.type == "table_array_element")
    _note(lines, prefix, _line(key))
    for child in node.children:
        if child.type == "pair":
            _note_all(lines, prefix, child)


def _note_all(lines: dict[KeyPath, int], prefix: KeyPath, pair: Node) -> None:
    """Note a pair and all that its value holds, without recursion, since a stranger chooses the depth."""
    waiting = [(prefix, pair)]
    while waiting:
        path, node = waiting.pop()
        if len(path) > _DEEPEST:
            continue
        if node.type == "pair":
            waiting += _note_pair(lines, path, node)
        elif node.type == "inline_table":
            waiting += [(path, child) for child in reversed(node.children) if child.type == "pair"]
        elif node.type == "array":
            waiting += list(_note_elements(lines, path, node))


def _note_pair(lines: dict[KeyPath, int], prefix: KeyPath, pair: Node) -> list[tuple[KeyPath, Node]]:
    key, value = pair.children[0], pair.children[-1]
    if key.type not in _KEYS:
        return []
    path = (*prefix, *_names(key))
    _note(lines, path, _line(key))
    return [(path, value)]


def _note_elements(lines: dict[KeyPath, int], path: KeyPath, array: Node) -> Iterator[tuple[KeyPath, Node]]:
    elements = [child for child in array.children if child.type not in _NOT_ELEMENTS]
    for index, element in enumerate(elements):
        _note(lines, (*path, index), _line(element))
        yield (*path, index), element


def _note(lines: dict[KeyPath, int], path: KeyPath, line: int) -> None:
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            break
        lines[path[:length]] = line


def _names(key: Node) -> tuple[str, ...]:
    """The parts of a key; the grammar nests dotted keys to the left."""
    parts: list[str] = []
    while key.type == "dotted_key" and len(parts) <= _DEEPEST:
        parts.append(_name(key.children[-1]))
        key = key.children[0]
    if key.type != "dotted_key":
        parts.append(_name(key))
    return tuple(reversed(parts))


def _name(key: Node) -> str:
    text = (key.text or b"").decode("utf-8", "replace")
    if key.type != "quoted_key":
        return text
    if text.startswith("'") or "\\" not in text:
        return text[1:-1]
    try:
        return next(iter(tomllib.loads(f"{text} = 0")))
    except tomllib.TOMLDecodeError:
        return text[1:-1]


def _line(node: Node) -> int:
    return int(node.start_point[0]) + 1
