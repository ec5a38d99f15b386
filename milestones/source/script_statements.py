"""JavaScript's and TypeScript's statements, and so their files, brought into the small language of `code`.

What a module exports is what it assigns to `exports`; an import is a call of `require`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

from milestones.facts import Problem
from milestones.source import code
from milestones.source.code import Expression, Statement
from milestones.source.parsing import SIZE_LIMIT, line_of, problems_in
from milestones.source.python_expressions import children_of, text_of
from milestones.source.script_expressions import DEPTH_LIMIT, ScriptExpressions, named, unescaped

JAVASCRIPT = Language(tree_sitter_javascript.language())
TYPESCRIPT = Language(tree_sitter_typescript.language_typescript())
TSX = Language(tree_sitter_typescript.language_tsx())
SUFFIXES = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")


def script_code(data: bytes, path: str) -> code.File:
    """The code of a file of JavaScript or TypeScript; what could not be read is in its problems."""
    if len(data) > SIZE_LIMIT:
        return code.File((), (Problem(f"{len(data):,} bytes, over the limit of {SIZE_LIMIT:,}: not read", path, 1),))
    if b"\0" in data[:8192]:
        return code.File((), (Problem("binary content under a name of source code: not read", path, 1),))
    language = _language(path)
    clean = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").encode()
    root = Parser(language).parse(clean).root_node
    reader = _Reader(clean, language)
    body = reader.block(root)
    return code.File(body, (*problems_in(root, path), *reader.problems))


def _language(path: str) -> Language:
    if path.endswith((".tsx", ".jsx")):
        return TSX if path.endswith(".tsx") else JAVASCRIPT
    return TYPESCRIPT if path.endswith((".ts", ".mts", ".cts")) else JAVASCRIPT


class _Reader(ScriptExpressions):
    """Reads statements by their type; declarations of functions come first in their block, as the language has it."""

    def __init__(self, data: bytes, language: Language) -> None:
        super().__init__()
        self.data = data
        self.language = language

    def later(self, node: Node, first: tuple[Statement, ...]) -> code.Later | tuple[Statement, ...]:
        if not node.named_child_count:
            return first
        language = self.language

        def read(text: bytes, line: int) -> tuple[Statement, ...]:
            data = b"\n" * (line - 1) + text
            root = Parser(language).parse(data).root_node
            found = next((one for one in root.named_children if one.type == "statement_block"), None)
            return (*first, *(_Reader(data, language).block(found) if found is not None else ()))

        return code.Later(node.text or b"", line_of(node), read)

    def block(self, node: Node | None) -> tuple[Statement, ...]:
        made = [statement for child in children_of(node) for statement in self.statement(child)]
        return tuple(sorted(made, key=lambda one: not isinstance(one, code.Function)))

    def statement(self, node: Node | None) -> Iterable[Statement]:
        read = STATEMENTS.get(node.type) if node is not None else None
        if node is None or self.depth >= DEPTH_LIMIT:
            return ()
        self.depth += 1
        try:
            return tuple(read(self, node)) if read is not None else ()
        finally:
            self.depth -= 1

    def body(self, node: Node | None) -> tuple[Statement, ...]:
        """A branch: a block, or one statement without braces."""
        if node is not None and node.type == "else_clause":
            node = next(iter(children_of(node)), None)
        return self.block(node) if node is not None and node.type == "statement_block" else tuple(self.statement(node))

    def expression_statement(self, node: Node) -> Iterator[Statement]:
        inner = next(iter(children_of(node)), None)
        if inner is not None and inner.type == "assignment_expression":
            made = self.assignment(inner)
            if isinstance(made, code.Named):
                yield code.Assign(line_of(node), (made.target,), made.value)
        elif inner is not None and inner.type == "augmented_assignment_expression":
            operator = text_of(inner.child_by_field_name("operator")).removesuffix("=")
            yield code.Augment(line_of(node), self.field(inner, "left"), operator, self.field(inner, "right"))
        elif inner is not None:
            yield code.Do(line_of(node), self.expression(inner))

    def declaration(self, node: Node) -> Iterator[Statement]:
        for child in children_of(node):
            target, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if child.type == "variable_declarator" and target is not None:
                made = named(self.expression(value), text_of(target)) if value is not None else None
                yield code.Assign(line_of(child), (self.expression(target),), made or code.Const(line_of(child), None))

    def function_(self, node: Node) -> Iterator[Statement]:
        yield self.function(node)

    def class_statement(self, node: Node) -> Iterator[Statement]:
        yield self.class_(node)

    def class_(self, node: Node) -> code.Class:
        heritage = next((child for child in children_of(node) if child.type == "class_heritage"), None)
        bases = tuple(self._bases(heritage)) if heritage is not None else ()
        members = tuple(one for child in children_of(node.child_by_field_name("body")) for one in self._member(child))
        return code.Class(line_of(node), text_of(node.child_by_field_name("name")) or "anonymous", bases, (), members)

    def _bases(self, heritage: Node) -> Iterator[Expression]:
        for child in children_of(heritage):
            if child.type == "extends_clause":
                yield self.field(child, "value")
            elif child.type != "implements_clause":
                yield self.expression(child)

    def _member(self, node: Node) -> Iterator[Statement]:
        name = text_of(node.child_by_field_name("name") or node.child_by_field_name("property"))
        if node.type == "method_definition":
            made = self.function(node)
            static = any(child.type == "static" for child in node.children)
            getter = any(child.type == "get" for child in node.children)
            this = () if static else (code.Parameter("this"),)
            kind = "property" if getter else "staticmethod" if static else ""
            over = (code.Name(line_of(node), kind),) if kind else ()
            called = "__init__" if name == "constructor" else name
            yield made._replace(name=called, parameters=(*this, *made.parameters), decorators=over)
        elif node.type in ("field_definition", "public_field_definition"):
            value = node.child_by_field_name("value")
            if value is not None:
                target = code.Name(line_of(node), name)
                yield code.Assign(line_of(node), (target,), named(self.expression(value), name))

    def if_(self, node: Node) -> Iterator[Statement]:
        then = self.body(node.child_by_field_name("consequence"))
        otherwise = self.body(node.child_by_field_name("alternative"))
        yield code.If(line_of(node), self.field(node, "condition"), then, otherwise)

    def for_each(self, node: Node) -> Iterator[Statement]:
        iterable = self.field(node, "right")
        if text_of(node.child_by_field_name("operator")) == "in":
            keys = code.Attribute(line_of(node), code.Name(line_of(node), "Object"), "keys")
            iterable = code.Call(line_of(node), keys, (iterable,))
        body = self.body(node.child_by_field_name("body"))
        yield code.For(line_of(node), self.field(node, "left"), iterable, body)

    def while_(self, node: Node) -> Iterator[Statement]:
        yield from self.statement(node.child_by_field_name("initializer"))
        yield code.While(line_of(node), code.Opaque(line_of(node), "loop"), self.body(node.child_by_field_name("body")))

    def try_(self, node: Node) -> Iterator[Statement]:
        yield from self.block(node.child_by_field_name("body"))
        handler, finalizer = node.child_by_field_name("handler"), node.child_by_field_name("finalizer")
        if handler is not None:
            yield code.Branches(line_of(handler), (self.block(handler.child_by_field_name("body")),))
        if finalizer is not None:
            yield from self.block(finalizer.child_by_field_name("body"))

    def switch(self, node: Node) -> Iterator[Statement]:
        arms = [
            tuple(one for child in case.children_by_field_name("body") for one in self.statement(child))
            for case in children_of(node.child_by_field_name("body"))
        ]
        yield code.Branches(line_of(node), tuple(arms))

    def block_(self, node: Node) -> Iterator[Statement]:
        yield from self.block(node)

    def labeled(self, node: Node) -> Iterator[Statement]:
        yield from self.statement(node.child_by_field_name("body"))

    def return_(self, node: Node) -> Iterator[Statement]:
        inner = next(iter(children_of(node)), None)
        yield code.Return(line_of(node), self.expression(inner) if inner is not None else None)

    def throw(self, node: Node) -> Iterator[Statement]:
        yield code.Raise(line_of(node), self.inner(node))

    def jump(self, node: Node) -> Iterator[Statement]:
        yield code.Jump(line_of(node), node.type.removesuffix("_statement"))

    def enum(self, node: Node) -> Iterator[Statement]:
        pairs: list[tuple[Expression | None, Expression]] = []
        for child in children_of(node.child_by_field_name("body")):
            if child.type == "enum_assignment":
                key = child.child_by_field_name("name") or child
                pairs.append((code.Const(line_of(child), text_of(key).strip("'\"")), self.field(child, "value")))
        target = code.Name(line_of(node), text_of(node.child_by_field_name("name")))
        yield code.Assign(line_of(node), (target,), code.Mapping(line_of(node), tuple(pairs)))

    # --- imports and exports

    def import_(self, node: Node) -> Iterator[Statement]:
        source = node.child_by_field_name("source")
        clause = next((child for child in children_of(node) if child.type == "import_clause"), None)
        required = next((child for child in children_of(node) if child.type == "import_require_clause"), None)
        if required is not None:
            inner = next(one for one in children_of(required) if one.type == "string")
            target = self.name(children_of(required)[0])
            yield code.Assign(line_of(node), (target,), _required(node, text_of(inner)))
        elif source is not None and not any(child.type == "type" for child in node.children):
            whole = _required(node, text_of(source))
            yield code.Do(line_of(node), whole)
            for child in children_of(clause):
                yield from self._imported(child, whole)

    def _imported(self, node: Node, whole: Expression) -> Iterator[Statement]:
        line = line_of(node)
        if node.type == "identifier":
            yield code.Assign(line, (self.name(node),), _default(whole, line))
        elif node.type == "namespace_import":
            yield code.Assign(line, (self.inner(node),), whole)
        for child in children_of(node) if node.type == "named_imports" else ():
            name = text_of(child.child_by_field_name("name"))
            bound = text_of(child.child_by_field_name("alias")) or name
            value = _default(whole, line) if name == "default" else code.Attribute(line, whole, name)
            yield code.Assign(line, (code.Name(line, bound),), value)

    def export(self, node: Node) -> Iterator[Statement]:
        line, source = line_of(node), node.child_by_field_name("source")
        declared, value = node.child_by_field_name("declaration"), node.child_by_field_name("value")
        if value is not None or (declared is not None and any(child.type == "default" for child in node.children)):
            yield from self._export_default(node, value if value is not None else declared)
        elif declared is not None:
            statements = tuple(self.statement(declared))
            yield from statements
            for name in _declared(statements):
                yield _exported(name, code.Name(line, name), line)
        elif source is not None and not any(child.type == "export_clause" for child in children_of(node)):
            everything = code.Call(line, code.Name(line, "__export_all__"), (_required(node, text_of(source)),))
            yield code.Do(line, everything)
        else:
            yield from self._export_clause(node, source)

    def _export_default(self, node: Node, value: Node | None) -> Iterator[Statement]:
        line = line_of(node)
        if value is None:
            return
        if value.type in ("function_declaration", "class_declaration", "generator_function_declaration"):
            statements = tuple(self.statement(value))
            yield from statements
            for name in _declared(statements):
                yield _exported("default", code.Name(line, name), line)
        else:
            yield _exported("default", named(self.expression(value), "default"), line)

    def _export_clause(self, node: Node, source: Node | None) -> Iterator[Statement]:
        clause = next((child for child in children_of(node) if child.type == "export_clause"), None)
        whole = _required(node, text_of(source)) if source is not None else None
        for child in children_of(clause):
            line, name = line_of(child), text_of(child.child_by_field_name("name"))
            value: Expression = code.Name(line, name)
            if whole is not None:
                value = _default(whole, line) if name == "default" else code.Attribute(line, whole, name)
            yield _exported(text_of(child.child_by_field_name("alias")) or name, value, line)


def _required(node: Node, source: str) -> code.Call:
    line = line_of(node)
    return code.Call(line, code.Name(line, "require"), (code.Const(line, unescaped(source[1:-1])),))


def _default(whole: Expression, line: int) -> Expression:
    return code.Call(line, code.Name(line, "__default__"), (whole,))


def _exported(name: str, value: Expression, line: int) -> Statement:
    return code.Assign(line, (code.Attribute(line, code.Name(line, "exports"), name),), value)


def _declared(statements: Iterable[Statement]) -> Iterator[str]:
    for one in statements:
        if isinstance(one, (code.Function, code.Class)):
            yield one.name
        for target in one.targets if isinstance(one, code.Assign) else ():
            if isinstance(target, code.Name):
                yield target.id
            elif isinstance(target, code.Mapping):
                yield from (inner.id for _, inner in target.pairs if isinstance(inner, code.Name))


STATEMENTS: dict[str, Callable[[_Reader, Node], Iterable[Statement]]] = {
    "expression_statement": _Reader.expression_statement, "lexical_declaration": _Reader.declaration,
    "variable_declaration": _Reader.declaration, "function_declaration": _Reader.function_,
    "generator_function_declaration": _Reader.function_, "class_declaration": _Reader.class_statement,
    "abstract_class_declaration": _Reader.class_statement, "if_statement": _Reader.if_,
    "for_in_statement": _Reader.for_each, "for_statement": _Reader.while_, "while_statement": _Reader.while_,
    "do_statement": _Reader.while_, "try_statement": _Reader.try_, "switch_statement": _Reader.switch,
    "statement_block": _Reader.block_, "labeled_statement": _Reader.labeled, "return_statement": _Reader.return_,
    "throw_statement": _Reader.throw, "break_statement": _Reader.jump, "continue_statement": _Reader.jump,
    "enum_declaration": _Reader.enum, "import_statement": _Reader.import_, "export_statement": _Reader.export,
    "ERROR": _Reader.block_,
}  # fmt: skip
