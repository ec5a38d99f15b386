"""Whether tests are still the same: unchanged, changed in plumbing that rules explain, or in what they expect.

A rule says that some tokens may have become others (`client` to `api`, `.get_json()` to `.json()`). A test is plumbing
if its old tokens become its new ones by such rules alone. What the rules leave unexplained is a changed assertion if
any of it belongs to what the test expects, be it in the test itself or in a helper or constant that it reaches.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from milestones.audit.alignment import Hunk, renamed_locals
from milestones.audit.expectations import Token, sequence_of
from milestones.audit.pairing import Pairing, pair_tests
from milestones.audit.proposing import Change, Proposal, propose
from milestones.audit.reach import Reached, Suite, reached_changes
from milestones.audit.rewriting import Rewriting, Rule, rule_tokens, written
from milestones.source.definitions import Definition, Module
from milestones.source.matching import Pair

__all__ = ["AssertionChange", "Frozen", "compare_tests", "rule_tokens"]

Sources = Mapping[tuple[str, str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class AssertionChange:
    """A test that expects something else; before and after are the lines that hold the change.

    `where` names the helper or constant in which it stands, if that is not the test itself; `line` is then in there.
    """

    test: Definition
    line: int
    before: str
    after: str
    old_line: int = 0
    where: Reached | None = None


@dataclass(frozen=True, slots=True)
class Replaced:
    """A removed test and the added one that is much like it, under another class or name."""

    old: Definition
    new: Definition
    sort: str
    change: AssertionChange | None = None


@dataclass(frozen=True, slots=True)
class Frozen:
    """Every test once, apart from `replaced`, which are among `removed` and `added`."""

    unchanged: list[Definition] = field(default_factory=list)
    plumbing: list[Definition] = field(default_factory=list)
    assertions: list[AssertionChange] = field(default_factory=list)
    other: list[Definition] = field(default_factory=list)
    removed: list[Definition] = field(default_factory=list)
    added: list[Definition] = field(default_factory=list)
    moved: list[Pair] = field(default_factory=list)
    renamed: list[Pair] = field(default_factory=list)
    replaced: list[Replaced] = field(default_factory=list)
    proposed_rewrite: dict[str, str] = field(default_factory=dict)
    explained: dict[str, int] = field(default_factory=dict)  # proposed rule -> tests that it has a part in
    reached: dict[tuple[str, str], tuple[Reached, ...]] = field(default_factory=dict)  # by the new test's key
    differs: dict[tuple[str, str], AssertionChange] = field(default_factory=dict)  # where an `other` test changed
    came_from: dict[tuple[str, str], Definition] = field(default_factory=dict)  # of tests edited in a file that moved
    old_keys: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)  # where the sides are two folders


def compare_tests(
    base: Iterable[Module],
    head: Iterable[Module],
    rewrite: Mapping[str, str],
    sources: Sources,
    under: tuple[str, str] = ("", ""),
    *,
    tests: tuple[Collection[str], Collection[str]] | None = None,
) -> Frozen:
    """Judge every test; `sources` has the lines of a file by ("base" or "head", path).

    `under` are the folders the two sides were read from, `tests` the paths whose tests count, where not all do.
    """
    sides = {one.path: one for one in base}, {one.path: one for one in head}
    approved = [(rule_tokens(was), rule_tokens(now)) for was, now in rewrite.items()]
    return _Comparison(sides, approved, sources, (under, tests)).result


class _Comparison:
    """One comparison under way: the tests are paired, then judged, then what they reach is looked at."""

    def __init__(
        self, sides: tuple[dict[str, Module], dict[str, Module]], approved: list[Rule], sources: Sources,
        scope: tuple[tuple[str, str], tuple[Collection[str], Collection[str]] | None],
    ) -> None:  # fmt: skip
        self.sides, self.sources = sides, sources
        under, tests = scope
        self.pairs = pair_tests(*sides, under, tests)
        self.suites = Suite(sides[0], under[0]), Suite(sides[1], under[1])
        edited = [*self.pairs.modified, *self.pairs.elsewhere]
        changes = {new.key: self._change(old, new) for old, new in [*edited, *self.pairs.replaced]}
        rules = Rewriting(approved)
        still_open = [changes[new.key] for _, new in edited if not changes[new.key].explained_by(rules)]
        proposed = propose(still_open, approved)
        self.approved, self.all_rules = rules, Rewriting([*approved, *(one.rule for one in proposed)])
        self.result = self._started(self.pairs)
        self._propose(proposed)
        for pair in edited:
            self._judge(pair, changes[pair[1].key])
        self._replaced(changes)
        self._look_around([*self.pairs.unchanged, *edited, *self.pairs.moved, *self.pairs.renamed])

    def _started(self, pairs: Pairing) -> Frozen:
        return Frozen(
            unchanged=[new for _, new in pairs.unchanged], removed=pairs.removed, added=pairs.added,
            moved=pairs.moved, renamed=pairs.renamed, came_from={new.key: old for old, new in pairs.elsewhere},
            old_keys={new.key: old.key for old, new in [*pairs.unchanged, *pairs.modified] if new.key != old.key},
        )  # fmt: skip

    def _propose(self, proposed: Sequence[Proposal]) -> None:
        for one in proposed:
            was = written(one.rule[0])
            self.result.proposed_rewrite[was] = written(one.rule[1])
            self.result.explained[was] = len(one.tests)

    def _change(self, old: Definition, new: Definition) -> Change:
        before = sequence_of(self.sides[0][old.path], old).tokens
        after = sequence_of(self.sides[1][new.path], new).tokens
        return Change.of(renamed_locals(before, after), after)

    def _judge(self, pair: Pair, change: Change) -> None:
        """What only proposed rules explain is `other`; an unexplained change of an expectation stands apart."""
        new = pair[1]
        if change.explained_by(self.approved):
            self.result.plumbing.append(new)
            return
        found = self._unexplained(pair, change, asserting=True)
        if found is not None:
            self.result.assertions.append(found)
            return
        self.result.other.append(new)
        rest = self._unexplained(pair, change, asserting=False)
        if rest is not None:
            self.result.differs[new.key] = rest

    def _unexplained(self, pair: Pair, change: Change, *, asserting: bool) -> AssertionChange | None:
        left = change.left(self.all_rules)
        wanted = [one for one in left if not asserting or _expects(change, one)]
        if not wanted:
            return None
        old, new = pair
        around = [_beside(change, one) for one in wanted]
        before = self._lines("base", old.path, change.before, [(i1, i2) for i1, i2, _, _ in around])
        after = self._lines("head", new.path, change.after, [(j1, j2) for _, _, j1, j2 in around])
        i1, _, j1, _ = wanted[0]
        return AssertionChange(new, _line_at(change.after, j1, new.line), before, after,
                               _line_at(change.before, i1, old.line))  # fmt: skip

    def _lines(self, side: str, path: str, tokens: Sequence[Token], parts: Iterable[tuple[int, int]]) -> str:
        source = self.sources.get((side, path), ())
        numbers = sorted({token.line for start, end in parts for token in tokens[start:end]})
        return "\n".join(source[number - 1].strip() for number in numbers if number <= len(source))

    def _replaced(self, changes: Mapping[tuple[str, str], Change]) -> None:
        for old, new in self.pairs.replaced:
            change = changes[new.key]
            found = self._unexplained((old, new), change, asserting=True)
            sort = "plumbing" if change.explained_by(self.approved) else "assertions" if found else "other"
            self.result.replaced.append(Replaced(old, new, sort, found))

    # --- what the tests reach

    def _look_around(self, pairs: Sequence[Pair]) -> None:
        """Name what changed around each test; one whose helper or constant expects something else is changed too."""
        judged: dict[tuple[str, str, str, str], AssertionChange | None] = {}
        already = {one.test.key for one in self.result.assertions}
        for old, new in pairs:
            around = reached_changes(self.suites, (old, new))
            if not around:
                continue
            self.result.reached[new.key] = tuple(around)
            if new.key in already:
                continue
            for one in around:
                key = (one.old_path, one.old_name, one.path, one.name)
                if key not in judged:
                    judged[key] = self._expectation_in(one, new)
                found = judged[key]
                if found is not None:
                    self._move_to_assertions(AssertionChange(new, found.line, found.before, found.after,
                                                             found.old_line, one))  # fmt: skip
                    break

    def _expectation_in(self, one: Reached, test: Definition) -> AssertionChange | None:
        if one.sort == "constant":
            return self._constant(one, test) if one.compared else None
        if one.old is None or one.new is None or one.sort == "fixture":
            return None
        change = self._change(one.old, one.new)
        if change.explained_by(self.all_rules):
            return None
        return self._unexplained((one.old, one.new), change, asserting=True)

    def _constant(self, one: Reached, test: Definition) -> AssertionChange:
        lines = [
            "\n".join(text.strip() for text in self.sources.get((side, path), ())[line - 1 : last])
            for side, path, line, last in (
                ("base", one.old_path, one.old_line, one.old_last),
                ("head", one.path, one.line, one.last),
            )
        ]
        return AssertionChange(test, one.line, lines[0], lines[1], one.old_line)

    def _move_to_assertions(self, change: AssertionChange) -> None:
        key = change.test.key
        for group in (self.result.unchanged, self.result.plumbing, self.result.other):
            group[:] = [one for one in group if one.key != key]
        for pairs in (self.result.moved, self.result.renamed):
            kept = [pair for pair in pairs if pair[1].key != key]
            self.result.came_from.update((new.key, old) for old, new in pairs if new.key == key)
            pairs[:] = kept
        self.result.assertions.append(change)


def _expects(change: Change, hunk: Hunk) -> bool:
    """Whether a place holds something expected, or names in an assertion that were put for each other."""
    i1, i2, j1, j2 = hunk
    asserting = [one for one in [*change.before[i1:i2], *change.after[j1:j2]] if one.asserting]
    return any(one.value for one in asserting) or (bool(asserting) and all(one.name for one in asserting))


def _beside(change: Change, hunk: Hunk) -> Hunk:
    """A place with, where nothing stands on a side of it, what is left of the statement there."""
    i1, i2, j1, j2 = hunk
    for one in change.stretches:
        if hunk in one.hunks:
            old = (i1, i2) if i1 < i2 else _within(i1, one.old)
            new = (j1, j2) if j1 < j2 else _within(j1, one.new)
            return (*old, *new)
    return hunk


def _within(at: int, span: tuple[int, int]) -> tuple[int, int]:
    return max(span[0], min(at, span[1] - 1)), min(at + 1, span[1])


def _line_at(tokens: Sequence[Token], at: int, otherwise: int) -> int:
    return tokens[min(at, len(tokens) - 1)].line if tokens else otherwise
