"""The walk over a syntax tree that makes the sequence of tokens; what single nodes need stands in the reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tree_sitter import Node

from milestones.source.literals import number_value
from milestones.source.parsing import Source
from milestones.source.trees import CLOSE, OPEN, Imported, Mark, Span, Tree

# plain numbers: an enum's own operators would be a third of the time
DOC, HINT, IMPORT, NAME, BIND, STRING = map(int, (Mark.DOC, Mark.HINT, Mark.IMPORT, Mark.NAME, Mark.BIND, Mark.STRING))

_BESIDE = DOC | HINT | IMPORT
DROPPED = frozenset({"comment", "line_continuation", "(", ")", ",", ";"})
_LABELS = {
    "expression_list": "tuple",
    "pattern_list": "tuple",
    "tuple_pattern": "tuple",
    "list_pattern": "list",
    "typed_default_parameter": "default_parameter",
    "<>": "!=",
}
_BARE = frozenset({"parenthesized_expression", "with_clause", "typed_parameter", "expression_statement"})
_PATTERNS = frozenset(
    {
        "pattern_list",
        "tuple_pattern",
        "list_pattern",
        "list_splat_pattern",
        "dictionary_splat_pattern",
        "as_pattern_target",
        "parenthesized_expression",
        "tuple",
        "list",
    }
)
_BINDING_FIELD = {
    "assignment": "left",
    "augmented_assignment": "left",
    "for_statement": "left",
    "for_in_clause": "left",
    "named_expression": "name",
    "default_parameter": "name",
    "typed_default_parameter": "name",
    "as_pattern": "alias",
}


@dataclass(slots=True)
class Scope:
    name: str
    kind: str
    decorated: bool


@dataclass(frozen=True, slots=True)
class End:
    """Stands on the stack where a node closes."""

    text: str
    line: int
    flags: int
    span: tuple[Node, Node, int, int] | None = None  # decorated or plain definition, definition, start, name_at
    block: bool = False


class Walker:
    """Walks the syntax tree once, with a stack of its own, so that no depth of nesting can exhaust Python's."""

    def __init__(self, parsed: Source, path: str) -> None:
        self.parsed, self.source, self.path = parsed, parsed.data, path
        self.texts: list[str] = []
        self.lines: list[int] = []
        self.marks = bytearray()
        self.spans: list[Span] = []
        self.imports: list[Imported] = []
        self.scopes: list[Scope] = []
        self.blocks: list[int] = [0]
        self.kept = 0
        self.names: dict[str, str] = {}
        self.stack: list[tuple[Node, int] | End] = []
        self.special: dict[str, Callable[[Node, int], None]] = {}

    def read(self) -> Tree:
        self.stack.append((self.parsed.root, 0))
        while self.stack:
            item = self.stack.pop()
            if isinstance(item, End):
                self._close(item)
            else:
                self._visit(*item)
        spans = tuple(sorted(self.spans, key=lambda span: (span.start, -span.end)))
        return Tree(
            self.path,
            tuple(self.texts),
            tuple(self.lines),
            bytes(self.marks),
            spans,
            tuple(self.imports),
            self.parsed.problems,
        )

    # --- tokens

    def text(self, node: Node) -> str:
        text = self.source[node.start_byte : node.end_byte].decode("utf-8", "backslashreplace")
        return self.names.setdefault(text, text)

    def emit(self, text: str, line: int, flags: int) -> None:
        self.texts.append(text)
        self.lines.append(line)
        self.marks.append(flags)
        if not flags & _BESIDE:
            self.kept += 1

    def _close(self, end: End) -> None:
        if end.text:
            self.emit(end.text, end.line, end.flags)
        if end.block:
            self.blocks.pop()
        if end.span is not None:
            self.close_definition(*end.span)

    def _visit(self, node: Node, flags: int) -> None:
        kind = node.type
        if kind in DROPPED:
            return
        special = self.special.get(kind)
        if special is not None:
            special(node, flags)
        elif node.child_count:
            self.open(node, flags)
        else:
            self._leaf(node, kind, flags)

    def _leaf(self, node: Node, kind: str, flags: int) -> None:
        line = node.start_point.row + 1
        if not node.is_named:
            self.emit(_LABELS.get(kind, kind), line, flags & ~BIND)
        elif kind == "identifier":
            self.emit(self.text(node), line, flags | NAME)
        elif kind in {"integer", "float"}:
            self.emit(number_value(self.text(node)), line, flags & ~BIND)
        else:
            self.emit(self.text(node), line, flags & ~BIND)

    def open(self, node: Node, flags: int, children: list[tuple[Node, int]] | None = None) -> None:
        kind = node.type
        inner = flags if kind in _PATTERNS else flags & ~BIND
        if children is None:
            bound = _BINDING_FIELD.get(kind)
            target = node.child_by_field_name(bound) if bound else None
            children = [
                (child, inner | BIND if target is not None and child.id == target.id else inner)
                for child in node.children
            ]
        if kind not in _BARE:
            line = node.start_point.row + 1
            self.emit(OPEN + _LABELS.get(kind, kind), line, inner & ~BIND)
            self.stack.append(End(CLOSE, line, inner & ~BIND))
        self.stack.extend(reversed(children))

    def close_definition(self, outer: Node, node: Node, start: int, name_at: int) -> None:
        """Note where a definition ended; what reads the definitions says how."""
        raise NotImplementedError
