"""What the language finds by name while it runs: attributes, modules, files beside this one, generated tuples."""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from milestones.facts import Place
from milestones.source import folders
from milestones.source.evaluate_targets import iterated
from milestones.source.values import (
    Arguments,
    Class,
    External,
    Instance,
    Model,
    Module,
    Native,
    Scope,
    Unknown,
    Value,
    truth,
)

_MISSING = object()
_FIELDS = 50  # of a named tuple; nobody writes more


class Running(Protocol):
    """What is asked of the evaluator."""

    paths: Mapping[str, Any]

    def attribute(self, value: Value, name: str, place: Place) -> Value: ...
    def call(self, callee: Value, arguments: Arguments) -> Value: ...
    def import_module(self, name: str, level: int, scope: Scope) -> Value: ...


Calls = dict[str, Callable[[Arguments], Value]]


def reflective(running: Running) -> tuple[dict[str, Value], Calls]:
    """The builtins and the functions of libraries that look into the program itself."""
    seen = _Seen(running)
    builtins: Calls = {
        "getattr": seen.getattr, "setattr": seen.setattr, "hasattr": seen.hasattr, "vars": seen.vars, "dir": seen.dir,
        "map": seen.map, "filter": seen.filter, "any": seen.any, "all": seen.all, "__import__": seen.import_,
        "type": seen.type, "next": seen.next, "print": lambda arguments: None,
    }  # fmt: skip
    externals: Calls = {
        "importlib.import_module": seen.import_, "werkzeug.utils.import_string": seen.import_string,
        "django.utils.module_loading.import_string": seen.import_string, "inspect.getmembers": seen.members,
        "pkgutil.iter_modules": seen.modules, "pkgutil.walk_packages": seen.modules,
        "werkzeug.utils.find_modules": seen.found_modules, "collections.namedtuple": _namedtuple,
        "operator.attrgetter": seen.attrgetter, "functools.reduce": seen.reduce,
        **folders.calls(running.paths),
    }  # fmt: skip
    return {name: Native(name, call) for name, call in builtins.items()}, externals


