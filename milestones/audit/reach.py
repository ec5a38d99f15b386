"""What a test reaches beside its own body: fixtures, helpers, set-up methods and constants, and which of them changed.

Names are followed as Python and pytest find them: in the file, through imports from other files of the repository, in
the `conftest.py` of each folder above, in the class and the classes it derives from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from milestones.audit.expectations import sequence_of
from milestones.audit.statements import BIND, NAME
from milestones.source.definitions import Definition, Module
from milestones.source.tests import is_test_path

_FIXTURES = frozenset({"fixture", "yield_fixture"})
_SET_UP = frozenset(
    {
        "setUp", "tearDown", "setUpClass", "tearDownClass", "setup_method", "teardown_method", "setup_class",
        "teardown_class", "asyncSetUp", "asyncTearDown",
    }
)  # fmt: skip
_MODULE_SET_UP = frozenset({"setup_module", "teardown_module", "setUpModule", "tearDownModule", "setup_function"})
MOST_STEPS = 400


@dataclass(frozen=True, slots=True)
class Reached:
    """Something that a test reaches and that is not the same on both sides; what is missing on a side is blank.

    `sort` is fixture, helper, set-up, class or constant. `compared`: a constant that the test holds results against.
    """

    sort: str
    name: str
    path: str
    line: int
    old_name: str = ""
    old_path: str = ""
    old_line: int = 0
    last: int = 0
    old_last: int = 0
    old: Definition | None = None
    new: Definition | None = None
    compared: bool = False


@dataclass(frozen=True, slots=True)
class Constant:
    """A name that a file binds at module level outside its definitions: its lines, and a hash of its value."""

    path: str
    name: str
    line: int
    last: int
    digest: str


Found = Definition | Constant


class Suite:
    """The modules of one side, by path, with what each of them binds and imports."""

    def __init__(self, modules: Mapping[str, Module], folder: str = "") -> None:
        self.modules, self.folder = modules, folder
        self.tables: dict[str, _Table] = {}
        self.reached: dict[tuple[str, str], dict[tuple[str, str], Found]] = {}

    def table(self, path: str) -> _Table:
        if path not in self.tables:
            self.tables[path] = _Table(self.modules[path])
        return self.tables[path]

    @cached_property
    def by_ending(self) -> dict[str, list[str]]:
        """The dotted names that may import a file, from its bare name to its whole path."""
        found: dict[str, list[str]] = {}
        for path in self.modules:
            parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
            for start in range(len(parts)):
                found.setdefault(".".join(parts[start:]), []).append(path)
        return found

    def module_named(self, dotted: str, beside: str) -> str:
        """The path of an imported module; of several with that ending, the one nearest to the importing file."""
        level = len(dotted) - len(dotted.lstrip("."))
        if level:
            folder = beside.split("/")[:-level]
            parts = [*folder, *(part for part in dotted[level:].split(".") if part)]
            wanted = "/".join(parts)
            return next((p for p in (f"{wanted}.py", f"{wanted}/__init__.py") if p in self.modules), "")
        paths = self.by_ending.get(dotted, [])
        return max(paths, key=lambda path: (_shared(path, beside), -len(path)), default="")

    def reach(self, test: Definition) -> dict[tuple[str, str], Found]:
        """Everything that a test reaches, by what it is and its name."""
        if test.key not in self.reached:
            self.reached[test.key] = dict(_Walk(self, test).found)
        return self.reached[test.key]


def _shared(path: str, other: str) -> int:
    a, b = path.split("/"), other.split("/")
    return next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


class _Table:
    """What one file binds at module level, and from where."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.definitions = {one.name: one for one in module.definitions}
        self.imports: dict[str, tuple[str, str]] = {}
        for one in module.tree.imports:
            if one.name == "*":
                self.imports.setdefault(f"* {one.module}", (one.module, "*"))
            elif one.module:
                self.imports[one.alias or one.name] = one.module, one.name
            else:
                self.imports[one.alias or one.name.partition(".")[0]] = one.name, ""

    @cached_property
    def constants(self) -> dict[str, Constant]:
        """Each statement at module level that binds names, as one constant a name."""
        return {one.name: one for one in _constants(self.module)}

    @cached_property
    def autouse(self) -> list[Definition]:
        """Fixtures that every test of the file has without asking."""
        return [
            one
            for one in self.fixtures.values()
            if any(text == "autouse" for text, _ in self.module.tokens(one.name)[:60])
        ]

    @cached_property
    def fixtures(self) -> dict[str, Definition]:
        return {one.name: one for one in self.module.definitions if not _FIXTURES.isdisjoint(one.decorators)}

    def names(self, one: Definition) -> tuple[set[str], set[str], set[tuple[str, str]]]:
        """The names that a definition uses, those it takes from `self` or `cls`, and those behind another's dot."""
        tree, used, own, dotted = self.module.tree, set[str](), set[str](), set[tuple[str, str]]()
        for span in self.module.spans[one.name]:
            for at in range(span.start, span.end):
                if tree.marks[at] & NAME:
                    used.add(tree.texts[at])
                elif at - 2 >= span.start and tree.texts[at - 1] == ".":
                    if tree.texts[at - 2] in {"self", "cls"}:
                        own.add(tree.texts[at])
                    else:
                        dotted.add((tree.texts[at - 2], tree.texts[at]))
        return used, own, dotted


