"""A whole tree of source: its modules by name, its imports followed, everything that may register something run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from milestones.facts import Place, Problem
from milestones.source import code
from milestones.source.calls import Exhausted, Factory
from milestones.source.evaluate_statements import Evaluator
from milestones.source.reflection import reflective
from milestones.source.values import (
    Arguments,
    Class,
    External,
    Function,
    Module,
    ModuleName,
    Scope,
    Unknown,
    Value,
)

_WORD = re.compile(r"[^\W\d]\w*")
NAMESAKES = 2
STEPS = 3_000_000
STEPS_A_ROOT = 400_000

Load = Callable[[str], code.File | None]


class Program(Evaluator):
    """Evaluates the modules of a tree. `load` gives a file's code by path, None where there is no such file."""

    def __init__(self, paths: Mapping[str, Any], load: Load, models: Mapping[str, Factory]) -> None:
        super().__init__(models, STEPS)
        self.paths = paths
        self.natives, externals = reflective(self)
        self.models = {**externals, **models}
        self.load = load
        self.modules: dict[str, Module] = {}
        self.problems: list[Problem] = []
        self.read: dict[str, code.File] = {}
        self._folders = {path.rpartition("/")[0] for path in paths}
        self._folders |= {folder[:end] for folder in list(self._folders) for end in _slashes(folder)}
        self._tops = _tops(paths)
        self._reserved = {name.partition(".")[0] for name in models}
        self._placed: dict[tuple[str, str], str | None] = {}
        self._imported: dict[str, set[str]] = {}

    def run_root(self, path: str) -> None:
        """Evaluates one module as a run would start it, within its share of steps."""
        self._within_share(path, lambda: self.module_at(path))

    def call_root(self, function: Function, matters: bool = True) -> Value:
        """Calls a function that nothing in the tree calls, its arguments unknown."""
        place = function.place
        arguments = Arguments([], {}, place, incomplete=True)
        self.guessing = True
        known = len(self.problems)
        try:
            return self._within_share(place.path, lambda: self.call_function(function, arguments))
        finally:
            self.guessing = False
            if not matters:  # it registers nothing itself, so where it leads is no concern
                del self.problems[known:]

    def share(self, act: Callable[[], Value]) -> None:
        """Lets something run within a share of steps of its own."""
        self._within_share("", act)

    def _within_share(self, path: str, act: Callable[[], Value]) -> Value:
        kept = max(0, self.steps_left - STEPS_A_ROOT)
        self.steps_left = min(self.steps_left, STEPS_A_ROOT)
        try:
            return act()
        except Exhausted:
            self.problems.append(Problem("takes more steps to work out than the limit allows", path, 1))
        except RecursionError:
            self.problems.append(Problem("nested too deeply to work out", path, 1))
        except (
            AttributeError,
            LookupError,
            TypeError,
            ValueError,
            ArithmeticError,
        ) as slip:
            said = f"could not be worked out ({type(slip).__name__}: {slip})"[:300]
            self.problems.append(Problem(said, path, 1))
        finally:
            self.depth, self.stack, self.undecided, self.conditions = 0, [], 0, []
            self.steps_left = max(1, self.steps_left + kept)
        return None

    # --- modules

    def module_at(self, path: str) -> Module:
        """The module at a path, evaluated the first time it is asked for, after the packages it stands in."""
        found = self.modules.get(path)
        if found is not None:
            return found
        for package in self._packages(path):
            self.module_at(package)
        if path in self.modules:  # one of its packages imports it
            return self.modules[path]
        module = Module(path, dotted(path), Scope(path=path))
        self.modules[path] = module
        file = self.load(path)
        if file is not None:
            self.read[path] = file
            self.prepare(module)
            before, self.undecided = self.undecided, 0
            conditions, self.conditions = self.conditions, []
            try:
                self.run(file.body, module.scope)
            except (Exhausted, RecursionError):
                raise
            except Exception as signal:  # a jump outside any function
                if type(signal).__name__ != "_Jump":
                    raise
            finally:
                self.undecided, self.conditions = before, conditions
        return module

    def prepare(self, module: Module) -> None:
        """The names that every module has."""
        package = module.name if module.path.endswith("__init__.py") else module.name.rpartition(".")[0]
        module.scope.names.update(
            {"__name__": ModuleName(module.name), "__file__": module.path, "__package__": package}
        )
        if module.path.endswith("__init__.py"):
            module.scope.names["__path__"] = [module.path.rpartition("/")[0]]

    def _packages(self, path: str) -> Iterator[str]:
        folder = path.rpartition("/")[0]
        for end in _slashes(folder):
            package = f"{folder[:end]}/__init__.py"
            if package in self.paths and package != path:
                yield package

    def import_module(self, name: str, level: int, scope: Scope) -> Value:
        if level:
            found = self._relative(name, level, scope.path)
        else:
            path = self.locate(name, scope.path)
            found = self._opened(path) if path is not None else External(name)
        if isinstance(found, Module):
            self._imported.setdefault(scope.path, set()).add(found.path)
        return found

    def _opened(self, path: str) -> Module:
        if path.endswith("/"):  # a package without an __init__
            return self.modules.setdefault(path, Module(path, dotted(path), Scope(path=path)))
        return self.module_at(path)

    def _relative(self, name: str, level: int, path: str) -> Value:
        folder = path.rpartition("/")[0]
        for _ in range(level - 1):
            folder = folder.rpartition("/")[0]
        base = "/".join(part for part in (folder, name.replace(".", "/")) if part)
        found = self._file(base)
        return self._opened(found) if found else External(f".{name}")

    def _file(self, base: str) -> str | None:
        for path in (f"{base}.py", f"{base}/__init__.py" if base else "__init__.py"):
            if path in self.paths:
                return path
        return f"{base}/" if base in self._folders else None

    def locate(self, name: str, importer: str) -> str | None:
        """The path of a module of the tree by its dotted name, as seen from the file that imports it."""
        folder = importer.rpartition("/")[0]
        key = (name, folder)
        if key not in self._placed:
            self._placed[key] = self._locate(name, folder)
        return self._placed[key]

    def _locate(self, name: str, folder: str) -> str | None:
        inner = name.replace(".", "/")
        while folder and f"{folder}/__init__.py" in self.paths:
            folder = folder.rpartition("/")[0]
        top = name.partition(".")[0]
        for base in [*_upwards(folder), *self._tops.get(top, ())]:
            found = self._file(f"{base}/{inner}" if base else inner)
            if found and not (top in self._reserved and found.endswith("/")):
                return found
            if top in self._reserved and not base:
                return None
        return None

    def import_name(self, module: Value, name: str, place: Place) -> Value:
        if isinstance(module, Module):
            found = self.module_attribute(module, name, place)
            if isinstance(found, Module):
                self._imported.setdefault(place.path, set()).add(found.path)
            return found
        if isinstance(module, External):
            return External(f"{module.name}.{name}")
        return Unknown(f"{name} is imported from something unknown", place)

    def module_attribute(self, module: Module, name: str, place: Place) -> Value:
        if name in module.scope.names:
            return module.scope.names[name]
        inner = self._inner(module, name)
        if inner is not None:
            return self._opened(inner)
        early = self._early(module, name)
        if early is not None:
            return early
        return Unknown(f"{name} is not found in {module.name}", place)

    def _early(self, module: Module, name: str) -> Value | None:
        """A plain definition of a module that is still being evaluated: import circles meet it before its turn."""
        file = self.read.get(module.path)
        for statement in file.body if file is not None else ():
            if (
                isinstance(statement, (code.Class, code.Function))
                and statement.name == name
                and not statement.decorators
            ):
                made: Value = (
                    self.class_(statement, module.scope)
                    if isinstance(statement, code.Class)
                    else self.define(statement, module.scope)
                )
                module.scope.names.setdefault(name, made)
                return made
        return None

    def _inner(self, module: Module, name: str) -> str | None:
        if not module.path.endswith(("/", "__init__.py")):
            return None
        folder = module.path.rpartition("/")[0]
        return self._file(f"{folder}/{name}" if folder else name)

    # --- what nobody called

    def uncalled(self, mentions: re.Pattern[str]) -> list[Function]:
        """Functions that nothing called and that lead to a name of interest; those that ask for least come first."""
        names = {name for name in (value.code.name for value in self._types()) if name}
        known = self._defined(mentions, names)
        found: dict[int, Function] = {}
        counts = Counter(function.code.name for function, _ in known)
        # a name that many functions share says nothing of which one is meant where it stands
        telling = {name for name, count in counts.items() if count <= NAMESAKES and not name.startswith("__")}
        homes: dict[str, set[str]] = {}  # where the functions stand that a name leads to
        reached: dict[str, set[str]] = {}

        def leads(function: Function, said: frozenset[str]) -> bool:
            if any(mentions.fullmatch(one) or one in names for one in said):
                return True
            places = {place for one in said for place in homes.get(one, ())}
            if not places:
                return False
            path = function.scope.path
            if path not in reached:
                reached[path] = self._reached(path)
            return not places.isdisjoint(reached[path]) or "import" in words_of(function.code)

        before = -1
        while before != len(found):
            before = len(found)
            for function, said in known:
                if id(function.code) not in found and leads(function, said):
                    found[id(function.code)] = function
                    if function.code.name in telling:
                        homes.setdefault(function.code.name, set()).add(function.scope.path)
        waiting = [one for one in found.values() if id(one.code) not in self.called]
        return sorted(waiting, key=lambda one: (_required(one.code), one.place.path, one.place.line))

    def _reached(self, path: str) -> set[str]:
        """The modules that one can come to from a module by its imports and theirs, itself among them."""
        children: dict[str, set[str]] = {}  # of a package, which are its attributes once anybody imports them
        for module in self.modules:
            folder = module.removesuffix("/__init__.py").rpartition("/")[0]
            children.setdefault(folder, set()).add(module)
        found, waiting = {path}, [path]
        while waiting:
            one = waiting.pop()
            inside = children.get(one.removesuffix("__init__.py").rstrip("/"), set()) if _is_package(one) else set()
            new = (self._imported.get(one, set()) | inside) - found
            found |= new
            waiting += new
        return found

    def _defined(self, mentions: re.Pattern[str], names: set[str]) -> list[tuple[Function, frozenset[str]]]:
        """The functions of the project with what they say of each other, and of what is of interest."""
        functions = [
            function
            for module in list(self.modules.values())
            for value in list(module.scope.names.values())
            for function in _functions(value)
            if function.scope.path == module.path and not function.decorations  # a view is no factory
        ]
        known = names | {function.code.name for function in functions}
        told = ((function, words_of(function.code)) for function in functions)
        return [
            (function, frozenset(word for word in words if word in known or mentions.fullmatch(word)))
            for function, words in told
        ]

    def _types(self) -> Iterator[Class]:
        """The project's own subclasses of what a framework offers for making applications and routers."""
        for module in list(self.modules.values()):
            for value in list(module.scope.names.values()):
                if isinstance(value, Class) and any(name in self.models for name in value.external_bases()):
                    yield value


