"""A first policy for a repository that has none, worked out from what is there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from milestones.parity.routes import RouteTable
from milestones.source.paths import is_test

NEWER = ("fastapi", "starlette", "express", "flask", "django", "pyramid")  # where both serve, the first is the new one
PACKAGES = {
    "flask": ("flask", "flask_login", "flask_restful", "flask_restx", "flask_sqlalchemy", "flask_wtf", "werkzeug"),
    "pyramid": ("pyramid", "pyramid_mako", "pyramid_jinja2", "webob", "venusian", "mako"),
    "django": ("django", "rest_framework"),
    "fastapi": ("fastapi", "starlette"),
    "starlette": ("starlette",),
}
_DOCS = re.compile(r"(?i)(roadmap|milestone|iteration|migration|plan|todo|report|phase|sprint|stage|port)")


@dataclass(frozen=True, slots=True)
class Sighting:
    """One revision as a proposal sees it: its route table, its paths, the packages it imports."""

    sha: str
    table: RouteTable
    paths: tuple[str, ...] = ()
    imported: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was found: legacy and new framework, where each lives, and what is worth watching."""

    name: str
    legacy: str = ""
    new: str = ""
    start: str = ""
    legacy_folder: str = ""
    new_folder: str = ""
    groups: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    leftovers: tuple[str, ...] = ()
    docs: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


def propose(name: str, head: Sighting, before: Sighting | None = None) -> Proposal:
    """The proposal for a head and, where the legacy framework is gone from it, the last commit that served it."""
    now = _ordered(head.table.frameworks)
    then = _ordered(before.table.frameworks) if before is not None else ()
    gone = [one for one in then if one not in now]
    new = now[0] if now else ""
    legacy = gone[0] if gone else (now[-1] if len(now) > 1 else "")
    source = before if before is not None and gone else head
    together = bool(legacy) and not gone
    return Proposal(
        name, legacy, new, before.sha if before is not None and gone else "",
        _folder(head.table, legacy) if together else "", _folder(head.table, new) if together else "",
        _groups(source.table, legacy or new), _pairs(source, head, legacy, new),
        tuple(one for one in PACKAGES.get(legacy, ()) if one in source.imported), _docs(head.paths), _tests(head.paths),
    )  # fmt: skip


def _ordered(frameworks: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(frameworks, key=lambda one: NEWER.index(one) if one in NEWER else len(NEWER)))


def _handlers(table: RouteTable, framework: str) -> Counter[str]:
    return Counter(route.handler.place.path for route in table.application if route.framework == framework)


def _folder(table: RouteTable, framework: str) -> str:
    """The deepest folder in which all of a framework's handlers stand."""
    parts = [path.split("/")[:-1] for path in _handlers(table, framework)]
    common: list[str] = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        common.append(level[0])
    return "/".join(common)


def _groups(table: RouteTable, framework: str) -> tuple[str, ...]:
    found = Counter(route.group for route in table.application if route.framework == framework and route.group)
    return tuple(sorted(found))


def _pairs(legacy: Sighting, head: Sighting, old: str, new: str) -> tuple[tuple[str, str], ...]:
    """Files with handlers of the legacy system and the file of the same name that serves the new one."""
    fresh = _handlers(head.table, new)
    found: list[tuple[str, str]] = []
    for path in sorted(_handlers(legacy.table, old)):
        stem = path.rpartition("/")[2]
        same = path if path in fresh and legacy is not head else ""
        named = [other for other in sorted(fresh) if other.rpartition("/")[2] == stem and other != path]
        twin = same or (named[0] if len(named) == 1 else "")
        if twin:
            found.append((path, twin))
    return tuple(found)


def _docs(paths: Sequence[str]) -> tuple[str, ...]:
    named = [path for path in paths if path.endswith(".md") and _DOCS.search(path)]
    return _globs(named, ".md")


def _tests(paths: Sequence[str]) -> tuple[str, ...]:
    folders = {path.rpartition("/")[0] for path in paths if path.endswith(".py") and is_test(path, b"")}
    tops = sorted(folder for folder in folders if not any(folder.startswith(f"{other}/") for other in folders))
    return tuple(f"{folder}/**" if folder else "test_*.py" for folder in tops)


def _globs(paths: Sequence[str], suffix: str) -> tuple[str, ...]:
    folders = sorted({path.rpartition("/")[0] for path in paths})
    return tuple(f"{folder}/*{suffix}" if folder else f"*{suffix}" for folder in folders)


def as_toml(found: Proposal) -> str:
    """The proposal as a commented `migration.toml`."""
    lines = ["# A first policy, worked out from the repository. Every line may be changed or left out.", "[migration]"]
    lines.append(f"name = {_quoted(found.name)}")
    lines += _either("from", found.legacy, "the framework that the code leaves")
    lines += _either("to", found.new, "the framework that the code moves to")
    if found.start:
        lines.append(f"start = {_quoted(found.start)}  # the last commit that served the legacy system")
    elif found.legacy_folder or found.new_folder:
        lines.append(f"legacy_folder = {_quoted(found.legacy_folder)}  # both systems live side by side")
        lines.append(f"new_folder = {_quoted(found.new_folder)}")
    lines.append(f"docs = {_listed(found.docs)}  # Markdown that speaks of the work")
    if found.groups:
        lines.append(f"# groups of endpoints that were found: {', '.join(map(_plain, found.groups))}")
    lines += ["", "[every_change]  # what a pull request must not make worse"]
    lines.append('no_worse = ["routes.missing", "guards.lost", "leftovers.imports"]')
    lines += _pairs_toml(found.pairs)
    if found.leftovers:
        lines += ["", "[leftovers]  # what must be gone in the end", f"imports = {_listed(found.leftovers)}"]
    if found.tests:
        lines += ["", "[frozen]", f"tests = {_listed(found.tests)}  # the same tests before and after"]
    return "\n".join(lines) + "\n"


def _pairs_toml(pairs: Sequence[tuple[str, str]]) -> list[str]:
    names = Counter(_key(old) for old, _ in pairs)
    lines = ["", "[similarity]  # files whose likeness is worth watching"] if pairs else []
    for old, new in pairs:
        key = _key(old) if names[_key(old)] == 1 else _key(old.removesuffix(".py"), whole=True)
        value = _quoted(old) if old == new else f"{{ legacy = {_quoted(old)}, new = {_quoted(new)} }}"
        lines.append(f"{key} = {value}")
    return lines


def _key(path: str, whole: bool = False) -> str:
    name = path if whole else path.rpartition("/")[2].removesuffix(".py")
    return re.sub(r"[^A-Za-z0-9_-]", "_", name) or "_"


def _either(key: str, value: str, comment: str) -> list[str]:
    return [f"{key} = {_quoted(value)}  # {comment}"] if value else [f'# {key} = ""  # {comment}: none was found']


def _listed(values: Sequence[str]) -> str:
    return "[" + ", ".join(map(_quoted, values)) + "]"


def _plain(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", "?", text)


def _quoted(text: str) -> str:
    """A TOML basic string; what may not stand in one is escaped."""
    safe = text.encode("utf-8", "replace").decode("utf-8").replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found[0]):04x}", safe) + '"'
