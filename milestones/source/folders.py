"""Files and folders of the tree as a program looks for them: `os.path`, `pathlib`, `glob`, lists of modules."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from milestones import globs
from milestones.facts import Place
from milestones.source.builtin import plain
from milestones.source.values import Arguments, Model, Native, Unknown, Value


class ModuleInfo(NamedTuple):
    """What `pkgutil` says of a module."""

    module_finder: None
    name: str
    ispkg: bool


class Folder(Model):
    """A `pathlib.Path` inside the tree."""

    def __init__(self, paths: Mapping[str, Any], path: str) -> None:
        self.paths = paths
        self.path = posixpath.normpath(path) if path else "."

    def get(self, name: str, place: Place) -> Value:
        stem, suffix = posixpath.splitext(posixpath.basename(self.path))
        known = {"name": stem + suffix, "stem": stem, "suffix": suffix, "parts": tuple(self.path.split("/"))}
        if name in known:
            return known[name]
        if name == "parent":
            return Folder(self.paths, posixpath.dirname(self.path))
        if name == "parents":
            return [Folder(self.paths, one) for one in _above(self.path)]
        calls: dict[str, Callable[[Arguments], Value]] = {
            "resolve": lambda given: self, "absolute": lambda given: self, "as_posix": lambda given: self.path,
            "joinpath": lambda given: self.joined(given.positional, given.place),
            "iterdir": lambda given: [Folder(self.paths, one) for one in _beside(self.paths, self.path)],
            "glob": lambda given: self._glob(given, ""), "rglob": lambda given: self._glob(given, "**/"),
            "is_dir": lambda given: self.path not in self.paths, "is_file": lambda given: self.path in self.paths,
            "exists": lambda given: Unknown("whether a file exists", given.place),
            "with_suffix": self._with_suffix,
            "relative_to": self._relative,
        }  # fmt: skip
        return Native(name, calls[name]) if name in calls else Unknown(f"a path's {name}", place)

    def joined(self, parts: Iterable[Value], place: Place) -> Value:
        texts = [part.path if isinstance(part, Folder) else part for part in parts]
        if not all(isinstance(one, str) for one in texts):
            return Unknown("a path made at run time", place)
        return Folder(self.paths, posixpath.join(self.path, *texts))

    def _glob(self, given: Arguments, start: str) -> Value:
        wanted = given.get(0, "pattern")
        if not isinstance(wanted, str):
            return Unknown("files looked for at run time", given.place)
        return [Folder(self.paths, one) for one in _matching(self.paths, posixpath.join(self.path, start + wanted))]

    def _with_suffix(self, given: Arguments) -> Value:
        return Folder(self.paths, posixpath.splitext(self.path)[0] + str(given.get(0, "suffix")))

    def _relative(self, given: Arguments) -> Value:
        base = given.get(0, "other")
        text = base.path if isinstance(base, Folder) else base
        if not isinstance(text, str):
            return Unknown("a path made at run time", given.place)
        return Folder(self.paths, posixpath.relpath(self.path, text))

    def __str__(self) -> str:
        return self.path


def calls(paths: Mapping[str, Any]) -> dict[str, Callable[[Arguments], Value]]:
    """The functions of libraries that look at files."""

    def listdir(given: Arguments) -> Value:
        folder = _text(given.get(0, "path", "."))
        if folder is None:
            return Unknown("a folder named at run time", given.place)
        return [posixpath.basename(one) for one in _beside(paths, folder)]

    def globbed(given: Arguments) -> Value:
        wanted = _text(given.get(0, "pathname"))
        return Unknown("files looked for at run time", given.place) if wanted is None else _matching(paths, wanted)

    def path(given: Arguments) -> Value:
        texts = [_text(one) for one in given.positional]
        known = [one for one in texts if one is not None]
        if len(known) < len(texts):
            return Unknown("a path made at run time", given.place)
        return Folder(paths, posixpath.join(*known) if known else ".")

    made: dict[str, Callable[[Arguments], Value]] = {
        "os.listdir": listdir, "glob.glob": globbed, "glob.iglob": globbed, "pathlib.Path": path,
        "pathlib.PurePath": path, "os.path.split": _of_text(posixpath.split),
    }  # fmt: skip
    for name in ("dirname", "basename", "splitext", "normpath"):
        made[f"os.path.{name}"] = _of_text(getattr(posixpath, name))
    for name in ("abspath", "realpath"):
        made[f"os.path.{name}"] = _of_text(posixpath.normpath)
    return made


def modules_in(paths: Mapping[str, Any], folder: str) -> list[tuple[str, bool]]:
    """The modules that stand in a folder, by name, and whether each is a package."""
    found: dict[str, bool] = {}
    for one in _beside(paths, folder):
        name = posixpath.basename(one)
        if one in paths and name.endswith(".py") and name != "__init__.py":
            found[name.removesuffix(".py")] = False
        elif f"{one}/__init__.py" in paths:
            found[name] = True
    return sorted(found.items())


def _of_text(function: Callable[[str], Any]) -> Callable[[Arguments], Value]:
    def call(given: Arguments) -> Value:
        text = _text(given.get(0, "path"))
        return Unknown("a path made at run time", given.place) if text is None else function(text)

    return call


def _text(value: Value) -> str | None:
    if isinstance(value, Folder):
        return value.path
    return value if isinstance(value, str) and plain(value) else None


def _beside(paths: Mapping[str, Any], folder: str) -> list[str]:
    """What stands directly in a folder, files and folders."""
    start = "" if folder in ("", ".") else f"{folder.rstrip('/')}/"
    return sorted({start + path[len(start) :].partition("/")[0] for path in paths if path.startswith(start)})


def _matching(paths: Mapping[str, Any], wanted: str) -> list[str]:
    pattern = posixpath.normpath(wanted)
    return sorted(path for path in paths if globs.matches(path, [pattern]))


def _above(path: str) -> list[str]:
    found = []
    while path and path != ".":
        path = posixpath.dirname(path)
        found.append(path or ".")
    return found
