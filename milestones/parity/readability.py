"""How far a reader goes from an endpoint to the work that it does.

The HTTP layer is every file that imports a web framework's part for requests, and every file with a handler. A
*helper* is a function of that layer, a *domain call* a call of the project's own code outside it. *Hops* count the
functions from the route to the one that calls the domain: 1 where the handler itself does, 2 where a helper of it
does, 0 where none is reached. *Helper calls* are those written in the handler's body; making an object is none.
*Files* are those that hold the handler and every helper that it enters, and theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from milestones.facts import Place
from milestones.source.paths import is_test

WEB = (
    "flask", "fastapi", "starlette", "pyramid", "sanic", "aiohttp.web", "bottle", "falcon", "tornado.web", "quart",
    "litestar", "werkzeug", "webob", "django.http", "django.shortcuts", "django.views", "django.urls", "rest_framework",
    "ninja",
)  # fmt: skip
# methods of Python's own containers: called on anything, they say nothing of where it comes from
_ORDINARY = frozenset(name for kind in (str, bytes, list, dict, set, tuple, int, float) for name in dir(kind)) | {
    "read", "write", "close", "json", "form", "body", "render", "commit", "execute",
}  # fmt: skip
DEPTH = 12
MOST_ENTERED = 200

Key = tuple[str, str]  # path and qualified name


@dataclass(frozen=True, slots=True)
class Step:
    """One call on the way: what is called, from where, and where it is defined."""

    name: str
    line: int
    target: Place


@dataclass(frozen=True, slots=True)
class EndpointReading:
    """One endpoint as a reader meets it. `found` is False where its handler could not be found in the source."""

    methods: tuple[str, ...]
    path: str
    handler: str
    place: Place
    hops: int = 0
    helpers: tuple[Step, ...] = ()
    files: tuple[str, ...] = ()
    domain: tuple[Step, ...] = ()
    found: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """An endpoint to be read: what answers it, and where."""

    methods: tuple[str, ...]
    path: str
    handler: str
    place: Place


@dataclass(slots=True)
class Code:
    """The functions of a program, found by what a call is written as."""

    files: Mapping[str, Mapping[str, Any]]  # path -> what `call_facts` gives
    modules: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # name -> (folder it starts from, path)
    methods: dict[str, list[Key]] = field(default_factory=dict)
    web: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for path, facts in self.files.items():
            name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            parts = name.split(".")
            for start in range(len(parts)):  # the folder that Python starts from is not known
                self.modules.setdefault(".".join(parts[start:]), []).append(("/".join(parts[:start]), path))
            if any(_is_web(module) for module, _, level in facts["imports"].values() if not level):
                self.web.add(path)
            for owner in facts["classes"]:
                for qualified in facts["functions"]:
                    if qualified.rpartition(".")[0] == owner:
                        self.methods.setdefault(qualified.rpartition(".")[2], []).append((path, qualified))

    def module(self, name: str, importer: str) -> str | None:
        """The file of a module as another one imports it: from the nearest folder that both lie in."""
        found = [
            (folder, path)
            for folder, path in self.modules.get(name, ())
            if not folder or importer.startswith(f"{folder}/")
        ]
        return max(found, key=lambda one: len(one[0]))[1] if found else None

    def resolve(self, written: str, path: str, owner: str) -> Key | None:
        """The function that a call in a file, and in a class of it, names; None where that cannot be told."""
        root, *rest = written.removeprefix("&").split(".")
        if root in ("self", "cls") and rest:
            return self._method(path, owner, rest[0]) if len(rest) == 1 else self._by_method(written, path)
        key = self._named(root.removesuffix("()"), path)
        if key is None and root.removesuffix("()") in self.files[path]["imports"]:
            return None  # another package's
        for part in rest:
            if key is None:
                break
            key = self._inside(key, part.removesuffix("()"))
        if key is not None:
            return self._function(key)
        return self._by_method(written, path) if rest else None

    def _named(self, name: str, path: str) -> Key | None:
        """A name as a file has it: its own definition, or what it imports, a whole module as (path, "")."""
        facts = self.files[path]
        if name in facts["functions"] or name in facts["classes"]:
            return path, name
        if name not in facts["imports"]:
            return None
        module, wanted, level = facts["imports"][name]
        return self._imported(module, wanted, level, path)

    def _imported(self, module: str, wanted: str, level: int, path: str, onward: bool = False) -> Key | None:
        if level:
            module = ".".join([*path.split("/")[:-level], *([module] if module else [])])
        whole = self.module(f"{module}.{wanted}" if wanted else module, path)
        if whole is not None and not (onward and whole == path):
            return whole, ""
        target = self.module(module, path) if wanted else None
        if target is None or target == path:
            return None
        facts = self.files[target]
        if wanted in facts["functions"] or wanted in facts["classes"]:
            return target, wanted
        if wanted in facts["imports"] and not onward:  # a package hands on what one of its modules has
            source, name, dots = facts["imports"][wanted]
            return self._imported(source, name, dots, target, onward=True)
        return None

    def _inside(self, key: Key, name: str) -> Key | None:
        path, owner = key
        if not owner:
            return self._named(name, path)
        if owner in self.files[path]["classes"]:
            return self._method(path, owner, name)
        return None

    def _method(self, path: str, owner: str, name: str, depth: int = 0) -> Key | None:
        facts = self.files[path]
        if f"{owner}.{name}" in facts["functions"]:
            return path, f"{owner}.{name}"
        for base in facts["classes"].get(owner, ()) if depth < DEPTH else ():
            key = self._named(base.partition(".")[0], path)
            if key and key[1] and (found := self._method(*key, name, depth + 1)):
                return found
        return None

    def _function(self, key: Key) -> Key | None:
        """A function as it is, a class as what makes one of it."""
        path, name = key
        if name in self.files[path]["functions"]:
            return key
        if name in self.files[path]["classes"]:
            return self._method(path, name, "__init__") or key
        return None

    def _by_method(self, written: str, path: str) -> Key | None:
        """A method called on something unknown: of the class that this is named after, else one of the domain's."""
        *owners, name = written.split(".")
        if name in _ORDINARY or name.endswith("()") or written.startswith("&"):
            return None
        top = path.partition("/")[0]
        known = [key for key in self.methods.get(name, ()) if key[0].partition("/")[0] == top and not is_test(key[0])]
        spoken = owners[-1].lower().replace("_", "").lstrip("?")
        named = [key for key in known if key[1].split(".")[-2].lower() == spoken]
        if named:
            return named[0]
        return known[0] if known and not any(key[0] in self.web for key in known) else None

    def makes(self, key: Key) -> bool:
        """Whether calling it makes an object of a class."""
        return key[1].endswith("__init__") or key[1] in self.files[key[0]]["classes"]

    def place(self, key: Key) -> Place:
        facts = self.files[key[0]]["functions"].get(key[1])
        return Place(key[0], facts["line"] if facts else 0)

    def at(self, place: Place, name: str) -> Key | None:
        """The function that stands at a place, by its line, else by its name."""
        functions = self.files.get(place.path, {}).get("functions", {})
        last = name.rpartition(".")[2]
        near = [one for one, facts in functions.items() if facts["line"] == place.line]
        named = [one for one in functions if one == name or one.rpartition(".")[2] == last]
        chosen = near or (named if len(named) == 1 else [])
        return (place.path, chosen[0]) if chosen else None