class _Seen:
    """The program as it looks at itself."""

    def __init__(self, running: Running) -> None:
        self.running = running

    def getattr(self, arguments: Arguments) -> Value:
        owner, name, default = arguments.get(0, "o"), arguments.get(1, "name"), arguments.get(2, "default", _MISSING)
        if not isinstance(name, str):
            return Unknown("an attribute named at run time", arguments.place)
        if default is not _MISSING and _has(owner, name) is False:
            return default
        found = self.running.attribute(owner, name, arguments.place)
        return default if isinstance(found, Unknown) and default is not _MISSING and default is not None else found

    def setattr(self, arguments: Arguments) -> Value:
        owner, name, value = arguments.get(0, "o"), arguments.get(1, "name"), arguments.get(2, "value")
        if isinstance(name, str):
            if isinstance(owner, Instance):
                owner.attributes[name] = value
            elif isinstance(owner, Class):
                owner.members[name] = value
            elif isinstance(owner, Module):
                owner.scope.names[name] = value
            elif isinstance(owner, Model):
                owner.set(name, value)

    def hasattr(self, arguments: Arguments) -> Value:
        name = arguments.get(1, "name")
        told = _has(arguments.get(0, "o"), name) if isinstance(name, str) else None
        return Unknown("whether it has an attribute", arguments.place) if told is None else told

    def vars(self, arguments: Arguments) -> Value:
        names = _names(arguments.get(0, "o"))
        return Unknown("the names of something made at run time", arguments.place) if names is None else dict(names)

    def dir(self, arguments: Arguments) -> Value:
        names = _names(arguments.get(0, "o"))
        return Unknown("the names of something made at run time", arguments.place) if names is None else sorted(names)

    def members(self, arguments: Arguments) -> Value:
        names, test = _names(arguments.get(0, "o")), arguments.get(1, "predicate")
        if names is None:
            return Unknown("the members of something made at run time", arguments.place)
        return [(name, names[name]) for name in sorted(names) if self._fits(test, names[name], arguments.place)]

    def _fits(self, test: Value, value: Value, place: Place) -> bool:
        if isinstance(test, External):
            wanted = {"inspect.isclass": (Class,), "inspect.ismodule": (Module,)}.get(test.name)
            return wanted is None or isinstance(value, wanted)
        return test is None or truth(self.running.call(test, Arguments([value], {}, place))) is not False

    def map(self, arguments: Arguments) -> Value:
        items = [iterated(one) for one in arguments.positional[1:]]
        if not items or any(one is None for one in items):
            return Unknown("a list that is made at run time", arguments.place)
        rows = zip(*(one or [] for one in items), strict=False)
        return [self.running.call(arguments.get(0, "f"), Arguments(list(row), {}, arguments.place)) for row in rows]

    def filter(self, arguments: Arguments) -> Value:
        items, test = iterated(arguments.get(1, "iterable")), arguments.get(0, "f")
        if items is None:
            return Unknown("a list that is made at run time", arguments.place)
        if test is None:
            return [one for one in items if truth(one) is not False]
        return [one for one in items if self._fits(test, one, arguments.place)]

    def any(self, arguments: Arguments) -> Value:
        return self._told(arguments, True)

    def all(self, arguments: Arguments) -> Value:
        return self._told(arguments, False)

    def _told(self, arguments: Arguments, settles: bool) -> Value:
        told = [truth(one) for one in iterated(arguments.get(0, "iterable")) or [Unknown("")]]
        if settles in told:
            return settles
        return Unknown("decided at run time", arguments.place) if None in told else not settles

    def next(self, arguments: Arguments) -> Value:
        items = iterated(arguments.get(0, "iterator"))
        if items is None:
            return Unknown("the next of something made at run time", arguments.place)
        return items[0] if items else arguments.get(1, "default", Unknown("the next of nothing", arguments.place))

    def reduce(self, arguments: Arguments) -> Value:
        items = iterated(arguments.get(1, "iterable"))
        if items is None:
            return Unknown("worked out at run time", arguments.place)
        items = [arguments.get(2, "initial"), *items] if len(arguments.positional) > 2 else items
        made = items[0] if items else None
        for one in items[1:]:
            made = self.running.call(arguments.get(0, "f"), Arguments([made, one], {}, arguments.place))
        return made

    def attrgetter(self, arguments: Arguments) -> Value:
        name = arguments.get(0, "name")

        def get(given: Arguments) -> Value:
            return self.running.attribute(given.get(0, "o"), str(name), given.place)

        return Native("attrgetter", get)

    def type(self, arguments: Arguments) -> Value:
        value = arguments.get(0, "o")
        if len(arguments.positional) == 1 and isinstance(value, Instance):
            return value.type
        return Unknown("a type that is made at run time", arguments.place)

    # --- modules

    def import_(self, arguments: Arguments) -> Value:
        name, package = arguments.get(0, "name"), arguments.get(1, "package")
        if not isinstance(name, str):
            return Unknown("a module named at run time", arguments.place)
        if name.startswith(".") and isinstance(package, str):
            inner = name.lstrip(".")
            level = len(name) - len(inner) - 1
            parts = package.split(".")
            name = ".".join([*parts[: len(parts) - level], *([inner] if inner else [])])
        found = self.running.import_module(name, 0, Scope(path=arguments.place.path))
        return Unknown(f"{name} is no module of the tree", arguments.place) if isinstance(found, External) else found

    def import_string(self, arguments: Arguments) -> Value:
        name = arguments.get(0, "name")
        if not isinstance(name, str):
            return Unknown("a name made at run time", arguments.place)
        module, _, attribute = name.replace(":", ".").rpartition(".")
        whole = self.running.import_module(name, 0, Scope(path=arguments.place.path))
        if isinstance(whole, Module) or not module:
            return whole
        owner = self.running.import_module(module, 0, Scope(path=arguments.place.path))
        return self.running.attribute(owner, attribute, arguments.place)

    def modules(self, arguments: Arguments) -> Value:
        """The modules beside each other in folders of the tree, as (finder, name, ispkg)."""
        where, prefix = iterated(arguments.get(0, "path")), arguments.get(1, "prefix", "")
        if where is None or not all(isinstance(one, str) for one in where) or not isinstance(prefix, str):
            return Unknown("a list of modules that is made at run time", arguments.place)
        return [
            folders.ModuleInfo(None, prefix + name, package)
            for folder in where
            for name, package in folders.modules_in(self.running.paths, folder)
        ]

    def found_modules(self, arguments: Arguments) -> Value:
        name = arguments.get(0, "import_path")
        module = self.import_(arguments)
        if not isinstance(module, Module) or not isinstance(name, str):
            return Unknown("a list of modules that is made at run time", arguments.place)
        inside = folders.modules_in(self.running.paths, module.path.rpartition("/")[0])
        packages = truth(arguments.get(1, "include_packages", False)) is True
        return [f"{name}.{one}" for one, package in inside if packages or not package]


def _has(owner: Value, name: str) -> bool | None:
    if isinstance(owner, Instance):
        return name in owner.attributes or owner.type.member(name) is not None or (None if owner.model else False)
    names = _names(owner)
    return name in names if names is not None else None


def _names(owner: Value) -> dict[str, Value] | None:
    if isinstance(owner, Module):
        return owner.scope.names
    if isinstance(owner, Class):
        return {name: value for one in reversed(owner.lineage()) if isinstance(one, Class)
                for name, value in one.members.items()}  # fmt: skip
    return owner.attributes if isinstance(owner, Instance) and owner.model is None else None


def _namedtuple(arguments: Arguments) -> Value:
    fields = arguments.get(1, "field_names")
    names = re.split(r"[\s,]+", fields.strip()) if isinstance(fields, str) else fields
    if not isinstance(names, (list, tuple)) or len(names) > _FIELDS or not all(isinstance(one, str) for one in names):
        return Unknown("a named tuple that is made at run time", arguments.place)
    kind: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]
    defaults = iterated(arguments.get(None, "defaults")) or []

    def make(given: Arguments) -> Value:
        rest = dict(zip(names[len(names) - len(defaults) :], defaults, strict=False))
        rest.update(dict(zip(names, given.positional, strict=False)) | given.named)
        absent = Unknown("a field that is not given", given.place)
        return kind(*(rest.get(name, absent) for name in names))

    return Native("namedtuple", make)
