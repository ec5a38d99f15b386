"""The names that a piece of Python uses without binding them itself, and those that it binds, in order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from milestones.source import code

DEPTH_LIMIT = 150


class Names:
    """Collects names by walking statements in order: a name counts as used only where nothing has bound it before."""

    def __init__(self, bound: Iterable[str] = ()) -> None:
        self.bound: set[str] = set(bound)
        self.used: dict[str, int] = {}  # name -> its first line
        self.depth = 0

    def read(self, node: Any) -> None:
        """Walk a statement, an expression or a sequence of them."""
        if node is None or self.depth >= DEPTH_LIMIT:
            return
        self.depth += 1
        try:
            own = _OWN.get(type(node))
            if own is not None:
                own(self, node)
            elif isinstance(node, tuple):
                for part in node:
                    if isinstance(part, tuple):
                        self.read(part)
        finally:
            self.depth -= 1

    def name(self, node: code.Name) -> None:
        if node.id not in self.bound:
            self.used.setdefault(node.id, node.line)

    def call(self, node: code.Call) -> None:
        self.read(node.function)
        self.read(node.arguments)
        self.read(tuple(value for _, value in node.keywords))

    def assign(self, node: code.Assign) -> None:
        self.read(node.value)
        for target in node.targets:
            self.bind(target)

    def augment(self, node: code.Augment) -> None:
        self.read(node.target)
        self.read(node.value)
        self.bind(node.target)

    def loop(self, node: code.For) -> None:
        self.read(node.iterable)
        self.bind(node.target)
        self.read(node.body)

    def within(self, node: code.With) -> None:
        for value, target in node.items:
            self.read(value)
            if target is not None:
                self.bind(target)
        self.read(node.body)

    def walk(self, node: code.Walk) -> None:
        inner = Names(self.bound)
        inner.depth = self.depth
        for target, iterable, conditions in node.clauses:
            inner.read(iterable)
            inner.bind(target)
            inner.read(conditions)
        inner.read(node.key)
        inner.read(node.element)
        self._take(inner)

    def function(self, node: code.Function) -> None:
        for parameter in node.parameters:
            self.read(parameter.default)
        self.read(node.decorators)
        if node.name != "<lambda>":
            self.bound.add(node.name)
        inner = Names({*self.bound, *(parameter.name for parameter in node.parameters)})
        inner.depth = self.depth
        inner.read(node.body)
        self._take(inner)

    def class_(self, node: code.Class) -> None:
        self.read(node.bases)
        self.bound.add(node.name)
        inner = Names(self.bound)
        inner.depth = self.depth
        inner.read(node.body)
        self._take(inner)

    def import_(self, node: code.Import) -> None:
        self.bound.add(node.name or node.module.partition(".")[0])

    def import_from(self, node: code.ImportFrom) -> None:
        self.bound.update(alias for _, alias in node.names)

    def bind(self, target: Any) -> None:
        """Take the names of a target as bound; what it looks into (`a.b`, `a[i]`) is used."""
        if isinstance(target, code.Name):
            self.bound.add(target.id)
        elif isinstance(target, code.Sequence):
            for item in target.items:
                self.bind(item)
        elif isinstance(target, code.Spread):
            self.bind(target.value)
        else:
            self.read(target)

    def _take(self, inner: Names) -> None:
        for name, line in inner.used.items():
            self.used.setdefault(name, line)


_OWN: dict[type, Any] = {
    code.Name: Names.name,
    code.Call: Names.call,
    code.Assign: Names.assign,
    code.Augment: Names.augment,
    code.For: Names.loop,
    code.With: Names.within,
    code.Walk: Names.walk,
    code.Function: Names.function,
    code.Class: Names.class_,
    code.Import: Names.import_,
    code.ImportFrom: Names.import_from,
}
