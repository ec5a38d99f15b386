"""The tests of two states of a repository, told apart without running them: what of each became of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from milestones.facts import Problem
from milestones.source.definitions import Definition, Module
from milestones.source.matching import Matching, match
from milestones.source.tests import find_all_tests


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """`base_total` + added - removed = `head_total`; what was renamed or moved is among added and removed too."""

    base_total: int
    head_total: int
    matching: Matching = field(default_factory=Matching)
    unparsed: tuple[Problem, ...] = ()


def reconcile(base: Iterable[Module], head: Iterable[Module], under: tuple[str, str] = ("", "")) -> Reconciliation:
    """Match the tests of two states; `under` are the folders that the two sides were read from."""
    base, head = list(base), list(head)
    old, new = find_all_tests(base), find_all_tests(head)
    folders = under if under[0] != under[1] else ("", "")
    problems = {
        (problem.path, problem.line): problem for side in (base, head) for one in side for problem in one.problems
    }
    return Reconciliation(len(old), len(new), match(old, new, folders), tuple(problems.values()))


def group_of(test: Definition) -> str:
    """The group a test is counted in: its file."""
    return test.path


@dataclass(frozen=True, slots=True)
class Row:
    """One group of the table: `base` + `added` - `removed` = `head`."""

    group: str
    base: int
    head: int
    unchanged: int
    modified: int
    added: int
    removed: int


def table(result: Reconciliation) -> list[Row]:
    """Return a row for each file, and what it holds adds up by itself."""
    matching = result.matching
    same = [pair[1] for pair in matching.unchanged]
    changed = [pair[1] for pair in matching.modified]
    sides = (same, changed, matching.added, matching.removed)
    groups = sorted({group_of(test) for side in sides for test in side})
    counts = [dict.fromkeys(groups, 0) for _ in sides]
    for count, side in zip(counts, sides, strict=True):
        for test in side:
            count[group_of(test)] += 1
    return [
        Row(group, kept + counts[3][group], kept + counts[2][group], *(count[group] for count in counts))
        for group in groups
        for kept in (counts[0][group] + counts[1][group],)
    ]
