"""Python source of any age, from bytes to a syntax tree, with every place that could not be read named.

tree-sitter reads Python 2.7 and the newest alike, whatever Python runs here, and goes on after an error.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

import tree_sitter_python
from tree_sitter import Language, Node, Parser, Tree

from milestones.facts import Problem

PYTHON = Language(tree_sitter_python.language())
PYTHON_SUFFIXES = (".py", ".pyw", ".pyi")
SIZE_LIMIT = 8 * 1024 * 1024
LINES_LIMIT = 60_000  # what has more was written by a program, and takes longer to follow than anybody waits
LINE_LIMIT = 200_000  # bytes of one line: nothing that a person wrote as Python
PROBLEM_LIMIT = 20
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")  # PEP 263
_NEW_KEYWORDS = frozenset({b"lazy"})  # PEP 810: a word before an import, unknown to the grammar


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed file: `data` is its text as UTF-8 with `\\n` line ends, which the tree's offsets count in."""

    tree: Tree
    data: bytes
    problems: tuple[Problem, ...] = ()

    @property
    def root(self) -> Node:
        return self.tree.root_node


def parse_python(data: bytes, path: str = "") -> Source:
    """Parse Python bytes; what cannot be read is a problem in the result, never an exception."""
    if len(data) > SIZE_LIMIT:
        return _nothing(f"{len(data):,} bytes, over the limit of {SIZE_LIMIT:,}: not read", path)
    if b"\0" in data[:8192] and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _nothing("binary content under a name of source code: not read", path)
    if (lines := data.count(b"\n")) > LINES_LIMIT:
        return _nothing(f"{lines:,} lines, over the limit of {LINES_LIMIT:,}: not read", path)
    if len(data) > LINE_LIMIT and (longest := max(map(len, data.splitlines()))) > LINE_LIMIT:
        return _nothing(f"a line of {longest:,} bytes, over the limit of {LINE_LIMIT:,}: not read", path)
    text, problems = decode(data, path)
    clean = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace")
    tree = Parser(PYTHON).parse(clean)
    return Source(tree, clean, (*problems, *problems_in(tree.root_node, path)))


def decode(data: bytes, path: str = "") -> tuple[str, tuple[Problem, ...]]:
    """The text of Python bytes by BOM, coding line (PEP 263) or UTF-8, and what was wrong with that."""
    if data.startswith(codecs.BOM_UTF8):
        return _decoded(data[3:], "utf-8", path)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decoded(data, "utf-16", path)
    return _decoded(data, _declared(data) or "utf-8", path)


def walk(root: Node) -> Iterator[Node]:
    """Every node under `root`, in source order, without recursion: sources may nest deeper than Python's stack."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(node.children))


def line_of(node: Node) -> int:
    return int(node.start_point[0]) + 1


def _declared(data: bytes) -> str:
    for line in data.split(b"\n", 2)[:2]:
        found = _CODING.match(line)
        if found:
            return found[1].decode("ascii")
        if line.strip() and not line.lstrip().startswith(b"#"):
            break
    return ""


def _decoded(data: bytes, encoding: str, path: str) -> tuple[str, tuple[Problem, ...]]:
    try:
        return data.decode(encoding), ()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return data.decode("latin-1"), (Problem(f"not {encoding}: read as latin-1", path, line),)
    except (LookupError, ValueError):  # an unknown name, or a codec that does not make text
        return data.decode("utf-8", "replace"), (Problem(f"unknown encoding {encoding}: read as UTF-8", path, 1),)


def _nothing(reason: str, path: str) -> Source:
    return Source(Parser(PYTHON).parse(b""), b"", (Problem(reason, path, 1),))


def problems_in(root: Node, path: str) -> Iterator[Problem]:
    """The places that the grammar refused; only branches that hold an error are walked."""
    stack, found = [root] if root.has_error else [], 0
    while stack and found < PROBLEM_LIMIT:
        node = stack.pop()
        if node.is_missing or node.is_error:
            if not _is_new_keyword(node):
                found += 1
                yield Problem("syntax not understood here: the rest of the file was read", path, line_of(node))
        else:
            stack.extend(child for child in reversed(node.children) if child.has_error or child.is_missing)


def _is_new_keyword(node: Node) -> bool:
    following = node.next_sibling
    return node.text in _NEW_KEYWORDS and following is not None and following.type.startswith("import")
