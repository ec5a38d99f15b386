"""What a repository asks to have installed: manifests, requirements and lock files, each package with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from milestones.facts import Problem
from milestones.source.parsing import SIZE_LIMIT, line_of
from milestones.source.paths import is_test
from milestones.source.toml_lines import KeyPath, lines_of

VERSION = 1
_JSON = Language(tree_sitter_javascript.language())  # JSON between brackets is an expression of JavaScript
_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_EGG = re.compile(r"#egg=([A-Za-z0-9][A-Za-z0-9._-]*)")
_REQUIREMENTS = re.compile(r"(?:^|[-_.])(?:requirements?|constraints)(?:[-_.][\w.-]+)?\.(?:txt|in|pip)$")
_SECTIONS = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")


@dataclass(frozen=True, slots=True)
class Dependency:
    """One package that a file asks for."""

    package: str
    path: str
    line: int
    test: bool = False


@dataclass(frozen=True, slots=True)
class Dependencies:
    found: tuple[Dependency, ...] = ()
    problems: tuple[Problem, ...] = ()


def reader_of(path: str) -> Callable[[str], Iterator[tuple[str, int]]] | None:
    """How a file is read that names packages, None where it is none of those."""
    folder, _, name = path.rpartition("/")
    if name in _READERS:
        return _READERS[name]
    if _REQUIREMENTS.search(name) or (folder.rpartition("/")[2] == "requirements" and name.endswith((".txt", ".in"))):
        return _requirements
    return None


def dependencies_in(path: str, data: bytes) -> Dependencies:
    """Every package that a manifest or lock file names; what cannot be read is a problem."""
    read = reader_of(path)
    if read is None:
        return Dependencies()
    if len(data) > SIZE_LIMIT:
        return Dependencies((), (Problem(f"larger than {SIZE_LIMIT:,} bytes: not read", path, 1),))
    try:
        named = list(read(data.decode("utf-8-sig", "replace")))
    except tomllib.TOMLDecodeError as error:
        return Dependencies((), (Problem(f"not valid TOML: {error}"[:300], path, 1),))
    except (RecursionError, ValueError) as error:
        return Dependencies((), (Problem(f"could not be read: {error}"[:300], path, 1),))
    test = is_test(path, b"") or "test" in path.rpartition("/")[2]
    return Dependencies(tuple(Dependency(package, path, line, test) for package, line in dict.fromkeys(named)))


def wanted_of(found: Sequence[Dependency], packages: Sequence[str]) -> list[Dependency]:
    """Those that are among the packages, which may be written as distributions or as modules: flask_login is both."""
    names = {normal(package): package for package in packages}
    kept = [
        Dependency(names[normal(one.package)], one.path, one.line, one.test)
        for one in found
        if normal(one.package) in names
    ]
    return sorted(kept, key=lambda one: (one.path, one.line, one.package))


def normal(name: str) -> str:
    """A package's name as the index has it: https://packaging.python.org/en/latest/specifications/name-normalization/"""
    return re.sub(r"[-_.]+", "-", name).lower()


# --- each kind of file


def _requirements(text: str) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        egg = _EGG.search(stripped)
        if egg:
            yield egg[1], number
        elif stripped and not stripped.startswith(("#", "-", ".", "/", "git+", "http")):
            found = _NAME.match(stripped)
            if found:
                yield found[1], number


def _pyproject(text: str) -> Iterator[tuple[str, int]]:
    """PEP 621, PEP 735, build requirements, Poetry, PDM and uv."""
    whole, lines = tomllib.loads(text), lines_of(text)
    lists: list[KeyPath] = [
        ("project", "dependencies"),
        ("build-system", "requires"),
        ("tool", "uv", "dev-dependencies"),
    ]
    tables: list[KeyPath] = [("tool", "poetry", "dependencies"), ("tool", "poetry", "dev-dependencies")]
    for parent in (("project", "optional-dependencies"), ("dependency-groups",), ("tool", "pdm", "dev-dependencies")):
        lists += [(*parent, str(key)) for key in _at(whole, parent)]
    tables += [("tool", "poetry", "group", str(key), "dependencies") for key in _at(whole, ("tool", "poetry", "group"))]
    for place in lists:
        listed = _at(whole, place)
        for index, one in enumerate(listed if isinstance(listed, list) else []):
            found = _NAME.match(one) if isinstance(one, str) else None
            if found:
                yield found[1], lines.get((*place, index), 1)
    for place in tables:
        yield from ((str(key), lines.get((*place, key), 1)) for key in _at(whole, place) if key != "python")


def _pipfile(text: str) -> Iterator[tuple[str, int]]:
    whole, lines = tomllib.loads(text), lines_of(text)
    for section in ("packages", "dev-packages"):
        yield from ((str(key), lines.get((section, key), 1)) for key in _at(whole, (section,)))


def _locked(text: str) -> Iterator[tuple[str, int]]:
    """The `[[package]]` tables of Poetry's, uv's and PDM's lock files."""
    whole, lines = tomllib.loads(text), lines_of(text)
    for kind in ("package", "packages"):
        listed = whole.get(kind)
        for index, one in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(one, dict) and isinstance(one.get("name"), str):
                yield one["name"], lines.get((kind, index, "name"), lines.get((kind, index), 1))


def _package_json(text: str) -> Iterator[tuple[str, int]]:
    for section, value in _members(_json(text)):
        if section in _SECTIONS:
            yield from ((name, line_of(node)) for name, node in _members(value))


def _pipfile_lock(text: str) -> Iterator[tuple[str, int]]:
    for section, value in _members(_json(text)):
        if section in ("default", "develop"):
            yield from ((name, line_of(node)) for name, node in _members(value))


def _package_lock(text: str) -> Iterator[tuple[str, int]]:
    """npm's lock: `packages` by folder in its newer form, `dependencies` by name in the older."""
    for section, value in _members(_json(text)):
        if section == "packages":
            for name, node in _members(value):
                if "node_modules/" in name:
                    yield name.rpartition("node_modules/")[2], line_of(node)
        elif section == "dependencies":
            yield from ((name, line_of(node)) for name, node in _members(value))


def _json(text: str) -> Node | None:
    root = Parser(_JSON).parse(f"({text})".encode()).root_node
    stack = [root]
    while stack:
        node = stack.pop(0)
        if node.type == "object":
            return node
        stack += node.named_children
    raise ValueError("no JSON object")


def _members(node: Node | None) -> Iterator[tuple[str, Node]]:
    for child in node.named_children if node is not None and node.type == "object" else ():
        key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
        if key is not None and value is not None:
            yield (key.text or b"").decode("utf-8", "replace").strip("\"'"), value


def _at(whole: Any, place: KeyPath) -> Any:
    for key in place:
        whole = whole.get(key, {}) if isinstance(whole, dict) else {}
    return whole if isinstance(whole, (dict, list)) else {}


_READERS: dict[str, Callable[[str], Iterator[tuple[str, int]]]] = {
    "pyproject.toml": _pyproject,
    "Pipfile": _pipfile,
    "Pipfile.lock": _pipfile_lock,
    "poetry.lock": _locked,
    "uv.lock": _locked,
    "pdm.lock": _locked,
    "pylock.toml": _locked,
    "package.json": _package_json,
    "package-lock.json": _package_lock,
}
