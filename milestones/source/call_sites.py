"""What each function of a Python file calls, written as dotted names, for whoever follows calls through a program."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from milestones.source import code
from milestones.source.free_names import Names
from milestones.source.python_statements import python_code

VERSION = 1
_DEPTH = 80
MOST_CALLS = 2_000


def call_facts(data: bytes) -> dict[str, Any]:
    """A file's imports, classes with their bases, and functions with what they call, as plain JSON.

    A call is [dotted name, line]; `Name()` in it is what calling that name gives, `?name` a variable of which nothing
    is known. What is handed to another call (`run_in_thread(api.beat)`) counts as called, and begins with "&".
    `imports` has alias -> [module, name, dots].
    """
    body = python_code(data).body
    facts: dict[str, Any] = {"imports": {}, "classes": {}, "functions": {}}
    for node in _nodes(body):
        if isinstance(node, code.Import):
            alias = node.name or node.module.partition(".")[0]
            facts["imports"][alias] = [node.module if node.name else alias, "", 0]
            facts["imports"].setdefault(f"import {node.module}", [node.module, "", 0])
        elif isinstance(node, code.ImportFrom):
            for name, alias in node.names:
                facts["imports"][alias if alias != "*" else f"import {node.module}"] = [node.module, name, node.level]
    _definitions(body, "", facts)
    return facts


def _definitions(body: Any, owner: str, facts: dict[str, Any], depth: int = 0) -> None:
    for node in _statements(body):
        if depth < _DEPTH and isinstance(node, (code.Function, code.Class)):
            name = f"{owner}.{node.name}" if owner else node.name
            if isinstance(node, code.Class):
                facts["classes"][name] = [dotted(base, {}) for base in node.bases]
            else:
                facts["functions"][name] = {"line": node.line, "calls": _calls(node)}
            _definitions(node.body, name, facts, depth + 1)


def _statements(body: Any) -> Iterator[Any]:
    """Every statement of a body, those under conditions as well, without what functions and classes hold."""
    for node in _nodes(body):
        if isinstance(node, (code.Function, code.Class)) and getattr(node, "name", "") != "<lambda>":
            yield node


def _nodes(node: Any, depth: int = 0) -> Iterator[Any]:
    """Every node below one, without entering functions and classes."""
    if depth > _DEPTH or not isinstance(node, tuple):
        return
    if hasattr(node, "_fields"):
        yield node
        if isinstance(node, code.Class) or (isinstance(node, code.Function) and node.name != "<lambda>"):
            return
    for part in node:
        if isinstance(part, tuple):
            yield from _nodes(part, depth + 1)


def _calls(function: code.Function) -> list[list[Any]]:
    """The calls in a function's own body, in order, with local variables written as what they were made by."""
    names = Names(parameter.name for parameter in function.parameters)
    names.read(function.body)
    made = {name: f"?{name}" for name in names.bound if name not in ("self", "cls")}
    found: list[list[Any]] = []
    for node in _nodes(function.body):
        if isinstance(node, code.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], code.Name):
            if isinstance(node.value, code.Call):
                made[node.targets[0].id] = dotted(node.value, made)
            else:
                made[node.targets[0].id] = f"?{node.targets[0].id}"
        if isinstance(node, code.Call) and len(found) < MOST_CALLS:
            found.append([dotted(node.function, made), node.line])
            handed = (*node.arguments, *(value for _, value in node.keywords))
            found += ([name, node.line] for one in handed if (name := _handed(one, made)))
    return found


def _handed(value: Any, made: dict[str, str]) -> str:
    """The dotted name of something handed over that may be a function."""
    if isinstance(value, (code.Name, code.Attribute)):
        name = dotted(value, made)
        return "" if name.startswith("?") or name.endswith("()") else f"&{name}"
    return ""


def dotted(node: Any, made: dict[str, str]) -> str:
    """An expression as a dotted name, "?" for what has none."""
    if isinstance(node, code.Name):
        return made.get(node.id, node.id)
    if isinstance(node, code.Attribute):
        return f"{dotted(node.value, made)}.{node.name}"
    if isinstance(node, code.Call):
        return f"{dotted(node.function, made)}()"
    return "?"
