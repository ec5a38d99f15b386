"""What became of every test between two runs: the comparison of outcomes, and for each that is gone where it went.

A test that is gone is found again by its source: the same body under another name, or the same name and body elsewhere.
What is found nowhere and explained by nobody is *unexplained*, and the table says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from milestones.results.compare import Change, Comparison
from milestones.results.roll import Test
from milestones.source.definitions import Definition
from milestones.source.matching import Matching

RENAMED, MOVED, PARAMETRISED, EXPLAINED, UNEXPLAINED = "renamed", "moved", "parametrised", "explained", "unexplained"
FATES = (RENAMED, MOVED, PARAMETRISED, EXPLAINED, UNEXPLAINED)


class Gone(NamedTuple):
    """A test that the later run has not: what became of it, and where it is now or why it went."""

    test: Test
    position: int
    fate: str
    now: Test | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One group of the table; before - every kind of gone + added = after."""

    group: str
    counts: Mapping[str, int]

    @property
    def before(self) -> int:
        return sum(self.counts[name] for name in (*KEPT, *FATES))

    @property
    def after(self) -> int:
        return sum(self.counts[name] for name in (*KEPT, "added"))


KEPT = ("same", "fixed", "newly_failing", "newly_skipped", "runs_again", "flaky")
COLUMNS = (*KEPT, *FATES, "added")
# every column, and what a person calls it
TITLES: Mapping[str, str] = {
    "same": "Same", "fixed": "Fixed", "newly_failing": "Newly failing", "newly_skipped": "Newly skipped",
    "runs_again": "Run again", "flaky": "Flaky", "renamed": "Renamed", "moved": "Moved",
    "parametrised": "Parametrised anew", "explained": "Explained", "unexplained": "Unexplained", "added": "Added",
}  # fmt: skip
_KEPT_OF = dict(zip((Change.SAME, Change.FIXED, Change.NEWLY_FAILING, Change.NEWLY_SKIPPED, Change.RUNS_AGAIN,
                     Change.FLAKY), KEPT, strict=True))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reconciled:
    """All of it: the rows of the table, what is gone and what came; `stays` lists the classes that are not `same`."""

    rows: tuple[Row, ...]
    gone: tuple[Gone, ...]
    added: tuple[tuple[int, Test], ...]
    stays: Mapping[str, tuple[tuple[int, Test], ...]] = field(default_factory=dict)

    @property
    def total(self) -> Row:
        counts = {name: sum(row.counts[name] for row in self.rows) for name in COLUMNS}
        return Row("", counts)

    def of(self, fate: str) -> tuple[Gone, ...]:
        return tuple(one for one in self.gone if one.fate == fate)

    @property
    def unexplained(self) -> tuple[Gone, ...]:
        return self.of(UNEXPLAINED)


def reconcile_runs(
    comparison: Comparison,
    names: Mapping[int, Test],
    matching: Matching,
    explained: Callable[[Test], str],
    aliases: Mapping[int, tuple[int, str]],
) -> Reconciled:
    """Every test of two runs in one place of the table.

    `names` are those of all positions that either run knows, `matching` is of the tests in the sources of the two
    commits, `explained` says why a test may be gone, `aliases` are renames known from before:
    a position, the one that it became and how.
    """
    added = {position: names[position] for position in comparison.positions(Change.ADDED)}
    finder = _Finder(matching, added, names, aliases, comparison)
    gone = tuple(finder.fate(position, names[position], explained) for position in comparison.positions(Change.REMOVED))
    counts: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    stays: dict[str, tuple[tuple[int, Test], ...]] = {}
    for change, name in _KEPT_OF.items():
        positions = comparison.positions(change)
        for position in positions:
            counts[names[position].suite][name] += 1
        if change is not Change.SAME:
            stays[name] = tuple((position, names[position]) for position in positions)
    for one in gone:
        counts[one.test.suite][one.fate] += 1
    for test in added.values():
        counts[test.suite]["added"] += 1
    rows = tuple(Row(group, found) for group, found in sorted(counts.items()))
    return Reconciled(rows, gone, tuple(added.items()), stays)


