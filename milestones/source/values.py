"""What an expression may come to when source is read without running it.

Strings, numbers, lists, tuples, dicts and sets stand for themselves; the rest is here. Containers are shared and
mutable as they are in the program that is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from milestones.facts import Place
from milestones.source import code

Value: TypeAlias = Any
NOWHERE = Place("", 0)


class ModuleName(str):
    """`__name__`: the dotted name of a module, but that a run decides whether it is `__main__`."""

    __slots__ = ()


class Yielded(list[Any]):
    """What a generator yields, in order."""

    __slots__ = ()


STARTED = "whether this file is the one that is started"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that only a run would tell, why, and where that came up."""

    reason: str
    place: Place = NOWHERE


@dataclass(slots=True, eq=False)
class Scope:
    names: dict[str, Value] = field(default_factory=dict)
    parent: Scope | None = None
    path: str = ""
    outer: set[str] = field(default_factory=set)  # names declared global or nonlocal
    prefix: str = ""  # of the qualified names of what is defined here
    given: frozenset[str] = frozenset()  # the parameters of the function whose call it is

    def find(self, name: str) -> Value | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return None

    def bind(self, name: str, value: Value) -> None:
        scope = self
        while name in scope.outer and scope.parent is not None:
            scope = scope.parent
        scope.names[name] = value


@dataclass(frozen=True, slots=True, eq=False)
class Decoration:
    """A decorator as it stands over a definition: its name as written and what it is."""

    name: str
    value: Value
    place: Place


@dataclass(slots=True, eq=False)
class Function:
    code: code.Function
    scope: Scope
    name: str  # qualified
    decorations: tuple[Decoration, ...] = ()
    wraps: Function | None = None
    attributes: dict[str, Value] = field(default_factory=dict)
    receiver: Value | None = None

    @property
    def place(self) -> Place:
        return Place(self.scope.path, self.code.line)

    @property
    def original(self) -> Function:
        """The function that a person wrote as the handler, under whatever wraps it."""
        seen, found = 0, self
        following = found.wraps or found.enclosed
        while following is not None and seen < 20:
            found, seen = following, seen + 1
            following = found.wraps or found.enclosed
        return found

    @property
    def enclosed(self) -> Function | None:
        """The one function that was handed to the factory which made this one."""
        given = [
            one for name, one in self.scope.names.items() if name in self.scope.given and isinstance(one, Function)
        ]
        others = [one for one in given if one.code is not self.code and one.scope is not self.scope]
        return others[0] if len(others) == 1 else None

    def bound(self, receiver: Value) -> Function:
        return Function(self.code, self.scope, self.name, self.decorations, self.wraps, self.attributes, receiver)

    def decorated(self, decoration: Decoration) -> Function:
        decorations = (*self.decorations, decoration)
        return Function(self.code, self.scope, self.name, decorations, self.wraps, self.attributes, self.receiver)


@dataclass(slots=True, eq=False)
class Class:
    code: code.Class
    scope: Scope  # of the module or function it stands in
    name: str
    bases: tuple[Value, ...]
    members: dict[str, Value]
    fields: tuple[str, ...] = ()
    decorations: tuple[Decoration, ...] = ()

    @property
    def place(self) -> Place:
        return Place(self.scope.path, self.code.line)

    def lineage(self) -> list[Value]:
        """The class and its bases, nearest first, each once; those outside the project as `External`."""
        found: list[Value] = []
        queue: list[Value] = [self]
        while queue and len(found) < 100:
            one = queue.pop(0)
            if any(one is other for other in found):
                continue
            found.append(one)
            queue += one.bases if isinstance(one, Class) else ()
        return found

    def member(self, name: str) -> Value | None:
        for one in self.lineage():
            if isinstance(one, Class) and name in one.members:
                return one.members[name]
        return None

    def external_bases(self) -> list[str]:
        return [one.name for one in self.lineage() if isinstance(one, External)]

    def all_fields(self) -> list[str]:
        nested = [one.fields for one in reversed(self.lineage()) if isinstance(one, Class)]
        return list(dict.fromkeys(name for fields in nested for name in fields))


@dataclass(slots=True, eq=False)
class Instance:
    type: Class
    attributes: dict[str, Value] = field(default_factory=dict)
    model: Model | None = None


@dataclass(slots=True, eq=False)
class Super:
    type: Class
    instance: Instance


@dataclass(slots=True, eq=False)
class Module:
    """A module of the project; its names are there once it has been evaluated."""

    path: str
    name: str
    scope: Scope


@dataclass(frozen=True, slots=True, eq=False)
class External:
    """Something from outside the project, by its dotted name; what a call of it gives is named `name()`."""

    name: str
    receiver: Value | None = None
    arguments: Arguments | None = None

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2]


@dataclass(slots=True, eq=False)
class Arguments:
    """The arguments of one call. `incomplete` says that something unknown was spread into them."""

    positional: list[Value]
    named: dict[str, Value]
    place: Place
    incomplete: bool = False
    receiver: Value | None = None

    def get(self, index: int | None, name: str, default: Value = None) -> Value:
        if name in self.named:
            return self.named[name]
        if index is not None and index < len(self.positional):
            return self.positional[index]
        return default


class Model:
    """A thing of a framework: the evaluator asks it for its attributes and hands it what is assigned."""

    kinds: tuple[str, ...] = ()  # the names of the framework's classes that it is an instance of
    instance: Instance | None = None  # of a class of the project that extends the framework's

    def get(self, name: str, place: Place) -> Value:
        return Unknown(f"{type(self).__name__}.{name} is not modelled", place)

    def set(self, name: str, value: Value) -> None:
        """Most assignments on a framework's object say nothing about routes."""

    def item(self, key: Value, place: Place) -> Value:
        return Unknown("looked up at run time", place)

    def set_item(self, key: Value, value: Value) -> None:
        """As `set`, for what is assigned between brackets."""

    def give_way(self) -> None:
        """Another one stands for this one: a run makes only one of the two."""


@dataclass(frozen=True, slots=True, eq=False)
class Native:
    """A function whose meaning is known here."""

    name: str
    call: Callable[[Arguments], Value]


def is_known(value: Value) -> bool:
    """Whether a value is settled: no unknown, and nothing from outside the project."""
    return not isinstance(value, (Unknown, External))


def truth(value: Value) -> bool | None:
    """Whether a value counts as true; None where only a run would tell."""
    if isinstance(value, (Unknown, External, Instance)):
        return None if not isinstance(value, Instance) else True
    if value is None or isinstance(value, (bool, int, float, str, bytes, list, tuple, dict, set)):
        return bool(value)
    return True


def why_unknown(value: Value) -> str:
    """The words after "because" for something that could not be settled."""
    if isinstance(value, Unknown):
        where = f" ({value.place.path}:{value.place.line})" if value.place.path else ""
        return value.reason + where
    if isinstance(value, External):
        return f"it comes from {value.name}, outside the project"
    return "it is made at run time"


def describe(value: Value) -> str:
    """A short name of a value, for a table."""
    if isinstance(value, Function):
        return value.original.name
    if isinstance(value, (Class, External)):
        return value.name
    if isinstance(value, Instance):
        return value.type.name
    return value if isinstance(value, str) else type(value).__name__
