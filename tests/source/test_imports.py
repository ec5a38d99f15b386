from __future__ import annotations

import pytest

from milestones.globs import matches
from milestones.source.imports import imports_of, symbol_lines
from milestones.source.parsing import SIZE_LIMIT, decode, parse_python
from milestones.source.paths import is_test


def packages(source: str) -> list[tuple[int, tuple[str, ...]]]:
    return [(statement.line, statement.packages) for statement in imports_of(source.encode()).statements]


def test_imports_are_found_wherever_they_stand():
    source = """import os.path, flask as f
try:
    from flask.views import MethodView
except ImportError:
    MethodView = None
def late():
    if True:
        import flask_login
"""
    assert packages(source) == [(1, ("os", "flask")), (3, ("flask",)), (8, ("flask_login",))]


def test_a_relative_import_names_no_package():
    assert packages("from . import flask\nfrom .flask import g\nfrom ..a.b import c\n") == [(1, ()), (2, ()), (3, ())]


def test_a_dotted_package_is_found_by_either_form():
    first, second, third = imports_of(
        b"from google import cloud\nimport google.cloud.storage\nimport google.auth\n"
    ).statements
    assert first.names_package("google.cloud")
    assert second.names_package("google.cloud")
    assert not third.names_package("google.cloud")


def test_python_two_and_the_newest_are_both_read():
    old = imports_of(b"print 'x'\ntry:\n  import a\nexcept A, e:\n  exec 'x' in y\nraise B, 'c'\n")
    new = imports_of(
        b"lazy import a\ntype X = int\ntry:\n  pass\nexcept A, B:\n  x = t'{y}'\nmatch b:\n  case [1]: import c\n"
    )
    assert [s.packages for s in old.statements] == [("a",)]
    assert [s.packages for s in new.statements] == [("a",), ("c",)]
    assert old.problems == new.problems == ()


def test_a_syntax_error_is_named_and_the_rest_is_read():
    found = imports_of(b"def (:\n\nimport a\nx = = 2\nimport b\n", "x.py")
    assert [s.packages for s in found.statements] == [("a",), ("b",)]
    assert found.problems[0].path == "x.py"
    assert found.problems[0].line == 1


@pytest.mark.parametrize(
    ("data", "text", "problems"),
    [
        ("# -*- coding: latin-1 -*-\nx = 'é'".encode("latin-1"), "# -*- coding: latin-1 -*-\nx = 'é'", 0),
        ("x = 'é'".encode("utf-8-sig"), "x = 'é'", 0),
        ("x = 'é'".encode("utf-16"), "x = 'é'", 0),
        (b"x = '\xe9'", "x = 'é'", 1),
        (b"# coding: rot13\nimport a", "# coding: rot13\nimport a", 1),
        (b"# coding: nonsense\nimport a", "# coding: nonsense\nimport a", 1),
    ],
)
def test_any_encoding_gives_text_or_a_named_problem(data, text, problems):
    read, found = decode(data)
    assert read == text
    assert len(found) == problems


def test_binary_and_huge_files_are_named_and_not_read():
    assert "binary" in parse_python(b"\x7fELF\0\0", "a.py").problems[0].reason
    assert "limit" in parse_python(b"#" * (SIZE_LIMIT + 1), "a.py").problems[0].reason


def test_symbols_are_found_in_code_and_not_in_strings_or_comments():
    source = parse_python(b"# Shim\nx = 'Shim'\nclass Shim: pass\ny = a.Shim()\nShimmer = 1\n")
    assert symbol_lines(source, ["Shim"]) == (("Shim", 3), ("Shim", 4))


def test_a_script_named_test_outside_a_test_folder_is_source_unless_it_tests():
    assert is_test("a/tests/b.py")
    assert is_test("conftest.py")
    assert is_test("a/test_b.py", b"def test_b(): pass")
    assert not is_test("a/test_queries.py", b"import pymongo")
    assert not is_test("a/latest.py")


def test_a_star_stays_in_its_folder_and_two_cross_them():
    assert matches("docs/a/b.md", ["docs/**"])
    assert matches("b.md", ["**/*.md"])
    assert matches("docs/b.md", ["docs/*.md"])
    assert not matches("docs/a/b.md", ["docs/*.md"])
