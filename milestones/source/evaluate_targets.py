"""What names, attributes and items are bound to, and how several possible values become one."""

from __future__ import annotations

from milestones.facts import Place
from milestones.source import builtin, code
from milestones.source.calls import Caller
from milestones.source.values import (
    Class,
    Function,
    Instance,
    Model,
    Module,
    Scope,
    Unknown,
    Value,
    is_known,
)

LOOP_LIMIT = 5_000  # nobody registers more in one loop; tables of characters are longer
_MISSING = object()


class Targets(Caller):
    """The part of the evaluator that binds."""

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
        items = iterated(value) if isinstance(value, (list, tuple, Instance)) else None
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


def iterated(value: Value) -> list[Value] | None:
    """What a loop over a value meets, in an order that is the same each time; None where only a run would tell."""
    if isinstance(value, (set, frozenset)):
        return sorted(value, key=str)[:LOOP_LIMIT]
    if isinstance(value, (list, tuple, dict, str)):
        return list(value)[:LOOP_LIMIT]
    if isinstance(value, Instance) and "typing.NamedTuple" in value.type.external_bases():
        return [value.attributes.get(name, value.type.member(name)) for name in value.type.all_fields()]
    if isinstance(value, Class) and any(base.startswith("enum.") for base in value.external_bases()):
        return [one for name, one in value.members.items() if not name.startswith("_") and not _is_code(one)]
    return None


def _is_code(value: Value) -> bool:
    return isinstance(value, (Function, Class))


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
        if isinstance(owner, Model):
            owner.set_item(index, value)
        elif isinstance(owner, (dict, list)):
            owner[index] = value
    except (TypeError, IndexError):
        pass


def agreed(values: list[Value], otherwise: Unknown) -> Value:
    """The one value that several may be: the same each time, or the only one that is something of a framework.

    Of two applications, or two routers, of which a run makes one, the last stands for both.
    """
    first, *rest = values
    if all(one is first or (builtin.plain(one) and builtin.plain(first) and one == first) for one in rest):
        return first
    models = [one for one in values if builtin.is_model(one)]
    if models:
        return _instead(models) or otherwise
    others = [one for one in values if one is not None and is_known(one)]
    return others[0] if len(others) == 1 or (others and all(map(_is_code, others))) else otherwise


def _instead(models: list[Value]) -> Value | None:
    made: list[Model] = [one.model if isinstance(one, Instance) and one.model else one for one in models]
    if len({type(one) for one in made}) > 1:
        return None
    for one in made[:-1]:
        if one is not made[-1]:
            one.give_way()
    return models[-1]


def merged(then: dict[str, Value], otherwise: dict[str, Value], place: Place) -> dict[str, Value]:
    """The names after a branch of which only a run would tell which arm it takes."""
    made = dict(otherwise)
    for name, value in then.items():
        other = otherwise.get(name, _MISSING)
        if other is _MISSING or other is value:
            made[name] = value
        else:
            made[name] = agreed([other, value], Unknown(f"{name} is decided at run time", place))
    return made
