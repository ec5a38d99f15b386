"""Which tests are known to have passed at a commit: only those whose own outcome its results tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from milestones.models import Evidence, Project
from milestones.results.packing import BAD, Mark
from milestones.results.roll import test_of

from . import outcomes

Name = tuple[str, str]  # a suite as its runner calls it, and the bare name of a test


@dataclass(slots=True)
class Green:
    """The outcomes of tests by id, "tests/test_api.py::TestApi.test_one"; of a parametrised one all that were run."""

    marks: dict[Name, set[Mark]] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()

    def passed(self, test: str) -> str:
        """The kinds of evidence that say so, "" where none does."""
        return ", ".join(self.kinds) if self._of(test) == {Mark.PASSED} else ""

    def broke(self, test: str) -> bool:
        return bool(BAD & self._of(test))

    def _of(self, test: str) -> set[Mark]:
        return next((self.marks[name] for name in names_of(test) if name in self.marks), set())


def green_at(project: Project, rows: Iterable[Evidence], tests: Iterable[str]) -> Green:
    """What the results among these rows say of these tests."""
    usable = [row for row in rows if row.kind in outcomes.TEST_KINDS and not row.vacuous and not row.problems]
    wanted = {name for test in tests for name in names_of(test)}
    if not usable or not wanted:
        return Green()
    column = outcomes.run_of(usable, usable).column
    found = Green(kinds=tuple(sorted({row.kind for row in usable})))
    for key, position in outcomes.index_of(project).items():
        mark = column.mark(position)
        if mark is not Mark.ABSENT:
            known = test_of(key)
            if (known.suite, known.name) in wanted:
                found.marks.setdefault((known.suite, known.name), set()).add(mark)
    return found


def names_of(test: str) -> Iterator[Name]:
    """The names that a runner may give a test, by the folder that it ran in, the longest first."""
    path, _, qualified = test.partition("::")
    owner, _, name = qualified.rpartition(".")
    parts = path.removesuffix(".py").split("/")
    tail = f".{owner}" if owner else ""
    return ((".".join(parts[start:]) + tail, name) for start in range(len(parts)))
