"""Frozen facts to JSON and back, by their own type hints, so that a cached reading equals a fresh one."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import types
from collections.abc import Hashable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
# what PostgreSQL takes in no text and no JSON, and UTF-8 cannot say; git's paths carry their odd bytes as such halves
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str, limit: int = 0) -> str:
    """A text as every database takes it: odd characters spelled out, cut to `limit` so that two stay two."""
    kept = _UNSTORABLE.sub(_spelled, text) if _UNSTORABLE.search(text) else text
    if not limit or len(kept) <= limit:
        return kept
    return f"{kept[: limit - 10]}… {hashlib.sha256(kept.encode()).hexdigest()[:8]}"


def _spelled(found: re.Match[str]) -> str:
    code = ord(found[0])
    byte = code - 0xDC00 if 0xDC80 <= code <= 0xDCFF else code
    return f"\\x{byte:02x}" if byte < 0x100 else f"\\u{code:04x}"


def to_plain(fact: Any) -> Any:
    """A fact as dicts, lists, strings and numbers."""
    if dataclasses.is_dataclass(fact) and not isinstance(fact, type):
        return {field.name: to_plain(getattr(fact, field.name)) for field in dataclasses.fields(fact)}
    if isinstance(fact, Enum):
        return fact.value
    if isinstance(fact, str):
        return storable(fact)
    if isinstance(fact, Mapping):
        return {to_plain(key): to_plain(value) for key, value in fact.items()}
    if isinstance(fact, (list, tuple)):
        return [to_plain(value) for value in fact]
    return fact


@cache
def _hints(kind: Hashable) -> dict[str, Any]:
    return get_type_hints(kind)


def from_plain(kind: type[T], data: Mapping[str, Any]) -> T:
    """The dataclass `kind` from what `to_plain` made of it. Raises KeyError or ValueError where it does not fit."""
    hints = _hints(cast(Hashable, kind))
    return kind(**{name: _value(hints[name], value) for name, value in data.items()})


def _value(hint: Any, data: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return None if data is None else _value(next(a for a in get_args(hint) if a is not type(None)), data)
    if origin is tuple:
        item, *more = get_args(hint)
        inner = [item] * len(data) if more == [Ellipsis] else [item, *more]
        return tuple(_value(kind, value) for kind, value in zip(inner, data, strict=True))
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return from_plain(hint, data)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(data)
    return data
