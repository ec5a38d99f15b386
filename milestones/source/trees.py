"""A Python file as one normalised sequence of tokens, in which equal slices mean equal trees.

Comments, layout, redundant parentheses, trailing commas and the spelling of literals leave no trace. Docstrings, type
hints and imports leave tokens that carry a flag, so that two files can be compared with and without them. Node types
stand in the sequence as opening and closing marks, which keep `(a + b) * c` apart from `a + b * c`.

Everything is read with tree-sitter, from Python 2.7 to the newest; what does not parse is read as far as it goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntFlag
from hashlib import blake2b

from tree_sitter import Node

from milestones.facts import Problem
from milestones.source.literals import number_value, string_prefix, string_value
from milestones.source.parsing import Source, parse_python

CLOSE = "\x02"
_OPEN = "\x01"
_PREFIX_LETTERS = "bBfFrRtTuU"


class Mark(IntFlag):
    """What a token belongs to besides the code itself, and how a name is used."""

    CODE = 0
    DOC = 1
    HINT = 2
    IMPORT = 4
    NAME = 8
    BIND = 16
    STRING = 32


_BESIDE = int(Mark.DOC | Mark.HINT | Mark.IMPORT)
_DROPPED = frozenset({"comment", "line_continuation", "(", ")", ",", ";"})
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
_PLAIN_DECORATORS = frozenset(
    {"property", "staticmethod", "classmethod", "abstractmethod", "override", "setter", "wraps"}
)
_IMPORTS = frozenset({"import_statement", "import_from_statement", "future_import_statement"})


@dataclass(frozen=True, slots=True)
class Span:
    """A definition in the sequence: tokens `start` to `end` (exclusive), its own name at `name_at`."""

    name: str
    kind: str
    line: int
    last_line: int
    start: int
    end: int
    name_at: int
    decorators: tuple[str, ...]
    broken: bool


@dataclass(frozen=True, slots=True)
class Imported:
    """One imported name; `block` is where its block opens among the tokens that are not imports."""

    module: str
    name: str
    alias: str
    block: int
    line: int


@dataclass(frozen=True, slots=True)
class Tree:
    """One file, read."""

    path: str
    texts: tuple[str, ...]
    lines: tuple[int, ...]
    marks: bytes
    spans: tuple[Span, ...]
    imports: tuple[Imported, ...]
    problems: tuple[Problem, ...]

    def digest(self, without: Mark = Mark.DOC, start: int = 0, end: int | None = None, name_at: int = -1) -> str:
        """Return the hash of a slice, less the tokens marked `without`; the token at `name_at` counts as nameless."""
        end = len(self.texts) if end is None else end
        mask, marks = int(without), self.marks
        if 0 <= name_at < end:
            texts = [*self.texts[start:name_at], "_", *self.texts[name_at + 1 : end]]
        else:
            texts = list(self.texts[start:end])
        if mask:
            texts = [text for text, mark in zip(texts, marks[start:end], strict=True) if not mark & mask]
        return blake2b("\x1f".join(texts).encode(), digest_size=16).hexdigest()

    def leaves(self, start: int = 0, end: int | None = None, without: Mark = Mark.DOC) -> Iterator[tuple[str, int]]:
        """Yield the tokens of a slice with their lines, less the marks of structure and what is marked `without`."""
        mask = int(without)
        for at in range(start, len(self.texts) if end is None else end):
            text = self.texts[at]
            if text[:1] not in (_OPEN, CLOSE) and not self.marks[at] & mask:
                yield text, self.lines[at]


def read_tree(source: bytes, path: str = "") -> Tree:
    """Read Python source; never raises: what cannot be read is a problem with its line."""
    return _Reader(parse_python(source, path), path).read()


@dataclass(slots=True)
class _Scope:
    name: str
    kind: str
    decorated: bool


@dataclass(frozen=True, slots=True)
class _End:
    """Stands on the stack where a node closes."""

    text: str
    line: int
    flags: int
    span: tuple[Node, Node, int, int] | None = None  # decorated or plain definition, definition, start, name_at
    block: bool = False


class _Reader:
    """Walks the syntax tree once, with a stack of its own, so that no depth of nesting can exhaust Python's."""

    def __init__(self, parsed: Source, path: str) -> None:
        self.parsed, self.source, self.path = parsed, parsed.data, path
        self.texts: list[str] = []
        self.lines: list[int] = []
        self.marks = bytearray()
        self.spans: list[Span] = []
        self.imports: list[Imported] = []
        self.scopes: list[_Scope] = []
        self.blocks: list[int] = [0]
        self.kept = 0
        self.names: dict[str, str] = {}
        self.stack: list[tuple[Node, int] | _End] = []

    def read(self) -> Tree:
        self.stack.append((self.parsed.root, 0))
        while self.stack:
            item = self.stack.pop()
            if isinstance(item, _End):
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

    def _text(self, node: Node) -> str:
        text = self.source[node.start_byte : node.end_byte].decode("utf-8", "backslashreplace")
        return self.names.setdefault(text, text)

    def _emit(self, text: str, line: int, flags: int) -> None:
        self.texts.append(text)
        self.lines.append(line)
        self.marks.append(flags)
        if not flags & _BESIDE:
            self.kept += 1

    def _close(self, end: _End) -> None:
        if end.text:
            self._emit(end.text, end.line, end.flags)
        if end.block:
            self.blocks.pop()
        if end.span is not None:
            self._close_definition(*end.span)

    def _visit(self, node: Node, flags: int) -> None:
        kind = node.type
        if kind in _DROPPED:
            return
        special = _SPECIAL.get(kind)
        if special is not None:
            special(self, node, flags)
        elif node.child_count:
            self._open(node, flags)
        else:
            self._leaf(node, kind, flags)

    def _leaf(self, node: Node, kind: str, flags: int) -> None:
        line = node.start_point.row + 1
        if not node.is_named:
            self._emit(_LABELS.get(kind, kind), line, flags & ~Mark.BIND)
        elif kind == "identifier":
            self._emit(self._text(node), line, flags | Mark.NAME)
        elif kind in {"integer", "float"}:
            self._emit(number_value(self._text(node)), line, flags & ~Mark.BIND)
        else:
            self._emit(self._text(node), line, flags & ~Mark.BIND)

    def _open(self, node: Node, flags: int, children: list[tuple[Node, int]] | None = None) -> None:
        kind = node.type
        inner = flags if kind in _PATTERNS else flags & ~Mark.BIND
        if children is None:
            bound = _BINDING_FIELD.get(kind)
            target = node.child_by_field_name(bound) if bound else None
            children = [
                (child, inner | Mark.BIND if target is not None and child.id == target.id else inner)
                for child in node.children
            ]
        if kind not in _BARE:
            line = node.start_point.row + 1
            self._emit(_OPEN + _LABELS.get(kind, kind), line, inner & ~Mark.BIND)
            self.stack.append(_End(CLOSE, line, inner & ~Mark.BIND))
        self.stack.extend(reversed(children))

    # --- the nodes that need more than their children in order

    def _statement(self, node: Node, flags: int) -> None:
        """`a, b` alone on a line is a tuple, though the grammar does not say so."""
        if any(child.type == "," for child in node.children):
            line = node.start_point.row + 1
            self._emit(f"{_OPEN}tuple", line, flags)
            self.stack.append(_End(CLOSE, line, flags))
        self._open(node, flags)

    def _call(self, node: Node, flags: int) -> None:
        """A generator as the only argument brings its own parentheses."""
        arguments, function = node.child_by_field_name("arguments"), node.child_by_field_name("function")
        flags &= ~Mark.BIND
        if arguments is None or function is None or arguments.type != "generator_expression":
            self._open(node, flags)
            return
        line = arguments.start_point.row + 1
        self._emit(f"{_OPEN}call", node.start_point.row + 1, flags)
        self.stack += [_End(CLOSE, line, flags), _End(CLOSE, line, flags), (arguments, flags)]
        self.stack += [_End(f"{_OPEN}argument_list", line, flags), (function, flags)]

    def _string(self, node: Node, flags: int) -> None:
        self._strings([node], node, flags)

    def _concatenated(self, node: Node, flags: int) -> None:
        self._strings([child for child in node.children if child.type == "string"], node, flags)

    def _strings(self, strings: list[Node], node: Node, flags: int) -> None:
        """Emit adjacent literals as the one string they are; what an f-string interpolates is code like any other."""
        line, flags = node.start_point.row + 1, (flags & ~Mark.BIND)
        pieces: list[str | Node] = [""]
        prefixes = ""
        for string in strings:
            prefix = string_prefix(self._text(string.children[0])) if string.children else ""
            prefixes += prefix
            for piece in self._pieces(string):
                if isinstance(piece, Node):
                    pieces += [piece, ""]
                else:
                    pieces[-1] = str(pieces[-1]) + string_value(piece, prefix)
        sort = "".join(sorted(set(prefixes) & set("bft")))
        self._emit(f"{_OPEN}string{sort}", line, flags)
        self.stack.append(_End(CLOSE, line, flags))
        if len(pieces) == 1:
            self._emit(sort.replace("f", "") + repr(pieces[0]), line, flags | Mark.STRING)
            return
        self._interpolated(pieces, line, flags)

    def _pieces(self, string: Node) -> Iterator[str | Node]:
        """Yield what stands between the quotes: text as written, and interpolations."""
        inside = [child for child in string.children if child.type == "interpolation"]
        at = string.children[0].end_byte if string.children else string.start_byte
        for child in inside:
            yield self.source[at : child.start_byte].decode("utf-8", "backslashreplace")
            yield child
            at = child.end_byte
        opening = self._text(string.children[0]) if string.children else ""
        end = string.end_byte - len(
            opening.lstrip(_PREFIX_LETTERS)
        )  # the grammar's closing may hold a raw `\\\\` as well
        yield self.source[at : max(at, end)].decode("utf-8", "backslashreplace")

    def _interpolated(self, pieces: list[str | Node], line: int, flags: int) -> None:
        for piece in reversed(pieces):
            if isinstance(piece, Node):
                self.stack.append((piece, flags))
            elif piece:
                self.stack.append(_End(repr(piece), line, flags | Mark.STRING))

    def _format(self, node: Node, flags: int) -> None:
        """What stands between the colon and the brace of an f-string is text, with expressions in it."""
        text, at = "", node.start_byte
        for child in node.children:
            if child.type == "format_expression":
                text += self.source[at : child.start_byte].decode("utf-8", "backslashreplace") + "{}"
                at = child.end_byte
        text += self.source[at : node.end_byte].decode("utf-8", "backslashreplace")
        self._open(node, flags, [(child, flags) for child in node.children if child.is_named])
        self._emit(repr(text), node.start_point.row + 1, flags)

    def _subscript(self, node: Node, flags: int) -> None:
        """`x[a, b]` is `x[(a, b)]`, and `x[a,]` is not `x[a]`."""
        flags &= ~Mark.BIND
        value = node.child_by_field_name("value")
        commas = sum(child.type == "," for child in node.children)
        index = node.children_by_field_name("subscript")
        rest = [(child, flags) for child in index] if value is not None else [(child, flags) for child in node.children]
        line = node.start_point.row + 1
        self._emit(f"{_OPEN}subscript", line, flags)
        self.stack.append(_End(CLOSE, line, flags))
        if commas:
            self.stack.append(_End(CLOSE, line, flags))
        self.stack.extend(reversed(rest))
        if commas:
            self.stack.append(_End(f"{_OPEN}tuple", line, flags))
        if value is not None:
            self.stack.append((value, flags))

    def _print(self, node: Node, flags: int) -> None:
        """Python 2's `print a,` ends no line, so its comma counts."""
        self._open(node, flags)
        if node.children[-1].type == ",":
            self._emit(",", node.start_point.row + 1, flags)

    def _except(self, node: Node, flags: int) -> None:
        """`except A, B:` is the tuple, unless the second is a variable as in Python 2: then it is `as`."""
        values = node.children_by_field_name("value")
        if len(values) < 2:
            self._open(node, flags)
            return
        as_name = len(values) == 2 and values[1].type == "identifier" and self._text(values[1])[:1].islower()
        line = node.start_point.row + 1
        rest = [(child, flags) for child in node.children[1:] if child.id not in {value.id for value in values}]
        self._emit(f"{_OPEN}except_clause", line, flags)
        self._emit("except", line, flags)
        self.stack.append(_End(CLOSE, line, flags))
        self.stack.extend(reversed(rest))
        self.stack.append(_End(CLOSE, line, flags))
        if as_name:
            self.stack.append(_End(CLOSE, line, flags))
            self.stack.append((values[1], flags | Mark.BIND))
            self.stack.append(_End(f"{_OPEN}as_pattern_target", line, flags))
            self.stack.append(_End("as", line, flags))
            self.stack.append((values[0], flags))
            self.stack.append(_End(f"{_OPEN}as_pattern", line, flags))
        else:
            self.stack.extend((value, flags) for value in reversed(values))
            self.stack.append(_End(f"{_OPEN}tuple", line, flags))

    def _attribute(self, node: Node, flags: int) -> None:
        """The name behind a dot is no variable."""
        flags &= ~Mark.BIND
        name = node.child_by_field_name("attribute")
        line = node.start_point.row + 1
        self._emit(f"{_OPEN}attribute", line, flags)
        self.stack.append(_End(CLOSE, line, flags))
        if name is not None:
            self.stack.append(_End(self._text(name), name.start_point.row + 1, flags))
        self.stack.extend((child, flags) for child in reversed(node.children) if name is None or child.id != name.id)

    def _keyword(self, node: Node, flags: int) -> None:
        """The name of a keyword argument belongs to what is called, so renaming a variable does not touch it."""
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        line = node.start_point.row + 1
        self._emit(f"{_OPEN}keyword_argument", line, flags)
        if name is not None:
            self._emit(self._text(name), name.start_point.row + 1, flags)
        self.stack.append(_End(CLOSE, line, flags))
        if value is not None:
            self.stack.append((value, flags))

    # --- hints

    def _hinted(self, node: Node, flags: int) -> bool:
        """Whether no program reads these hints, as it does a class's fields and what a decorator sees."""
        if not self.scopes:
            return True
        scope = self.scopes[-1]
        return scope.kind == "function" and not (scope.decorated and node.type != "assignment")

    def _typed(self, node: Node, flags: int) -> None:
        hint = flags | Mark.HINT if self._hinted(node, flags) else flags
        children: list[tuple[Node, int]] = []
        for child in node.children:
            if child.type in {":", "type", "->"}:
                children.append((child, hint))
            elif child.type == "=" or children:
                children.append((child, flags))
            else:
                children.append((child, flags | Mark.BIND))
        self._open(node, flags, children)

    def _assignment(self, node: Node, flags: int) -> None:
        hinted = node.child_by_field_name("type") is not None
        if not hinted:
            self._open(node, flags)
        elif node.child_by_field_name("right") is None and self._hinted(node, flags):
            self._open(node, flags | Mark.HINT)
        else:
            self._typed(node, flags)

    def _parameters(self, node: Node, flags: int) -> None:
        bound = flags | Mark.BIND
        plain = {"identifier", "list_splat_pattern", "dictionary_splat_pattern", "tuple_pattern"}
        self._open(node, flags, [(child, bound if child.type in plain else flags) for child in node.children])

    # --- imports

    def _import(self, node: Node, flags: int) -> None:
        module = node.child_by_field_name("module_name")
        base = self._text(module) if module is not None else ""
        if node.type == "future_import_statement":
            base = "__future__"
        line = node.start_point.row + 1
        for name in node.children_by_field_name("name"):
            self.imports.append(self._imported(base, name, line))
        if any(child.type == "wildcard_import" for child in node.children):
            self.imports.append(Imported(base, "*", "", self.blocks[-1], line))
        self._open(node, flags | Mark.IMPORT)

    def _imported(self, module: str, node: Node, line: int) -> Imported:
        alias = node.child_by_field_name("alias")
        name = node.child_by_field_name("name") if node.type == "aliased_import" else node
        text = self._text(name) if name is not None else ""
        return Imported(module, text, self._text(alias) if alias is not None else "", self.blocks[-1], line)

    # --- definitions

    def _decorated(self, node: Node, flags: int) -> None:
        definition = node.child_by_field_name("definition")
        decorators = [child for child in node.children if child.type == "decorator"]
        if definition is None:
            self._open(node, flags)
            return
        self._define(node, definition, decorators, flags)

    def _plain(self, node: Node, flags: int) -> None:
        self._define(node, node, [], flags)

    def _define(self, outer: Node, node: Node, decorators: list[Node], flags: int) -> None:
        start, line = len(self.texts), node.start_point.row + 1
        name = node.child_by_field_name("name")
        kind = "class" if node.type == "class_definition" else "function"
        names = tuple(self._decorator(decorator) for decorator in decorators)
        end = _End(CLOSE, line, flags, (outer, node, start, 0))
        self._emit(f"{_OPEN}{node.type}", line, flags)
        self.stack.append(end)
        own = [child for child in node.children if name is None or child.id != name.id]
        self.scopes.append(
            _Scope(self._text(name) if name is not None else "", kind, not _PLAIN_DECORATORS.issuperset(names))
        )
        self.stack.extend(reversed([item for child in own for item in self._part(node, child, flags)]))
        self._emit(self.scopes[-1].name, line, flags | Mark.BIND | Mark.NAME)
        self.stack.extend((decorator, flags) for decorator in reversed(decorators))

    def _part(self, node: Node, child: Node, flags: int) -> list[tuple[Node, int]]:
        """Return a part of a definition with its flags; `class A():` is `class A:`, and a return hint is a hint."""
        if child.type == "argument_list" and child.named_child_count == 0:
            return []
        returns = child.type == "->" or (child.type == "type" and node.type == "function_definition")
        if returns and not self.scopes[-1].decorated:
            return [(child, flags | Mark.HINT)]
        return [] if child.type == ":" else [(child, flags)]

    def _decorator(self, node: Node) -> str:
        """Return the last name of a decorator, so that `@pytest.fixture(...)` is `fixture`."""
        target = node.named_children[0] if node.named_children else node
        if target.type == "call":
            target = target.child_by_field_name("function") or target
        return self._text(target).rpartition(".")[2] if target.end_byte - target.start_byte < 500 else ""

    def _close_definition(self, outer: Node, node: Node, start: int, _name_at: int) -> None:
        scope = self.scopes.pop()
        names = [*(one.name for one in self.scopes), scope.name]
        decorators = tuple(self._decorator(child) for child in outer.children if child.type == "decorator")
        self.spans.append(
            Span(
                name=".".join(names),
                kind=scope.kind,
                line=node.start_point.row + 1,
                last_line=node.end_point.row + 1,
                start=start,
                end=len(self.texts),
                name_at=start + 1,
                decorators=decorators,
                broken=node.has_error,
            )
        )

    # --- blocks

    def _block(self, node: Node, flags: int) -> None:
        statements = [child for child in node.children if child.type not in _DROPPED]
        parent = node.parent
        defines = parent is None or parent.type in {"function_definition", "class_definition"}
        doc = statements[0] if defines and statements and _is_docstring(statements[0]) else None
        rest = statements[1:] if doc is not None else statements
        filler = len(rest) == 1 and rest[0].type == "pass_statement" and defines
        children = [(child, flags | Mark.DOC if child is doc or filler else flags) for child in statements]
        self.blocks.append(self.kept)
        line = node.start_point.row + 1
        self._emit(f"{_OPEN}block", line, flags)
        self.stack.append(_End(CLOSE, line, flags, block=True))
        self.stack.extend(reversed(children))


