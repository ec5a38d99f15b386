"""Where Python fills the names that templates use: calls that render, and handlers whose dict a renderer takes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from milestones.facts import Place
from milestones.source import code
from milestones.source.calls import written
from milestones.source.python_statements import python_code

VERSION = 1
# what renders in Flask, Django, Starlette, Pyramid, aiohttp and their like, by the last part of its name
RENDERING = frozenset({
    "render_template", "render", "TemplateResponse", "render_to_response", "render_to_string", "template_response",
    "stream_template", "render_async", "render_template_async",
})  # fmt: skip
HINT = re.compile(rb"render|TemplateResponse|get_template|template")
_NAMED = re.compile(r"[\w./:@-]+\.(?:[\w-]+)\Z")
_KEYS = ("renderer", "template", "template_name", "name")
_CONTEXTS = ("context", "value")
_DEPTH = 60


@dataclass(frozen=True, slots=True)
class Filling:
    """One place that renders a template; `whole` where every name that it gives can be seen."""

    template: str
    place: Place
    names: tuple[str, ...]
    whole: bool


@dataclass(slots=True)
class _Function:
    """What a function says of the dicts in it: a variable's keys, and whether there may be more."""

    keys: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    open: set[str] = field(default_factory=set)


def fillings_of(path: str, data: bytes) -> list[Filling]:
    """Every place of a Python file that renders a template by its name."""
    if not HINT.search(data):
        return []
    body = python_code(data).body
    functions = {one.name: one for one in _nodes(body) if isinstance(one, code.Function) and one.name != "<lambda>"}
    found = list(_registered(path, body, functions))
    for function in functions.values():
        known = _known(function)
        found += _decorated(path, function, known)
        for node in _nodes(function.body):
            if isinstance(node, code.Call):
                found += _called(path, node, known)
    found += (one for node in _outside(body) for one in _called(path, node, _Function()))
    return sorted(set(found), key=lambda one: (one.template, one.place.line, one.names))


def _outside(body: Any) -> Iterator[code.Call]:
    """Calls that stand in no function."""
    return (node for node in _nodes(body, stop=code.Function) if isinstance(node, code.Call))


def _nodes(node: Any, stop: type | None = None, depth: int = 0) -> Iterator[Any]:
    """Every node of the small language below one, itself included."""
    if depth > _DEPTH or not isinstance(node, tuple):
        return
    if hasattr(node, "_fields"):
        yield node
        if stop is not None and isinstance(node, stop):
            return
    for part in node:
        if isinstance(part, tuple):
            yield from _nodes(part, stop, depth + 1)


# --- what a function puts into its dicts ----------------------------------------------------------------------------


def _known(function: code.Function) -> _Function:
    known = _Function()
    for node in _nodes(function.body, stop=code.Class):
        if isinstance(node, code.Assign):
            _assigned(known, node)
        elif (
            isinstance(node, code.Call) and isinstance(node.function, code.Attribute) and node.function.name == "update"
        ):
            _updated(known, node)
    return known


def _assigned(known: _Function, node: code.Assign) -> None:
    for target in node.targets:
        if isinstance(target, code.Name):
            keys, whole = _keys(node.value, known)
            known.keys[target.id] |= keys
            if not whole:
                known.open.add(target.id)
        elif isinstance(target, code.Item) and isinstance(target.value, code.Name):
            if isinstance(target.key, code.Const) and isinstance(target.key.value, str):
                known.keys[target.value.id].add(target.key.value)
            else:
                known.open.add(target.value.id)


def _updated(known: _Function, node: code.Call) -> None:
    owner = node.function.value if isinstance(node.function, code.Attribute) else None
    if isinstance(owner, code.Name):
        keys, whole = _given(node.arguments, node.keywords, known)
        known.keys[owner.id] |= keys
        if not whole:
            known.open.add(owner.id)


def _keys(value: Any, known: _Function) -> tuple[set[str], bool]:
    """The keys of what should be a dict, and whether these are all."""
    if isinstance(value, code.Mapping):
        return _joined((_pair(key, one, known) for key, one in value.pairs))
    if isinstance(value, code.Name):
        return set(known.keys.get(value.id, ())), value.id in known.keys and value.id not in known.open
    if isinstance(value, code.Call) and written(value.function) == "dict":
        return _given(value.arguments, value.keywords, known)
    if isinstance(value, code.Binary) and value.operator == "|":
        return _joined((_keys(value.left, known), _keys(value.right, known)))
    return set(), False


def _pair(key: Any, value: Any, known: _Function) -> tuple[set[str], bool]:
    if key is None:
        return _keys(value, known)
    if isinstance(key, code.Const) and isinstance(key.value, str):
        return {key.value}, True
    return set(), False


