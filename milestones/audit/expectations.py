"""A test as a sequence of tokens that know what they are: plumbing that may change, or something the test expects.

What a test expects are the values, comparisons, exceptions and names in its assertions, the cases of a parametrised
test that they are compared with, the variables that only hold what is compared, and that the assertions run at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from milestones.audit.replies import asks, told_apart
from milestones.audit.statements import (
    BIND,
    NAME,
    STRING,
    Item,
    Leaf,
    Part,
    Statement,
    arguments,
    called,
    is_literal,
    leaves,
    part_of,
    parts_in,
    statements,
)
from milestones.audit.vocabulary import (
    ASSERTING,
    BRACKETED,
    CONSTANTS,
    DECODERS,
    DECODING,
    FREE_KEYWORDS,
    GUARDS,
    LEAVING,
    NESTED,
    OPERATORS,
    OUTER,
    SKIPPING,
    STATUS_KEYWORDS,
    TRANSPORT_NAMES,
)
from milestones.source.definitions import Definition, Module


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a test. `asserting`: it stands in what the test expects; `value`: it is no plumbing."""

    text: str
    line: int
    asserting: bool = False
    value: bool = False
    statement: int = 0
    local: bool = False
    name: bool = False
    header: bool = False  # the name of a header that is asked for


@dataclass(frozen=True, slots=True)
class Sequenced:
    """A definition's tokens, and the names it takes from outside."""

    tokens: tuple[Token, ...]
    parameters: tuple[str, ...] = ()


def sequence_of(module: Module, one: Definition) -> Sequenced:
    """Return a definition's tokens with their roles."""
    parts = [part_of(module, span) for span in module.spans[one.name]]
    every = [each for part in parts for statement in statements(part) for each in told_apart(statement)]
    roles = _Roles(every)
    guarding = _guarding(every)
    tokens: list[Token] = []
    for number, statement in enumerate(every):
        tokens += roles.tokens(statement, number, guards=number in guarding)
    return Sequenced(tuple(tokens), tuple(roles.parameters))


def _guarding(every: Sequence[Statement]) -> set[int]:
    """The statements that decide whether an assertion runs: those that hold one, and those that leave the test."""
    found: set[int] = set()
    open_: list[int] = []
    functions: list[int] = []
    for number, one in enumerate(every):
        if one.ends:
            first = open_.pop() if open_ else number
            if functions and functions[-1] == first:
                functions.pop()
            if first in found:
                found.add(number)
            continue
        leaves_test = one.part.label in LEAVING and not functions
        if leaves_test or any(True for _ in _assertions(one.part)):
            found.update([*open_, number])
        if one.opens:
            open_.append(number)
            if one.part.label.startswith("head of"):
                functions.append(number)
    return found


