"""Which functions of a repository are tests, in the styles of unittest and pytest, read without running them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from milestones.source.definitions import Definition, Module

_FOLDERS = frozenset({"test", "tests", "testing", "testsuite"})
_FILE = re.compile(r"(?:test.*|.+_tests?)\.pyw?")
_LOOSE_NAME = re.compile(r"test(?:_|[A-Z0-9]|$)")
_FIXTURES = frozenset({"fixture", "yield_fixture"})
_MENTIONS = re.compile(rb"def[ \t\\]+test")


def may_hold_tests(path: str, source: bytes) -> bool:
    """Whether a file is worth parsing: its name or folder is a test's, and a function's name in it begins so."""
    return is_test_path(path) and _MENTIONS.search(source) is not None


def is_test_path(path: str) -> bool:
    """Whether a Python file is test code by its folder or its name."""
    *folders, name = path.split("/")
    if not name.endswith((".py", ".pyw")):
        return False
    return not _FOLDERS.isdisjoint(folders) or name == "conftest.py" or _FILE.fullmatch(name) is not None


def find_tests(module: Module) -> list[Definition]:
    """Return the test functions of a file: at module level or in classes, under `if` and `try` too, fixtures not."""
    strict = _FILE.fullmatch(module.path.rpartition("/")[2]) is not None
    functions = {definition.name for definition in module.definitions if definition.kind == "function"}
    return [
        definition
        for definition in module.definitions
        if definition.name in functions
        and definition.simple.startswith("test")
        and (strict or _LOOSE_NAME.match(definition.simple))
        and _FIXTURES.isdisjoint(definition.decorators)
        and not _inside(definition, functions)
    ]


def find_all_tests(modules: Iterable[Module]) -> list[Definition]:
    return [test for module in modules for test in find_tests(module)]


def _inside(definition: Definition, functions: set[str]) -> bool:
    """Whether it stands in the body of a function, where no runner finds it."""
    owner = definition.owner
    while owner:
        if owner in functions:
            return True
        owner = owner.rpartition(".")[0]
    return False
