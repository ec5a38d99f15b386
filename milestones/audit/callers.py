"""Who calls a function whose behaviour changed, and what each caller does where it now returns instead of raises.

Calls are found by name in the tree at that commit, so a method of the same name elsewhere may be among them; a call
that an import or the same file leads to the definition is marked `sure`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from milestones.audit.statements import Item, Leaf, Part, called, leaves, part_of, parts_in
from milestones.source.definitions import Definition, Module

MOST_CALLERS = 200
_CATCH_ALL = frozenset({"Exception", "BaseException"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a function may end: the exceptions it raises by name, and what kinds of value it returns."""

    raises: frozenset[str]
    returns: frozenset[str]  # "nothing", "None", "True", "False", or the last name of what is called, or "a value"


@dataclass(frozen=True, slots=True)
class Shift:
    """What changed in how a function ends."""

    no_longer_raises: tuple[str, ...] = ()
    now_raises: tuple[str, ...] = ()
    no_longer_returns: tuple[str, ...] = ()
    now_returns: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any((self.no_longer_raises, self.now_raises, self.no_longer_returns, self.now_returns))

    @property
    def sentence(self) -> str:
        """As a person reads it: "returns RedirectResponse, no longer raises HTTPFound"."""
        said = [
            ("now returns ", self.now_returns), ("no longer returns ", self.no_longer_returns),
            ("now raises ", self.now_raises), ("no longer raises ", self.no_longer_raises),
        ]  # fmt: skip
        return ", ".join(words + " or ".join(names) for words, names in said if names)


@dataclass(frozen=True, slots=True)
class Caller:
    """One call. `handling` says what the caller does with the new way to end; `handled` is None where it need not."""

    path: str
    line: int
    function: str
    sure: bool
    handling: str = ""
    handled: bool | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """A changed definition, how its ends shifted, and its callers."""

    definition: Definition
    shift: Shift
    callers: tuple[Caller, ...]
    more: int = 0


def outcome_of(module: Module, one: Definition) -> Outcome:
    """How a function may end, functions within it left out."""
    raises, returns = set[str](), set[str]()
    for span in module.spans[one.name]:
        for part in _own_parts(part_of(module, span)):
            if part.label == "raise_statement":
                raises.add(_raised(part))
            elif part.label == "return_statement":
                returns.add(_returned(part))
    raises.discard("")
    return Outcome(frozenset(raises), frozenset(returns))


def _own_parts(root: Part) -> Iterator[Part]:
    waiting: list[Item] = [root]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Part):
            yield one
            inner = one.items if one is root or one.label not in {"function_definition", "lambda"} else []
            waiting.extend(reversed(inner))


def _raised(part: Part) -> str:
    """The last name of what is raised, "" for a bare `raise`."""
    value = part.items[1] if len(part.items) > 1 else None
    if isinstance(value, Part) and value.label == "call":
        return called(value)[0]
    words = [leaf.text for leaf in leaves(value)] if value is not None else []
    return words[-1] if words else ""


def _returned(part: Part) -> str:
    value = part.items[1] if len(part.items) > 1 else None
    if value is None:
        return "nothing"
    if isinstance(value, Leaf):
        return value.text if value.text in {"None", "True", "False"} else "a value"
    return (called(value)[0] or "a value") if value.label == "call" else "a value"


def shift_of(old: tuple[Module, Definition], new: tuple[Module, Definition]) -> Shift:
    """What changed between two versions in how a function ends."""
    before, after = outcome_of(*old), outcome_of(*new)
    return Shift(
        tuple(sorted(before.raises - after.raises)), tuple(sorted(after.raises - before.raises)),
        tuple(sorted(before.returns - after.returns)), tuple(sorted(after.returns - before.returns)),
    )  # fmt: skip


# --- callers


Versions = tuple[tuple[Module, Definition], tuple[Module, Definition]]  # a definition as it was, and as it is


def reaches(changed: Iterable[Versions], modules: Mapping[str, Module]) -> list[Reach]:
    """Find the callers of changed functions among the modules of a tree, by path."""
    listed = list(changed)
    calls = _calls(modules.values(), {new.simple for _, (_, new) in listed})
    found = []
    for old, new in listed:
        shift = shift_of(old, new)
        callers = [_caller(call, shift, sure=sure) for call in calls.get(new[1].simple, ())
                   if (sure := _is_sure(call, new[1])) is not None]  # fmt: skip
        found.append(Reach(new[1], shift, tuple(callers[:MOST_CALLERS]), max(0, len(callers) - MOST_CALLERS)))
    return found


@dataclass(frozen=True, slots=True)
class _Call:
    """One call in a function, with what stands around it."""

    module: Module
    function: Definition
    part: Part
    parents: Mapping[int, Part]
    root: Part


def _calls(modules: Iterable[Module], names: set[str]) -> dict[str, list[_Call]]:
    """Every call of these names, by name; only functions whose tokens hold one are taken apart."""
    found: dict[str, list[_Call]] = {name: [] for name in names}
    for module in modules:
        places = [at for at, text in enumerate(module.tree.texts) if text in names]
        if not places:
            continue
        functions = {one.name: one for one in module.definitions if one.kind == "function"}
        for span in module.tree.spans:
            near = bisect_left(places, span.start)
            if span.name in functions and near < len(places) and places[near] < span.end:
                root = part_of(module, span)
                parents = _parents(root)
                for part in _own_parts(root):
                    name = called(part)[0]
                    if name in names and functions[span.name].simple != name:
                        found[name].append(_Call(module, functions[span.name], part, parents, root))
    return found


