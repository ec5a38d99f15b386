"""Which tests prove parity: the same test was green on the legacy system, and is green on the new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from milestones.audit.frozen import Frozen
from milestones.facts import Result
from milestones.source.definitions import Definition

TestId = tuple[str, str]  # path, and name with its class: "tests/test_a.py", "TestA.test_b"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of one frozen test: whether it is still the same, and how it ended on either system.

    `sort` is unchanged, plumbing, moved, renamed, assertions or other; None where no result of it came.
    """

    old: TestId
    new: TestId
    line: int
    sort: str
    legacy: Result | None = None
    now: Result | None = None

    @property
    def same(self) -> bool:
        return self.sort in {"unchanged", "plumbing", "moved", "renamed"}

    @property
    def verified(self) -> bool:
        """Green before and after, and the same test; that no result came is never green."""
        return self.same and self.legacy is Result.PASSED and self.now is Result.PASSED

    @property
    def unresolved(self) -> bool:
        """The same test, of which a result is missing."""
        return self.same and (self.legacy is None or self.now is None)


def standings(
    found: Frozen, legacy: Mapping[TestId, Result] | None = None, now: Mapping[TestId, Result] | None = None
) -> list[Standing]:
    """Return every test that was there at the start and is still there, with what its runs said of it.

    `legacy` and `now` are results by test id: of the legacy job at the start, and of the new one at the head.
    """
    before, after = legacy or {}, now or {}
    return [
        Standing(old, new.key, new.line, sort, before.get(old), after.get(new.key)) for old, new, sort in _kept(found)
    ]


def _kept(found: Frozen) -> Iterable[tuple[TestId, Definition, str]]:
    groups = (
        ("unchanged", found.unchanged), ("plumbing", found.plumbing),
        ("assertions", [one.test for one in found.assertions]), ("other", found.other),
    )  # fmt: skip
    for sort, tests in groups:
        for test in tests:
            yield _old_key(found, test), test, sort
    for sort, pairs in (("moved", found.moved), ("renamed", found.renamed)):
        yield from ((old.key, new, sort) for old, new in pairs)


def _old_key(found: Frozen, test: Definition) -> TestId:
    """A test that kept its place has the key it had, unless the two sides were read from different folders."""
    came = found.came_from.get(test.key)
    return came.key if came else found.old_keys.get(test.key, test.key)