class _Finder:
    """Where tests that are gone went."""

    def __init__(
        self,
        matching: Matching,
        added: Mapping[int, Test],
        names: Mapping[int, Test],
        aliases: Mapping[int, tuple[int, str]],
        comparison: Comparison,
    ) -> None:
        self.aliases, self.names, self.comparison = aliases, names, comparison
        self.free = {test: position for position, test in added.items()}
        self.renamed = {old.key: (new, RENAMED) for old, new in matching.renamed}
        self.renamed |= {old.key: (new, MOVED) for old, new in matching.moved}
        kept = [*matching.unchanged, *matching.modified]
        self.old = _Sources([*(old for old, _ in kept), *matching.removed])
        self.new = _Sources([*(new for _, new in kept), *matching.added])
        self.by_definition: dict[tuple[str, str], list[Test]] = defaultdict(list)
        for test in added.values():
            if (found := self.new.of(test)) is not None:
                self.by_definition[found.key].append(test)
        self.later = {
            (test.suite, test.name)
            for position, test in names.items()
            if position not in comparison_gone(comparison)
        }  # fmt: skip

    def fate(self, position: int, test: Test, explained: Callable[[Test], str]) -> Gone:
        known = self._known(position)
        if known is not None:
            return self._taken(position, test, *known)
        if (test.suite, test.name) in self.later:
            now = Test(test.suite, test.name)
            return Gone(test, position, PARAMETRISED, now, "its parameters are others now")
        source = self.old.of(test)
        if source is not None and source.key in self.renamed:
            new, fate = self.renamed[source.key]
            if (found := self._counterpart(test, new)) is not None:
                return self._taken(position, test, found, fate)
        why = explained(test)
        return Gone(test, position, EXPLAINED if why else UNEXPLAINED, None, why)

    def _known(self, position: int) -> tuple[Test, str] | None:
        """The added test that this one is known to have become, by one step or several."""
        seen, at = {position}, self.aliases.get(position)
        while at is not None and at[0] not in seen:
            if (now := self.names.get(at[0])) is not None and now in self.free:
                return now, at[1]
            seen.add(at[0])
            at = self.aliases.get(at[0])
        return None

    def _counterpart(self, test: Test, new: Definition) -> Test | None:
        """The added test of a definition: with the same parameters, else any that is free."""
        listed = [one for one in self.by_definition.get(new.key, ()) if one in self.free]
        same = [one for one in listed if one.parameters == test.parameters]
        return next(iter(same or listed), None)

    def _taken(self, position: int, test: Test, now: Test, fate: str) -> Gone:
        del self.free[now]
        return Gone(test, position, fate, now)


def comparison_gone(comparison: Comparison) -> frozenset[int]:
    return frozenset(comparison.positions(Change.REMOVED))


class _Sources:
    """Test functions by what a runner calls them: module and classes with dots, then the name."""

    def __init__(self, definitions: Iterable[Definition]) -> None:
        self.by_name: dict[str, list[tuple[str, Definition]]] = defaultdict(list)
        for one in definitions:
            self.by_name[one.simple].append((_dotted(one), one))

    def of(self, test: Test) -> Definition | None:
        """The one function that a test can be: its suite is the whole path of it, or the end of one path alone."""
        suite = test.suite.replace("/", ".").replace("::", ".").removesuffix(".py").replace(".py.", ".")
        name = test.name.rpartition(".")[2]
        listed = self.by_name.get(name, [])
        whole = [one for dotted, one in listed if dotted == suite]
        if len(whole) == 1:
            return whole[0]
        ends = [one for dotted, one in listed if suite and dotted.endswith(f".{suite}")]
        ends = ends or [one for dotted, one in listed if dotted and suite.endswith(f".{dotted}")]
        return ends[0] if len(ends) == 1 else None


def _dotted(one: Definition) -> str:
    module = one.path.removesuffix(".pyw").removesuffix(".py").replace("/", ".")
    return f"{module}.{one.owner}" if one.owner else module
