"""Running statements, as far as they are static: both arms of an undecided branch, known loops unrolled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from milestones.facts import Place
from milestones.source import builtin, code
from milestones.source.evaluate_expressions import YIELDS, ExpressionEvaluator
from milestones.source.evaluate_targets import agreed, iterated, merged
from milestones.source.values import (
    STARTED,
    Arguments,
    Class,
    Function,
    Module,
    Scope,
    Unknown,
    Value,
    Yielded,
    is_known,
    truth,
)

_RETURNS = "return"  # no name of a program: where a scope collects what its function returns


class _Jump(Exception):  # noqa: N818 - how break, continue and return leave their blocks
    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Evaluator(ExpressionEvaluator):
    """Runs statements over known values; whatever is not known stays a named unknown."""

    undecided = 0  # how many branches we are in that may not be taken

    def import_module(self, name: str, level: int, scope: Scope) -> Value:
        raise NotImplementedError

    def import_name(self, module: Value, name: str, place: Place) -> Value:
        raise NotImplementedError

    def run(self, body: tuple[code.Statement, ...], scope: Scope) -> None:
        for statement in body:
            self.step()
            STATEMENTS[type(statement)](self, statement, scope)

    def returned(self, function: Function, scope: Scope) -> Value:
        scope.names[_RETURNS], scope.names[YIELDS] = [], Yielded()
        before, self.undecided = self.undecided, 0
        try:
            self.run(function.code.body, scope)
        except _Jump:
            pass
        finally:
            self.undecided = before
        return scope.names[YIELDS] or _joined(scope.names[_RETURNS], function)

    def _assign(self, node: code.Assign, scope: Scope) -> None:
        if node.value is None:
            return
        value = self.expression(node.value, scope)
        for target in node.targets:
            self.bind(target, value, scope)

    def _augment(self, node: code.Augment, scope: Scope) -> None:
        current, value = self.expression(node.target, scope), self.expression(node.value, scope)
        if isinstance(current, list) and node.operator == "+":
            if isinstance(value, (list, tuple)):
                current.extend(value[: builtin.SIZE_LIMIT])
            else:
                current.append(Unknown("added at run time", Place(scope.path, node.line)))
        else:
            self.bind(node.target, self._operate(node.operator, current, value, Place(scope.path, node.line)), scope)

    def _do(self, node: code.Do, scope: Scope) -> None:
        self.expression(node.value, scope)

    def _return(self, node: code.Return, scope: Scope) -> None:
        value = self.expression(node.value, scope) if node.value is not None else None
        where: Scope | None = scope
        while where is not None and _RETURNS not in where.names:
            where = where.parent
        if where is not None:
            where.names[_RETURNS].append(value)
        if not self.undecided:
            raise _Jump("return")

    def _raise(self, node: code.Raise, scope: Scope) -> None:
        if not self.undecided:
            raise _Jump("return")

    def _jump(self, node: code.Jump, scope: Scope) -> None:
        if not self.undecided:
            raise _Jump(node.kind)

    def _if(self, node: code.If, scope: Scope) -> None:
        test = self.expression(node.test, scope)
        decided = truth(test)
        if decided is not None:
            self.run(node.then if decided else node.otherwise, scope)
            return
        place = Place(scope.path, node.line)
        if not (isinstance(test, Unknown) and test.reason == STARTED):
            self.conditions.append(place)
        before = dict(scope.names)
        try:
            self._maybe(node.then, scope)
            then, scope.names = scope.names, before
            self._maybe(node.otherwise, scope)
        finally:
            if self.conditions and self.conditions[-1] is place:
                self.conditions.pop()
        if _leaves(node.then):
            return
        scope.names = then if _leaves(node.otherwise) else merged(then, scope.names, place)

    def _maybe(self, body: tuple[code.Statement, ...], scope: Scope) -> None:
        self.undecided += 1
        try:
            self.run(body, scope)
        finally:
            self.undecided -= 1

    def _branches(self, node: code.Branches, scope: Scope) -> None:
        before = dict(scope.names)
        for body in node.bodies:
            self._maybe(body, scope)
        for name, value in before.items():  # what the main road settled is not undone by an arm that may not run
            if is_known(value) or not is_known(scope.names.get(name)):
                scope.names[name] = value

    def _for(self, node: code.For, scope: Scope) -> None:
        value = self.expression(node.iterable, scope)
        items = iterated(value)
        if items is None:
            why = value.reason if isinstance(value, Unknown) else "a list that is made at run time"
            self.bind(node.target, Unknown(f"walked by a loop: {why}", Place(scope.path, node.line)), scope)
            self._maybe(node.body, scope)
            return
        for item in items:
            self.bind(node.target, item, scope)
            try:
                self.run(node.body, scope)
            except _Jump as jump:
                if jump.kind == "return":
                    raise
                if jump.kind == "break":
                    return

    def _while(self, node: code.While, scope: Scope) -> None:
        if truth(self.expression(node.test, scope)) is not False:
            self._maybe(node.body, scope)

    def _with(self, node: code.With, scope: Scope) -> None:
        for value, target in node.items:
            entered = self.expression(value, scope)
            if target is not None:
                self.bind(target, entered[0] if isinstance(entered, Yielded) and entered else entered, scope)
        self.run(node.body, scope)

    def _import(self, node: code.Import, scope: Scope) -> None:
        module = self.import_module(node.module, 0, scope)
        if node.name:
            scope.bind(node.name, module)
        elif "." in node.module:
            scope.bind(node.module.partition(".")[0], self.import_module(node.module.partition(".")[0], 0, scope))
        else:
            scope.bind(node.module, module)

    def _import_from(self, node: code.ImportFrom, scope: Scope) -> None:
        module = self.import_module(node.module, node.level, scope)
        for name, bound in node.names:
            if name != "*":
                scope.bind(bound, self.import_name(module, name, Place(scope.path, node.line)))
            elif isinstance(module, Module):
                scope.names.update(_public(module.scope.names))

    def _function(self, node: code.Function, scope: Scope) -> None:
        scope.bind(node.name, self.define(node, scope))

    def define(self, node: code.Function, scope: Scope, owner: str = "") -> Value:
        home = scope.parent if owner and scope.parent is not None else scope
        made: Value = Function(node, home, scope.prefix + node.name)
        for decorator in reversed(node.decorators):
            made = self.decorate(made, decorator, scope)
        return made

    def _class(self, node: code.Class, scope: Scope) -> None:
        scope.bind(node.name, self.class_(node, scope))

    def class_(self, node: code.Class, scope: Scope) -> Value:
        bases = tuple(self.expression(base, scope) for base in node.bases)
        name = scope.prefix + node.name
        body = Scope(parent=scope, path=scope.path, prefix=f"{name}.")
        declared: list[str] = []
        for statement in node.body:
            self.step()
            if isinstance(statement, code.Function):
                body.names[statement.name] = self.define(statement, body, node.name)
            else:
                declared += _declared(statement)
                STATEMENTS[type(statement)](self, statement, body)
        made = Class(node, scope, name, bases, body.names, tuple(declared))
        self.classes.append(made)
        self._subclassed(made, Place(scope.path, node.line))
        for decorator in reversed(node.decorators):
            self.decorate(made, decorator, scope)
        return made

    def _subclassed(self, made: Class, place: Place) -> None:
        """Calls the `__init_subclass__` of a base, as Python does; projects register their views so."""
        for base in made.lineage()[1:]:
            hook = base.members.get("__init_subclass__") if isinstance(base, Class) else None
            if isinstance(hook, Function):
                named = {name: self.expression(value, made.scope) for name, value in made.code.keywords}
                self.call_function(hook.bound(made), Arguments([], named, place))
                return

    def _global(self, node: code.Global, scope: Scope) -> None:
        scope.outer.update(node.names)


def _leaves(body: tuple[code.Statement, ...]) -> bool:
    """Whether what follows a branch is not reached from it."""
    return bool(body) and isinstance(body[-1], (code.Return, code.Raise, code.Jump))


def _public(names: dict[str, Value]) -> dict[str, Value]:
    """What `from module import *` binds."""
    listed = names.get("__all__")
    if isinstance(listed, (list, tuple)):
        return {name: names[name] for name in listed if isinstance(name, str) and name in names}
    return {name: value for name, value in names.items() if not name.startswith("_")}


def _declared(statement: code.Statement) -> list[str]:
    """The fields that a class body declares with an annotation, as dataclasses and pydantic models do."""
    if isinstance(statement, code.Assign) and statement.annotated:
        return [target.id for target in statement.targets if isinstance(target, code.Name)]
    return []


def _joined(returned: list[Value], function: Function) -> Value:
    if not returned:
        return None
    return agreed(returned, Unknown(f"{function.name} decides at run time what it returns", function.place))


STATEMENTS: dict[type, Callable[[Evaluator, Any, Scope], None]] = {
    code.Assign: Evaluator._assign, code.Augment: Evaluator._augment, code.Do: Evaluator._do,
    code.Return: Evaluator._return, code.Raise: Evaluator._raise, code.If: Evaluator._if, code.For: Evaluator._for,
    code.While: Evaluator._while, code.Branches: Evaluator._branches, code.With: Evaluator._with,
    code.Import: Evaluator._import, code.ImportFrom: Evaluator._import_from, code.Class: Evaluator._class,
    code.Function: Evaluator._function, code.Jump: Evaluator._jump, code.Global: Evaluator._global,
}  # fmt: skip
