"""JavaScript's and TypeScript's expressions, brought into the small language of `code`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tree_sitter import Node

from milestones.facts import Problem
from milestones.source import code
from milestones.source.code import Expression, Statement
from milestones.source.parsing import line_of
from milestones.source.python_expressions import children_of, text_of

DEPTH_LIMIT = 120
ANONYMOUS = "anonymous"
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}
_ESCAPE = re.compile(r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)


class Rule(str):
    """A regular expression as it stands between its slashes."""

    __slots__ = ()


class ScriptExpressions:
    """Reads expressions by their type; `function` and `class_` are given by the part that reads statements."""

    def __init__(self) -> None:
        self.depth = 0
        self.problems: list[Problem] = []

    def block(self, node: Node | None) -> tuple[Statement, ...]:
        raise NotImplementedError

    def class_(self, node: Node) -> code.Class:
        raise NotImplementedError

    def later(self, node: Node, first: tuple[Statement, ...]) -> code.Later | tuple[Statement, ...]:
        raise NotImplementedError

    def field(self, node: Node, name: str) -> Expression:
        child = node.child_by_field_name(name)
        return self.expression(child) if child is not None else code.Opaque(line_of(node), name)

    def expression(self, node: Node) -> Expression:
        read = EXPRESSIONS.get(node.type)
        if read is None or self.depth >= DEPTH_LIMIT:
            if read is not None and not self.problems:
                self.problems.append(Problem("nested too deeply: not read", "", line_of(node)))
            return code.Opaque(line_of(node), node.type)
        self.depth += 1
        try:
            return read(self, node)
        finally:
            self.depth -= 1

    def inner(self, node: Node) -> Expression:
        children = children_of(node)
        return self.expression(children[0]) if children else code.Opaque(line_of(node), node.type)

    def last(self, node: Node) -> Expression:
        children = children_of(node)
        return self.expression(children[-1]) if children else code.Opaque(line_of(node), node.type)

    def name(self, node: Node) -> Expression:
        return code.Name(line_of(node), text_of(node))

    def constant(self, node: Node) -> Expression:
        known = {"true": True, "false": False, "null": None, "undefined": None}
        if node.type in known:
            return code.Const(line_of(node), known[node.type])
        try:
            number = float(text_of(node).replace("_", ""))
            return code.Const(line_of(node), int(number) if number.is_integer() else number)
        except (ValueError, OverflowError):
            return code.Opaque(line_of(node), "number")

    def string(self, node: Node) -> Expression:
        return code.Const(line_of(node), unescaped(text_of(node)[1:-1]))

    def template(self, node: Node) -> Expression:
        parts: list[Expression] = []
        for child in node.children[1:-1]:
            if child.type == "template_substitution":
                parts.append(self.inner(child))
            else:
                parts.append(code.Const(line_of(child), unescaped(text_of(child))))
        if all(isinstance(part, code.Const) for part in parts):
            return code.Const(line_of(node), "".join(str(part.value) for part in parts if isinstance(part, code.Const)))
        return code.Text(line_of(node), tuple(parts))

    def regex(self, node: Node) -> Expression:
        return code.Const(line_of(node), Rule(text_of(node.child_by_field_name("pattern"))))

    def member(self, node: Node) -> Expression:
        return code.Attribute(line_of(node), self.field(node, "object"), text_of(node.child_by_field_name("property")))

    def item(self, node: Node) -> Expression:
        return code.Item(line_of(node), self.field(node, "object"), self.field(node, "index"))

    def call(self, node: Node) -> Expression:
        function = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        called = self.expression(function) if function is not None else code.Opaque(line_of(node), "call")
        arguments = node.child_by_field_name("arguments")
        if arguments is not None and arguments.type == "template_string":
            return code.Call(line_of(node), called, (self.template(arguments),))
        return code.Call(line_of(node), called, tuple(self.expression(child) for child in children_of(arguments)))

    def spread(self, node: Node) -> Expression:
        return code.Spread(line_of(node), self.inner(node))

    def binary(self, node: Node) -> Expression:
        operator = text_of(node.child_by_field_name("operator"))
        left, right = self.field(node, "left"), self.field(node, "right")
        if operator in ("&&", "||", "??"):
            return code.Either(line_of(node), {"&&": "and", "||": "or"}.get(operator, operator), left, right)
        return code.Binary(line_of(node), operator, left, right)

    def unary(self, node: Node) -> Expression:
        operator = text_of(node.child_by_field_name("operator"))
        if operator == "!":
            return code.Not(line_of(node), self.field(node, "argument"))
        if operator == "-":
            return code.Binary(line_of(node), "-", code.Const(line_of(node), 0), self.field(node, "argument"))
        return code.Opaque(line_of(node), f"{operator} expression")

    def array(self, node: Node) -> Expression:
        return code.Sequence(line_of(node), "list", tuple(self.expression(child) for child in children_of(node)))

    def object(self, node: Node) -> Expression:
        return code.Mapping(line_of(node), tuple(pair for child in children_of(node) for pair in self._pairs(child)))

    def _pairs(self, node: Node) -> Iterator[tuple[Expression | None, Expression]]:
        if node.type == "pair":
            key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
            name = text_of(key)
            if key is not None and value is not None:
                yield self.key(key), named(self.expression(value), name)
        elif node.type in ("shorthand_property_identifier", "shorthand_property_identifier_pattern"):
            yield code.Const(line_of(node), text_of(node)), self.name(node)
        elif node.type == "spread_element":
            yield None, self.inner(node)
        elif node.type == "method_definition":
            name = text_of(node.child_by_field_name("name"))
            yield code.Const(line_of(node), name), self.function(node)._replace(name=name)
        elif node.type == "pair_pattern":
            yield self.key(node.child_by_field_name("key") or node), self.field(node, "value")
        elif node.type == "object_assignment_pattern":
            left = node.child_by_field_name("left") or node
            yield code.Const(line_of(node), text_of(left)), self.name(left)

    def key(self, node: Node) -> Expression:
        if node.type == "computed_property_name":
            return self.inner(node)
        return self.string(node) if node.type == "string" else code.Const(line_of(node), text_of(node))

    def choice(self, node: Node) -> Expression:
        line = line_of(node)
        then, otherwise = self.field(node, "consequence"), self.field(node, "alternative")
        return code.Choice(line, self.field(node, "condition"), then, otherwise)

    def assignment(self, node: Node) -> Expression:
        left, right = node.child_by_field_name("left"), self.field(node, "right")
        if left is None:
            return right
        return code.Named(line_of(node), self.expression(left), named(right, last_name(left)))

    def function(self, node: Node) -> code.Function:
        given = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
        listed = children_of(given) if given is not None and given.type == "formal_parameters" else [given]
        parameters: list[code.Parameter] = []
        first: list[Statement] = []
        for index, child in enumerate(one for one in listed if one is not None):
            parameters.append(self._parameter(child, f"({index})", first))
        body = node.child_by_field_name("body")
        inside: tuple[Statement, ...] | code.Later = tuple(first)
        if body is not None and body.type == "statement_block":
            inside = self.later(body, tuple(first))
        elif body is not None:
            inside = (*first, code.Return(line_of(body), self.expression(body)))
        name = text_of(node.child_by_field_name("name")) or ANONYMOUS
        return code.Function(line_of(node), name, tuple(parameters), inside)

    def _parameter(self, node: Node, spare: str, first: list[Statement]) -> code.Parameter:
        """One parameter; a pattern is a parameter of a spare name that the body takes apart first."""
        default: Expression | None = None
        pattern = node.child_by_field_name("pattern") or node
        if node.type in ("required_parameter", "optional_parameter") and node.child_by_field_name("value") is not None:
            default = self.field(node, "value")
        if pattern.type == "assignment_pattern":
            default = self.field(pattern, "right")
            pattern = pattern.child_by_field_name("left") or pattern
        if pattern.type == "rest_pattern":
            return code.Parameter(text_of(children_of(pattern)[0]) if children_of(pattern) else spare, "*")
        if pattern.type in ("object_pattern", "array_pattern"):
            value = code.Name(line_of(node), spare)
            first.append(code.Assign(line_of(node), (self.expression(pattern),), value))
            return code.Parameter(spare, "", default)
        missing = code.Const(line_of(node), None) if default is None and node.type == "optional_parameter" else default
        return code.Parameter(text_of(pattern), "", missing)

    def class_expression(self, node: Node) -> Expression:
        return self.class_(node)

    def default_pattern(self, node: Node) -> Expression:
        return self.field(node, "left")


def named(value: Expression, name: str) -> Expression:
    """An anonymous function takes the name of what it is given to."""
    if isinstance(value, code.Function) and value.name == ANONYMOUS and name.isidentifier():
        return value._replace(name=name)
    return value


def last_name(node: Node) -> str:
    inner = node.child_by_field_name("property")
    return text_of(inner if inner is not None else node)


def unescaped(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        digits = found[1] or found[2] or found[3]
        if digits:
            number = int(digits, 16)
            return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "?"
        return "" if found[4] == "\n" else _ESCAPES.get(found[4], found[4])

    return _ESCAPE.sub(one, text) if "\\" in text else text


EXPRESSIONS: dict[str, Callable[[ScriptExpressions, Node], Expression]] = {
    "identifier": ScriptExpressions.name, "this": ScriptExpressions.name, "super": ScriptExpressions.name,
    "property_identifier": ScriptExpressions.name, "shorthand_property_identifier_pattern": ScriptExpressions.name,
    "true": ScriptExpressions.constant, "false": ScriptExpressions.constant, "null": ScriptExpressions.constant,
    "undefined": ScriptExpressions.constant, "number": ScriptExpressions.constant, "string": ScriptExpressions.string,
    "template_string": ScriptExpressions.template, "regex": ScriptExpressions.regex,
    "member_expression": ScriptExpressions.member, "subscript_expression": ScriptExpressions.item,
    "call_expression": ScriptExpressions.call, "new_expression": ScriptExpressions.call,
    "spread_element": ScriptExpressions.spread, "rest_pattern": ScriptExpressions.spread,
    "binary_expression": ScriptExpressions.binary, "unary_expression": ScriptExpressions.unary,
    "array": ScriptExpressions.array, "array_pattern": ScriptExpressions.array, "object": ScriptExpressions.object,
    "object_pattern": ScriptExpressions.object, "ternary_expression": ScriptExpressions.choice,
    "assignment_expression": ScriptExpressions.assignment, "arrow_function": ScriptExpressions.function,
    "function_expression": ScriptExpressions.function, "function": ScriptExpressions.function,
    "generator_function": ScriptExpressions.function, "class": ScriptExpressions.class_expression,
    "parenthesized_expression": ScriptExpressions.inner, "await_expression": ScriptExpressions.inner,
    "sequence_expression": ScriptExpressions.last, "as_expression": ScriptExpressions.inner,
    "satisfies_expression": ScriptExpressions.inner, "non_null_expression": ScriptExpressions.inner,
    "type_assertion": ScriptExpressions.last, "assignment_pattern": ScriptExpressions.default_pattern,
    "object_assignment_pattern": ScriptExpressions.default_pattern, "instantiation_expression": ScriptExpressions.inner,
}  # fmt: skip
