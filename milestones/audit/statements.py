"""A definition's tokens as the nested parts they came from, and the assertions among them in one spelling.

`self.assertEqual(a, b)` says what `assert a == b` says, so a suite that left unittest for pytest shows no change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from milestones.source.definitions import Module
from milestones.source.trees import CLOSE, OPEN, Mark, Span

DEEPEST = 120
# plain numbers: an enum's `&` would be half of the time
NAME, BIND, STRING, BESIDE = int(Mark.NAME), int(Mark.BIND), int(Mark.STRING), int(Mark.DOC | Mark.HINT)
_COMPARED = {
    "assertEqual": "==", "assertEquals": "==", "assertDictEqual": "==", "assertListEqual": "==",
    "assertTupleEqual": "==", "assertSetEqual": "==", "assertMultiLineEqual": "==", "assertSequenceEqual": "==",
    "assertNotEqual": "!=", "assertNotEquals": "!=", "assertIs": "is", "assertIsNot": "is not", "assertIn": "in",
    "assertNotIn": "not in", "assertGreater": ">", "assertGreaterEqual": ">=", "assertLess": "<",
    "assertLessEqual": "<=", "assert_equal": "==", "eq_": "==", "assert_equals": "==", "assert_in": "in",
    "assert_not_equal": "!=", "assert_is": "is", "assert_not_in": "not in", "ok_eq": "==",
}  # fmt: skip
_ALONE = {
    "assertTrue": (), "assert_": (), "assertFalse": ("not",), "assert_true": (), "assert_false": ("not",), "ok_": (),
    "assertIsNone": ("is", "None"), "assertIsNotNone": ("is not", "None"), "assert_is_none": ("is", "None"),
}  # fmt: skip
_RAISING = {
    "assertRaises": "raises", "assertRaisesRegex": "raises", "assertRaisesRegexp": "raises", "raises": "raises",
    "assert_raises": "raises", "assertWarns": "warns", "assertWarnsRegex": "warns", "warns": "warns",
}  # fmt: skip
_BLOCKS = {"block"}


@dataclass(slots=True)
class Leaf:
    text: str
    line: int
    mark: int


@dataclass(slots=True)
class Part:
    """A node of the syntax tree: its kind, and what stands in it."""

    label: str
    line: int
    items: list[Part | Leaf]

    def parts(self, label: str = "") -> Iterator[Part]:
        return (one for one in self.items if isinstance(one, Part) and label in ("", one.label))

    def part(self, label: str) -> Part | None:
        return next(self.parts(label), None)


Item = Part | Leaf


def part_of(module: Module, span: Span) -> Part:
    """A definition as nested parts, without its docstring; what nests too deep lies flat in the last part."""
    tree = module.tree
    root = Part("", span.line, [])
    open_ = [root]
    surplus = 0
    for at in range(span.start, span.end):
        text, mark, line = tree.texts[at], tree.marks[at], tree.lines[at]
        if text == CLOSE:
            if surplus:
                surplus -= 1
            elif len(open_) > 1:
                open_.pop()
        elif text[:1] == OPEN:
            if len(open_) >= DEEPEST:
                surplus += 1
                continue
            part = Part(text[1:], line, [])
            if not mark & BESIDE:
                open_[-1].items.append(part)
            open_.append(part)
        elif not mark & BESIDE:
            open_[-1].items.append(Leaf(text, line, mark))
    return next(root.parts(), root)


def leaves(item: Item) -> Iterator[Leaf]:
    """Every leaf of a part, in order."""
    waiting: list[Item] = [item]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Leaf):
            yield one
        else:
            waiting.extend(reversed(one.items))


def parts_in(item: Item) -> Iterator[Part]:
    """A part and every part within it."""
    waiting: list[Item] = [item]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Part):
            yield one
            waiting.extend(reversed(one.items))


# --- what is called


def called(part: Part) -> tuple[str, Part | None]:
    """The last name of what a call calls, and its arguments."""
    if part.label != "call" or not part.items:
        return "", None
    name = ""
    for leaf in leaves(part.items[0]):
        name = leaf.text
    return name, part.part("argument_list")


def arguments(part: Part | None) -> tuple[list[Item], dict[str, Part]]:
    """The arguments of a call by position, and by keyword."""
    plain: list[Item] = []
    named: dict[str, Part] = {}
    for one in part.items if part else ():
        if isinstance(one, Part) and one.label == "keyword_argument":
            first = next(leaves(one), None)
            named[first.text if first else ""] = one
        else:
            plain.append(one)
    return plain, named


def is_literal(item: Item) -> bool:
    """A number, a text or a constant of the language."""
    if isinstance(item, Leaf):
        return item.text[:1].isdigit() or item.text in {"True", "False", "None"}
    return item.label.startswith("string") and not any(one.label == "interpolation" for one in parts_in(item))


# --- one spelling of assertions


def one_spelling(item: Item) -> Item:
    """A statement as `assert` would say it; its message is left out, since nothing passes or fails by it."""
    if isinstance(item, Leaf):
        return item
    if item.label == "assert_statement":
        return _asserted(item.line, item.items[1:2])
    if item.label == "with_statement":
        return Part(item.label, item.line, [_raising(one) for one in item.items])
    return _as_assert(item)


def _as_assert(part: Part) -> Part:
    name, given = called(part)
    plain, _ = arguments(given)
    if name in _COMPARED and len(plain) >= 2:
        return _asserted(part.line, [_compared(plain[0], _COMPARED[name], plain[1])])
    if name in _ALONE and plain:
        words = _ALONE[name]
        if not words:
            return _asserted(part.line, plain[:1])
        if words[0] == "not":
            return _asserted(part.line, [Part("not_operator", part.line, [Leaf("not", part.line, 0), plain[0]])])
        return _asserted(part.line, [_compared(plain[0], words[0], Leaf(words[1], part.line, 0))])
    if name == "assertIsInstance" and len(plain) >= 2:
        whole = Part("argument_list", part.line, plain[:2])
        return _asserted(part.line, [Part("call", part.line, [Leaf("isinstance", part.line, NAME), whole])])
    return part


def _asserted(line: int, what: Sequence[Item]) -> Part:
    return Part("assert_statement", line, [Leaf("assert", line, 0), *(_right_way(one) for one in what)])


def _compared(left: Item, operator: str, right: Item) -> Part:
    words = [Leaf(word, right.line, 0) for word in operator.split()]
    return Part("comparison_operator", left.line, [left, *words, right])


def _right_way(item: Item) -> Item:
    """`200 == status` is `status == 200`."""
    if isinstance(item, Leaf) or item.label != "comparison_operator" or len(item.items) != 3:
        return item
    left, middle, right = item.items
    if isinstance(middle, Leaf) and middle.text in {"==", "!="} and is_literal(left) and not is_literal(right):
        return Part(item.label, item.line, [right, middle, left])
    return item


def _raising(item: Item) -> Item:
    """`self.assertRaises(E)` and `pytest.raises(E)` expect the same."""
    if isinstance(item, Leaf):
        return item
    name, given = called(item)
    if name not in _RAISING:
        return Part(item.label, item.line, [_raising(one) for one in item.items]) if item.label != "block" else item
    plain, named = arguments(given)
    wanted: list[Item] = list(plain[:2])
    wanted += [part.items[-1] for key, part in named.items() if key in {"match", "expected_regex", "expected_regexp"}]
    head = Leaf(_RAISING[name], item.line, 0)
    return Part("call", item.line, [head, Part("argument_list", item.line, wanted)])


# --- the statements of a definition


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, or the head of one that holds others; `ends` is set for where such a one ends."""

    part: Part
    ends: str = ""
    opens: bool = False  # it holds others, up to the one that says where it ends


