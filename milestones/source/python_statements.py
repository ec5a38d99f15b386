"""Python's statements, and so its files, brought into the small language of `code`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tree_sitter import Node, Parser

from milestones.source import code
from milestones.source.code import Expression, Statement
from milestones.source.parsing import PYTHON, line_of, parse_python
from milestones.source.python_expressions import DEPTH_LIMIT, ExpressionReader, children_of, text_of


def python_code(data: bytes) -> code.File:
    """The code of Python bytes; what could not be read is in its problems."""
    source = parse_python(data)
    reader = _Reader(source.data)
    body = reader.block(source.root)
    return code.File(body, (*source.problems, *reader.problems))


def _body(text: bytes, line: int) -> tuple[Statement, ...]:
    """The statements of a function whose body, under an `if`, begins at a line."""
    data = b"\n" * (line - 1) + text
    found = Parser(PYTHON).parse(data).root_node.named_children
    branch = next((one for one in found if one.type == "if_statement"), None)
    return _Reader(data).block(branch.child_by_field_name("consequence")) if branch is not None else ()


class _Reader(ExpressionReader):
    """Reads statements by their type; nothing here decides what a thing means."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.data = data

    def later(self, node: Node | None) -> code.Later | tuple[()]:
        """A body as the lines that it stands on, to be read when it is called."""
        if node is None or not node.named_child_count:
            return ()
        start = node.start_byte - node.start_point.column
        whole = not self.data[start : node.start_byte].strip()
        text = self.data[start if whole else node.start_byte : node.end_byte]
        return code.Later(b"if 1:\n" + text if whole else b"if 1: " + text, line_of(node) - whole, _body)

    def block(self, node: Node | None) -> tuple[Statement, ...]:
        return tuple(statement for child in children_of(node) for statement in self.statement(child))

    def statement(self, node: Node) -> Iterable[Statement]:
        read = STATEMENTS.get(node.type)
        if read is None:
            return ()
        if self.depth >= DEPTH_LIMIT:
            self.too_deep(node)
            return ()
        self.depth += 1
        try:
            return tuple(read(self, node))
        finally:
            self.depth -= 1

    def broken(self, node: Node) -> Iterator[Statement]:
        for child in children_of(node):
            yield from self.statement(child)

    def expression_statement(self, node: Node) -> Iterator[Statement]:
        for child in children_of(node):
            if child.type == "assignment":
                yield from self.assignment(child)
            elif child.type == "augmented_assignment":
                yield self.augmented(child)
            else:
                yield code.Do(line_of(child), self.expression(child))

    def assignment(self, node: Node) -> Iterator[Statement]:
        targets: list[Expression] = []
        value: Node | None = node
        annotated = node.child_by_field_name("type") is not None
        while value is not None and value.type == "assignment":
            targets.append(self.field(value, "left"))
            value = value.child_by_field_name("right")
        made = self.expression(value) if value is not None else None
        yield code.Assign(line_of(node), tuple(targets), made, annotated)

    def augmented(self, node: Node) -> Statement:
        operator = text_of(node.child_by_field_name("operator")).removesuffix("=")
        return code.Augment(line_of(node), self.field(node, "left"), operator, self.field(node, "right"))

    def import_(self, node: Node) -> Iterator[Statement]:
        for child in node.children_by_field_name("name"):
            if child.type == "aliased_import":
                name, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
                yield code.Import(line_of(node), _dotted(name), text_of(alias))
            else:
                yield code.Import(line_of(node), _dotted(child))

    def import_from(self, node: Node) -> Iterator[Statement]:
        written = _dotted(node.child_by_field_name("module_name"))
        module = written.lstrip(".")
        names = [self._imported(child) for child in node.children_by_field_name("name")]
        yield code.ImportFrom(line_of(node), module, len(written) - len(module), tuple(names) or (("*", "*"),))

    @staticmethod
    def _imported(node: Node) -> tuple[str, str]:
        if node.type == "aliased_import":
            return _dotted(node.child_by_field_name("name")), text_of(node.child_by_field_name("alias"))
        return _dotted(node), _dotted(node)

    def decorated(self, node: Node) -> Iterator[Statement]:
        decorators = [
            self.expression(children_of(child)[0]) for child in children_of(node) if child.type == "decorator"
        ]
        definition = node.child_by_field_name("definition")
        for statement in self.statement(definition) if definition is not None else ():
            if isinstance(statement, (code.Function, code.Class)):
                yield statement._replace(decorators=tuple(decorators))

    def function(self, node: Node) -> Iterator[Statement]:
        name = text_of(node.child_by_field_name("name"))
        parameters = tuple(self.parameters(node.child_by_field_name("parameters")))
        body = self.later(node.child_by_field_name("body"))
        returns = node.child_by_field_name("return_type")
        made = self.expression(returns) if returns is not None else None
        yield code.Function(line_of(node), name, parameters, body, (), made)

    def class_(self, node: Node) -> Iterator[Statement]:
        bases, keywords = self.arguments(node.child_by_field_name("superclasses"))
        body = self.block(node.child_by_field_name("body"))
        yield code.Class(line_of(node), text_of(node.child_by_field_name("name")), bases, keywords, body)

    def if_(self, node: Node) -> Iterator[Statement]:
        otherwise: tuple[Statement, ...] = ()
        for clause in reversed(node.children_by_field_name("alternative")):
            if clause.type == "else_clause":
                otherwise = self.block(clause.child_by_field_name("body"))
            else:
                otherwise = (self._branch(clause, otherwise),)
        yield self._branch(node, otherwise)

    def _branch(self, node: Node, otherwise: tuple[Statement, ...]) -> code.If:
        then = self.block(node.child_by_field_name("consequence"))
        return code.If(line_of(node), self.field(node, "condition"), then, otherwise)

    def for_(self, node: Node) -> Iterator[Statement]:
        body = self.block(node.child_by_field_name("body"))
        yield code.For(line_of(node), self.field(node, "left"), self.field(node, "right"), body)
        yield from self._otherwise(node)

    def while_(self, node: Node) -> Iterator[Statement]:
        yield code.While(line_of(node), self.field(node, "condition"), self.block(node.child_by_field_name("body")))

    def _otherwise(self, node: Node) -> Iterator[Statement]:
        clause = node.child_by_field_name("alternative")
        if clause is not None:
            yield from self.block(clause.child_by_field_name("body"))

    def try_(self, node: Node) -> Iterator[Statement]:
        yield from self.block(node.child_by_field_name("body"))
        arms, last = [], []
        for clause in children_of(node):
            inner = [child for child in children_of(clause) if child.type == "block"]
            if clause.type.startswith("except"):
                arms.append(tuple(statement for child in inner for statement in self.block(child)))
            elif clause.type in ("else_clause", "finally_clause"):
                last += [statement for child in inner for statement in self.block(child)]
        if arms:
            yield code.Branches(line_of(node), tuple(arms))
        yield from last

    def with_(self, node: Node) -> Iterator[Statement]:
        clauses = [child for child in children_of(node) if child.type == "with_clause"]
        items = tuple(self._with_item(item) for clause in clauses for item in children_of(clause))
        yield code.With(line_of(node), items, self.block(node.child_by_field_name("body")))

    def _with_item(self, node: Node) -> tuple[Expression, Expression | None]:
        value = node.child_by_field_name("value") or node
        if value.type != "as_pattern":
            return self.expression(value), None
        inner, target = children_of(value)[0], value.child_by_field_name("alias")
        bound = children_of(target)[0] if target is not None and children_of(target) else target
        return self.expression(inner), self.expression(bound) if bound is not None else None

    def match(self, node: Node) -> Iterator[Statement]:
        arms = [
            self.block(clause.child_by_field_name("consequence"))
            for clause in children_of(node.child_by_field_name("body"))
        ]
        yield code.Branches(line_of(node), tuple(arms))

    def return_(self, node: Node) -> Iterator[Statement]:
        yield code.Return(line_of(node), self._first(node))

    def raise_(self, node: Node) -> Iterator[Statement]:
        yield code.Raise(line_of(node), self._first(node))

    def _first(self, node: Node) -> Expression | None:
        children = children_of(node)
        return self.expression(children[0]) if children else None

    def jump(self, node: Node) -> Iterator[Statement]:
        yield code.Jump(line_of(node), node.type.removesuffix("_statement"))

    def global_(self, node: Node) -> Iterator[Statement]:
        yield code.Global(line_of(node), tuple(text_of(child) for child in children_of(node)))


def _dotted(node: Node | None) -> str:
    return "".join(text_of(node).replace("\\", "").split())


STATEMENTS: dict[str, Callable[[_Reader, Node], Iterable[Statement]]] = {
    "ERROR": _Reader.broken,
    "expression_statement": _Reader.expression_statement,
    "import_statement": _Reader.import_,
    "import_from_statement": _Reader.import_from,
    "decorated_definition": _Reader.decorated,
    "function_definition": _Reader.function,
    "class_definition": _Reader.class_,
    "if_statement": _Reader.if_,
    "for_statement": _Reader.for_,
    "while_statement": _Reader.while_,
    "try_statement": _Reader.try_,
    "with_statement": _Reader.with_,
    "match_statement": _Reader.match,
    "return_statement": _Reader.return_,
    "raise_statement": _Reader.raise_,
    "break_statement": _Reader.jump,
    "continue_statement": _Reader.jump,
    "global_statement": _Reader.global_,
    "nonlocal_statement": _Reader.global_,
}