def _is_web(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in WEB)


def read_endpoints(entries: Iterable[Entry], files: Mapping[str, Mapping[str, Any]]) -> list[EndpointReading]:
    """Every endpoint with how far its reader goes, farthest first."""
    listed = list(entries)
    source = Code(files)
    source.web |= {one.place.path for one in listed if one.place.path in files}
    read = [_endpoint(one, source) for one in listed]
    return sorted(read, key=lambda one: (-one.hops, -len(one.helpers), -len(one.files), one.path, one.methods))


def _endpoint(entry: Entry, source: Code) -> EndpointReading:
    start = source.at(entry.place, entry.handler)
    if start is None:
        return EndpointReading(entry.methods, entry.path, entry.handler, entry.place, found=False)
    helpers, domain = _steps(start, source)
    entered, hops, level, reached = {start: None}, 1 if domain else 0, [start], domain
    for depth in range(2, DEPTH):
        level = [key for one in level for key in _helpers(one, source) if key not in entered]
        if not level or len(entered) > MOST_ENTERED:
            break
        entered |= dict.fromkeys(level)
        if not hops:
            reached = [step for one in level for step in _steps(one, source)[1]]
            hops = depth if reached else 0
    files = tuple(dict.fromkeys(path for path, _ in entered))
    return EndpointReading(entry.methods, entry.path, entry.handler, entry.place, hops, tuple(helpers), files,
                           tuple(reached[:10]))  # fmt: skip


def _steps(key: Key, source: Code) -> tuple[list[Step], list[Step]]:
    """The calls in a function's body that enter the HTTP layer, and those that leave it for the domain."""
    helpers: list[Step] = []
    domain: list[Step] = []
    for written, line, target in _resolved(key, source):
        if target[0] in source.web and source.makes(target):
            continue
        step = Step(written.removeprefix("&"), line, source.place(target))
        (helpers if target[0] in source.web else domain).append(step)
    return helpers, domain


def _helpers(key: Key, source: Code) -> list[Key]:
    """The functions of the HTTP layer that a function enters, a class by what makes one of it."""
    return [target for _, _, target in _resolved(key, source) if target[0] in source.web]


def _resolved(key: Key, source: Code) -> list[tuple[str, int, Key]]:
    path, name = key
    facts = source.files[path]["functions"].get(name)
    found = []
    for written, line in facts["calls"] if facts else ():
        target = source.resolve(written, path, name.rpartition(".")[0])
        handed = written.startswith("&")
        if target is None or target == key or is_test(target[0]) or (handed and source.makes(target)):
            continue
        found.append((written, line, target))
    return found


def summed_up(read: Iterable[EndpointReading]) -> dict[str, int]:
    """The figures that a bound is set on."""
    known = [one for one in read if one.found]
    counts = Counter(hops=sum(one.hops > 1 for one in known))
    return {
        "endpoints": len(known),
        "hops_max": max((one.hops for one in known), default=0),
        "hops_over_1": counts["hops"],
        "helpers_max": max((len(one.helpers) for one in known), default=0),
        "files_max": max((len(one.files) for one in known), default=0),
    }