def _constants(module: Module) -> Iterator[Constant]:
    tree = module.tree
    at, end = 0, len(tree.texts)
    spans = {span.start: span.end for span in tree.spans}
    while at < end:
        if at in spans:
            at = spans[at]
            continue
        text = tree.texts[at]
        if text == "\x01assignment":
            last = _closing(tree.texts, at)
            yield from _bound(module, at, last)
            at = last
        at += 1


def _closing(texts: tuple[str, ...], start: int) -> int:
    depth = 0
    for at in range(start, len(texts)):
        if texts[at][:1] == "\x01":
            depth += 1
        elif texts[at] == "\x02":
            depth -= 1
            if not depth:
                return at
    return len(texts) - 1


def _bound(module: Module, start: int, end: int) -> Iterator[Constant]:
    tree = module.tree
    digest = blake2b("\x1f".join(tree.texts[start:end]).encode(), digest_size=16).hexdigest()
    lines = tree.lines[start : end + 1]
    for at in range(start, end):
        if tree.marks[at] & BIND and tree.marks[at] & NAME:
            yield Constant(tree.path, tree.texts[at], min(lines), max(lines), digest)


class _Walk:
    """Follows the names of one test until nothing new is reached."""

    def __init__(self, suite: Suite, test: Definition) -> None:
        self.suite = suite
        self.found: dict[tuple[str, str], Found] = {}
        self.steps = 0
        self.waiting: list[Definition] = [test]
        self.seen = {test.key}
        self._surroundings(test)
        while self.waiting and self.steps < MOST_STEPS:
            self.steps += 1
            self._follow(self.waiting.pop())

    def _surroundings(self, test: Definition) -> None:
        """What runs about a test without its naming it."""
        for path in self._conftests(test.path):
            for fixture in self.suite.table(path).autouse:
                if "." not in fixture.name or fixture.owner == test.owner:
                    self._reach("fixture", fixture)
        table = self.suite.table(test.path)
        for name in _MODULE_SET_UP & table.definitions.keys():
            self._reach("set-up", table.definitions[name])
        for owner_table, owner in self._classes(test):
            for name in _SET_UP:
                method = owner_table.definitions.get(f"{owner}.{name}")
                if method is not None:
                    self._reach("set-up", method)

    def _conftests(self, path: str) -> Iterator[str]:
        yield path
        parts = path.split("/")[:-1]
        for depth in range(len(parts), -1, -1):
            there = "/".join([*parts[:depth], "conftest.py"])
            if there in self.suite.modules:
                yield there

    def _classes(self, one: Definition) -> Iterator[tuple[_Table, str]]:
        """The class that a method stands in, and those it derives from, as far as they are in the repository."""
        waiting = [(self.suite.table(one.path), one.owner)] if one.owner else []
        seen: set[tuple[str, str]] = set()
        while waiting and len(seen) < 30:
            table, owner = waiting.pop(0)
            if (table.module.path, owner) in seen or owner not in table.definitions:
                continue
            seen.add((table.module.path, owner))
            yield table, owner
            for base in _bases(table.module, owner):
                found = self._named(base, table)
                if isinstance(found, Definition):
                    waiting.append((self.suite.table(found.path), found.name))

    def _follow(self, one: Definition) -> None:
        table = self.suite.table(one.path)
        used, own, dotted = table.names(one)
        for name in used:
            self._note(self._named(name, table) or self._fixture(name, one.path))
        for root, name in dotted:
            if root in table.imports:
                self._behind(table, root, name)
        for name in own:
            methods = (t.definitions.get(f"{owner}.{name}") for t, owner in self._classes(one))
            self._note(next((method for method in methods if method is not None), None))

    def _note(self, found: Found | None) -> None:
        if isinstance(found, Constant):
            self.found["constant", found.name] = found
        elif found is not None and found.kind == "function":
            self._reach("fixture" if not _FIXTURES.isdisjoint(found.decorators) else "helper", found)

    def _behind(self, table: _Table, root: str, name: str) -> None:
        """`messages.GONE` where `messages` is a module of the repository."""
        module, wanted = table.imports[root]
        path = self.suite.module_named(f"{module}.{wanted}" if wanted else module, table.module.path)
        self._note(self._named(name, self.suite.table(path)) if path else None)

    def _reach(self, sort: str, one: Definition) -> None:
        if one.key in self.seen or not is_test_path(one.path):
            return  # code of the system itself is what tests are there to judge
        self.seen.add(one.key)
        self.found[(sort, one.simple)] = one
        self.waiting.append(one)

    def _fixture(self, name: str, path: str) -> Definition | None:
        return next((t[name] for p in self._conftests(path) if name in (t := self.suite.table(p).fixtures)), None)

    def _named(self, name: str, table: _Table, depth: int = 0) -> Found | None:
        """What a name stands for in a file, looked up through imports."""
        if name in table.definitions:
            return table.definitions[name]
        if name in table.imports and depth < 6:
            module, wanted = table.imports[name]
            path = self.suite.module_named(module, table.module.path)
            return self._named(wanted, self.suite.table(path), depth + 1) if path and wanted else None
        if name in table.constants:
            return table.constants[name]
        if depth < 3:
            for key, (module, _) in table.imports.items():
                path = self.suite.module_named(module, table.module.path) if key.startswith("* ") else ""
                found = self._named(name, self.suite.table(path), depth + 1) if path else None
                if found is not None:
                    return found
        return None


