"""What a Python file of tests asks of a web application: paths, verbs and expected answers, test by test.

A path is kept in parts: text, 0 for what only a run would tell, or [name, ...] for a name that another file may settle.
Everything is plain lists and dicts, so that it can be kept by the file's hash and `VERSION`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tree_sitter import Node

from milestones.parity.answers import statuses
from milestones.parity.path_texts import HOLE, MOST_TEXTS, Env, Parts, arguments, keyword, keywords, node_text, texts_of
from milestones.source.parsing import line_of, parse_python, walk

VERSION = 1
VERBS = {
    **{verb: verb.upper() for verb in ("get", "post", "put", "patch", "delete", "head", "options", "trace")},
    **{f"{verb}_json": verb.upper() for verb in ("post", "put", "patch", "delete")},
    "goto": "GET", "websocket_connect": "WEBSOCKET", "head_json": "HEAD", "delete_with_body": "DELETE",
}  # fmt: skip
_ANY_VERB = frozenset({"open", "request", "api_request", "test_request_context", "simulate_request"})
_STATUS_NAMES = frozenset({"status_code", "status", "status_int", "code", "get_status_code"})
_BODY = frozenset({"json", "get_json", "json_body", "text", "data", "content", "get_data", "body"})
_PREPARES = frozenset({"setUp", "setUpClass", "setup_method", "setup_class", "setUpTestData", "asyncSetUp"})
_ASKS = re.compile(r"(?i)client|app|api|session|http|browser|page|request|anon|user|auth")
_ASSERTED = re.compile(r"(?i)assert|expect|check|verify|status|ensure")
MOST_MENTIONS = 400  # in one test


@dataclass(slots=True)
class Call:
    """A request that a test makes: its verb ("" where unknown), the paths it may name, the answers it is held to."""

    line: int
    method: str
    paths: list[Parts]
    statuses: set[int] = field(default_factory=set)
    read: bool = False  # what the answer holds is looked at
    helper: str = ""  # the function of the tests' own that the path is handed to

    def plain(self) -> dict[str, Any]:
        paths = [list(path) for path in self.paths]
        return {"line": self.line, "method": self.method, "paths": paths, "statuses": sorted(self.statuses),
                "helper": self.helper, "read": self.read}  # fmt: skip


def read_mentions(data: bytes, path: str = "") -> dict[str, Any]:
    """The facts of one file: its constants, its imports, its functions and what each asks for. Never raises."""
    source = parse_python(data, path)
    constants = Env()
    imports: dict[str, list[Any]] = {}
    for statement in source.root.children:
        _module_level(statement, constants, imports)
    functions = [_function(node, owner, constants) for node, owner in _functions(source.root)]
    return {
        "constants": {name: [list(parts) for parts in texts] for name, texts in constants.texts.items()},
        "imports": imports,
        "functions": functions,
        "problems": [[one.reason, one.line] for one in source.problems],
    }


def _module_level(node: Node, constants: Env, imports: dict[str, list[Any]]) -> None:
    inner = node.children[0] if node.type == "expression_statement" and node.children else node
    if inner.type == "assignment":
        _assign(inner, constants)
    elif node.type == "import_from_statement":
        module = node.child_by_field_name("module_name")
        for name, bound in _names(node):
            imports[bound] = [node_text(module), name]
    elif node.type == "import_statement":
        for name, bound in _names(node):
            imports[bound] = [name, ""]


def _names(node: Node) -> Iterator[tuple[str, str]]:
    for child in node.children_by_field_name("name"):
        if child.type == "aliased_import":
            yield node_text(child.child_by_field_name("name")), node_text(child.child_by_field_name("alias"))
        else:
            yield node_text(child), node_text(child)


def _assign(node: Node, env: Env) -> None:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if left is None or right is None:
        return
    if left.type == "identifier":
        env.assign(node_text(left), right)
    elif left.type == "attribute" and node_text(left.child_by_field_name("object")) in ("self", "cls"):
        env.assign(f"self.{node_text(left.child_by_field_name('attribute'))}", right)


# --- functions


def _functions(root: Node) -> Iterator[tuple[Node, str]]:
    """Every function that stands at module level or in a class, with the class's dotted name."""
    stack: list[tuple[Node, str]] = [(child, "") for child in reversed(root.children)]
    while stack:
        node, owner = stack.pop()
        if node.type == "function_definition":
            yield node, owner
        elif node.type == "class_definition":
            name = f"{owner}.{node_text(node.child_by_field_name('name'))}".lstrip(".")
            body = node.child_by_field_name("body")
            stack.extend((child, name) for child in reversed(body.children if body else []))
        elif node.type in _TRANSPARENT:
            stack.extend((child, owner) for child in reversed(node.children))