def _caller(call: _Call, shift: Shift, *, sure: bool) -> Caller:
    handling, handled = _handling(call.part, call.parents, call.root, shift)
    return Caller(call.module.path, call.part.line, call.function.name, sure, handling, handled)


def _is_sure(call: _Call, one: Definition) -> bool | None:
    """Whether the same file, an import or `self` leads from a call to the definition; None where none of them can."""
    module, words = call.module, [leaf.text for leaf in leaves(call.part.items[0])]
    imports = module.tree.imports
    if len(words) == 1:
        if module.path == one.path and not one.owner:
            return True
        named = any((x.alias or x.name) in {one.simple, "*"} and _ends(one.path, x.module) for x in imports)
        return True if named and not one.owner else None
    if words[0] in {"self", "cls"} and len(words) == 3:
        return (module.path == one.path and call.function.owner == one.owner) if one.owner else None
    if one.owner:
        return False  # a method, called on something whose class is not known
    aliased = any(
        (x.alias or x.name).rpartition(".")[2] == words[-3]
        and (_ends(one.path, x.name) or _ends(one.path, f"{x.module}.{x.name}"))
        for x in imports
        if len(words) > 2
    )
    return True if aliased else None


def _ends(path: str, dotted: str) -> bool:
    """Whether a dotted name may import a path."""
    bare = dotted.lstrip(".").replace(".", "/")
    stem = path.removesuffix(".py").removesuffix("/__init__")
    return bool(bare) and (stem == bare or stem.endswith(f"/{bare}"))


def _parents(root: Part) -> dict[int, Part]:
    return {id(child): part for part in parts_in(root) for child in part.items}


def _handling(call: Part, parents: Mapping[int, Part], root: Part, shift: Shift) -> tuple[str, bool | None]:
    """What a caller does about the shift: catches what is raised now, looks at what is returned now."""
    if not shift:
        return "", None
    if shift.now_raises:
        caught = _caught(call, parents)
        if shift.no_longer_raises and not caught & {*shift.no_longer_raises, *_CATCH_ALL}:
            return "lets it pass, as it did before", None
        missing = [name for name in shift.now_raises if name not in caught and not caught & _CATCH_ALL]
        if missing:
            return f"does not catch {', '.join(missing)}", False
        return f"catches {', '.join(shift.now_raises)}", True
    if shift.now_returns:
        return _looked_at(call, parents, root, shift)
    return "", None


def _caught(call: Part, parents: Mapping[int, Part]) -> set[str]:
    """The exceptions that are caught around a call."""
    found: set[str] = set()
    at: Part | None = call
    while at is not None:
        parent = parents.get(id(at))
        if parent is not None and parent.label == "try_statement" and at.label == "block":
            for clause in parent.parts():
                if clause.label.startswith("except"):
                    names = {leaf.text for item in clause.items if not _is_block(item) for leaf in leaves(item)}
                    found |= names if len(names) > 1 else {"BaseException"}
        at = parent
    return found


def _is_block(item: Item) -> bool:
    return isinstance(item, Part) and item.label == "block"


def _looked_at(call: Part, parents: Mapping[int, Part], root: Part, shift: Shift) -> tuple[str, bool | None]:
    """Whether a caller looks at a value that it may be given now."""
    at: Part = call
    while (parent := parents.get(id(at))) is not None and parent.label in {"await", "parenthesized_expression"}:
        at = parent
    if parent is None or parent.label == "block":
        return "drops what is returned", False
    if parent.label == "return_statement":
        return "returns it as it is", True
    if parent.label in {"assignment", "named_expression"}:
        names = {leaf.text for leaf in leaves(parent.items[0])}
        return _tested(names, root, shift, parent)
    if parent.label in {"comparison_operator", "not_operator", "if_statement", "boolean_operator", "while_statement"}:
        return "tests it", True
    return "uses it without a test", False


_ASKING = frozenset(
    {"if_statement", "elif_clause", "conditional_expression", "match_statement", "assert_statement", "while_statement"}
)


def _tested(names: set[str], root: Part, shift: Shift, where: Part) -> tuple[str, bool]:
    for part in parts_in(root):
        if part.label not in _ASKING or part.line < where.line:
            continue
        words = {leaf.text for item in part.items if not _is_body(item) for leaf in leaves(item)}
        if words & names:
            known = sorted(words & {"isinstance", "None", *shift.now_returns})
            return f"tests it at line {part.line}" + (f" ({', '.join(known)})" if known else ""), True
    returned = (part for part in parts_in(root) if part.label == "return_statement")
    if any(names & {leaf.text for leaf in leaves(part)} for part in returned):
        return "returns it as it is", True
    return "keeps it and does not test it", False


def _is_body(item: Item) -> bool:
    return isinstance(item, Part) and item.label in {"block", "else_clause", "elif_clause"}
