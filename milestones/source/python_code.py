"""Python's syntax tree brought into the small language of `code`."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterable, Iterator

from tree_sitter import Node

from milestones.facts import Problem
from milestones.source import code
from milestones.source.code import Expression, Statement
from milestones.source.parsing import line_of, parse_python

DEPTH_LIMIT = 120


def python_code(data: bytes) -> code.File:
    """The code of Python bytes; what could not be read is in its problems."""
    source = parse_python(data)
    reader = _Reader()
    body = reader.block(source.root)
    return code.File(body, (*source.problems, *reader.problems))


def _children(node: Node | None) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"] if node is not None else []


def _text(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


class _Reader:
    """Reads nodes by their type; nothing here decides what a thing means."""

    def __init__(self) -> None:
        self.depth = 0
        self.problems: list[Problem] = []

    # --- statements

    def block(self, node: Node | None) -> tuple[Statement, ...]:
        return tuple(statement for child in _children(node) for statement in self.statement(child))

    def statement(self, node: Node) -> Iterable[Statement]:
        read = STATEMENTS.get(node.type)
        if read is None:
            return ()
        if self.depth >= DEPTH_LIMIT:
            self._too_deep(node)
            return ()
        self.depth += 1
        try:
            return tuple(read(self, node))
        finally:
            self.depth -= 1

    def _too_deep(self, node: Node) -> None:
        if not self.problems:
            self.problems.append(Problem("nested too deeply: not read", "", line_of(node)))

    def broken(self, node: Node) -> Iterator[Statement]:
        for child in _children(node):
            yield from self.statement(child)

    def expression_statement(self, node: Node) -> Iterator[Statement]:
        for child in _children(node):
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
        operator = _text(node.child_by_field_name("operator")).removesuffix("=")
        return code.Augment(line_of(node), self.field(node, "left"), operator, self.field(node, "right"))

    def import_(self, node: Node) -> Iterator[Statement]:
        for child in node.children_by_field_name("name"):
            if child.type == "aliased_import":
                name, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
                yield code.Import(line_of(node), _dotted(name), _text(alias))
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
            return _dotted(node.child_by_field_name("name")), _text(node.child_by_field_name("alias"))
        return _dotted(node), _dotted(node)

    def decorated(self, node: Node) -> Iterator[Statement]:
        decorators = [self.expression(_children(child)[0]) for child in _children(node) if child.type == "decorator"]
        definition = node.child_by_field_name("definition")
        for statement in self.statement(definition) if definition is not None else ():
            if isinstance(statement, (code.Function, code.Class)):
                yield statement._replace(decorators=tuple(decorators))

    def function(self, node: Node) -> Iterator[Statement]:
        name = _text(node.child_by_field_name("name"))
        parameters = tuple(self.parameters(node.child_by_field_name("parameters")))
        body = self.block(node.child_by_field_name("body"))
        returns = node.child_by_field_name("return_type")
        made = self.expression(returns) if returns is not None else None
        yield code.Function(line_of(node), name, parameters, body, (), made)

    def parameters(self, node: Node | None) -> Iterator[code.Parameter]:
        kind = ""
        for child in _children(node):
            if child.type in ("keyword_separator", "list_splat_pattern"):
                kind = "only"
            if child.type not in ("keyword_separator", "positional_separator"):
                yield self._parameter(child, kind)

    def _parameter(self, node: Node, kind: str) -> code.Parameter:
        if node.type == "identifier":
            return code.Parameter(_text(node), kind)
        if node.type in ("list_splat_pattern", "dictionary_splat_pattern"):
            return code.Parameter(_text(node).lstrip("*"), "*" if node.type.startswith("list") else "**")
        named = node.child_by_field_name("name") or (_children(node) or [node])[0]
        default, annotation = node.child_by_field_name("value"), node.child_by_field_name("type")
        inner = self._parameter(named, kind) if named.type != node.type else code.Parameter("", kind)
        return inner._replace(
            default=self.expression(default) if default is not None else None,
            annotation=self.expression(annotation) if annotation is not None else None,
        )

    def class_(self, node: Node) -> Iterator[Statement]:
        bases, keywords = self.arguments(node.child_by_field_name("superclasses"))
        body = self.block(node.child_by_field_name("body"))
        yield code.Class(line_of(node), _text(node.child_by_field_name("name")), bases, keywords, body)

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
        for clause in _children(node):
            inner = [child for child in _children(clause) if child.type == "block"]
            if clause.type.startswith("except"):
                arms.append(tuple(statement for child in inner for statement in self.block(child)))
            elif clause.type in ("else_clause", "finally_clause"):
                last += [statement for child in inner for statement in self.block(child)]
        if arms:
            yield code.Branches(line_of(node), tuple(arms))
        yield from last

    def with_(self, node: Node) -> Iterator[Statement]:
        clauses = [child for child in _children(node) if child.type == "with_clause"]
        items = tuple(self._with_item(item) for clause in clauses for item in _children(clause))
        yield code.With(line_of(node), items, self.block(node.child_by_field_name("body")))

    def _with_item(self, node: Node) -> tuple[Expression, Expression | None]:
        value = node.child_by_field_name("value") or node
        if value.type != "as_pattern":
            return self.expression(value), None
        inner, target = _children(value)[0], value.child_by_field_name("alias")
        bound = _children(target)[0] if target is not None and _children(target) else target
        return self.expression(inner), self.expression(bound) if bound is not None else None

    def match(self, node: Node) -> Iterator[Statement]:
        arms = [
            self.block(clause.child_by_field_name("consequence"))
            for clause in _children(node.child_by_field_name("body"))
        ]
        yield code.Branches(line_of(node), tuple(arms))

    def return_(self, node: Node) -> Iterator[Statement]:
        yield code.Return(line_of(node), self._first(node))

    def raise_(self, node: Node) -> Iterator[Statement]:
        yield code.Raise(line_of(node), self._first(node))

    def _first(self, node: Node) -> Expression | None:
        children = _children(node)
        return self.expression(children[0]) if children else None

    def jump(self, node: Node) -> Iterator[Statement]:
        yield code.Jump(line_of(node), node.type.removesuffix("_statement"))

    def global_(self, node: Node) -> Iterator[Statement]:
        yield code.Global(line_of(node), tuple(_text(child) for child in _children(node)))

    # --- expressions

    def field(self, node: Node, name: str) -> Expression:
        child = node.child_by_field_name(name)
        return self.expression(child) if child is not None else code.Opaque(line_of(node), name)

    def expression(self, node: Node) -> Expression:
        read = EXPRESSIONS.get(node.type)
        if read is None:
            return code.Opaque(line_of(node), node.type)
        if self.depth >= DEPTH_LIMIT:
            self._too_deep(node)
            return code.Opaque(line_of(node), "nested too deeply")
        self.depth += 1
        try:
            return read(self, node)
        finally:
            self.depth -= 1

    def inner(self, node: Node) -> Expression:
        children = _children(node)
        return self.expression(children[0]) if children else code.Opaque(line_of(node), node.type)

    def name(self, node: Node) -> Expression:
        return code.Name(line_of(node), _text(node))

    def constant(self, node: Node) -> Expression:
        known = {"true": True, "false": False, "none": None}
        if node.type in known:
            return code.Const(line_of(node), known[node.type])
        try:
            return code.Const(line_of(node), _literal(_text(node)))
        except (ValueError, SyntaxError):
            return code.Opaque(line_of(node), "number")

    def string(self, node: Node) -> Expression:
        prefix = _text(node.children[0]).rstrip("'\"").lower() if node.children else ""
        parts: list[Expression] = []
        for child in node.children[1:-1]:
            if child.type == "interpolation":
                parts.append(
                    self.field(child, "expression") if child.child_by_field_name("expression") else self.inner(child)
                )
            else:
                parts.append(code.Const(line_of(child), _unescaped(_text(child), prefix)))
        if "b" in prefix:
            return code.Const(
                line_of(node), "".join(str(part.value) for part in parts if isinstance(part, code.Const)).encode()
            )
        return _joined(line_of(node), parts)

    def strings(self, node: Node) -> Expression:
        return _joined(line_of(node), [self.expression(child) for child in _children(node)])

    def attribute(self, node: Node) -> Expression:
        return code.Attribute(line_of(node), self.field(node, "object"), _text(node.child_by_field_name("attribute")))

    def item(self, node: Node) -> Expression:
        indices = [self.expression(child) for child in node.children_by_field_name("subscript")]
        index = indices[0] if len(indices) == 1 else code.Sequence(line_of(node), "tuple", tuple(indices))
        return code.Item(line_of(node), self.field(node, "value"), index)

    def generic(self, node: Node) -> Expression:
        """`Annotated[...]` inside an annotation, which the grammar sees as a type of its own."""
        children = _children(node)
        indices = [self.expression(child) for child in _children(children[-1])]
        index = indices[0] if len(indices) == 1 else code.Sequence(line_of(node), "tuple", tuple(indices))
        return code.Item(line_of(node), self.expression(children[0]), index)

    def call(self, node: Node) -> Expression:
        arguments = node.child_by_field_name("arguments")
        if arguments is not None and arguments.type == "generator_expression":
            return code.Call(line_of(node), self.field(node, "function"), (self.expression(arguments),))
        positional, keywords = self.arguments(arguments)
        return code.Call(line_of(node), self.field(node, "function"), positional, keywords)

    def arguments(self, node: Node | None) -> tuple[tuple[Expression, ...], tuple[tuple[str, Expression], ...]]:
        positional: list[Expression] = []
        keywords: list[tuple[str, Expression]] = []
        for child in _children(node):
            if child.type == "keyword_argument":
                keywords.append((_text(child.child_by_field_name("name")), self.field(child, "value")))
            elif child.type == "dictionary_splat":
                keywords.append(("", self.inner(child)))
            else:
                positional.append(self.expression(child))
        return tuple(positional), tuple(keywords)

    def spread(self, node: Node) -> Expression:
        return code.Spread(line_of(node), self.inner(node))

    def binary(self, node: Node) -> Expression:
        operator = _text(node.child_by_field_name("operator"))
        return code.Binary(line_of(node), operator, self.field(node, "left"), self.field(node, "right"))

    def either(self, node: Node) -> Expression:
        operator = _text(node.child_by_field_name("operator"))
        return code.Either(line_of(node), operator, self.field(node, "left"), self.field(node, "right"))

    def comparison(self, node: Node) -> Expression:
        children = _children(node)
        if len(children) != 2:
            return code.Opaque(line_of(node), "comparison")
        operator = " ".join(_text(child) for child in node.children_by_field_name("operators"))
        return code.Binary(line_of(node), operator, self.expression(children[0]), self.expression(children[1]))

    def not_(self, node: Node) -> Expression:
        return code.Not(line_of(node), self.field(node, "argument"))

    def sequence(self, node: Node) -> Expression:
        kinds = {"list": "list", "list_pattern": "list", "set": "set"}
        items = tuple(self.expression(child) for child in _children(node))
        return code.Sequence(line_of(node), kinds.get(node.type, "tuple"), items)

    def mapping(self, node: Node) -> Expression:
        pairs: list[tuple[Expression | None, Expression]] = []
        for child in _children(node):
            if child.type == "pair":
                pairs.append((self.field(child, "key"), self.field(child, "value")))
            elif child.type == "dictionary_splat":
                pairs.append((None, self.inner(child)))
        return code.Mapping(line_of(node), tuple(pairs))

    def choice(self, node: Node) -> Expression:
        children = _children(node)
        if len(children) != 3:
            return code.Opaque(line_of(node), "choice")
        then, test, otherwise = (self.expression(child) for child in children)
        return code.Choice(line_of(node), test, then, otherwise)

    def lambda_(self, node: Node) -> Expression:
        parameters = tuple(self.parameters(node.child_by_field_name("parameters")))
        body = code.Return(line_of(node), self.field(node, "body"))
        return code.Function(line_of(node), "<lambda>", parameters, (body,))

    def comprehension(self, node: Node) -> Expression:
        clauses: list[tuple[Expression, Expression, tuple[Expression, ...]]] = []
        for child in _children(node)[1:]:
            if child.type == "for_in_clause":
                clauses.append((self.field(child, "left"), self.field(child, "right"), ()))
            elif child.type == "if_clause" and clauses:
                target, iterable, tests = clauses[-1]
                clauses[-1] = (target, iterable, (*tests, self.inner(child)))
        body = node.child_by_field_name("body")
        key, element = None, self.field(node, "body")
        if body is not None and body.type == "pair":
            key, element = self.field(body, "key"), self.field(body, "value")
        kind = {"dictionary_comprehension": "dict", "set_comprehension": "set"}.get(node.type, "list")
        return code.Walk(line_of(node), kind, key, element, tuple(clauses))

    def named(self, node: Node) -> Expression:
        return self.field(node, "value")


def _dotted(node: Node | None) -> str:
    return "".join(_text(node).replace("\\", "").split())


def _literal(text: str) -> object:
    with warnings.catch_warnings():  # an escape that Python frowns on is still what the file says
        warnings.simplefilter("ignore")
        return ast.literal_eval(text)


def _unescaped(text: str, prefix: str) -> str:
    if "f" in prefix or "t" in prefix:
        text = text.replace("{{", "{").replace("}}", "}")
    if "r" in prefix or "\\" not in text:
        return text
    try:
        return str(_literal('"""' + text.replace('"', '\\"') + '"""'))
    except (ValueError, SyntaxError):
        return text


def _joined(line: int, parts: list[Expression]) -> Expression:
    if all(isinstance(part, code.Const) and isinstance(part.value, str) for part in parts):
        return code.Const(line, "".join(part.value for part in parts if isinstance(part, code.Const)))
    return code.Text(line, tuple(parts))


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

EXPRESSIONS: dict[str, Callable[[_Reader, Node], Expression]] = {
    "identifier": _Reader.name,
    "true": _Reader.constant,
    "false": _Reader.constant,
    "none": _Reader.constant,
    "integer": _Reader.constant,
    "float": _Reader.constant,
    "string": _Reader.string,
    "concatenated_string": _Reader.strings,
    "attribute": _Reader.attribute,
    "subscript": _Reader.item,
    "generic_type": _Reader.generic,
    "call": _Reader.call,
    "list_splat": _Reader.spread,
    "list_splat_pattern": _Reader.spread,
    "binary_operator": _Reader.binary,
    "boolean_operator": _Reader.either,
    "comparison_operator": _Reader.comparison,
    "not_operator": _Reader.not_,
    "list": _Reader.sequence,
    "tuple": _Reader.sequence,
    "set": _Reader.sequence,
    "expression_list": _Reader.sequence,
    "pattern_list": _Reader.sequence,
    "tuple_pattern": _Reader.sequence,
    "list_pattern": _Reader.sequence,
    "dictionary": _Reader.mapping,
    "conditional_expression": _Reader.choice,
    "lambda": _Reader.lambda_,
    "list_comprehension": _Reader.comprehension,
    "set_comprehension": _Reader.comprehension,
    "dictionary_comprehension": _Reader.comprehension,
    "generator_expression": _Reader.comprehension,
    "named_expression": _Reader.named,
    "parenthesized_expression": _Reader.inner,
    "await": _Reader.inner,
    "type": _Reader.inner,
    "as_pattern_target": _Reader.inner,
}