def _required(function: code.Function) -> int:
    return sum(one.kind == "" and one.default is None for one in function.parameters)


def _functions(value: Value) -> Iterator[Function]:
    if isinstance(value, Function):
        yield value
    elif isinstance(value, Class):
        yield from (member for member in value.members.values() if isinstance(member, Function))


def words_of(function: code.Function) -> set[str]:
    """The words in the body of a function; in one that is not read yet, those of its text."""
    if isinstance(function.inside, code.Later):
        return set(_WORD.findall(function.inside.text.decode("utf-8", "replace")))
    stack: list[Any] = [function.inside]
    found: set[str] = set()
    while stack:
        one = stack.pop()
        if isinstance(one, (code.Name, code.Attribute)):
            found.add(one.id if isinstance(one, code.Name) else one.name)
        stack.extend(code.parts(one))
    return found


def dotted(path: str) -> str:
    return path.removesuffix("/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _is_package(path: str) -> bool:
    return path.endswith("/") or path.rpartition("/")[2] == "__init__.py"


def _slashes(folder: str) -> list[int]:
    return [index for index, letter in enumerate(folder) if letter == "/"] + ([len(folder)] if folder else [])


def _upwards(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""


def _tops(paths: Mapping[str, Any]) -> dict[str, list[str]]:
    """Folders from which a top-level name can be imported, nearest to the root first."""
    found: dict[str, set[str]] = {}
    for path in paths:
        parts = path.split("/")
        for index, part in enumerate(parts[-8:], max(0, len(parts) - 8)):
            found.setdefault(part.removesuffix(".py"), set()).add("/".join(parts[:index]))
    return {name: sorted(folders, key=lambda folder: (folder.count("/"), folder)) for name, folders in found.items()}
