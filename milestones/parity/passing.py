"""Hooks and middleware with rules of their own: whether one turns away the request of a particular route."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from milestones.facts import Place
from milestones.parity.guards import is_refusal
from milestones.source import code
from milestones.source.values import Function, Model, Scope, Unknown, Value, truth

Evaluate = Callable[[Any, Scope], Value]


@dataclass(slots=True, eq=False)
class Request(Model):
    """A request as a hook sees it: where it goes is known, who asks is not."""

    path: str
    method: str
    endpoint: str = ""
    blueprint: str = ""

    def get(self, name: str, place: Place) -> Value:
        known: dict[str, Value] = {
            "path": self.path, "full_path": self.path, "path_info": self.path, "method": self.method, "url": self,
            "endpoint": self.endpoint or None, "blueprint": self.blueprint or None,
            "blueprints": [self.blueprint] if self.blueprint else [],
        }  # fmt: skip
        return known[name] if name in known else Unknown(f"the request's {name}", place)


def turns_away(function: Function, request: Request, evaluate: Evaluate) -> bool:
    """Whether a request may be refused by a function that runs before its handler."""
    scope = Scope(parent=function.scope, path=function.scope.path)
    for parameter in function.code.parameters:
        scope.names[parameter.name] = Unknown(f"the argument {parameter.name}", function.place)
    named = next((one.name for one in function.code.parameters if one.name in ("request", "req")), None)
    if named is not None:
        scope.names[named] = request
    return _Walk(scope, evaluate).through(function.code.body)[0]


class _Walk:
    """Through a body as a request takes it; both arms where only a run would tell."""

    def __init__(self, scope: Scope, evaluate: Evaluate) -> None:
        self.scope = scope
        self.evaluate = evaluate

    def through(self, body: tuple[code.Statement, ...]) -> tuple[bool, bool]:
        """(whether it may be refused, whether nothing behind the body is reached)."""
        refused = False
        for statement in body:
            here, left = self._step(statement)
            refused |= here
            if left:
                return refused, True
        return refused, False

    def _step(self, statement: code.Statement) -> tuple[bool, bool]:
        if isinstance(statement, (code.Return, code.Raise)):
            return statement.value is not None and is_refusal(statement.value), True
        if isinstance(statement, code.Do):
            refused = is_refusal(statement.value)
            return refused, refused
        if isinstance(statement, code.Assign) and statement.value is not None:
            value = self.evaluate(statement.value, self.scope)
            for target in statement.targets:
                if isinstance(target, code.Name):
                    self.scope.names[target.id] = value
        if isinstance(statement, code.If):
            return self._branch(statement)
        bodies = _bodies(statement)
        return any(self.through(inner)[0] for inner in bodies), False

    def _branch(self, node: code.If) -> tuple[bool, bool]:
        decided = truth(self.evaluate(node.test, self.scope))
        arms = [node.then, node.otherwise] if decided is None else [node.then if decided else node.otherwise]
        told = [self.through(arm) for arm in arms]
        return any(refused for refused, _ in told), all(left for _, left in told)


def _bodies(statement: code.Statement) -> tuple[tuple[code.Statement, ...], ...]:
    if isinstance(statement, code.Branches):
        return statement.bodies
    return (statement.body,) if isinstance(statement, (code.With, code.For, code.While)) else ()
