"""The texts that an expression of a test may stand for, in parts: text, holes, and names that other files settle."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, product
from typing import Any

from tree_sitter import Node

from milestones.source.literals import string_prefix, string_value

HOLE = 0
Parts = tuple[Any, ...]  # str, HOLE, or a tuple of names: ("BASE",) or ("urls", "BASE"), ("()", "api.detail")
MOST_TEXTS = 24  # what one expression may stand for
_DEEPEST = 24
_PERCENT = re.compile(r"%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[sdrifxu]|%%")
_BRACES = re.compile(r"\{\{|\}\}|\{[^{}]*\}")
_ADDRESS_MAKERS = frozenset({"url_for", "reverse", "url_path_for", "route_path", "route_url", "reverse_lazy"})
LISTS = frozenset({"list", "tuple", "set", "dictionary"})


class Env:
    """What names stand for, with those of the file behind those of the function."""

    def __init__(self, outer: Env | None = None) -> None:
        self.outer = outer
        self.texts: dict[str, list[Parts]] = {}
        self.lists: dict[str, Node] = {}

    def listed(self, node: Node) -> list[Node]:
        """The items of a list, tuple, set or mapping, be it by the name that it was given."""
        env: Env | None = self
        while node.type not in LISTS and env is not None:
            node = env.lists.get(node_text(node), node)
            env = env.outer
        return node.named_children if node.type in LISTS else []

    def assign(self, name: str, value: Node) -> None:
        self.lists.pop(name, None)
        if value.type in LISTS:
            self.lists[name] = value
        self.texts[name] = texts_of(value, self)

    def lookup(self, name: str) -> list[Parts]:
        if name in self.texts:
            return self.texts[name]
        if self.outer is not None:
            return self.outer.lookup(name)
        return [(HOLE,)] if name.startswith("self.") else [((name,),)]

    def add(self, name: str, texts: Sequence[Parts]) -> None:
        self.texts[name] = [*self.texts.get(name, ()), *texts][:MOST_TEXTS]


def node_text(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def arguments(call: Node) -> list[Node]:
    """The positional arguments of a call."""
    given = call.child_by_field_name("arguments")
    skipped = ("keyword_argument", "comment", "dictionary_splat", "list_splat")
    return [child for child in given.named_children if child.type not in skipped] if given is not None else []


def keywords(call: Node) -> list[Node]:
    given = call.child_by_field_name("arguments")
    return [child for child in given.named_children if child.type == "keyword_argument"] if given is not None else []


def keyword(call: Node, name: str) -> Node | None:
    found = (one for one in keywords(call) if node_text(one.child_by_field_name("name")) == name)
    return next((one.child_by_field_name("value") for one in found), None)


def texts_of(node: Node | None, env: Env, depth: int = 0) -> list[Parts]:
    """The alternatives that an expression may stand for; what cannot be told is a hole."""
    if node is None or depth > _DEEPEST:
        return [(HOLE,)]
    read = _READERS.get(node.type)
    found = read(node, env, depth + 1) if read is not None else [(HOLE,)]
    return [_merged(parts) for parts in found[:MOST_TEXTS]]


def _merged(parts: Parts) -> Parts:
    """Neighbouring texts as one."""
    found: list[Any] = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif part != "":
            found.append(part)
    return tuple(found)


def _joined(sides: Sequence[list[Parts]]) -> list[Parts]:
    """Each alternative of one side with each of the next."""
    return [sum(one, ()) for one in islice(product(*sides), MOST_TEXTS)]


def _string(node: Node, env: Env, depth: int) -> list[Parts]:
    prefix = string_prefix(node_text(node.children[0])) if node.children else ""
    if "b" in prefix:
        return [(HOLE,)]
    sides: list[list[Parts]] = []
    for child in node.children[1:-1]:
        if child.type == "interpolation":
            inner = child.child_by_field_name("expression")
            plain = len(child.named_children) == 1  # a format or a conversion changes the text
            sides.append(texts_of(inner, env, depth) if plain else [(HOLE,)])
        else:
            text = node_text(child)
            if "f" in prefix:
                text = text.replace("{{", "{").replace("}}", "}")
            sides.append([(string_value(text, prefix),)])
    return _joined(sides) if sides else [("",)]


def _concatenated(node: Node, env: Env, depth: int) -> list[Parts]:
    return _joined([texts_of(child, env, depth) for child in node.named_children if child.type == "string"])


def _binary(node: Node, env: Env, depth: int) -> list[Parts]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = node_text(node.child_by_field_name("operator"))
    if operator in ("+", "/"):
        middle: list[list[Parts]] = [[("/",)]] if operator == "/" else []
        return _joined([texts_of(left, env, depth), *middle, texts_of(right, env, depth)])
    if operator == "%":
        return [_filled(parts, _PERCENT) for parts in texts_of(left, env, depth)]
    return [(HOLE,)]


def _filled(parts: Parts, mark: re.Pattern[str]) -> Parts:
    """A template with a hole for each of its marks."""
    found: list[Any] = []
    for part in parts:
        if not isinstance(part, str):
            found.append(part)
            continue
        end = 0
        for one in mark.finditer(part):
            doubled = one[0] in ("%%", "{{", "}}")
            found += [part[end : one.start()], one[0][0] if doubled else HOLE]
            end = one.end()
        found.append(part[end:])
    return tuple(found)


def _call(node: Node, env: Env, depth: int) -> list[Parts]:
    function = node.child_by_field_name("function")
    given = arguments(node)
    is_method = function is not None and function.type == "attribute"
    name = node_text(function.child_by_field_name("attribute") if function and is_method else function)
    if name == "format" and function is not None and function.type == "attribute":
        return [_filled(parts, _BRACES) for parts in texts_of(function.child_by_field_name("object"), env, depth)]
    if name in _ADDRESS_MAKERS and given:
        return [(("()", parts[0]),) if len(parts) == 1 and isinstance(parts[0], str) else (HOLE,)
                for parts in texts_of(given[0], env, depth)]  # fmt: skip
    if name == "urljoin" and len(given) == 2:
        return _joined([[(HOLE,)], texts_of(given[1], env, depth)])
    if name in ("str", "param") and given:
        return texts_of(given[0], env, depth)
    return [(HOLE,)]


def _identifier(node: Node, env: Env, depth: int) -> list[Parts]:
    return env.lookup(node_text(node))


def _attribute(node: Node, env: Env, depth: int) -> list[Parts]:
    owner = node.child_by_field_name("object")
    name = node_text(node.child_by_field_name("attribute"))
    if node_text(owner) in ("self", "cls"):
        return env.lookup(f"self.{name}")
    if owner is not None and owner.type == "identifier":
        return [((node_text(owner), name),)]
    return [(HOLE,)]


def _inner(node: Node, env: Env, depth: int) -> list[Parts]:
    return texts_of(node.named_children[-1] if node.named_children else None, env, depth)


def _either(node: Node, env: Env, depth: int) -> list[Parts]:
    sides = (node.named_children[0], node.named_children[-1])
    return [parts for child in sides for parts in texts_of(child, env, depth)]


_READERS = {
    "string": _string,
    "concatenated_string": _concatenated,
    "binary_operator": _binary,
    "call": _call,
    "identifier": _identifier,
    "attribute": _attribute,
    "parenthesized_expression": _inner,
    "await": _inner,
    "conditional_expression": _either,
}
