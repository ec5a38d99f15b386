"""The packages that a file asks for, with the version it asks for, and what of that changed."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*(.*?)\s*(?:\\)?\s*(?:#.*)?$")
_LARGEST = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class DependencyChange:
    """One package of one file: "" where it is not asked for. The line is the new one, the old one where it went."""

    path: str
    name: str
    before: str
    after: str
    line: int


def dependency_changes(path: str, old: bytes, new: bytes) -> list[DependencyChange]:
    """Return what changed among the packages that a file names; nothing for a file that names none."""
    read = _reader(path)
    if read is None or max(len(old), len(new)) > _LARGEST:
        return []
    texts = [data.decode("utf-8", "replace") for data in (old, new)]
    was, now = (dict(_safely(read, text)) for text in texts)
    return [
        DependencyChange(path, name, was.get(name, ""), now.get(name, ""), _line(texts[name in now], name))
        for name in sorted(was.keys() | now.keys())
        if was.get(name) != now.get(name)
    ]


def may_ask_for_packages(path: str) -> bool:
    """Whether a file is of a kind that names packages."""
    return _reader(path) is not None


def normalised(name: str) -> str:
    """A package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


Reader = Callable[[str], Iterator[tuple[str, str]]]


def _reader(path: str) -> Reader | None:
    name = path.rpartition("/")[2]
    if name in _BY_NAME:
        return _BY_NAME[name]
    folder = path.rpartition("/")[0].rpartition("/")[2]
    if name.endswith((".txt", ".in")) and ("requirements" in name or "constraints" in name or folder == "requirements"):
        return _requirements
    return None


def _safely(read: Reader, text: str) -> list[tuple[str, str]]:
    """What a file names; one that does not parse names nothing, and is unclassified as a change."""
    try:
        return [(normalised(name), spec) for name, spec in read(text)]
    except (ValueError, TypeError, AttributeError, RecursionError):
        return []


def _requirements(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith(("#", "-")):
            yield from _requirement(line)


def _requirement(line: str) -> Iterator[tuple[str, str]]:
    found = _REQUIREMENT.match(line)
    if found:
        yield found[1], found[2].rstrip("\\ ")


def _pyproject(text: str) -> Iterator[tuple[str, str]]:
    root = tomllib.loads(text)
    project = root.get("project", {})
    groups = [project.get("dependencies", []), *project.get("optional-dependencies", {}).values()]
    groups += root.get("dependency-groups", {}).values()
    for line in (line for group in groups for line in group if isinstance(line, str)):
        yield from _requirement(line)
    poetry = root.get("tool", {}).get("poetry", {})
    yield from _table(poetry.get("dependencies", {}))
    for group in poetry.get("group", {}).values():
        yield from _table(group.get("dependencies", {}))


def _table(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, spec in values.items():
        yield name, spec if isinstance(spec, str) else json.dumps(spec, sort_keys=True, default=str)


def _pipfile(text: str) -> Iterator[tuple[str, str]]:
    root = tomllib.loads(text)
    for part in ("packages", "dev-packages"):
        yield from _table(root.get(part, {}))


def _toml_lock(text: str) -> Iterator[tuple[str, str]]:
    for one in tomllib.loads(text).get("package", []):
        yield one["name"], str(one.get("version", ""))


def _package_json(text: str) -> Iterator[tuple[str, str]]:
    root = json.loads(text)
    for part in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
        yield from _table(root.get(part, {}))


def _package_lock(text: str) -> Iterator[tuple[str, str]]:
    root = json.loads(text)
    for path, one in root.get("packages", {}).items():
        if path:
            yield path.rpartition("node_modules/")[2], str(one.get("version", ""))
    if "packages" not in root:
        for name, one in root.get("dependencies", {}).items():
            yield name, str(one.get("version", ""))


_BY_NAME: Mapping[str, Reader] = {
    "pyproject.toml": _pyproject,
    "Pipfile": _pipfile,
    "uv.lock": _toml_lock,
    "poetry.lock": _toml_lock,
    "pdm.lock": _toml_lock,
    "package.json": _package_json,
    "package-lock.json": _package_lock,
}


def _line(text: str, name: str) -> int:
    """The first line that names a package, whatever its spelling there."""
    spelled = re.compile(r"(?<![\w-])" + "[-_.]+".join(map(re.escape, name.split("-"))) + r"(?![\w])", re.IGNORECASE)
    found = spelled.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 1
