"""Which differences between legacy and new functions were expected, and which nobody expected.

A difference is expected where an entry names it and holds its pin, which goes by a hash of both bodies as they were
when it was granted, so that a second change to either is a difference again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from hashlib import blake2b

from milestones.facts import Finding
from milestones.parity.functions import FunctionPair, Functions
from milestones.source.definitions import Definition
from milestones.source.outlines import Outline, changes

FAMILY = "functions"
DRIFTING = ("changed", "missing", "extra")
NOTHING = "no such difference is there; correct the path and name, or remove the entry"
OutlineOf = Callable[[str, str], Outline | None]


@dataclass(frozen=True, slots=True)
class Where:
    """A function's place; lines are 1-based and inclusive."""

    path: str
    name: str
    line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class FunctionFact:
    """What became of one function. `what` and `pin` are what an entry that expects it says, `content` a hash of it."""

    state: str
    old: Where | None
    new: Where | None
    similarity: float | None = None
    changes: tuple[str, ...] = ()
    what: str = ""
    content: str = ""
    pin: str = ""
    expected: str = ""  # the reason, where an entry expects it
    same_body: bool = False

    @property
    def drifts(self) -> bool:
        return self.state in DRIFTING and not self.expected


@dataclass(frozen=True, slots=True)
class Expected:
    """One entry of a policy that expects a difference."""

    what: str
    why: str
    pin: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Stale:
    """An entry that expects nothing that is there, and what to do with it."""

    entry: Expected
    reason: str


def facts_of(found: Functions, old: OutlineOf, new: OutlineOf) -> list[FunctionFact]:
    """Every function of either side once; `old` and `new` give the outline of (path, name)."""
    facts: list[FunctionFact] = []
    for state in ("changed", "renamed", "moved", "identical"):
        facts += (_pair(state, pair, old, new) for pair in getattr(found, state))
    facts += (_alone("missing", one, Where(*_where(one)), None) for one in found.missing)
    facts += (_alone("extra", one, None, Where(*_where(one))) for one in found.extra)
    return facts


def _where(one: Definition) -> tuple[str, str, int, int]:
    return one.path, one.name, one.line, one.last_line


def _pair(state: str, pair: FunctionPair, old: OutlineOf, new: OutlineOf) -> FunctionFact:
    places = Where(*_where(pair.old)), Where(*_where(pair.new))
    fact = FunctionFact(state, *places, similarity=pair.similarity, same_body=pair.same_body)
    if state != "changed":
        return fact
    was, now = old(*pair.old.key), new(*pair.new.key)
    said = tuple(one.sentence for one in changes(was, now)) if was and now else ()
    content = _content(pair.old.tree, pair.new.tree)
    return replace(fact, changes=said, what=_what(state, pair.old), content=content)


def _alone(state: str, one: Definition, old: Where | None, new: Where | None) -> FunctionFact:
    return FunctionFact(state, old, new, what=_what(state, one), content=_content(one.tree))


def _what(state: str, one: Definition) -> str:
    return f"{FAMILY}.{'extra' if state == 'extra' else 'drift'} {one.path}::{one.name}"


def _content(*trees: str) -> str:
    return blake2b("/".join(trees).encode(), digest_size=6).hexdigest()


def finding_of(fact: FunctionFact) -> Finding:
    """A difference as a finding, known by its first words: what it is about, and how its content was."""
    at = fact.new or fact.old
    rule, _, name = fact.what.partition(" ")
    told = {"missing": "gone", "extra": "new"}.get(fact.state) or f"changed, similarity {fact.similarity or 0:.2f}"
    said = "; ".join((told, *fact.changes))
    return Finding(f"{name} ({fact.content}): {said}", at.path if at else "", at.line if at else None, rule)


def settle(facts: Iterable[FunctionFact], entries: Iterable[Expected]) -> tuple[list[FunctionFact], list[Stale]]:
    """The differences with those marked that were expected, and the entries that expect nothing."""
    settled = list(facts)
    places = {fact.what: at for at, fact in enumerate(settled) if fact.what}
    stale = []
    for entry in entries:
        at = places.get(" ".join(entry.what.split()))
        if at is None:
            stale.append(Stale(entry, NOTHING))
        elif entry.pin != settled[at].pin:
            stale.append(Stale(entry, _unpinned(entry, settled[at])))
        else:
            settled[at] = replace(settled[at], expected=entry.why)
    return settled, stale


def _unpinned(entry: Expected, fact: FunctionFact) -> str:
    if not entry.pin:
        return f'it is not pinned to what it was granted for; look at the difference, and write content = "{fact.pin}"'
    return f'it changed again since; look at the difference, and if it is right write content = "{fact.pin}"'


def entry_for(fact: FunctionFact) -> str:
    """The lines of a policy that expect this difference as it is now."""
    return f'[[accept]]\nwhat = "{_escaped(fact.what)}"\nwhy = ""\ncontent = "{fact.pin}"\n'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
