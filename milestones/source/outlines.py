"""What callers see of a function: its signature, what it raises and in which shapes it answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tree_sitter import Node

from milestones.source.parsing import Source, parse_python

_SCOPES = {"function_definition": "function", "class_definition": "class"}
_INNER = frozenset({*_SCOPES, "lambda"})
_STATUS = re.compile(r"\b[1-5]\d\d\b")
_ENDING_CALLS = frozenset({"abort"})  # Flask's and its kin's: a call that raises
LONGEST = 300
_LITERALS = {
    "string": "text", "concatenated_string": "text", "integer": "number", "float": "number", "true": "true or false",
    "false": "true or false", "none": "None", "list": "list", "list_comprehension": "list", "set": "set",
    "set_comprehension": "set", "dictionary_comprehension": "dict", "generator_expression": "generator",
    "comparison_operator": "true or false", "not_operator": "true or false", "lambda": "function",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outline:
    """`raises` and `returns` are sorted, each once: "HTTPNotFound", "abort 404", "{error, task}", "redirect(...)"."""

    signature: str
    raises: tuple[str, ...] = ()
    returns: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    first_line: int = 1  # of the first decorator, where there is one
    last_line: int = 1


def outlines_of(data: bytes) -> dict[str, Outline]:
    """The outline of each function of a Python file by its qualified name; of several of one name the last."""
    source = parse_python(data)
    return {name: _outline(source, node) for name, node in _functions(source)}


def _functions(source: Source) -> Iterator[tuple[str, Node]]:
    stack: list[tuple[Node, str]] = [(source.root, "")]
    while stack:
        node, owner = stack.pop()
        kind = _SCOPES.get(node.type)
        if kind:
            name = _text(source, node.child_by_field_name("name"))
            owner = f"{owner}.{name}" if owner else name
            if kind == "function":
                yield owner, node
        stack.extend((child, owner) for child in reversed(node.children))


def _outline(source: Source, node: Node) -> Outline:
    raises: set[str] = set()
    returns: set[str] = set()
    for one in _own(node.child_by_field_name("body")):
        if one.type == "raise_statement":
            raises.add(_raised(source, one))
        elif one.type == "call" and (ended := _ended(source, one)):
            raises.add(ended)
        elif one.is_named and one.type in ("return_statement", "yield"):
            word = "yields " if one.type == "yield" else ""
            returns.add(word + _shape(source, one.named_children[0] if one.named_children else None))
    whole = node.parent if node.parent is not None and node.parent.type == "decorated_definition" else node
    decorators = [_joined(_text(source, child))[1:] for child in whole.children if child.type == "decorator"]
    return Outline(
        _signature(source, node), tuple(sorted(raises)), tuple(sorted(returns)), tuple(decorators),
        whole.start_point.row + 1, node.end_point.row + 1,
    )  # fmt: skip


def _own(body: Node | None) -> Iterator[Node]:
    """Every node of a body but those of functions and classes within it."""
    stack = [body] if body is not None else []
    while stack:
        node = stack.pop()
        yield node
        stack.extend(child for child in reversed(node.children) if child.type not in _INNER)


def _signature(source: Source, node: Node) -> str:
    asynchronous = "async " if node.children and node.children[0].type == "async" else ""
    given = _joined(_text(source, node.child_by_field_name("parameters")))
    returned = node.child_by_field_name("return_type")
    return f"{asynchronous}{given}" + (f" -> {_joined(_text(source, returned))}" if returned is not None else "")


def _joined(text: str) -> str:
    """Code on one line, as a formatter would write it there."""
    bare = re.sub(r"\s+", " ", re.sub(r"#[^\n]*", "", text)).strip()
    return re.sub(r",?\s+\)", ")", re.sub(r"\(\s+", "(", bare)).replace(",)", ")")[:LONGEST]


def _raised(source: Source, node: Node) -> str:
    if not node.named_children:
        return "raises again"
    what = node.named_children[0]
    if what.type != "call":
        return _last(_text(source, what))
    return _with_status(source, what)


def _ended(source: Source, node: Node) -> str:
    name = _last(_text(source, node.child_by_field_name("function")))
    return _with_status(source, node) if name in _ENDING_CALLS else ""


def _with_status(source: Source, call: Node) -> str:
    """An exception with the status that it stands for, where one is written: every framework has its own names."""
    name = _last(_text(source, call.child_by_field_name("function")))
    arguments = call.child_by_field_name("arguments")
    for child in arguments.named_children if arguments is not None else ():
        found = _STATUS.search(_text(source, child)) if child.type in _STATUS_HOLDERS else None
        if found:
            return f"{name} {found[0]}"
    return name


_STATUS_HOLDERS = frozenset({"integer", "keyword_argument", "attribute"})


def _last(dotted: str) -> str:
    return dotted.rpartition(".")[2] if re.fullmatch(r"[\w.]+", dotted) else _joined(dotted)[:80]


def _shape(source: Source, node: Node | None) -> str:
    """The kind of thing that an expression comes to: a dict by its keys, a call by its name, else what sort it is."""
    if node is None:
        return "None"
    if node.type in ("parenthesized_expression", "await") and node.named_children:
        return _shape(source, node.named_children[0])
    read = _SHAPES.get(node.type)
    return read(source, node) if read else _LITERALS.get(node.type, "a value")


def _sequence(source: Source, node: Node) -> str:
    return f"({', '.join(_shape(source, child) for child in node.named_children)})"


def _either(source: Source, node: Node) -> str:
    sides = [child for at, child in enumerate(node.named_children) if at != 1]  # the one between them is the condition
    return " or ".join(sorted({_shape(source, side) for side in sides}))


def _mapping(source: Source, node: Node) -> str:
    keys = []
    for child in node.named_children:
        if child.type == "pair":
            key = child.child_by_field_name("key")
            text = _text(source, key)
            keys.append(text.strip("\"'") if key is not None and key.type == "string" else "…")
        elif child.type == "dictionary_splat":
            keys.append("**")
    return "{" + ", ".join(sorted(set(keys))) + "}"


def _called(source: Source, node: Node) -> str:
    name = _last(_text(source, node.child_by_field_name("function")))
    arguments = node.child_by_field_name("arguments")
    first = next(iter(arguments.named_children), None) if arguments is not None else None
    shape = _mapping(source, first) if first is not None and first.type == "dictionary" else "…" if first else ""
    return f"{name}({shape})"


_SHAPES: dict[str, Callable[[Source, Node], str]] = {
    "dictionary": _mapping,
    "tuple": _sequence,
    "expression_list": _sequence,
    "call": _called,
    "conditional_expression": _either,
}


def _text(source: Source, node: Node | None) -> str:
    return source.data[node.start_byte : node.end_byte].decode("utf-8", "replace") if node is not None else ""


# --- two of them ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that callers see and that is not as it was: `what` is signature, decorators, raises or returns."""

    what: str
    old: tuple[str, ...]
    new: tuple[str, ...]

    @property
    def sentence(self) -> str:
        if self.what == "signature":
            return f"signature was {self.old[0]}, is {self.new[0]}"
        if self.what == "decorators":
            return f"decorators were {_listed(self.old) or 'none'}, are {_listed(self.new) or 'none'}"
        lost = f"no longer {self.what} {_listed(self.old)}" if self.old else ""
        more = f"now {self.what} {_listed(self.new)}" if self.new else ""
        return ", ".join(part for part in (lost, more) if part)


def changes(old: Outline, new: Outline) -> tuple[Change, ...]:
    """What differs between two outlines; of exceptions and shapes those that only one side has."""
    found = []
    if old.signature != new.signature:
        found.append(Change("signature", (old.signature,), (new.signature,)))
    if old.decorators != new.decorators:
        found.append(Change("decorators", old.decorators, new.decorators))
    for what, was, now in (("raises", old.raises, new.raises), ("returns", old.returns, new.returns)):
        lost, more = _without(was, now), _without(now, was)
        if lost or more:
            found.append(Change(what, lost, more))
    return tuple(found)


def _without(ones: Iterable[str], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in ones if one not in others)


def _listed(ones: Iterable[str]) -> str:
    return ", ".join(ones)