def _bases(module: Module, owner: str) -> list[str]:
    """The last names of what a class derives from."""
    tree, span = module.tree, module.spans[owner][0]
    end = next((at for at in range(span.start, span.end) if tree.texts[at] == "\x01block"), span.end)
    start = next((at for at in range(span.start, end) if tree.texts[at] == "\x01argument_list"), end)
    return [tree.texts[at] for at in range(start, end) if tree.marks[at] & NAME or tree.texts[at - 1] == "."]


def reached_changes(suites: tuple[Suite, Suite], pair: tuple[Definition, Definition]) -> list[Reached]:
    """What a test reaches that is not the same on both sides: changed, gone, or come."""
    before, after = (suite.reach(one) for suite, one in zip(suites, pair, strict=True))
    changed = [
        (key, old, new)
        for key in sorted(before.keys() | after.keys())
        if not _same(old := before.get(key), new := after.get(key))
    ]
    constants = any(key[0] == "constant" for key, _, _ in changed)
    compared = _compared(suites, pair) if constants else set()
    return [_reached(key, old, new, key[1] in compared) for key, old, new in changed]


def _same(old: Found | None, new: Found | None) -> bool:
    if old is None or new is None:
        return old is new
    if isinstance(old, Constant) or isinstance(new, Constant):
        return isinstance(old, Constant) and isinstance(new, Constant) and old.digest == new.digest
    return old.tree == new.tree


def _compared(suites: tuple[Suite, Suite], pair: tuple[Definition, Definition]) -> set[str]:
    """The names that the assertions of a test, and of the helpers it reaches, hold results against."""
    found: set[str] = set()
    for suite, test in zip(suites, pair, strict=True):
        for one in (test, *(x for (sort, _), x in suite.reach(test).items() if sort == "helper")):
            if isinstance(one, Definition):
                tokens = sequence_of(suite.modules[one.path], one).tokens
                found |= {
                    token.text for token in tokens if token.asserting and token.text.isidentifier() and not token.local
                }
    return found


def _reached(key: tuple[str, str], old: Found | None, new: Found | None, compared: bool) -> Reached:
    sort, name = key
    return Reached(
        sort=sort, name=new.name if new else name, path=new.path if new else "", line=new.line if new else 0,
        old_name=old.name if old else "", old_path=old.path if old else "", old_line=old.line if old else 0,
        last=_last(new), old_last=_last(old),
        old=old if isinstance(old, Definition) else None, new=new if isinstance(new, Definition) else None,
        compared=compared and old is not None and new is not None,
    )  # fmt: skip


def _last(one: Found | None) -> int:
    if one is None:
        return 0
    return one.last if isinstance(one, Constant) else one.last_line