_CLAUSES = frozenset(
    {
        "else_clause", "elif_clause", "except_clause", "finally_clause", "except_group_clause", "case_clause",
    }
)  # fmt: skip


def statements(definition: Part) -> Iterator[Statement]:
    """The decorators, the head and the statements of a definition, those within others after their heads."""
    for one in definition.parts("decorator"):
        yield Statement(one)
    rest = [one for one in definition.items if not (isinstance(one, Part) and one.label in {"decorator", "block"})]
    yield Statement(Part(f"head of {definition.label}", definition.line, rest))
    for block in definition.parts("block"):
        yield from _in_block(block)


def _in_block(block: Part) -> Iterator[Statement]:
    for item in block.items:
        if isinstance(item, Leaf):
            yield Statement(Part("statement", item.line, [item]))
        elif item.label in {"function_definition", "class_definition", "decorated_definition"}:
            inner = [Statement(one.part, one.ends, one.opens) for one in statements(item)]
            first = next((at for at, one in enumerate(inner) if one.part.label.startswith("head of")), 0)
            inner[first] = Statement(inner[first].part, opens=True)
            yield from inner
            yield Statement(Part("end", item.line, []), "def")
        elif any(True for _ in _held(item)):
            yield from _compound(item)
        else:
            yield Statement(_wrapped(one_spelling(item)))


def _wrapped(item: Item) -> Part:
    return item if isinstance(item, Part) else Part("statement", item.line, [item])


def _held(part: Part) -> Iterator[Part]:
    return (one for one in part.parts() if one.label in _BLOCKS or one.label in _CLAUSES)


def _compound(part: Part) -> Iterator[Statement]:
    """A statement that holds others: its head, what it holds, and where it ends, unless nothing depends on that."""
    head = [one for one in part.items if not (isinstance(one, Part) and (one.label in _BLOCKS | _CLAUSES))]
    spelled = one_spelling(Part(part.label, part.line, head))
    yield Statement(_wrapped(spelled), opens=part.label != "with_statement")
    for held in _held(part):
        yield from _in_block(held) if held.label in _BLOCKS else _compound(held)
    if part.label != "with_statement":
        yield Statement(Part("end", part.line, []), part.label)
