"""What the languages' own functions and methods make of known values. None of them reaches outside."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice
from typing import Any

from milestones.source.values import (
    Arguments,
    Class,
    External,
    Function,
    Instance,
    Model,
    Module,
    Native,
    Unknown,
    Value,
    truth,
)

SIZE_LIMIT = 20_000  # items of a container or characters of a string: nobody's route table is longer
WIDE = re.compile(r"\d{4,}|\*")  # a field width that nobody means
_MISSING = object()


def plain(value: Value) -> bool:
    return value is None or isinstance(value, (str, bytes, bool, int, float))


def unknown(arguments: Arguments, what: str) -> Unknown:
    return Unknown(f"{what} of something that is made at run time", arguments.place)


def items_of(value: Value) -> list[Value] | None:
    if isinstance(value, (list, tuple, set, frozenset, str)):
        return list(value)
    return list(value) if isinstance(value, dict) else None


def _made(kind: Callable[..., Any]) -> Callable[[Arguments], Value]:
    def call(arguments: Arguments) -> Value:
        if not arguments.positional:
            return kind()
        items = items_of(arguments.positional[0])
        return unknown(arguments, kind.__name__) if items is None else _build(kind, items, arguments)

    return call


def _build(kind: Callable[..., Any], items: list[Value], arguments: Arguments) -> Value:
    try:
        return kind(items)
    except TypeError:
        return unknown(arguments, kind.__name__)


def dict_of(arguments: Arguments) -> Value:
    made: dict[Value, Value] = {}
    if arguments.positional:
        first = arguments.positional[0]
        try:
            made.update(first if isinstance(first, dict) else dict(items_of(first) or []))
        except (TypeError, ValueError):
            return unknown(arguments, "dict")
    return {**made, **arguments.named}


def plain_call(function: Callable[..., Any]) -> Callable[[Arguments], Value]:
    """A function of plain values alone, called when every argument is one."""

    def call(arguments: Arguments) -> Value:
        given = arguments.positional
        if not given or not all(plain(value) or isinstance(value, (list, tuple, dict)) for value in given):
            return unknown(arguments, getattr(function, "__name__", "a function"))
        try:
            return function(*given)
        except (TypeError, ValueError, OverflowError):
            return unknown(arguments, getattr(function, "__name__", "a function"))

    return call


def _str(arguments: Arguments) -> Value:
    value = arguments.get(0, "object", "")
    if isinstance(value, Model) and "__str__" in type(value).__dict__:
        return str(value)
    return str(value) if plain(value) else unknown(arguments, "str")


def _range(arguments: Arguments) -> Value:
    if not arguments.positional or not all(isinstance(value, int) for value in arguments.positional):
        return unknown(arguments, "range")
    try:
        return list(range(*arguments.positional)[:SIZE_LIMIT])
    except (TypeError, ValueError):
        return unknown(arguments, "range")


def over(function: Callable[..., Any]) -> Callable[[Arguments], Value]:
    def call(arguments: Arguments) -> Value:
        given = [items_of(value) for value in arguments.positional]
        known = [items for items in given if items is not None]
        settled = known and len(known) == len(given)
        return list(islice(function(*known), SIZE_LIMIT)) if settled else unknown(arguments, "a walk")

    return call


def _enumerate(arguments: Arguments) -> Value:
    items, start = items_of(arguments.get(0, "iterable")), arguments.get(1, "start", 0)
    return (
        list(enumerate(items, start))
        if items is not None and isinstance(start, int)
        else unknown(arguments, "enumerate")
    )


def _sorted(arguments: Arguments) -> Value:
    items = items_of(arguments.get(0, "iterable"))
    if items is None:
        return unknown(arguments, "sorted")
    try:
        return sorted(items, reverse=truth(arguments.get(None, "reverse", False)) is True)
    except TypeError:
        return items


def _isinstance(arguments: Arguments) -> Value:
    value, kind = arguments.get(0, "obj"), arguments.get(1, "kind")
    kinds = [kind] if not isinstance(kind, tuple) else list(kind)
    value = value.model if isinstance(value, Instance) and value.model is not None else value
    if isinstance(value, Model) and all(isinstance(one, External) for one in kinds):
        return any(one.last in value.kinds for one in kinds)
    if isinstance(value, (Function, Class, Module)) and all(isinstance(one, (External, Native)) for one in kinds):
        return False
    names = {"str": str, "int": int, "list": list, "tuple": tuple, "dict": dict, "set": set, "bool": bool}
    told = [names[one.name] for one in kinds if isinstance(one, Native) and one.name in names]
    if len(told) == len(kinds) and not isinstance(value, (Unknown, External)):
        return isinstance(value, tuple(told))
    if isinstance(value, Instance) and all(isinstance(one, Class) for one in kinds):
        return any(one in value.type.lineage() for one in kinds)
    return unknown(arguments, "isinstance")


def _issubclass(arguments: Arguments) -> Value:
    value, kind = arguments.get(0, "cls"), arguments.get(1, "kind")
    kinds = list(kind) if isinstance(kind, tuple) else [kind]
    if isinstance(value, Class) and all(isinstance(one, (Class, External)) for one in kinds):
        names = {one.name for one in kinds if isinstance(one, External)}
        return any(one in kinds for one in value.lineage()) or bool(names & set(value.external_bases()))
    return unknown(arguments, "issubclass")


def _callable(arguments: Arguments) -> Value:
    value = arguments.get(0, "obj")
    if isinstance(value, (Function, Class, Native)):
        return True
    return False if plain(value) or isinstance(value, (list, tuple, dict)) else unknown(arguments, "callable")


def _native(name: str, call: Callable[[Arguments], Value]) -> Native:
    return Native(name, call)


_CALLS: dict[str, Callable[[Arguments], Value]] = {
    "list": _made(list), "tuple": _made(tuple), "set": _made(set), "frozenset": _made(frozenset), "dict": dict_of,
    "str": _str, "unicode": _str, "int": plain_call(int), "float": plain_call(float), "len": plain_call(len),
    "bool": lambda arguments: truth(arguments.get(0, "x", False)), "range": _range, "xrange": _range,
    "zip": over(zip), "reversed": lambda arguments: list(reversed(items_of(arguments.get(0, "seq")) or [])),
    "enumerate": _enumerate, "sorted": _sorted, "isinstance": _isinstance, "callable": _callable, "iter": _made(list),
    "slice": plain_call(slice), "repr": plain_call(repr), "issubclass": _issubclass,
    "max": plain_call(max), "min": plain_call(min), "sum": plain_call(sum), "abs": plain_call(abs),
}  # fmt: skip
BUILTINS: dict[str, Value] = {name: _native(name, call) for name, call in _CALLS.items()}


STRING_METHODS = frozenset({
    "format", "join", "strip", "lstrip", "rstrip", "replace", "lower", "upper", "title", "capitalize", "split",
    "startswith", "endswith", "removeprefix", "removesuffix", "partition", "rpartition", "splitlines", "encode",
    "rsplit", "isidentifier", "isdigit", "isupper", "islower", "zfill", "swapcase", "casefold",
})  # fmt: skip
READING_METHODS = frozenset(
    {"items", "keys", "values", "copy", "index", "count", "union", "intersection", "difference"}
)
_SCRIPT_STRINGS = {"toLowerCase": "lower", "toUpperCase": "upper", "trim": "strip", "startsWith": "startswith"}


def method(value: Value, name: str) -> Native | None:
    """The method `name` of a plain string or container, or None where there is none."""
    if isinstance(value, str):
        return _string_method(value, _SCRIPT_STRINGS.get(name, name))
    if isinstance(value, (list, tuple, dict, set, frozenset)):
        special = _CONTAINER_METHODS.get(name)
        if special is not None:
            return Native(name, lambda arguments: special(value, arguments))
        if name in READING_METHODS and hasattr(value, name):
            return Native(name, lambda arguments: _read(value, name, arguments))
    return None


def _string_method(value: str, name: str) -> Native | None:
    if name == "concat":
        return Native(name, lambda arguments: _string_call(value, "__add__", arguments))
    if name not in STRING_METHODS:
        return None
    return Native(name, lambda arguments: _string_call(value, name, arguments))


def _string_call(value: str, name: str, arguments: Arguments) -> Value:
    given = [*arguments.positional, *arguments.named.values()]
    flat = [item for one in given for item in (one if isinstance(one, (list, tuple)) else [one])]
    if not all(plain(item) for item in flat) or _may_grow(value, name, flat):
        return unknown(arguments, name)
    try:
        return getattr(value, name)(*arguments.positional, **arguments.named)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, LookupError):
        return unknown(arguments, name)


def _may_grow(value: str, name: str, given: list[Value]) -> bool:
    """Whether a call could make a text out of all proportion: a wide field, a replacement of every letter."""
    if any(isinstance(one, int) and one > SIZE_LIMIT for one in given) or (name == "format" and WIDE.search(value)):
        return True
    size = sum(len(one) for one in given if isinstance(one, (str, bytes)))
    times = {"join": len(given), "format": value.count("{")}.get(name, 1)
    return len(value) * times + size * (1 + len(value) if name == "replace" else times) > 50 * SIZE_LIMIT


def _read(value: Value, name: str, arguments: Arguments) -> Value:
    try:
        made = getattr(value, name)(*arguments.positional)
    except (TypeError, ValueError):
        return unknown(arguments, name)
    return list(made) if name in ("items", "keys", "values") else made


def _append(value: Value, arguments: Arguments) -> Value:
    if isinstance(value, list) and len(value) < SIZE_LIMIT:
        value.extend(arguments.positional)
    elif isinstance(value, set):
        value.update(one for one in arguments.positional if plain(one))


def _extend(value: Value, arguments: Arguments) -> Value:
    items = items_of(arguments.get(0, "iterable"))
    if isinstance(value, list):
        value.extend((items if items is not None else [unknown(arguments, "extend")])[: SIZE_LIMIT - len(value)])


def _insert(value: Value, arguments: Arguments) -> Value:
    index, item = arguments.get(0, "index"), arguments.get(1, "object")
    if isinstance(value, list) and isinstance(index, int) and len(value) < SIZE_LIMIT:
        value.insert(index, item)


def _update(value: Value, arguments: Arguments) -> Value:
    given = arguments.get(0, "other", {})
    if isinstance(value, dict):
        value.update(given if isinstance(given, dict) else {})
        value.update(arguments.named)
    elif isinstance(value, set):
        value.update(items_of(given) or [])


def _get(value: Value, arguments: Arguments) -> Value:
    key, default = arguments.get(0, "key"), arguments.get(1, "default")
    if not isinstance(value, dict) or isinstance(key, (Unknown, list, dict, set)):
        return unknown(arguments, "get")
    return value.get(key, default)


def _setdefault(value: Value, arguments: Arguments) -> Value:
    key = arguments.get(0, "key")
    if not isinstance(value, dict) or isinstance(key, (Unknown, list, dict, set)):
        return unknown(arguments, "setdefault")
    return value.setdefault(key, arguments.get(1, "default"))


def _pop(value: Value, arguments: Arguments) -> Value:
    key = arguments.get(0, "key", -1)
    try:
        if isinstance(value, dict):
            return value.pop(key, arguments.get(1, "default"))
        return value.pop(key) if isinstance(value, list) else unknown(arguments, "pop")
    except (TypeError, IndexError, KeyError):
        return unknown(arguments, "pop")


def _concat(value: Value, arguments: Arguments) -> Value:
    rest = [
        item for one in arguments.positional for item in (items_of(one) if not isinstance(one, str) else [one]) or []
    ]
    return [*value, *rest][:SIZE_LIMIT]


_CONTAINER_METHODS: dict[str, Callable[[Value, Arguments], Value]] = {
    "append": _append, "add": _append, "push": _append, "extend": _extend, "insert": _insert, "update": _update,
    "get": _get, "setdefault": _setdefault, "pop": _pop, "concat": _concat,
}  # fmt: skip


def is_model(value: Value) -> bool:
    return isinstance(value, Model) or (isinstance(value, Instance) and value.model is not None)
