"""The reader of Python: which nodes of the syntax tree need more than their children in order."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from milestones.source.literals import string_prefix, string_value
from milestones.source.parsing import Source, parse_python
from milestones.source.trees import CLOSE, OPEN, Imported, Span, Tree
from milestones.source.walk import BIND, DOC, DROPPED, HINT, IMPORT, NAME, STRING, End, Scope, Walker

_PREFIX_LETTERS = "bBfFrRtTuU"
_PLAIN_DECORATORS = frozenset(
    {"property", "staticmethod", "classmethod", "abstractmethod", "override", "setter", "wraps"}
)


def read_tree(source: bytes, path: str = "") -> Tree:
    """Read Python source; never raises: what cannot be read is a problem with its line."""
    return _Reader(parse_python(source, path), path).read()


class _Reader(Walker):
    """Makes one spelling of what Python can spell in several ways."""

    def __init__(self, parsed: Source, path: str) -> None:
        super().__init__(parsed, path)
        self.special = {
            "string": self._string,
            "concatenated_string": self._concatenated,
            "format_specifier": self._format,
            "expression_statement": self._statement,
            "call": self._call,
            "subscript": self._subscript,
            "print_statement": self._print,
            "except_clause": self._except,
            "attribute": self._attribute,
            "keyword_argument": self._keyword,
            "typed_parameter": self._typed,
            "typed_default_parameter": self._typed,
            "assignment": self._assignment,
            "parameters": self._parameters,
            "lambda_parameters": self._parameters,
            "import_statement": self._import,
            "import_from_statement": self._import,
            "future_import_statement": self._import,
            "decorated_definition": self._decorated,
            "function_definition": self._plain,
            "class_definition": self._plain,
            "block": self._block,
            "module": self._block,
        }

    # --- the nodes that need more than their children in order

    def _statement(self, node: Node, flags: int) -> None:
        """`a, b` alone on a line is a tuple, though the grammar does not say so."""
        if any(child.type == "," for child in node.children):
            line = node.start_point.row + 1
            self.emit(f"{OPEN}tuple", line, flags)
            self.stack.append(End(CLOSE, line, flags))
        self.open(node, flags)

    def _call(self, node: Node, flags: int) -> None:
        """A generator as the only argument brings its own parentheses."""
        arguments, function = node.child_by_field_name("arguments"), node.child_by_field_name("function")
        flags &= ~BIND
        if arguments is None or function is None or arguments.type != "generator_expression":
            self.open(node, flags)
            return
        line = arguments.start_point.row + 1
        self.emit(f"{OPEN}call", node.start_point.row + 1, flags)
        self.stack += [End(CLOSE, line, flags), End(CLOSE, line, flags), (arguments, flags)]
        self.stack += [End(f"{OPEN}argument_list", line, flags), (function, flags)]

    def _string(self, node: Node, flags: int) -> None:
        self._strings([node], node, flags)

    def _concatenated(self, node: Node, flags: int) -> None:
        self._strings([child for child in node.children if child.type == "string"], node, flags)

    def _strings(self, strings: list[Node], node: Node, flags: int) -> None:
        """Emit adjacent literals as the one string they are; what an f-string interpolates is code like any other."""
        line, flags = node.start_point.row + 1, (flags & ~BIND)
        pieces: list[str | Node] = [""]
        prefixes = ""
        for string in strings:
            prefix = string_prefix(self.text(string.children[0])) if string.children else ""
            prefixes += prefix
            for piece in self._pieces(string):
                if isinstance(piece, Node):
                    pieces += [piece, ""]
                else:
                    pieces[-1] = str(pieces[-1]) + string_value(piece, prefix)
        sort = "".join(sorted(set(prefixes) & set("bft")))
        self.emit(f"{OPEN}string{sort}", line, flags)
        self.stack.append(End(CLOSE, line, flags))
        if len(pieces) == 1:
            self.emit(sort.replace("f", "") + repr(pieces[0]), line, flags | STRING)
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
        opening = self.text(string.children[0]) if string.children else ""
        end = string.end_byte - len(
            opening.lstrip(_PREFIX_LETTERS)
        )  # the grammar's closing may hold a raw `\\\\` as well
        yield self.source[at : max(at, end)].decode("utf-8", "backslashreplace")

    def _interpolated(self, pieces: list[str | Node], line: int, flags: int) -> None:
        for piece in reversed(pieces):
            if isinstance(piece, Node):
                self.stack.append((piece, flags))
            elif piece:
                self.stack.append(End(repr(piece), line, flags | STRING))

    def _format(self, node: Node, flags: int) -> None:
        """What stands between the colon and the brace of an f-string is text, with expressions in it."""
        text, at = "", node.start_byte
        for child in node.children:
            if child.type == "format_expression":
                text += self.source[at : child.start_byte].decode("utf-8", "backslashreplace") + "{}"
                at = child.end_byte
        text += self.source[at : node.end_byte].decode("utf-8", "backslashreplace")
        self.open(node, flags, [(child, flags) for child in node.children if child.is_named])
        self.emit(repr(text), node.start_point.row + 1, flags)

    def _subscript(self, node: Node, flags: int) -> None:
        """`x[a, b]` is `x[(a, b)]`, and `x[a,]` is not `x[a]`."""
        flags &= ~BIND
        value = node.child_by_field_name("value")
        commas = sum(child.type == "," for child in node.children)
        index = node.children_by_field_name("subscript")
        rest = [(child, flags) for child in index] if value is not None else [(child, flags) for child in node.children]
        line = node.start_point.row + 1
        self.emit(f"{OPEN}subscript", line, flags)
        self.stack.append(End(CLOSE, line, flags))
        if commas:
            self.stack.append(End(CLOSE, line, flags))
        self.stack.extend(reversed(rest))
        if commas:
            self.stack.append(End(f"{OPEN}tuple", line, flags))
        if value is not None:
            self.stack.append((value, flags))

    def _print(self, node: Node, flags: int) -> None:
        """Python 2's `print a,` ends no line, so its comma counts."""
        self.open(node, flags)
        if node.children[-1].type == ",":
            self.emit(",", node.start_point.row + 1, flags)

    def _except(self, node: Node, flags: int) -> None:
        """`except A, B:` is the tuple, unless the second is a variable as in Python 2: then it is `as`."""
        values = node.children_by_field_name("value")
        if len(values) < 2:
            self.open(node, flags)
            return
        as_name = len(values) == 2 and values[1].type == "identifier" and self.text(values[1])[:1].islower()
        line = node.start_point.row + 1
        rest = [(child, flags) for child in node.children[1:] if child.id not in {value.id for value in values}]
        self.emit(f"{OPEN}except_clause", line, flags)
        self.emit("except", line, flags)
        self.stack.append(End(CLOSE, line, flags))
        self.stack.extend(reversed(rest))
        self.stack.append(End(CLOSE, line, flags))
        if as_name:
            self.stack.append(End(CLOSE, line, flags))
            self.stack.append((values[1], flags | BIND))
            self.stack.append(End(f"{OPEN}as_pattern_target", line, flags))
            self.stack.append(End("as", line, flags))
            self.stack.append((values[0], flags))
            self.stack.append(End(f"{OPEN}as_pattern", line, flags))
        else:
            self.stack.extend((value, flags) for value in reversed(values))
            self.stack.append(End(f"{OPEN}tuple", line, flags))

    def _attribute(self, node: Node, flags: int) -> None:
        """The name behind a dot is no variable."""
        flags &= ~BIND
        name = node.child_by_field_name("attribute")
        line = node.start_point.row + 1
        self.emit(f"{OPEN}attribute", line, flags)
        self.stack.append(End(CLOSE, line, flags))
        if name is not None:
            self.stack.append(End(self.text(name), name.start_point.row + 1, flags))
        self.stack.extend((child, flags) for child in reversed(node.children) if name is None or child.id != name.id)

    def _keyword(self, node: Node, flags: int) -> None:
        """The name of a keyword argument belongs to what is called, so renaming a variable does not touch it."""
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        line = node.start_point.row + 1
        self.emit(f"{OPEN}keyword_argument", line, flags)
        if name is not None:
            self.emit(self.text(name), name.start_point.row + 1, flags)
        self.stack.append(End(CLOSE, line, flags))
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
        hint = flags | HINT if self._hinted(node, flags) else flags
        children: list[tuple[Node, int]] = []
        for child in node.children:
            if child.type in {":", "type", "->"}:
                children.append((child, hint))
            elif child.type == "=" or children:
                children.append((child, flags))
            else:
                children.append((child, flags | BIND))
        self.open(node, flags, children)

    def _assignment(self, node: Node, flags: int) -> None:
        hinted = node.child_by_field_name("type") is not None
        if not hinted:
            self.open(node, flags)
        elif node.child_by_field_name("right") is None and self._hinted(node, flags):
            self.open(node, flags | HINT)
        else:
            self._typed(node, flags)

    def _parameters(self, node: Node, flags: int) -> None:
        bound = flags | BIND
        plain = {"identifier", "list_splat_pattern", "dictionary_splat_pattern", "tuple_pattern"}
        self.open(node, flags, [(child, bound if child.type in plain else flags) for child in node.children])

    # --- imports

    def _import(self, node: Node, flags: int) -> None:
        module = node.child_by_field_name("module_name")
        base = self.text(module) if module is not None else ""
        if node.type == "future_import_statement":
            base = "__future__"
        line = node.start_point.row + 1
        for name in node.children_by_field_name("name"):
            self.imports.append(self._imported(base, name, line))
        if any(child.type == "wildcard_import" for child in node.children):
            self.imports.append(Imported(base, "*", "", self.blocks[-1], line))
        self.open(node, flags | IMPORT)

    def _imported(self, module: str, node: Node, line: int) -> Imported:
        alias = node.child_by_field_name("alias")
        name = node.child_by_field_name("name") if node.type == "aliased_import" else node
        text = self.text(name) if name is not None else ""
        return Imported(module, text, self.text(alias) if alias is not None else "", self.blocks[-1], line)

    # --- definitions

    def _decorated(self, node: Node, flags: int) -> None:
        definition = node.child_by_field_name("definition")
        decorators = [child for child in node.children if child.type == "decorator"]
        if definition is None:
            self.open(node, flags)
            return
        self._define(node, definition, decorators, flags)

    def _plain(self, node: Node, flags: int) -> None:
        self._define(node, node, [], flags)

    def _define(self, outer: Node, node: Node, decorators: list[Node], flags: int) -> None:
        start, line = len(self.texts), node.start_point.row + 1
        name = node.child_by_field_name("name")
        kind = "class" if node.type == "class_definition" else "function"
        names = tuple(self._decorator(decorator) for decorator in decorators)
        end = End(CLOSE, line, flags, (outer, node, start, 0))
        self.emit(f"{OPEN}{node.type}", line, flags)
        self.stack.append(end)
        own = [child for child in node.children if name is None or child.id != name.id]
        self.scopes.append(
            Scope(self.text(name) if name is not None else "", kind, not _PLAIN_DECORATORS.issuperset(names))
        )
        self.stack.extend(reversed([item for child in own for item in self._part(node, child, flags)]))
        self.emit(self.scopes[-1].name, line, flags | BIND | NAME)
        self.stack.extend((decorator, flags) for decorator in reversed(decorators))

    def _part(self, node: Node, child: Node, flags: int) -> list[tuple[Node, int]]:
        """Return a part of a definition with its flags; `class A():` is `class A:`, and a return hint is a hint."""
        if child.type == "argument_list" and child.named_child_count == 0:
            return []
        returns = child.type == "->" or (child.type == "type" and node.type == "function_definition")
        if returns and not self.scopes[-1].decorated:
            return [(child, flags | HINT)]
        return [] if child.type == ":" else [(child, flags)]

    def _decorator(self, node: Node) -> str:
        """Return the last name of a decorator, so that `@pytest.fixture(...)` is `fixture`."""
        target = node.named_children[0] if node.named_children else node
        if target.type == "call":
            target = target.child_by_field_name("function") or target
        return self.text(target).rpartition(".")[2] if target.end_byte - target.start_byte < 500 else ""

    def close_definition(self, outer: Node, node: Node, start: int, _name_at: int) -> None:
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
        statements = [child for child in node.children if child.type not in DROPPED]
        parent = node.parent
        defines = parent is None or parent.type in {"function_definition", "class_definition"}
        doc = statements[0] if defines and statements and _is_docstring(statements[0]) else None
        rest = statements[1:] if doc is not None else statements
        filler = len(rest) == 1 and rest[0].type == "pass_statement" and defines
        children = [(child, flags | DOC if child is doc or filler else flags) for child in statements]
        self.blocks.append(self.kept)
        line = node.start_point.row + 1
        self.emit(f"{OPEN}block", line, flags)
        self.stack.append(End(CLOSE, line, flags, block=True))
        self.stack.extend(reversed(children))


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
