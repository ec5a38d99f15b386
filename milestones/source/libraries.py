"""What functions of libraries make of known values: settings with defaults, text of addresses, copies."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, product
from urllib.parse import quote, urljoin, urlparse, urlsplit

from milestones.source import builtin
from milestones.source.values import Arguments, Unknown, Value

_MISSING = object()


def _setting(arguments: Arguments) -> Value:
    """A setting with a default reads as its default; without one only a run would tell."""
    default = arguments.get(1, "default", _MISSING)
    return Unknown("read from the environment", arguments.place) if default is _MISSING else default


# how settings with defaults are read by the usual libraries: a call of what a call of these gives
_READERS = ("starlette.config.Config()", "decouple.config", "decouple.AutoConfig()", "environ.Env()", "environs.Env()")
_CASTS = ("", ".str", ".bool", ".int", ".list", ".path", ".url")


def _defaulted(arguments: Arguments) -> Value:
    """A field of a model is its default in the class."""
    factory = arguments.get(None, "default_factory")
    if factory is not None:
        made = {"list": list, "dict": dict, "set": set}.get(getattr(factory, "name", ""))
        return made() if made is not None else Unknown("a field whose default is made at run time", arguments.place)
    default = arguments.get(0, "default", _MISSING)
    return Unknown("a field without a default", arguments.place) if default in (_MISSING, ...) else default


def _copied(arguments: Arguments) -> Value:
    value = arguments.get(0, "x")
    return type(value)(value) if type(value) in (list, dict, set) else value


def _joined_path(arguments: Arguments) -> Value:
    parts = arguments.positional
    if not parts or not all(isinstance(part, str) for part in parts):
        return builtin.unknown(arguments, "join")
    return "/".join(parts).replace("//", "/")


CALLS: dict[str, Callable[[Arguments], Value]] = {
    "itertools.chain": builtin.over(chain),
    "itertools.chain.from_iterable": lambda arguments: [
        item for items in builtin.items_of(arguments.get(0, "iterable")) or [] for item in builtin.items_of(items) or []
    ],
    "itertools.product": builtin.over(product),
    "collections.OrderedDict": builtin.dict_of,
    "types.MappingProxyType": builtin.dict_of,
    "types.SimpleNamespace": lambda arguments: Unknown("a namespace", arguments.place),
    "os.getenv": _setting,
    "os.environ.get": _setting,
    "typing.cast": lambda arguments: arguments.get(1, "val"),
    "re.compile": lambda arguments: arguments.get(0, "pattern"),
    "django.utils.translation.gettext_lazy": lambda arguments: arguments.get(0, "message"),
    "pydantic.Field": _defaulted,
    "pydantic.fields.Field": _defaulted,
    "dataclasses.field": _defaulted,
    "urllib.parse.urljoin": builtin.plain_call(urljoin),
    "urllib.parse.quote": builtin.plain_call(quote),
    "urllib.parse.urlparse": builtin.plain_call(urlparse),
    "urllib.parse.urlsplit": builtin.plain_call(urlsplit),
    "copy.copy": _copied,
    "copy.deepcopy": _copied,
    "enum.auto": lambda arguments: Unknown("a number that the enumeration gives", arguments.place),
    "functools.lru_cache()": lambda arguments: arguments.get(0, "f"),
    "posixpath.join": _joined_path,
    "os.path.join": _joined_path,
}


def _read_setting(arguments: Arguments) -> Value:
    default = arguments.named.get("default", _MISSING)
    return Unknown("read from the environment", arguments.place) if default is _MISSING else default


CALLS |= {f"{reader}{cast}": _read_setting for reader in _READERS for cast in _CASTS}
