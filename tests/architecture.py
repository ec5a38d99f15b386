"""Reads the imports, sizes and names of a tree of Python, and says what breaks the rules of the house.

The layers, from the lowest; a file imports only from lower ones, or from its own unit:
facts, then source, then the readers and clients side by side, then models, services, tasks, and what people call.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LAYERS = {
    "facts": 0, "codec": 0, "globs": 0, "expectations": 0,
    "source": 1,
    "reading": 2, "results": 2, "parity": 2, "audit": 2, "gates": 2, "clients": 2, "demo": 2,
    "models": 3, "migrations": 3,
    "services": 4,
    "tasks": 5,
    "web": 6, "api": 6, "management": 6, "templatetags": 6, "admin": 6, "apps": 6,
}  # fmt: skip
PURE = {"facts", "codec", "globs", "expectations", "source", "reading", "results", "parity", "audit", "gates"}
# nothing pure reaches for the machine, the network or the clock; names and bytes come in as arguments
REACHING = {
    "asyncio", "glob", "http", "httpx", "os", "pathlib", "random", "redis", "requests", "secrets", "shutil", "signal",
    "smtplib", "socket", "sqlite3", "subprocess", "tempfile", "threading", "time", "urllib", "uuid",
}  # fmt: skip
HARMLESS = {"os.path", "pathlib.PurePath", "pathlib.PurePosixPath", "urllib.parse"}
CLOCKS = {("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("date", "today")}
WEB_FRAMEWORKS = {"django", "celery", "ninja"}
ORM = ("django.db", "django.contrib.auth", "django.contrib.contenttypes")
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc"}
LINES = 400
LONG_FUNCTION = 40
LONG_FUNCTIONS_PERCENT = 3
OUTSIDE = ("milestones/demo/service/",)  # a program of its own, which the example migration is about


@dataclass(frozen=True, slots=True)
class Import:
    name: str  # in full, e.g. milestones.facts.Verdict
    line: int
    at_start: bool  # at module level: runs when the module is imported


@dataclass(frozen=True, slots=True)
class Module:
    name: str
    path: str
    text: str
    tree: ast.Module
    imports: tuple[Import, ...]

    @property
    def unit(self) -> str:
        """The part of the package that it belongs to: `gates` for milestones.gates.bounds."""
        return [*self.name.split("."), ""][1]


def modules(root: Path) -> list[Module]:
    """Every module of the two packages below a root, read."""
    found = (path for package in ("milestones", "migrator") for path in sorted((root / package).rglob("*.py")))
    named = ((path, path.relative_to(root).as_posix()) for path in found)
    return [_read(path, name) for path, name in named if not name.startswith(OUTSIDE)]


def _read(path: Path, relative: str) -> Module:
    name = relative.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
    text = path.read_text()
    tree = ast.parse(text, relative)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    return Module(name, relative, text, tree, tuple(_imports(tree, package)))


def _imports(tree: ast.Module, package: str) -> Iterator[Import]:
    at_start = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, id(node) in at_start)
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, package)
            for alias in node.names:
                yield Import(f"{base}.{alias.name}", node.lineno, id(node) in at_start)


def _base(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parents = package.split(".")
    return ".".join([*parents[: len(parents) - node.level + 1], *([node.module] if node.module else [])])


def _is(name: str, prefixes: set[str] | tuple[str, ...]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def broken_rules(root: Path) -> list[str]:
    """A sentence for each place that breaks a rule, with file and line."""
    found = modules(root)
    checks = (layers, purity, sizes, names)
    return [*(sentence for module in found for check in checks for sentence in check(module)), *cycles(found),
            *long_functions(found)]  # fmt: skip


def layers(module: Module) -> Iterator[str]:
    """Only from lower layers, and nothing from beside."""
    if not module.name.startswith("milestones."):
        return
    if module.unit not in LAYERS:
        yield f"{module.path}: {module.unit} has no layer; give it one in tests/architecture.py"
        return
    for one in module.imports:
        other = [*one.name.split("."), ""][1]
        if one.name.startswith("migrator"):
            yield f"{module.path}:{one.line}: imports {one.name}; the project imports the program, not the reverse"
        elif one.name.startswith("milestones.") and other in LAYERS and _is_wrong_way(module.unit, other):
            yield f"{module.path}:{one.line}: {module.unit} may not import {other}"


def _is_wrong_way(unit: str, other: str) -> bool:
    if unit == other:
        return False
    return LAYERS[other] >= LAYERS[unit] and not LAYERS[unit] == LAYERS[other] in (0, 6)


def purity(module: Module) -> Iterator[str]:
    """No Django below the models (clients: no ORM), and for the pure units no machine, network or clock."""
    for one in module.imports:
        if module.unit in PURE | {"demo"} and _is(one.name, WEB_FRAMEWORKS):
            yield f"{module.path}:{one.line}: {module.unit} may not import {one.name}; it knows no framework"
        elif module.unit in PURE and _is(one.name, REACHING) and not _is(one.name, HARMLESS):
            yield f"{module.path}:{one.line}: {module.unit} may not import {one.name}; it is pure"
        elif module.unit == "clients" and _is(one.name, ORM):
            yield f"{module.path}:{one.line}: a client may not import {one.name}; it knows no tables"
    if module.unit in PURE:
        yield from _reaching_calls(module)


def _reaching_calls(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in {"open", "print", "input"}:
            yield f"{module.path}:{node.lineno}: {module.unit} may not call {called.id}(); it is pure"
        elif (
            isinstance(called, ast.Attribute) and (ast.unparse(called.value).rpartition(".")[2], called.attr) in CLOCKS
        ):
            yield f"{module.path}:{node.lineno}: {module.unit} may not read the clock; take the time as an argument"


def sizes(module: Module) -> Iterator[str]:
    count = len(module.text.splitlines())
    if count > LINES and module.unit != "migrations":
        yield f"{module.path}: {count} lines; split it by noun at {LINES}"


def names(module: Module) -> Iterator[str]:
    if VAGUE & set(module.name.split(".")):
        yield f"{module.path}: a vague name; say which noun or format it is about"


def long_functions(found: list[Module]) -> Iterator[str]:
    """At most a few in a hundred functions are long."""
    lengths = [
        (node.end_lineno - node.lineno + 1, f"{module.path}:{node.lineno} {node.name}")
        for module in found
        if module.unit != "migrations"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]
    over = [where for length, where in lengths if length > LONG_FUNCTION]
    if len(over) * 100 > LONG_FUNCTIONS_PERCENT * len(lengths):
        yield f"{len(over)} of {len(lengths)} functions are over {LONG_FUNCTION} lines: {', '.join(sorted(over))}"


def cycles(found: list[Module]) -> Iterator[str]:
    """Modules that need each other to be imported."""
    needs = {module.name: _needs(module, {other.name for other in found}) for module in found}
    while free := {name for name, wanted in needs.items() if not wanted & needs.keys()}:
        needs = {name: wanted for name, wanted in needs.items() if name not in free}
    # what is left is a cycle, or leads into one
    while tails := set(needs) - {name for wanted in needs.values() for name in wanted}:
        needs = {name: wanted for name, wanted in needs.items() if name not in tails}
    if needs:
        yield f"import cycle among {', '.join(sorted(needs))}"


def _needs(module: Module, known: set[str]) -> set[str]:
    """The modules of ours that it imports at its start; the package itself only where nothing deeper is meant."""
    wanted = set()
    for one in module.imports:
        target = one.name if one.at_start else ""
        while target and target not in known:
            target = target.rpartition(".")[0]
        wanted.add(target)
    return {name for name in wanted if name and name != module.name}
