"""A tree of JavaScript and TypeScript: modules by path, what they require and export, everything followed."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from milestones.facts import Place
from milestones.source import folders
from milestones.source.calls import Factory
from milestones.source.evaluate_targets import iterated
from milestones.source.program import Load, Program
from milestones.source.script_statements import SUFFIXES
from milestones.source.values import (
    Arguments,
    External,
    Function,
    Instance,
    Module,
    Native,
    Scope,
    Super,
    Unknown,
    Value,
    truth,
)

_ENDINGS = ("", *SUFFIXES, *(f"/index{suffix}" for suffix in SUFFIXES))
_GLOBALS = frozenset(
    {"process", "console", "Promise", "JSON", "Date", "Math", "Error", "Buffer", "global", "globalThis"}
)


class ScriptProgram(Program):
    """Evaluates modules of JavaScript; a module's value is what it exports."""

    def __init__(self, paths: Mapping[str, Any], load: Load, models: Mapping[str, Factory]) -> None:
        super().__init__(paths, load, models)
        self.models = {**self.models, **_library(paths)}
        self.natives = {
            "__default__": Native("default", _default), "Object": External("Object"), "Array": External("Array"),
            "String": Native("String", lambda given: given.get(0, "value")), "parseInt": Native("parseInt", _integer),
        }  # fmt: skip

    def prepare(self, module: Module) -> None:
        """The names that every module has."""
        own: dict[str, Value] = {"exports": {}}
        path = module.path
        module.scope.names.update({
            "module": own, "exports": own["exports"], "__filename": path, "__dirname": posixpath.dirname(path) or ".",
            "require": Native("require", lambda given: self._require(given.get(0, "id"), path)),
            "__export_all__": Native("export", lambda given: _export_all(own["exports"], given.get(0, "from"))),
        })  # fmt: skip

    def _require(self, name: Value, importer: str) -> Value:
        if not isinstance(name, str):
            return Unknown("a module named at run time", Place(importer, 0))
        path = self.found(name, importer)
        if path is None:
            return External(name.removeprefix("node:"))
        module = self.module_at(path)
        return module.scope.names["module"]["exports"]

    def found(self, name: str, importer: str) -> str | None:
        """The file that a module's name stands for, beside the one that asks or by an alias for the sources' folder."""
        if name.startswith("."):
            return self._file_of(posixpath.normpath(posixpath.join(posixpath.dirname(importer), name)))
        if name.startswith("/") or name in self.models or f"{name}.Router" in self.models:
            return self._file_of(name.lstrip("/")) if name.startswith("/") else None
        inner = name.removeprefix("@/").removeprefix("~/").removeprefix("src/")
        if "/" not in name and not name.startswith(("@/", "~/")):
            return self._file_of(name) if name in self.paths else None
        bases = _above(posixpath.dirname(importer))
        for base in bases:
            for folder in (base, posixpath.join(base, "src")):
                path = self._file_of(posixpath.normpath(posixpath.join(folder, inner)))
                if path is not None:
                    return path
        return self._file_of(name)

    def _file_of(self, base: str) -> str | None:
        stem = posixpath.splitext(base)[0]  # TypeScript imports `./x.js` where `x.ts` stands
        tried = [base + ending for ending in _ENDINGS] + [stem + suffix for suffix in SUFFIXES if base.endswith(".js")]
        return next((path.removeprefix("./") for path in tried if path.removeprefix("./") in self.paths), None)

    def unbound(self, name: str, place: Place) -> Value:
        return (
            External(name) if name in _GLOBALS or name in ("property", "staticmethod") else super().unbound(name, place)
        )

    def super_(self, scope: Scope) -> Value:
        """`super` itself is the base's part; calling it calls the base's constructor."""
        this = scope.find("this")
        return Super(self.owner(this.type), this) if isinstance(this, Instance) else Unknown("super")

    def call(self, callee: Value, arguments: Arguments) -> Value:
        if isinstance(callee, Super):
            callee = self.attribute(callee, "__init__", arguments.place)
        return super().call(callee, arguments)

    def _plain_attribute(self, value: Value, name: str, place: Place) -> Value:
        if isinstance(value, (list, tuple)) and name in ("forEach", "map", "filter", "reduce", "flatMap", "flat"):
            return Native(name, lambda given: self._each(list(value), name, given))
        if isinstance(value, (list, tuple, str)) and name == "length":
            return len(value)
        return super()._plain_attribute(value, name, place)

    def _each(self, items: list[Value], name: str, given: Arguments) -> Value:
        function = given.get(0, "callback")
        if name == "flat":
            return [inner for one in items for inner in (one if isinstance(one, list) else [one])]
        made: list[Value] = []
        for index, one in enumerate(items):
            self.step()
            answer = self.call(function, Arguments([one, index, items], {}, given.place))
            if name == "filter":
                made += [one] if truth(answer) is not False else []
            elif name == "flatMap":
                made += answer if isinstance(answer, list) else [answer]
            else:
                made.append(answer)
        return None if name == "forEach" else made

    def attribute(self, value: Value, name: str, place: Place) -> Value:
        if isinstance(value, (Function, Native)) and name == "bind":
            return Native(name, lambda given: value)
        if isinstance(value, (Function, Native)) and name in ("call", "apply"):
            return Native(name, lambda given: self.call(value, Arguments(_rest(given, name), {}, given.place)))
        if isinstance(value, Function) and name == "prototype":
            return value.attributes.setdefault("prototype", {})
        if isinstance(value, dict) and name not in value and name not in ("get", "keys", "values"):
            return None
        return super().attribute(value, name, place)


