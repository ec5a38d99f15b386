"""The small language that Python and JavaScript sources are brought into before anything is worked out from them.

Plain named tuples: quick to make, immutable, picklable, so that a file's code can be kept by blob hash and `VERSION`.
Lines are 1-based. Whatever the small language has no word for is `Opaque`, and evaluates to something unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from milestones.facts import Problem

VERSION = 2


class Const(NamedTuple):
    line: int
    value: Any  # str, bytes, int, float, bool or None


class Name(NamedTuple):
    line: int
    id: str


class Attribute(NamedTuple):
    line: int
    value: Expression
    name: str


class Item(NamedTuple):
    line: int
    value: Expression
    key: Expression


class Call(NamedTuple):
    line: int
    function: Expression
    arguments: tuple[Expression, ...]
    keywords: tuple[tuple[str, Expression], ...] = ()  # "" names a mapping that is spread


class Spread(NamedTuple):
    line: int
    value: Expression


class Text(NamedTuple):
    """A string put together: an f-string or a template."""

    line: int
    parts: tuple[Expression, ...]


class Binary(NamedTuple):
    line: int
    operator: str
    left: Expression
    right: Expression


class Either(NamedTuple):
    """`and`, `or` or `??`, which give one of their sides."""

    line: int
    operator: str
    left: Expression
    right: Expression


class Not(NamedTuple):
    line: int
    value: Expression


class Sequence(NamedTuple):
    line: int
    kind: str  # list, tuple or set
    items: tuple[Expression, ...]


class Mapping(NamedTuple):
    line: int
    pairs: tuple[tuple[Expression | None, Expression], ...]  # no key: a mapping that is spread


class Choice(NamedTuple):
    line: int
    test: Expression
    then: Expression
    otherwise: Expression


class Walk(NamedTuple):
    """A comprehension: `key` only for a mapping; each clause is (target, iterable, conditions)."""

    line: int
    kind: str  # list, set or dict
    key: Expression | None
    element: Expression
    clauses: tuple[tuple[Expression, Expression, tuple[Expression, ...]], ...]


class Parameter(NamedTuple):
    name: str
    kind: str = ""  # "", "*" (the rest by position), "**" (the rest by name), "only" (by name alone)
    default: Expression | None = None
    annotation: Expression | None = None


class Later:
    """The body of a function as it is written, read when somebody asks for it: most of them nobody ever calls."""

    __slots__ = ("_made", "line", "read", "text")

    def __init__(self, text: bytes, line: int, read: Callable[[bytes, int], tuple[Statement, ...]]) -> None:
        self.text = text
        self.line = line
        self.read = read
        self._made: tuple[Statement, ...] | None = None

    @property
    def statements(self) -> tuple[Statement, ...]:
        if self._made is None:
            self._made = self.read(self.text, self.line)
        return self._made


class Function(NamedTuple):
    """A function as statement or expression; a lambda's body is one `Return`."""

    line: int
    name: str
    parameters: tuple[Parameter, ...]
    inside: tuple[Statement, ...] | Later
    decorators: tuple[Expression, ...] = ()
    returns: Expression | None = None

    @property
    def body(self) -> tuple[Statement, ...]:
        return self.inside.statements if isinstance(self.inside, Later) else self.inside


class Named(NamedTuple):
    """`(target := value)`."""

    line: int
    target: Expression
    value: Expression


class Yield(NamedTuple):
    """`yield value`, or `yield from value` where `many` says so."""

    line: int
    value: Expression | None
    many: bool = False


class Opaque(NamedTuple):
    line: int
    what: str


class Assign(NamedTuple):
    line: int
    targets: tuple[Expression, ...]
    value: Expression | None  # None: declared with an annotation alone
    annotated: bool = False


class Augment(NamedTuple):
    line: int
    target: Expression
    operator: str
    value: Expression


class Do(NamedTuple):
    line: int
    value: Expression


class Return(NamedTuple):
    line: int
    value: Expression | None


class Raise(NamedTuple):
    line: int
    value: Expression | None


class If(NamedTuple):
    line: int
    test: Expression
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...] = ()


class For(NamedTuple):
    line: int
    target: Expression
    iterable: Expression
    body: tuple[Statement, ...]


class While(NamedTuple):
    line: int
    test: Expression
    body: tuple[Statement, ...]


class Branches(NamedTuple):
    """Bodies of which any may run: the arms of `try` and `match`."""

    line: int
    bodies: tuple[tuple[Statement, ...], ...]


class With(NamedTuple):
    line: int
    items: tuple[tuple[Expression, Expression | None], ...]
    body: tuple[Statement, ...]


class Import(NamedTuple):
    """`import module as name`; without `name` the first part of the dotted module is bound."""

    line: int
    module: str
    name: str = ""


class ImportFrom(NamedTuple):
    line: int
    module: str
    level: int
    names: tuple[tuple[str, str], ...]  # (name, bound as)


class Class(NamedTuple):
    line: int
    name: str
    bases: tuple[Expression, ...]
    keywords: tuple[tuple[str, Expression], ...]
    body: tuple[Statement, ...]
    decorators: tuple[Expression, ...] = ()


class Jump(NamedTuple):
    line: int
    kind: str  # break or continue


class Global(NamedTuple):
    line: int
    names: tuple[str, ...]


Expression: TypeAlias = (
    Const | Name | Attribute | Item | Call | Spread | Text | Binary | Either | Not | Sequence | Mapping | Choice | Walk
    | Function | Opaque | Class | Named | Yield
)  # fmt: skip
Statement: TypeAlias = (
    Assign | Augment | Do | Return | Raise | If | For | While | Branches | With | Import | ImportFrom | Class | Function
    | Jump | Global
)  # fmt: skip


def parts(node: Any) -> tuple[Any, ...]:
    """What a piece of code is made of, the bodies of functions included."""
    inner = tuple(part for part in node if isinstance(part, tuple))
    return (*inner, node.body) if isinstance(node, Function) and isinstance(node.inside, Later) else inner


class File(NamedTuple):
    """One file in the small language."""

    body: tuple[Statement, ...]
    problems: tuple[Problem, ...] = ()
