"""JavaScript and TypeScript are told apart by their trees."""

from __future__ import annotations

import pytest

from milestones.audit.report import Entry, audit

BASE = """import { a } from "./a";
import b from './b';

export function add(x, y) {
  return x + y; // sum
}
const twice = (x) => { return x * 2; };
"""
TYPED = "interface A { x: number }\nexport function f(x: number): string { return g(x); }\n"


def sort_of(new: str, old: str = BASE, path: str = "web/x.js") -> str:
    entry = Entry(path, path, "modified", "100644", "100644", old.encode(), new.encode())
    return audit([entry]).files[0].sort


@pytest.mark.parametrize(
    ("new", "sort"),
    [
        (BASE.replace(" // sum", "").replace("  return x + y;", "    return x + y"), "formatting_or_comments_only"),
        (BASE.replace('"./a"', "'./a'").replace("\n\n", "\n"), "formatting_or_comments_only"),
        ("import b from './b';\nimport { a } from './a';\n" + BASE.split("\n\n")[1], "import_order_only"),
        (BASE.replace("import b from './b';\n", ""), "imports_only"),
        (BASE.replace("x + y", "x - y"), "behaviour"),
        (BASE.replace("return x + y;", "return\nx + y;"), "behaviour"),
        (BASE.replace("'./b'", "'./c'"), "imports_only"),
        (BASE + "function (", "unclassified"),
    ],
)
def test_the_first_class_that_fits(new: str, sort: str) -> None:
    assert sort_of(new) == sort


def test_the_order_of_imports_for_their_effects_is_no_mere_order() -> None:
    assert sort_of('import "./b";\nimport "./a";\n', 'import "./a";\nimport "./b";\n') == "imports_only"


def test_types_alone() -> None:
    new = TYPED.replace("x: number }", "x: number; y: string }").replace("): string", "): number")
    assert sort_of(new, TYPED, "web/x.ts") == "type_hints_only"
    assert sort_of(TYPED.replace("g(x)", "h(x)"), TYPED, "web/x.ts") == "behaviour"
    assert sort_of("const x = <A/>;\n", "const x = <B/>;\n", "web/x.tsx") == "behaviour"


def test_the_changed_functions_are_named_at_their_lines() -> None:
    new = BASE.replace("x * 2", "x * 3").replace("add(x, y)", "sum(x, y)")
    entry = Entry("web/x.js", "web/x.js", "modified", "100644", "100644", BASE.encode(), new.encode())
    [found] = audit([entry]).files
    assert [(one.name, one.sort, one.line) for one in found.definitions] == [
        ("add", "deleted", 4), ("sum", "added", 4), ("twice", "behaviour", 7),
    ]  # fmt: skip