_SPECIAL = {
    "string": _Reader._string,
    "concatenated_string": _Reader._concatenated,
    "format_specifier": _Reader._format,
    "expression_statement": _Reader._statement,
    "call": _Reader._call,
    "subscript": _Reader._subscript,
    "print_statement": _Reader._print,
    "except_clause": _Reader._except,
    "attribute": _Reader._attribute,
    "keyword_argument": _Reader._keyword,
    "typed_parameter": _Reader._typed,
    "typed_default_parameter": _Reader._typed,
    "assignment": _Reader._assignment,
    "parameters": _Reader._parameters,
    "lambda_parameters": _Reader._parameters,
    "import_statement": _Reader._import,
    "import_from_statement": _Reader._import,
    "future_import_statement": _Reader._import,
    "decorated_definition": _Reader._decorated,
    "function_definition": _Reader._plain,
    "class_definition": _Reader._plain,
    "block": _Reader._block,
    "module": _Reader._block,
}


def _is_docstring(node: Node) -> bool:
    if node.type != "expression_statement" or node.named_child_count != 1:
        return False
    string = node.named_children[0]
    if string.type not in {"string", "concatenated_string"}:
        return False
    parts = string.children if string.type == "concatenated_string" else [string]
    return not any(
        child.type == "interpolation" or (child.type == "string_start" and b"b" in (child.text or b"").lower())
        for part in parts
        for child in part.children
    )
