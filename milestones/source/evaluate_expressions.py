"""Working out what expressions come to, as far as they are static, and binding the names that they are given to."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

from milestones.facts import Place
from milestones.source import builtin, code
from milestones.source.calls import Caller
from milestones.source.values import (
    Arguments,
    Class,
    External,
    Function,
    Instance,
    Model,
    Module,
    Native,
    Scope,
    Super,
    Unknown,
    Value,
    is_known,
    truth,
)

LOOP_LIMIT = 5_000
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "/": operator.truediv, "//": operator.floordiv, "==": operator.eq,
    "===": operator.eq, "!=": operator.ne, "!==": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge, "|": operator.or_, "&": operator.and_,
}  # fmt: skip


class ExpressionEvaluator(Caller):
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
            return self._super(scope)
        known = builtin.BUILTINS.get(node.id)
        if known is not None or _is_bound(node.id, scope):
            return known
        return self.unbound(node.id, Place(scope.path, node.line))

    def unbound(self, name: str, place: Place) -> Value:
        return (
            External(name)
            if name in ("property", "staticmethod", "classmethod")
            else Unknown(f"{name} is not defined here", place)
        )

    def _super(self, scope: Scope) -> Value:
        from_first = next((value for value in scope.names.values() if isinstance(value, Instance)), None)
        if from_first is None:
            return Unknown("super", Place(scope.path, 0))
        owner = self._owner(from_first.type)
        return Native("super", lambda arguments: Super(owner, from_first))

    def _owner(self, type_: Class) -> Class:
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
        if sign in ("is", "is not") and (is_known(left) and is_known(right)):
            return (left is right) == (sign == "is")
        if sign in ("in", "not in") and isinstance(right, (str, list, tuple, dict, set)) and builtin.plain(left):
            return _contains(right, left) == (sign == "in")
        if sign == "%" and isinstance(left, str):
            return _formatted(left, right, place)
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
        inner = Scope(parent=scope, path=scope.path)
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
        return Function(node, scope, node.name or "<lambda>")

    def _class_expression(self, node: code.Class, scope: Scope) -> Value:
        return self.class_(node, scope)

    def _opaque(self, node: code.Opaque, scope: Scope) -> Value:
        return Unknown(f"a {node.what.replace('_', ' ')}", Place(scope.path, node.line))

    # --- targets

    def bind(self, target: code.Expression, value: Value, scope: Scope) -> None:
        if isinstance(target, code.Name):
            scope.bind(target.id, value)
        elif isinstance(target, code.Attribute):
            _set_attribute(self.expression(target.value, scope), target.name, value)
        elif isinstance(target, code.Item):
            _set_item(self.expression(target.value, scope), self.expression(target.key, scope), value)
        elif isinstance(target, code.Sequence):
            self._unpack(target, value, scope)
        elif isinstance(target, code.Mapping):  # JavaScript's `const {a, b} = value`
            for key, inner in target.pairs:
                if isinstance(key, code.Const):
                    self.bind(inner, self.attribute(value, str(key.value), Place(scope.path, target.line)), scope)

    def _unpack(self, target: code.Sequence, value: Value, scope: Scope) -> None:
        place = Place(scope.path, target.line)
        items = list(value) if isinstance(value, (list, tuple)) else None
        for index, one in enumerate(target.items):
            if isinstance(one, code.Spread):
                after = len(target.items) - index - 1
                rest = None if items is None else items[index : len(items) - after]
                self.bind(one.value, Unknown("unpacked at run time", place) if rest is None else rest, scope)
                items = None if items is None else [*items[:index], None, *items[len(items) - after :]]
            elif items is not None and index < len(items):
                self.bind(one, items[index], scope)
            else:
                self.bind(one, value if isinstance(value, Unknown) else Unknown("unpacked at run time", place), scope)


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


def iterated(value: Value) -> list[Value] | None:
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        return list(value)[:LOOP_LIMIT]
    return list(value)[:LOOP_LIMIT] if isinstance(value, str) else None


def _set_attribute(owner: Value, name: str, value: Value) -> None:
    if isinstance(owner, (Instance, Function)):
        owner.attributes[name] = value
    elif isinstance(owner, Class):
        owner.members[name] = value
    elif isinstance(owner, Module):
        owner.scope.names[name] = value
    elif isinstance(owner, Model):
        owner.set(name, value)
    elif isinstance(owner, dict):  # an object of JavaScript
        owner[name] = value


def _set_item(owner: Value, index: Value, value: Value) -> None:
    try:
        if isinstance(owner, (dict, list)):
            owner[index] = value
    except (TypeError, IndexError):
        pass


def agreed(values: list[Value], otherwise: Unknown) -> Value:
    """The one value that several may be: the same each time, or the only one that is something of a framework."""
    first, *rest = values
    if all(one is first or (builtin.plain(one) and builtin.plain(first) and one == first) for one in rest):
        return first
    models = [one for one in values if builtin.is_model(one)]
    others = [one for one in values if one is not None and is_known(one)]
    candidates = models or (others if len(others) == 1 else [])
    return candidates[0] if candidates and all(one is candidates[0] for one in candidates) else otherwise


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
}