class _Roles:
    """Knows of one test which names are its own, which hold what it expects, and marks its tokens by that."""

    def __init__(self, every: Sequence[Statement]) -> None:
        self.parameters: dict[str, None] = {}
        self.locals: set[str] = set()
        for statement in every:
            self._names(statement.part)
        asserted = {leaf.text for one in every for leaf in self._compared(one.part)}
        self.expected = self._expected(every, asserted)
        self.cases = asserted & set(self.parameters)
        self.asserted = asserted

    def _names(self, part: Part) -> None:
        heads = [part] if part.label.startswith("head of function") else []
        for one in parts_in(part):
            if one.label == "parameters" and heads:
                self.parameters |= dict.fromkeys(leaf.text for leaf in leaves(one) if leaf.mark & BIND)
                heads = []
        self.locals |= {leaf.text for leaf in leaves(part) if leaf.mark & BIND and leaf.text not in self.parameters}
        self.locals -= set(self.parameters)

    def _compared(self, part: Part) -> Iterator[Leaf]:
        """The names in an assertion, less what only asks the system."""
        for one in _assertions(part):
            asked = {id(leaf) for call in parts_in(one) if asks(call) for leaf in leaves(call)}
            yield from (leaf for leaf in leaves(one) if leaf.mark & NAME and id(leaf) not in asked)

    def _expected(self, every: Sequence[Statement], asserted: set[str]) -> set[str]:
        """The local names that hold nothing but what is compared."""
        found: set[str] = set()
        for statement in every:
            part = statement.part
            if part.label == "assignment" and len(part.items) >= 3:
                bound = {leaf.text for leaf in leaves(part) if leaf.mark & BIND}
                if bound & asserted and self._is_expectation(part.items[-1]):
                    found |= bound & asserted
        return found

    def _is_expectation(self, item: Item) -> bool:
        if isinstance(item, Part) and item.label in {"dictionary", "list", "tuple", "set"}:
            return True
        if isinstance(item, Part) and any(asks(one) for one in parts_in(item)):
            return False
        words = list(leaves(item))
        own = {leaf.text for leaf in words if leaf.mark & NAME}
        if own & (set(self.parameters) | self.locals) or any(leaf.text == "await" for leaf in words):
            return False
        calls = any(one.label == "call" for one in parts_in(item)) if isinstance(item, Part) else False
        return not calls or any(is_literal(Leaf(leaf.text, 0, 0)) or leaf.mark & STRING for leaf in words)

    # --- marking

    def tokens(self, statement: Statement, number: int, *, guards: bool) -> Iterator[Token]:
        part = _bare_head(statement.part)
        if statement.ends:
            yield Token(f"end {statement.ends}", part.line, guards, True, number)
            return
        mode = self._mode(part, guards)
        wanted = self._wanted_cases(part)
        asserting = {id(leaf) for one in _assertions(part) for leaf in leaves(one)} if mode != "all" else set()
        sent = {id(leaf) for one in parts_in(part) if asks(one) for leaf in leaves(_given(one))}
        status = {id(leaf) for one in parts_in(part) if asks(one) for leaf in _status(one)}
        free = {id(leaf) for one in parts_in(part) if called(one)[0] for leaf in _free(one)}
        coding = {id(leaf) for one in parts_in(part) if called(one)[0] in DECODING for leaf in leaves(_given(one))}
        headers = {id(leaf) for one in parts_in(part) for leaf in _header(one)}
        roots = {id(leaf) for one in parts_in(part) if asks(one) for leaf in leaves(one.items[0])}
        for leaf, follows in _written(part):
            inside = mode == "all" or id(leaf) in status or id(leaf) in wanted
            inside = inside or (id(leaf) in asserting and id(leaf) not in sent)
            value = self._is_value(leaf, _Around(inside, mode == "all", follows)) and (inside or id(leaf) not in free)
            value = value and id(leaf) not in roots | coding
            yield Token(
                leaf.text, leaf.line, inside or (guards and leaf.text in GUARDS), value or leaf.text in GUARDS, number,
                bool(leaf.mark & NAME) and leaf.text in self.locals, bool(leaf.mark & NAME),
                id(leaf) in headers,
            )  # fmt: skip

    def _mode(self, part: Part, guards: bool) -> str:
        """ "all" where every token of a statement is expected: what skips or leaves a test, and what is compared."""
        if part.label in LEAVING:
            return "all" if guards else ""
        if part.label == "decorator" and not SKIPPING.isdisjoint(leaf.text for leaf in leaves(part)):
            return "all"
        if part.label == "assignment":
            bound = {leaf.text for leaf in leaves(part) if leaf.mark & BIND}
            if bound & self.expected and self._is_expectation(part.items[-1]):
                return "all"
        return ""

    def _wanted_cases(self, part: Part) -> set[int]:
        """The leaves of a parametrised test's cases, and of a loop's, whose names its assertions compare."""
        found: set[int] = set()
        for names, rows in _tables(part):
            at = {place for place, name in enumerate(names) if name in self.asserted}
            for row in rows:
                cells = _cells(row, len(names))
                whole = len(cells) != len(names) or at == set(range(len(names)))
                for place, cell in enumerate(cells):
                    if whole or place in at:
                        found |= {id(leaf) for leaf in leaves(cell)}
        return found

    def _is_value(self, leaf: Leaf, around: _Around) -> bool:
        """Whether a token may stand in no rule that the system proposes."""
        text = leaf.text
        if leaf.mark & STRING or text[:1].isdigit() or text in CONSTANTS:
            return True
        if not around.asserting or text in OPERATORS:
            return around.asserting
        if not (text[:1].isalpha() or text[:1] == "_"):
            return around.whole
        if leaf.mark & NAME:
            plain = text in self.parameters or text in self.locals - self.expected
            return not plain and text not in DECODERS
        own = around.follows == "self." or text in {"await", "with", "as"}
        return not own and (around.follows != "." or text not in TRANSPORT_NAMES)


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands round a token: whether it is in an assertion, or in a statement that is one, and what is before."""

    asserting: bool
    whole: bool
    follows: str


def _bare_head(part: Part) -> Part:
    """The head of a definition without its name and hints, and no colon where only the end of a line follows."""
    items = part.items
    if part.label.startswith("head of"):
        items = [_unhinted(one) for one in items[1:]]
    if items and isinstance(items[-1], Leaf) and items[-1].text == ":":
        items = items[:-1]
    return Part(part.label, part.line, items) if items is not part.items else part


def _unhinted(item: Item) -> Item:
    if isinstance(item, Leaf) or item.label not in {"parameters", "default_parameter"}:
        return item
    kept = [_unhinted(one) for one in item.items if not (isinstance(one, Part) and one.label == "type")]
    return Part(item.label, item.line, [one for one in kept if not (isinstance(one, Leaf) and one.text == ":")])


def _assertions(part: Part) -> Iterator[Part]:
    """The parts of a statement that assert something."""
    if part.label == "assert_statement":
        yield part
        return
    for one in parts_in(part):
        if one.label == "call" and ASSERTING.match(called(one)[0]):
            yield one


def _given(part: Part) -> Part:
    return called(part)[1] or Part("", part.line, [])


def _status(part: Part) -> Iterator[Leaf]:
    """What a client that checks the status itself is told to expect (WebTest's `status=404`)."""
    _, named = arguments(_given(part))
    for name, one in named.items():
        if name in STATUS_KEYWORDS:
            yield from leaves(one)


def _free(part: Part) -> Iterator[Leaf]:
    """Arguments that say how something is sent, whose values are plumbing too."""
    _, named = arguments(_given(part))
    for name, one in named.items():
        if name in FREE_KEYWORDS:
            yield from leaves(one)


def _header(part: Part) -> Iterator[Leaf]:
    """The name in `.headers["name"]` and in `.headers.get("name")`."""
    if part.label not in {"subscript", "call"} or len(part.items) < 2:
        return
    words = [leaf.text for leaf in leaves(part.items[0])]
    if words[-1:] == ["headers"] or words[-3:] == ["headers", ".", "get"]:
        yield from (leaf for one in part.items[1:] for leaf in leaves(one) if leaf.mark & STRING)


def _tables(part: Part) -> Iterator[tuple[list[str], list[Item]]]:
    """The names and the rows of cases in `parametrize(...)`, and in a loop over a list that is written out."""
    for one in parts_in(part):
        name, given = called(one)
        plain, named = arguments(given)
        if name == "parametrize" and len(plain) + len(named) >= 2:
            plain += [named[key].items[-1] for key in ("argnames", "argvalues") if key in named]
            if len(plain) >= 2 and isinstance(plain[1], Part):
                yield _argument_names(plain[0]), _rows(plain[1])
    if part.label == "for_statement":
        named_parts = [one for one in part.items if any(leaf.mark & BIND for leaf in leaves(one))]
        table = next((one for one in part.parts() if one.label in {"list", "tuple"} and one not in named_parts), None)
        if table is not None and named_parts:
            yield [leaf.text for leaf in leaves(named_parts[0]) if leaf.mark & BIND], _rows(table)


def _argument_names(item: Item) -> list[str]:
    texts = [leaf.text[1:-1] for leaf in leaves(item) if leaf.mark & STRING]
    return [name.strip() for text in texts for name in text.split(",") if name.strip()]


def _rows(part: Part) -> list[Item]:
    return [one for one in part.items if not (isinstance(one, Leaf) and one.text in "[](){}")]


def _cells(row: Item, count: int) -> list[Item]:
    if isinstance(row, Part) and called(row)[0] == "param":
        return arguments(called(row)[1])[0]
    if count > 1 and isinstance(row, Part) and row.label in {"tuple", "list"}:
        return _rows(row)
    return [row]


def _written(part: Part) -> Iterator[tuple[Leaf, str]]:
    """Every leaf with the brackets that a reader needs, and what stands before it."""
    before, earlier = "", ""
    for leaf in _bracketed(part):
        yield leaf, "self." if (earlier, before) == ("self", ".") else before
        earlier, before = before, leaf.text


def _bracketed(part: Part) -> Iterator[Leaf]:
    waiting: list[tuple[Item, str]] = [(part, "")]
    while waiting:
        item, around = waiting.pop()
        if isinstance(item, Leaf):
            yield item
        else:
            waiting.extend((one, item.label) for one in reversed(_in_brackets(item, around)))


def _in_brackets(part: Part, around: str) -> list[Item]:
    """What stands in a part, with the brackets and signs that its text had."""
    items = part.items
    if part.label == "keyword_argument" and len(items) > 1:
        return [items[0], Leaf("=", part.line, 0), *items[1:]]
    pair = BRACKETED.get(part.label, "()" if part.label in NESTED and around in OUTER else "")
    if not pair or not items:
        return [Leaf("(", part.line, 0), Leaf(")", part.line, 0)] if pair == "()" else items
    line = max(leaf.line for leaf in leaves(part)) if any(True for _ in leaves(part)) else part.line
    if pair == "[]":
        return [items[0], Leaf("[", part.line, 0), *items[1:], Leaf("]", line, 0)] if len(items) > 1 else items
    return [Leaf("(", part.line, 0), *items, Leaf(")", line, 0)]
