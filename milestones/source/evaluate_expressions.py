"""Working out what expressions come to, as far as they are static, and binding the names that they are given to."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

from milestones.facts import Place
from milestones.source import builtin, code
from milestones.source.evaluate_targets import Targets, agreed, iterated
from milestones.source.folders import Folder
from milestones.source.values import (
    STARTED,
    Arguments,
    Class,
    External,
    Function,
    Instance,
    Model,
    ModuleName,
    Native,
    Scope,
    Super,
    Unknown,
    Value,
    is_known,
    truth,
)

YIELDS = "yield"  # no name of a program: where a scope collects what its function yields
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "/": operator.truediv, "//": operator.floordiv, "==": operator.eq,
    "===": operator.eq, "!=": operator.ne, "!==": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge, "|": operator.or_, "&": operator.and_,
}  # fmt: skip


class ExpressionEvaluator(Targets):
    """Works out expressions over known values; whatever is not known stays a named unknown."""

    def class_(self, node: code.Class, scope: Scope) -> Value:
        raise NotImplementedError

    def expression(self, node: code.Expression, scope: Scope) -> Value:
        return EXPRESSIONS[type(node)](self, node, scope)

    def _const(self, node: code.Const, scope: Scope) -> Value:
        return node.value

    def _name(self, node: code.Name, scope: Scope) -> Value:
        found = scope.find(node.id)
        if found is not None:
            return found
        if node.id == "super":
            return self.super_(scope)
        known = self.natives.get(node.id) or builtin.BUILTINS.get(node.id)
        if known is not None or _is_bound(node.id, scope):
            return known
        return self.unbound(node.id, Place(scope.path, node.line))

    def unbound(self, name: str, place: Place) -> Value:
        return (
            External(name)
            if name in ("property", "staticmethod", "classmethod")
            else Unknown(f"{name} is not defined here", place)
        )

    def super_(self, scope: Scope) -> Value:
        from_first = next((value for value in scope.names.values() if isinstance(value, Instance)), None)
        if from_first is None:
            return Unknown("super", Place(scope.path, 0))
        owner = self.owner(from_first.type)
        return Native("super", lambda arguments: Super(owner, from_first))

    def owner(self, type_: Class) -> Class:
        """The class in whose body the running method stands: where `super()` starts to look."""
        running = self.stack[-1] if self.stack else None
        for one in type_.lineage():
            if isinstance(one, Class) and any(statement is running for statement in one.code.body):
                return one
        return type_

    def _attribute(self, node: code.Attribute, scope: Scope) -> Value:
        return self.attribute(self.expression(node.value, scope), node.name, Place(scope.path, node.line))

    def _item(self, node: code.Item, scope: Scope) -> Value:
        value, index = self.expression(node.value, scope), self.expression(node.key, scope)
        value = value.model if isinstance(value, Instance) and value.model is not None else value
        if isinstance(value, Model):
            return value.item(index, Place(scope.path, node.line))
        if isinstance(value, Class) and isinstance(index, str) and index in value.members:
            return value.members[index]  # a member of an enumeration
        if isinstance(value, (Instance, Function)) and isinstance(index, str):  # JavaScript's `o[name]`
            return self.attribute(value, index, Place(scope.path, node.line))
        if isinstance(value, (list, tuple, str, dict)) and is_known(index):
            try:
                return value[index]
            except (KeyError, IndexError, TypeError):
                pass
        if isinstance(value, External):
            inside = list(index) if isinstance(index, tuple) else [index]
            return External(f"{value.name}[]", arguments=Arguments(inside, {}, Place(scope.path, node.line)))
        return Unknown("looked up at run time", Place(scope.path, node.line))

    def _call(self, node: code.Call, scope: Scope) -> Value:
        function = self.expression(node.function, scope)
        return self.call(function, self.arguments(node, scope))

    def arguments(self, node: code.Call, scope: Scope) -> Arguments:
        made = Arguments([], {}, Place(scope.path, node.line))
        for argument in node.arguments:
            if isinstance(argument, code.Spread):
                items = iterated(self.expression(argument.value, scope))
                made.positional += items or []
                made.incomplete |= items is None
            else:
                made.positional.append(self.expression(argument, scope))
        for name, value in node.keywords:
            given = self.expression(value, scope)
            if name:
                made.named[name] = given
            elif isinstance(given, dict):
                made.named.update({str(key): one for key, one in given.items()})
            else:
                made.incomplete = True
        return made

    def _spread(self, node: code.Spread, scope: Scope) -> Value:
        return self.expression(node.value, scope)

    def _text(self, node: code.Text, scope: Scope) -> Value:
        parts = [self.expression(part, scope) for part in node.parts]
        if all(builtin.plain(part) for part in parts) and sum(map(_size, parts)) <= builtin.SIZE_LIMIT:
            return "".join(str(part) for part in parts)
        return next(
            (part for part in parts if isinstance(part, Unknown)),
            Unknown("text put together at run time", Place(scope.path, node.line)),
        )

    def _binary(self, node: code.Binary, scope: Scope) -> Value:
        left, right = self.expression(node.left, scope), self.expression(node.right, scope)
        return self._operate(node.operator, left, right, Place(scope.path, node.line))

    def _operate(self, sign: str, left: Value, right: Value, place: Place) -> Value:  # noqa: PLR0911
        if any(isinstance(one, ModuleName) for one in (left, right)) and "__main__" in (left, right):
            return Unknown(STARTED, place)
        if sign in ("is", "is not") and (is_known(left) and is_known(right)):
            return (left is right) == (sign == "is")
        if sign in ("in", "not in") and isinstance(right, (str, list, tuple, dict, set)) and builtin.plain(left):
            return _contains(right, left) == (sign == "in")
        if sign == "%" and isinstance(left, str):
            return _formatted(left, right, place)
        if sign == "/" and isinstance(left, Folder):
            return left.joined([right], place)
        if not (_operand(left) and _operand(right)) or sign not in _OPERATORS:
            return next(
                (one for one in (left, right) if isinstance(one, Unknown)), Unknown("worked out at run time", place)
            )
        if _size(left) + _size(right) > builtin.SIZE_LIMIT:
            return Unknown("longer than the limit", place)
        try:
            return _OPERATORS[sign](left, right)
        except (TypeError, ZeroDivisionError, ValueError, OverflowError):
            return Unknown("worked out at run time", place)

    def _either(self, node: code.Either, scope: Scope) -> Value:
        left = self.expression(node.left, scope)
        decided = truth(left)
        if node.operator == "??":
            decided = None if decided is None else left is not None
        if decided is None:
            right = self.expression(node.right, scope)
            return right if node.operator != "and" and is_known(right) else left
        return left if decided == (node.operator in ("or", "||", "??")) else self.expression(node.right, scope)

    def _not(self, node: code.Not, scope: Scope) -> Value:
        decided = truth(self.expression(node.value, scope))
        return Unknown("decided at run time", Place(scope.path, node.line)) if decided is None else not decided

    def _sequence(self, node: code.Sequence, scope: Scope) -> Value:
        items: list[Value] = []
        for item in node.items:
            value = self.expression(item, scope)
            spread = iterated(value) if isinstance(item, code.Spread) else None
            items += spread if spread is not None else [value]
            if len(items) > builtin.SIZE_LIMIT:
                return Unknown("longer than the limit", Place(scope.path, node.line))
        if node.kind == "set":
            return {item for item in items if builtin.plain(item)} if all(map(builtin.plain, items)) else items
        return tuple(items) if node.kind == "tuple" else items

    def _mapping(self, node: code.Mapping, scope: Scope) -> Value:
        made: dict[Value, Value] = {}
        for key, value in node.pairs:
            given = self.expression(value, scope)
            if key is None:
                made.update(given if isinstance(given, dict) else {})
                continue
            name = self.expression(key, scope)
            if not isinstance(name, (list, dict, set)):
                made[name] = given
        return made

    def _choice(self, node: code.Choice, scope: Scope) -> Value:
        decided = truth(self.expression(node.test, scope))
        if decided is not None:
            return self.expression(node.then if decided else node.otherwise, scope)
        then, otherwise = self.expression(node.then, scope), self.expression(node.otherwise, scope)
        return agreed([then, otherwise], Unknown("decided at run time", Place(scope.path, node.line)))

    def _walk(self, node: code.Walk, scope: Scope) -> Value:
        inner = Scope(parent=scope, path=scope.path, prefix=scope.prefix)
        pairs = list(self._walked(node, 0, inner))
        if any(pair is None for pair in pairs):
            return Unknown("a list that is made at run time", Place(scope.path, node.line))
        made = [pair for pair in pairs if pair is not None]
        if node.kind == "dict":
            return {key: value for key, value in made if not isinstance(key, (list, dict, set))}
        return [value for _, value in made]

    def _walked(self, node: code.Walk, depth: int, scope: Scope) -> Iterator[tuple[Value, Value] | None]:
        if depth == len(node.clauses):
            key = self.expression(node.key, scope) if node.key is not None else None
            yield key, self.expression(node.element, scope)
            return
        target, iterable, tests = node.clauses[depth]
        items = iterated(self.expression(iterable, scope))
        if items is None:
            yield None
            return
        for item in items:
            self.step()
            self.bind(target, item, scope)
            if all(truth(self.expression(test, scope)) is not False for test in tests):
                yield from self._walked(node, depth + 1, scope)

    def _lambda(self, node: code.Function, scope: Scope) -> Value:
        return Function(node, scope, scope.prefix + (node.name or "<lambda>"))

    def _class_expression(self, node: code.Class, scope: Scope) -> Value:
        return self.class_(node, scope)

    def _named(self, node: code.Named, scope: Scope) -> Value:
        value = self.expression(node.value, scope)
        self.bind(node.target, value, scope)
        return value

    def _yield(self, node: code.Yield, scope: Scope) -> Value:
        value = self.expression(node.value, scope) if node.value is not None else None
        where: Scope | None = scope
        while where is not None and YIELDS not in where.names:
            where = where.parent
        if where is not None:
            many = iterated(value) if node.many else [value]
            where.names[YIELDS] += many if many is not None else [Unknown("yielded at run time")]
        return Unknown("sent into a generator", Place(scope.path, node.line))

    def _opaque(self, node: code.Opaque, scope: Scope) -> Value:
        return Unknown(f"a {node.what.replace('_', ' ')}", Place(scope.path, node.line))


def _is_bound(name: str, scope: Scope | None) -> bool:
    while scope is not None:
        if name in scope.names:
            return True
        scope = scope.parent
    return False


def _operand(value: Value) -> bool:
    return builtin.plain(value) or isinstance(value, (list, tuple, dict, set))


def _size(value: Value) -> int:
    return len(value) if isinstance(value, (str, bytes, list, tuple, dict, set)) else 0


def _contains(container: Any, value: Any) -> bool:
    try:
        return value in container
    except TypeError:
        return False


def _formatted(left: str, right: Value, place: Place) -> Value:
    given = right if isinstance(right, tuple) else (right,)
    flat = list(right.values()) if isinstance(right, dict) else list(given)
    long = builtin.WIDE.search(left) or sum(map(_size, flat)) > builtin.SIZE_LIMIT
    if long or not all(builtin.plain(one) for one in flat):
        return next((one for one in flat if isinstance(one, Unknown)), Unknown("formatted at run time", place))
    try:
        return left % right
    except (TypeError, ValueError, KeyError):
        return Unknown("formatted at run time", place)


EXPRESSIONS: dict[type, Callable[[ExpressionEvaluator, Any, Scope], Value]] = {
    code.Const: ExpressionEvaluator._const,
    code.Name: ExpressionEvaluator._name,
    code.Attribute: ExpressionEvaluator._attribute,
    code.Item: ExpressionEvaluator._item,
    code.Call: ExpressionEvaluator._call,
    code.Spread: ExpressionEvaluator._spread,
    code.Text: ExpressionEvaluator._text,
    code.Binary: ExpressionEvaluator._binary,
    code.Either: ExpressionEvaluator._either,
    code.Not: ExpressionEvaluator._not,
    code.Sequence: ExpressionEvaluator._sequence,
    code.Mapping: ExpressionEvaluator._mapping,
    code.Choice: ExpressionEvaluator._choice,
    code.Walk: ExpressionEvaluator._walk,
    code.Function: ExpressionEvaluator._lambda,
    code.Opaque: ExpressionEvaluator._opaque,
    code.Class: ExpressionEvaluator._class_expression,
    code.Named: ExpressionEvaluator._named,
    code.Yield: ExpressionEvaluator._yield,
}
