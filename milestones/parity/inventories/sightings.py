"""What a Python file does that inventories are made of: calls, decorators, assignments, definitions, look-ups."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cached_property

from tree_sitter import Node

from milestones.source.parsing import line_of, parse_python


@dataclass(frozen=True, slots=True)
class Call:
    """A call as written: `name` dotted, arguments as source text, strings without quotes marked by a leading "=".

    `within` is the function it stands in, `decorates` what it stands over, if so.
    """

    name: str
    line: int
    arguments: tuple[str, ...] = ()
    keywords: tuple[tuple[str, str], ...] = ()
    within: str = ""
    is_async: bool = False
    decorates: str = ""

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2]

    def argument(self, at: int, *names: str) -> str:
        """An argument by place or name, "" where it is not given."""
        found = next((value for name, value in self.keywords if name in names), "")
        return found or (self.arguments[at] if len(self.arguments) > at else "")


@dataclass(frozen=True, slots=True)
class Defined:
    name: str
    line: int
    kind: str
    is_async: bool = False


@dataclass(frozen=True, slots=True)
class Assigned:
    """A name at any level given a value: the text of it, or of each item where it is a list or tuple."""

    name: str
    line: int
    items: tuple[str, ...]


@dataclass
class Sightings:
    """All of one file. `looked_up` has (dotted owner, key, line) of subscripts, `attributes` (dotted, line)."""

    calls: list[Call] = field(default_factory=list)
    defined: list[Defined] = field(default_factory=list)
    assigned: list[Assigned] = field(default_factory=list)
    looked_up: list[tuple[str, str, int]] = field(default_factory=list)
    attributes: list[tuple[str, int]] = field(default_factory=list)
    problems: int = 0

    @cached_property
    def constants(self) -> dict[str, str]:
        """Names that the file gives one plain string, and no other."""
        found: dict[str, str | None] = {}
        for one in self.assigned:
            value = one.items[0][1:] if len(one.items) == 1 and one.items[0].startswith("=") else None
            found[one.name] = value if found.get(one.name, value) == value else None
        return {name: value for name, value in found.items() if value is not None}


def sightings_of(data: bytes) -> Sightings:
    """Read one file; never raises."""
    source = parse_python(data)
    seen = Sightings(problems=len(source.problems))
    stack: list[tuple[Node, str, bool]] = [(source.root, "", False)]
    while stack:
        node, within, is_async = stack.pop()
        read = _READERS.get(node.type)
        if read is not None:
            within, is_async = read(seen, node, within, is_async)
        stack.extend((child, within, is_async) for child in reversed(node.children))
    return seen


def _text(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def _value(node: Node | None) -> str:
    """Source text, a plain string as "=" and its value."""
    text = _text(node)
    if node is not None and node.type in ("string", "concatenated_string"):
        try:
            found = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            return text
        return f"={found}" if isinstance(found, str) else text
    return " ".join(text.split())[:200]


def _dotted(node: Node | None) -> str:
    """A dotted name; what is not a name in it as "?"."""
    parts: list[str] = []
    while node is not None and node.type == "attribute":
        parts.append(_text(node.child_by_field_name("attribute")))
        node = node.child_by_field_name("object")
    if node is not None and node.type == "call":
        parts.append(f"{_dotted(node.child_by_field_name('function'))}()")
    else:
        parts.append(_text(node) if node is not None and node.type == "identifier" else "?")
    return ".".join(reversed(parts))


Where = tuple[str, bool]


def _call(seen: Sightings, node: Node, within: str, is_async: bool) -> Where:
    decorated = node.parent is not None and node.parent.type == "decorator"
    target = _decorated(node.parent) if decorated else ""
    seen.calls.append(_as_call(node, within, is_async, target))
    return within, is_async


def _as_call(node: Node, within: str, is_async: bool, target: str) -> Call:
    positional, keywords = [], []
    arguments = node.child_by_field_name("arguments")
    for child in arguments.named_children if arguments is not None else ():
        if child.type == "keyword_argument":
            keywords.append((_text(child.child_by_field_name("name")), _value(child.child_by_field_name("value"))))
        elif child.type != "comment":
            positional.append(_value(child))
    name = _dotted(node.child_by_field_name("function"))
    return Call(name, line_of(node), tuple(positional), tuple(keywords), within, is_async, target)


def _decorated(decorator: Node | None) -> str:
    owner = decorator.parent if decorator is not None else None
    definition = owner.child_by_field_name("definition") if owner is not None else None
    return _text(definition.child_by_field_name("name")) if definition is not None else ""


def _decorator(seen: Sightings, node: Node, within: str, is_async: bool) -> Where:
    """A decorator without a call is told as a call of no arguments."""
    inner = node.named_children[0] if node.named_children else None
    if inner is not None and inner.type in ("identifier", "attribute"):
        seen.calls.append(Call(_dotted(inner), line_of(node), within=within, decorates=_decorated(node)))
    return within, is_async


def _function(seen: Sightings, node: Node, within: str, _is_async: bool) -> Where:
    name = _text(node.child_by_field_name("name"))
    is_async = bool(node.children) and node.children[0].type == "async"
    whole = f"{within}.{name}" if within else name
    seen.defined.append(Defined(whole, line_of(node), "function", is_async))
    return whole, is_async


def _class(seen: Sightings, node: Node, within: str, is_async: bool) -> Where:
    name = _text(node.child_by_field_name("name"))
    whole = f"{within}.{name}" if within else name
    seen.defined.append(Defined(whole, line_of(node), "class"))
    return whole, is_async


def _assignment(seen: Sightings, node: Node, within: str, is_async: bool) -> Where:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is not None and right is not None:
        if left.type == "subscript":
            owner = _dotted(left.child_by_field_name("value"))
            key = _value(left.child_by_field_name("subscript"))
            seen.assigned.append(Assigned(f"{owner}[{key}]", line_of(node), (_value(right),)))
        else:
            items = right.named_children if right.type in ("list", "tuple") else [right]
            values = tuple(_item(child) for child in items if child.type != "comment")
            seen.assigned.append(Assigned(_dotted(left), line_of(node), values))
    return within, is_async


def _item(node: Node) -> str:
    return _dotted(node.child_by_field_name("function")) + "()" if node.type == "call" else _value(node)


def _subscript(seen: Sightings, node: Node, within: str, is_async: bool) -> Where:
    written = (
        node.parent is not None and node.parent.type == "assignment" and node.parent.child_by_field_name("left") == node
    )
    if not written:
        key = _value(node.child_by_field_name("subscript"))
        seen.looked_up.append((_dotted(node.child_by_field_name("value")), key, line_of(node)))
    return within, is_async


def _attribute(seen: Sightings, node: Node, within: str, is_async: bool) -> Where:
    if node.parent is None or node.parent.type != "attribute":
        seen.attributes.append((_dotted(node), line_of(node)))
    return within, is_async


_READERS = {
    "call": _call, "decorator": _decorator, "function_definition": _function, "class_definition": _class,
    "assignment": _assignment, "subscript": _subscript, "attribute": _attribute,
}  # fmt: skip