_TRANSPARENT = frozenset(
    {"decorated_definition", "if_statement", "try_statement", "block", "else_clause", "except_clause", "with_statement"}
)


def _function(node: Node, owner: str, constants: Env) -> dict[str, Any]:
    reader = _Reader(node, owner, constants)
    name = node_text(node.child_by_field_name("name"))
    reader.run()
    calls = [*reader.calls, *reader.literals()]
    return {
        "name": f"{owner}.{name}".lstrip("."), "line": line_of(node), "last": int(node.end_point[0]) + 1,
        "calls": [one.plain() for one in calls[:MOST_MENTIONS]], "uses": sorted(reader.uses),
        "open": sorted(reader.open), "untold": reader.untold,
    }  # fmt: skip


class _Reader:
    """Reads one function from top to bottom, keeping what its names stand for."""

    def __init__(self, node: Node, owner: str, constants: Env) -> None:
        self.node = node
        self.env = Env(constants)
        self.calls: list[Call] = []
        self.answers: dict[str, Call] = {}
        self.made: dict[int, Call] = {}
        self.uses: set[str] = set()
        self.open: set[str] = set()  # the verbs of requests whose path is handed in
        self.untold: list[int] = []  # lines of requests whose path only a run would tell
        self.asked: list[tuple[int, int]] = []  # where the paths of requests stand
        self.handed: dict[int, Call] = {}  # where a text stands that is handed to a function of the tests' own
        self.seen: list[Call] = []  # literal paths that stand somewhere
        self.parametrised: set[int] = set()
        given = node.child_by_field_name("parameters")
        self.parameters = {node_text(one) for one in walk(given) if one.type == "identifier"} if given else set()
        if owner:
            self._class_level(node)
        decorated = node.parent if node.parent is not None and node.parent.type == "decorated_definition" else None
        for child in decorated.children if decorated is not None else ():
            if child.type == "decorator":
                self._decorator(child)

    def _class_level(self, node: Node) -> None:
        outer = node.parent
        block = outer if outer is None or outer.type == "block" else outer.parent
        for child in block.children if block is not None else ():
            inner = child.children[0] if child.type == "expression_statement" and child.children else child
            if inner.type == "assignment" and (left := inner.child_by_field_name("left")) is not None:
                right = inner.child_by_field_name("right")
                if left.type == "identifier" and right is not None:
                    self.env.assign(f"self.{node_text(left)}", right)
            elif child.type == "function_definition" and node_text(child.child_by_field_name("name")) in _PREPARES:
                for one in walk(child):
                    if one.type == "assignment":
                        _assign(one, self.env)

    def _decorator(self, node: Node) -> None:
        """A parametrised name stands for each of its values; numbers among them may be the expected status."""
        call = next((child for child in node.children if child.type == "call"), None)
        if call is None or not node_text(call.child_by_field_name("function")).endswith("parametrize"):
            return
        given = arguments(call)
        if len(given) < 2:
            return
        names = [name for text in texts_of(given[0], self.env) if text and isinstance(text[0], str)
                 for name in re.split(r"[,\s]+", text[0]) if name] or _listed(given[0])  # fmt: skip
        for row in self.env.listed(given[1]):
            cells = row.named_children if row.type in ("tuple", "list") and len(names) > 1 else [row]
            cells = arguments(row) if row.type == "call" and node_text(row).startswith("pytest.param") else cells
            for name, cell in zip(names, cells, strict=False):
                self.env.add(name, texts_of(cell, self.env))
                self.parametrised.update(statuses([cell]))

    def run(self) -> None:
        body = self.node.child_by_field_name("body")
        for node in walk(body) if body is not None else ():
            if node.type == "call":
                self._call(node)
            elif node.type in ("assignment", "named_expression"):
                self._assignment(node)
            elif node.type == "for_statement":
                self._loop(node)
            elif node.type == "comparison_operator":
                self._compared(node)
            elif node.type == "attribute" and node_text(node.child_by_field_name("attribute")) in _BODY:
                asked = self._asked(node)
                if asked is not None:
                    asked.read = True
            elif node.type in ("string", "concatenated_string"):
                self._string(node)

    # --- what names stand for

    def _assignment(self, node: Node) -> None:
        named = node.type == "named_expression"
        left, right = node.child_by_field_name("name" if named else "left"), _value(node)
        if left is None or right is None:
            return
        request = self._request_in(right)
        if request is not None and left.type == "identifier":
            self.answers[node_text(left)] = request
        elif left.type == "identifier":
            self.answers.pop(node_text(left), None)
            self.env.assign(node_text(left), right)
        else:
            _assign(node, self.env)

    def _loop(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        listed: Node = right
        if right.type == "call" and node_text(right).endswith((".items()", ".keys()", ".values()")):
            called = right.child_by_field_name("function")
            listed = (called.child_by_field_name("object") if called is not None else None) or right
        elif right.type == "call" and node_text(right).startswith(("enumerate(", "sorted(", "list(", "tuple(")):
            listed = (arguments(right) or [right])[0]
        self._bind(left, self.env.listed(listed))

    def _bind(self, left: Node, items: list[Node]) -> None:
        names = [left] if left.type == "identifier" else list(left.named_children)
        for index, name in enumerate(names):
            texts: list[Parts] = []
            for item in items:
                apart = len(names) > 1 and item.type in ("tuple", "list", "pair")
                cells = item.named_children if apart else [item]
                if index < len(cells):
                    texts += texts_of(cells[index], self.env)
                    self.parametrised.update(statuses([cells[index]]))
            if name.type == "identifier":
                self.env.texts[node_text(name)] = texts[:MOST_TEXTS] or [(HOLE,)]

    # --- requests

    def _call(self, node: Node) -> None:
        function = node.child_by_field_name("function")
        if function is None or node.id in self.made:
            return
        name = node_text(function.child_by_field_name("attribute") if function.type == "attribute" else function)
        request = self._request(node, function, name)
        if request is not None:
            self.calls.append(request)
            self.made[node.id] = request
        else:
            self.uses.add(name)
            self._asserted(node, name)
            self._handed(node, name)

    def _request(self, node: Node, function: Node, name: str) -> Call | None:
        if function.type != "attribute" or (name not in VERBS and name not in _ANY_VERB):
            return None
        given = arguments(node)
        path = keyword(node, "path") or keyword(node, "url") or keyword(node, "full_path")
        method = VERBS.get(name, "")
        if name in ("request", "api_request", "simulate_request") and given and path is None:
            method, path = _verb(given[0]), given[1] if len(given) > 1 else None
        elif not method:
            method = _verb(keyword(node, "method")) or ("GET" if name in ("open", "test_request_context") else "")
        path = path or (given[0] if given and name in (*VERBS, "open", "test_request_context") else None)
        if path is None:
            return None
        texts = texts_of(path, self.env)
        if not any(_may_be_path(text) for text in texts) or _is_mapping(function):
            if _ASKS.search(node_text(function.child_by_field_name("object"))):
                self.open.add(method)
                handed_in = path.type == "identifier" and node_text(path) in self.parameters
                self.untold += [] if handed_in else [line_of(node)]
            return None
        self.asked.append((path.start_byte, path.end_byte))
        return Call(line_of(node), method, texts[:MOST_TEXTS], statuses([keyword(node, "status")]))

    def _request_in(self, node: Node) -> Call | None:
        """The request whose answer an expression is, made known before the walk comes to it."""
        while node.type in ("await", "parenthesized_expression") and node.named_children:
            node = node.named_children[-1]
        if node.type != "call":
            return self.answers.get(node_text(node)) if node.type == "identifier" else None
        self._call(node)
        return self.made.get(node.id)

    def _asked(self, node: Node) -> Call | None:
        """The request that an expression such as `answer.status_code` or `client.get("/x").status_code` is about."""
        while node.type in ("attribute", "await", "parenthesized_expression"):
            inner = node.child_by_field_name("object") if node.type == "attribute" else node.named_children[-1]
            if inner is None:
                return None
            node = inner
        return self._request_in(node)

    # --- expected answers

    def _compared(self, node: Node) -> None:
        sides = node.named_children
        for index, side in enumerate(sides):
            if side.type == "attribute" and node_text(side.child_by_field_name("attribute")) in _STATUS_NAMES:
                request = self._asked(side)
                others = [one for place, one in enumerate(sides) if place != index]
                if request is not None:
                    request.statuses |= statuses(others) or self._from_parameters(others)

    def _from_parameters(self, nodes: list[Node]) -> set[int]:
        return set(self.parametrised) if any(node.type == "identifier" for node in nodes) else set()

    def _asserted(self, node: Node, name: str) -> None:
        """`assertEqual(answer.status_code, 401)`, `assert_status(answer, 401)`, `self._refused(answer, status=401)`."""
        given = arguments(node)
        words = [child.child_by_field_name("value") for child in keywords(node)]
        found = statuses([*given, *(word for word in words if word is not None)])
        if not found and not self.parametrised:
            return
        for one in given:
            request = self._asked(one) if one.type in ("identifier", "attribute", "call", "await") else None
            if request is not None and (found or _ASSERTED.search(name)):
                request.statuses |= found or self._from_parameters(given)

    # --- paths that stand for themselves

    def _handed(self, node: Node, name: str) -> None:
        """A path handed to a function of the tests' own, with the answer that stands beside it."""
        words = [child.child_by_field_name("value") for child in keywords(node)]
        given = [one for one in [*arguments(node), *words] if one is not None]
        for one in given:
            if one.type in ("string", "concatenated_string", "binary_operator", "identifier", "attribute"):
                self.handed[one.start_byte] = Call(line_of(one), "", [], statuses(given), helper=name)
                if one.type not in ("string", "concatenated_string"):
                    self._path(one)

    def _string(self, node: Node) -> None:
        if not any(start <= node.start_byte < end for start, end in self.asked):
            self._path(node)

    def _path(self, node: Node) -> None:
        texts = [parts for parts in texts_of(node, self.env) if _begins_as_path(parts)]
        if texts:
            handed = self.handed.get(node.start_byte)
            seen = Call(line_of(node), "", texts, helper=handed.helper if handed else "")
            seen.statuses |= handed.statuses if handed else set()
            self.seen.append(seen)

    def literals(self) -> list[Call]:
        """Paths that are written in the test and are no request's own argument."""
        asked = {tuple(map(repr, path)) for call in self.calls for path in call.paths}
        return [call for call in self.seen if not asked.issuperset(tuple(map(repr, path)) for path in call.paths)]


def _value(node: Node) -> Node | None:
    return node.child_by_field_name("value" if node.type == "named_expression" else "right")


def _verb(node: Node | None) -> str:
    text = texts_of(node, Env())[0] if node is not None else ()
    return text[0].upper() if len(text) == 1 and isinstance(text[0], str) else ""


def _may_be_path(parts: Parts) -> bool:
    """Whether it could be an address: a slash somewhere in what is known, or a route's name."""
    return any("/" in part if isinstance(part, str) else isinstance(part, tuple) for part in parts)


def _begins_as_path(parts: Parts) -> bool:
    first = parts[0] if parts else HOLE
    rest = parts[1] if len(parts) > 1 else HOLE
    known = isinstance(first, tuple) and len(first) == 1 and isinstance(rest, str) and rest.startswith("/")
    return known or (isinstance(first, str) and first.startswith("/") and len(first) > 1)


def _is_mapping(function: Node) -> bool:
    """`os.environ.get("A/B")` and its like ask nobody for a page."""
    owner = node_text(function.child_by_field_name("object"))
    return owner.rpartition(".")[2] in ("environ", "headers", "settings", "config")


def _listed(node: Node) -> list[str]:
    """The names of `parametrize(["path", "status"], ...)`."""
    texts = (texts_of(child, Env())[0] for child in node.named_children)
    return [str(text[0]) for text in texts if len(text) == 1]