def _rest(given: Arguments, name: str) -> list[Value]:
    rest = given.positional[1:]
    return list(iterated(rest[0]) or []) if name == "apply" and rest else rest


def _default(given: Arguments) -> Value:
    """The default export, or all of a module that knows no such thing."""
    value = given.get(0, "module")
    if isinstance(value, dict) and "default" in value:
        return value["default"]
    return value


def _export_all(exports: Value, given: Value) -> Value:
    if isinstance(exports, dict) and isinstance(given, dict):
        exports.update({name: value for name, value in given.items() if name != "default"})


def _integer(given: Arguments) -> Value:
    try:
        return int(str(given.get(0, "text")))
    except ValueError:
        return Unknown("a number made at run time", given.place)


def _above(folder: str) -> Iterator[str]:
    while folder and folder != ".":
        yield folder
        folder = posixpath.dirname(folder)
    yield ""


def _joined(given: Arguments) -> Value:
    if not all(isinstance(one, str) for one in given.positional):
        return Unknown("a path made at run time", given.place)
    return posixpath.normpath(posixpath.join(*given.positional)) if given.positional else "."


def _listed(kind: str) -> Callable[[Arguments], Value]:
    """`Object.keys`, `values` or `entries`."""

    def call(given: Arguments) -> Value:
        value = given.get(0, "o")
        value = value.attributes if isinstance(value, Instance) else value
        if isinstance(value, list):
            value = dict(enumerate(value))
        if not isinstance(value, dict):
            return Unknown("an object made at run time", given.place)
        made: dict[str, Value] = {"keys": list(value), "values": list(value.values())}
        return made.get(kind, [list(pair) for pair in value.items()])

    return call


def _assigned(given: Arguments) -> Value:
    target = given.get(0, "target")
    for one in given.positional[1:]:
        if isinstance(target, dict) and isinstance(one, dict):
            target.update(one)
    return target


def _library(paths: Mapping[str, Any]) -> dict[str, Callable[[Arguments], Value]]:
    """What of Node's own library finds other modules, and the statics of `Object` and `Array`."""
    made: dict[str, Callable[[Arguments], Value]] = {
        "path.join": _joined, "path.resolve": _joined,
        "Object.keys": _listed("keys"), "Object.values": _listed("values"), "Object.entries": _listed("entries"),
        "Object.freeze": lambda given: given.get(0, "o"), "Object.assign": _assigned,
        "Array.from": lambda given: iterated(given.get(0, "items")) or [],
        "Array.isArray": lambda given: isinstance(given.get(0, "value"), list),
    }  # fmt: skip
    for name, call in folders.calls(paths).items():
        if name in ("os.path.basename", "os.path.dirname"):
            made[name.removeprefix("os.")] = call
        elif name == "os.listdir":
            made["fs.readdirSync"] = call
    return made
