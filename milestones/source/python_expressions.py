"""Python's expressions, and the parameters of its functions, brought into the small language of `code`."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Iterator

from tree_sitter import Node

from milestones.facts import Problem
from milestones.source import code
from milestones.source.code import Expression
from milestones.source.parsing import line_of

DEPTH_LIMIT = 120


def children_of(node: Node | None) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"] if node is not None else []


def text_of(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


class ExpressionReader:
    """Reads expressions by their type; nothing here decides what a thing means."""

    def __init__(self) -> None:
        self.depth = 0
        self.problems: list[Problem] = []

    def too_deep(self, node: Node) -> None:
        if not self.problems:
            self.problems.append(Problem("nested too deeply: not read", "", line_of(node)))

    def field(self, node: Node, name: str) -> Expression:
        child = node.child_by_field_name(name)
        return self.expression(child) if child is not None else code.Opaque(line_of(node), name)

    def expression(self, node: Node) -> Expression:
        read = EXPRESSIONS.get(node.type)
        if read is None:
            return code.Opaque(line_of(node), node.type)
        if self.depth >= DEPTH_LIMIT:
            self.too_deep(node)
            return code.Opaque(line_of(node), "nested too deeply")
        self.depth += 1
        try:
            return read(self, node)
        finally:
            self.depth -= 1

    def inner(self, node: Node) -> Expression:
        children = children_of(node)
        return self.expression(children[0]) if children else code.Opaque(line_of(node), node.type)

    def name(self, node: Node) -> Expression:
        return code.Name(line_of(node), text_of(node))

    def constant(self, node: Node) -> Expression:
        known = {"true": True, "false": False, "none": None}
        if node.type in known:
            return code.Const(line_of(node), known[node.type])
        try:
            return code.Const(line_of(node), _literal(text_of(node)))
        except (ValueError, SyntaxError):
            return code.Opaque(line_of(node), "number")

    def string(self, node: Node) -> Expression:
        prefix = text_of(node.children[0]).rstrip("'\"").lower() if node.children else ""
        parts: list[Expression] = []
        for child in node.children[1:-1]:
            if child.type == "interpolation":
                parts.append(
                    self.field(child, "expression") if child.child_by_field_name("expression") else self.inner(child)
                )
            else:
                parts.append(code.Const(line_of(child), _unescaped(text_of(child), prefix)))
        if "b" in prefix:
            return code.Const(
                line_of(node), "".join(str(part.value) for part in parts if isinstance(part, code.Const)).encode()
            )
        return _joined(line_of(node), parts)

    def strings(self, node: Node) -> Expression:
        return _joined(line_of(node), [self.expression(child) for child in children_of(node)])

    def attribute(self, node: Node) -> Expression:
        return code.Attribute(line_of(node), self.field(node, "object"), text_of(node.child_by_field_name("attribute")))

    def item(self, node: Node) -> Expression:
        indices = [self.expression(child) for child in node.children_by_field_name("subscript")]
        index = indices[0] if len(indices) == 1 else code.Sequence(line_of(node), "tuple", tuple(indices))
        return code.Item(line_of(node), self.field(node, "value"), index)

    def generic(self, node: Node) -> Expression:
        """`Annotated[...]` inside an annotation, which the grammar sees as a type of its own."""
        children = children_of(node)
        indices = [self.expression(child) for child in children_of(children[-1])]
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
        for child in children_of(node):
            if child.type == "keyword_argument":
                keywords.append((text_of(child.child_by_field_name("name")), self.field(child, "value")))
            elif child.type == "dictionary_splat":
                keywords.append(("", self.inner(child)))
            else:
                positional.append(self.expression(child))
        return tuple(positional), tuple(keywords)

    def spread(self, node: Node) -> Expression:
        return code.Spread(line_of(node), self.inner(node))

    def binary(self, node: Node) -> Expression:
        operator = text_of(node.child_by_field_name("operator"))
        return code.Binary(line_of(node), operator, self.field(node, "left"), self.field(node, "right"))

    def either(self, node: Node) -> Expression:
        operator = text_of(node.child_by_field_name("operator"))
        return code.Either(line_of(node), operator, self.field(node, "left"), self.field(node, "right"))

    def comparison(self, node: Node) -> Expression:
        children = children_of(node)
        if len(children) != 2:
            return code.Opaque(line_of(node), "comparison")
        operator = " ".join(text_of(child) for child in node.children_by_field_name("operators"))
        return code.Binary(line_of(node), operator, self.expression(children[0]), self.expression(children[1]))

    def not_(self, node: Node) -> Expression:
        return code.Not(line_of(node), self.field(node, "argument"))

    def sequence(self, node: Node) -> Expression:
        kinds = {"list": "list", "list_pattern": "list", "set": "set"}
        items = tuple(self.expression(child) for child in children_of(node))
        return code.Sequence(line_of(node), kinds.get(node.type, "tuple"), items)

    def mapping(self, node: Node) -> Expression:
        pairs: list[tuple[Expression | None, Expression]] = []
        for child in children_of(node):
            if child.type == "pair":
                pairs.append((self.field(child, "key"), self.field(child, "value")))
            elif child.type == "dictionary_splat":
                pairs.append((None, self.inner(child)))
        return code.Mapping(line_of(node), tuple(pairs))

    def choice(self, node: Node) -> Expression:
        children = children_of(node)
        if len(children) != 3:
            return code.Opaque(line_of(node), "choice")
        then, test, otherwise = (self.expression(child) for child in children)
        return code.Choice(line_of(node), test, then, otherwise)

    def lambda_(self, node: Node) -> Expression:
        parameters = tuple(self.parameters(node.child_by_field_name("parameters")))
        body = code.Return(line_of(node), self.field(node, "body"))
        return code.Function(line_of(node), "<lambda>", parameters, (body,))

    def parameters(self, node: Node | None) -> Iterator[code.Parameter]:
        kind = ""
        for child in children_of(node):
            if child.type in ("keyword_separator", "list_splat_pattern"):
                kind = "only"
            if child.type not in ("keyword_separator", "positional_separator"):
                yield self._parameter(child, kind)

    def _parameter(self, node: Node, kind: str) -> code.Parameter:
        if node.type == "identifier":
            return code.Parameter(text_of(node), kind)
        if node.type in ("list_splat_pattern", "dictionary_splat_pattern"):
            return code.Parameter(text_of(node).lstrip("*"), "*" if node.type.startswith("list") else "**")
        named = node.child_by_field_name("name") or (children_of(node) or [node])[0]
        default, annotation = node.child_by_field_name("value"), node.child_by_field_name("type")
        inner = self._parameter(named, kind) if named.type != node.type else code.Parameter("", kind)
        return inner._replace(
            default=self.expression(default) if default is not None else None,
            annotation=self.expression(annotation) if annotation is not None else None,
        )

    def comprehension(self, node: Node) -> Expression:
        clauses: list[tuple[Expression, Expression, tuple[Expression, ...]]] = []
        for child in children_of(node)[1:]:
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
        return code.Named(line_of(node), self.field(node, "name"), self.field(node, "value"))

    def unary(self, node: Node) -> Expression:
        operator, value = text_of(node.child_by_field_name("operator")), self.field(node, "argument")
        if operator == "-":
            return code.Binary(line_of(node), "-", code.Const(line_of(node), 0), value)
        return value if operator == "+" else code.Opaque(line_of(node), "bitwise complement")

    def slice(self, node: Node) -> Expression:
        """`a:b:c` inside brackets is a call of `slice`, empty places being None."""
        parts: list[Expression] = [code.Const(line_of(node), None)]
        for child in node.children:
            if child.type == ":":
                parts.append(code.Const(line_of(node), None))
            elif child.is_named and child.type != "comment":
                parts[-1] = self.expression(child)
        return code.Call(line_of(node), code.Name(line_of(node), "slice"), tuple(parts))

    def yield_(self, node: Node) -> Expression:
        children = children_of(node)
        many = any(child.type == "from" for child in node.children)
        return code.Yield(line_of(node), self.expression(children[0]) if children else None, many)


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


EXPRESSIONS: dict[str, Callable[[ExpressionReader, Node], Expression]] = {
    "identifier": ExpressionReader.name,
    "true": ExpressionReader.constant,
    "false": ExpressionReader.constant,
    "none": ExpressionReader.constant,
    "integer": ExpressionReader.constant,
    "float": ExpressionReader.constant,
    "string": ExpressionReader.string,
    "concatenated_string": ExpressionReader.strings,
    "attribute": ExpressionReader.attribute,
    "subscript": ExpressionReader.item,
    "generic_type": ExpressionReader.generic,
    "call": ExpressionReader.call,
    "list_splat": ExpressionReader.spread,
    "list_splat_pattern": ExpressionReader.spread,
    "binary_operator": ExpressionReader.binary,
    "boolean_operator": ExpressionReader.either,
    "comparison_operator": ExpressionReader.comparison,
    "not_operator": ExpressionReader.not_,
    "list": ExpressionReader.sequence,
    "tuple": ExpressionReader.sequence,
    "set": ExpressionReader.sequence,
    "expression_list": ExpressionReader.sequence,
    "pattern_list": ExpressionReader.sequence,
    "tuple_pattern": ExpressionReader.sequence,
    "list_pattern": ExpressionReader.sequence,
    "dictionary": ExpressionReader.mapping,
    "conditional_expression": ExpressionReader.choice,
    "lambda": ExpressionReader.lambda_,
    "list_comprehension": ExpressionReader.comprehension,
    "set_comprehension": ExpressionReader.comprehension,
    "dictionary_comprehension": ExpressionReader.comprehension,
    "generator_expression": ExpressionReader.comprehension,
    "named_expression": ExpressionReader.named,
    "unary_operator": ExpressionReader.unary,
    "slice": ExpressionReader.slice,
    "yield": ExpressionReader.yield_,
    "parenthesized_expression": ExpressionReader.inner,
    "await": ExpressionReader.inner,
    "type": ExpressionReader.inner,
    "as_pattern_target": ExpressionReader.inner,
}
