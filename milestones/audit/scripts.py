"""JavaScript and TypeScript, told apart by their syntax trees: layout, comments, imports, types, or behaviour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

_GRAMMARS = {
    "js": tree_sitter_javascript.language, "jsx": tree_sitter_javascript.language,
    "mjs": tree_sitter_javascript.language, "cjs": tree_sitter_javascript.language,
    "ts": tree_sitter_typescript.language_typescript, "mts": tree_sitter_typescript.language_typescript,
    "cts": tree_sitter_typescript.language_typescript, "tsx": tree_sitter_typescript.language_tsx,
}  # fmt: skip
_IMPORTS = frozenset({"import_statement"})
_TYPES = frozenset(
    {
        "type_annotation", "interface_declaration", "type_alias_declaration", "type_arguments", "type_parameters",
        "accessibility_modifier",
    }
)  # fmt: skip
_NAMED = frozenset(
    {
        "function_declaration", "generator_function_declaration", "class_declaration", "method_definition",
        "abstract_class_declaration",
    }
)  # fmt: skip
_FUNCTIONS = frozenset({"arrow_function", "function_expression", "function", "class"})
_IGNORED = frozenset({"comment", ";", "html_comment"})
SIZE_LIMIT = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ScriptDefinition:
    name: str
    line: int
    digest: str
    broken: bool


@dataclass(slots=True)
class Script:
    """A file as its tokens without layout and comments; the same less its imports, and less its types as well."""

    tokens: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    untyped: list[str] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    definitions: list[ScriptDefinition] = field(default_factory=list)
    problem: int = 0  # the line at which the grammar gave up, 0 where it did not


def is_script(path: str) -> bool:
    """Whether a file is JavaScript or TypeScript by its name, minified ones left out."""
    return path.rpartition(".")[2] in _GRAMMARS and ".min." not in path


@lru_cache(maxsize=8)
def _language(ending: str) -> Language:
    return Language(_GRAMMARS[ending]())


def read_script(data: bytes, path: str) -> Script:
    """Read one file; where the grammar does not follow, `problem` has the line."""
    found = Script()
    if len(data) > SIZE_LIMIT:
        found.problem = 1
        return found
    clean = data.replace(b"\r\n", b"\n")
    root = Parser(_language(path.rpartition(".")[2])).parse(clean).root_node
    if root.has_error:
        found.problem = _first_error(root)
    for text, inside, typed in _tokens(root, clean):
        found.tokens.append(text)
        if not inside:
            found.bare.append(text)
            if not typed:
                found.untyped.append(text)
    found.imports = sorted(_imports(root, clean))
    found.definitions = list(_definitions(root, clean))
    return found


def script_class(old: Script, new: Script) -> str:
    """Return the finest class that proves itself; a file that does not parse is never waved through."""
    if old.problem or new.problem:
        return "unclassified"
    if old.tokens == new.tokens:
        return "formatting_or_comments_only"
    if old.bare == new.bare:
        return "import_order_only" if old.imports == new.imports and _named(old) else "imports_only"
    return "type_hints_only" if old.untyped == new.untyped else "behaviour"


def _named(script: Script) -> bool:
    """Whether every import only names things: one for its effects alone may depend on the order."""
    return all("from" in one.split("\x1f") for one in script.imports)


def script_changes(old: Script, new: Script) -> Iterator[tuple[str, str, int]]:
    """Yield (name, class, line) of each function and class that is not the same on both sides."""
    was, now = ({one.name: one for one in side.definitions} for side in (old, new))
    repeated = {
        name for side in (old, new) for name, count in Counter(d.name for d in side.definitions).items() if count > 1
    }
    for name in was.keys() | now.keys():
        before, after = was.get(name), now.get(name)
        if before is None and after is not None:
            yield name, "added", after.line
        elif after is None and before is not None:
            yield name, "deleted", before.line
        elif before is not None and after is not None and (before.digest != after.digest or name in repeated):
            yield name, "unclassified" if before.broken or after.broken else "behaviour", after.line


def _tokens(root: Node, data: bytes) -> Iterator[tuple[str, bool, bool]]:
    """Yield every token with whether it stands in an import, and in a type; strings and numbers in one spelling."""
    stack: list[tuple[Node, bool, bool]] = [(root, False, False)]
    while stack:
        node, inside, typed = stack.pop()
        kind = node.type
        if kind in _IGNORED or _is_last_comma(node):
            continue
        inside, typed = inside or kind in _IMPORTS, typed or kind in _TYPES
        if kind == "string":
            yield "'" + _text(node, data)[1:-1].replace('\\"', '"').replace("\\'", "'"), inside, typed
        elif kind == "template_string" or not node.child_count:
            yield _text(node, data), inside, typed
        else:
            if kind.endswith(("_statement", "_declaration", "_body", "_block")):
                yield f"\x01{kind}", inside, typed  # `return` at the end of a line is not `return x`
            stack.extend((child, inside, typed) for child in reversed(node.children))


def _is_last_comma(node: Node) -> bool:
    following = node.next_sibling
    return node.type == "," and following is not None and following.type in {"}", "]", ")"}


def _text(node: Node, data: bytes) -> str:
    return data[node.start_byte : node.end_byte].decode("utf-8", "backslashreplace")


def _imports(root: Node, data: bytes) -> Iterator[str]:
    for node in root.children:
        if node.type in _IMPORTS:
            yield "\x1f".join(text for text, _, _ in _tokens(node, data))


def _definitions(root: Node, data: bytes) -> Iterator[ScriptDefinition]:
    stack: list[tuple[Node, str]] = [(root, "")]
    while stack:
        node, owner = stack.pop()
        name = _name_of(node, data)
        if name:
            owner = f"{owner}.{name}" if owner else name
            digest = blake2b("\x1f".join(text for text, _, _ in _tokens(node, data)).encode(), digest_size=16)
            yield ScriptDefinition(owner, node.start_point.row + 1, digest.hexdigest(), node.has_error)
        stack.extend((child, owner) for child in reversed(node.children))


def _name_of(node: Node, data: bytes) -> str:
    if node.type == "variable_declarator":
        value = node.child_by_field_name("value")
        if value is None or value.type not in _FUNCTIONS:
            return ""
    elif node.type not in _NAMED:
        return ""
    name = node.child_by_field_name("name")
    return _text(name, data) if name is not None else ""


def _first_error(root: Node) -> int:
    stack = [root]
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            return node.start_point.row + 1
        stack.extend(child for child in reversed(node.children) if child.has_error or child.is_missing)
    return 1