def _given(arguments: Iterable[Any], keywords: Iterable[tuple[str, Any]], known: _Function) -> tuple[set[str], bool]:
    parts = [_keys(one, known) for one in arguments]
    parts += [({name}, True) if name else _keys(value, known) for name, value in keywords]
    return _joined(parts)


def _joined(parts: Iterable[tuple[set[str], bool]]) -> tuple[set[str], bool]:
    keys: set[str] = set()
    whole = True
    for some, all_of_them in parts:
        keys |= some
        whole &= all_of_them
    return keys, whole


# --- where they are handed over -------------------------------------------------------------------------------------


def _template_in(values: Iterable[Any]) -> str:
    """The first text that is a template's name."""
    for value in values:
        if isinstance(value, code.Const) and isinstance(value.value, str) and _NAMED.match(value.value):
            return value.value
    return ""


def _called(path: str, node: code.Call, known: _Function) -> Iterator[Filling]:
    last = written(node.function).rpartition(".")[2]
    if last not in RENDERING:
        return
    loaded = node.function.value if isinstance(node.function, code.Attribute) else None
    reserved = (*_KEYS, *_CONTEXTS, *_PLUMBING)
    if isinstance(loaded, code.Call) and written(loaded.function).rpartition(".")[2] in (
        "get_template",
        "select_template",
    ):
        name, rest, reserved = _template_in(loaded.arguments), list(node.arguments), ()
    else:
        named = [value for key, value in node.keywords if key in _KEYS]
        name = _template_in([*named, *node.arguments])
        at = next((i for i, one in enumerate(node.arguments) if isinstance(one, code.Const) and one.value == name), -1)
        rest = list(node.arguments[at + 1 :])
    if not name:
        return
    contexts = [value for key, value in node.keywords if key in _CONTEXTS] or rest[:1]
    given = [(key, value) for key, value in node.keywords if key not in reserved]
    keys, whole = _given(contexts, given, known)
    yield Filling(_bare(name), Place(path, node.line), tuple(sorted(keys)), whole)


_PLUMBING = frozenset(
    {"request", "status", "status_code", "headers", "media_type", "background", "using", "content_type"}
)


def _bare(name: str) -> str:
    """A template's name without the package that Pyramid takes it from."""
    return name.rpartition(":")[2].lstrip("/")


def _returned(function: code.Function, known: _Function) -> tuple[set[str], bool]:
    shapes = [one.value for one in _nodes(function.body, stop=code.Function) if isinstance(one, code.Return)]
    dicts = [one for one in shapes if isinstance(one, (code.Mapping, code.Name, code.Call, code.Binary))]
    parts = [_keys(one, known) for one in dicts]
    told = [part for part in parts if part[0]] or parts  # a redirect among the answers gives no names
    return _joined(told) if told else (set(), bool(shapes))


def _decorated(path: str, function: code.Function, known: _Function) -> Iterator[Filling]:
    """`@view_config(renderer="x")`, `@template("x")`: what the handler returns is the context."""
    for decorator in function.decorators:
        if not isinstance(decorator, code.Call):
            continue
        name = _template_in(value for key, value in decorator.keywords if key in _KEYS)
        if not name and written(decorator.function).rpartition(".")[2] in ("template", "render", "aiohttp_template"):
            name = _template_in(decorator.arguments)
        if name:
            keys, whole = _returned(function, known)
            yield Filling(_bare(name), Place(path, function.line), tuple(sorted(keys)), whole)


def _registered(path: str, body: Any, functions: Mapping[str, code.Function]) -> Iterator[Filling]:
    """`(handler, "/path", {"renderer": "x"})` in a table of routes."""
    for node in _nodes(body):
        if not isinstance(node, (code.Sequence, code.Call)):
            continue
        parts = node.items if isinstance(node, code.Sequence) else (*node.arguments, *(v for _, v in node.keywords))
        handlers = [functions[one.id] for one in parts if isinstance(one, code.Name) and one.id in functions]
        if len(handlers) != 1:
            continue
        options = [pair for one in parts if isinstance(one, code.Mapping) for pair in one.pairs]
        if isinstance(node, code.Call):
            options += [(code.Const(node.line, key), value) for key, value in node.keywords]
        name = _template_in(v for k, v in options if isinstance(k, code.Const) and k.value in _KEYS)
        if name:
            keys, whole = _returned(handlers[0], _known(handlers[0]))
            yield Filling(_bare(name), Place(path, handlers[0].line), tuple(sorted(keys)), whole)


def filled_by(template_path: str, fillings: Iterable[Filling]) -> list[Filling]:
    """The places that render a template: those that name it by the end of its path."""
    return [one for one in fillings if template_path == one.template or template_path.endswith(f"/{one.template}")]
