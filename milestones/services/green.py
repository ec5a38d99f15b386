"""Which tests are known to have passed at a commit: only those that its results name, or cover without a gap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from milestones.models import Evidence
from milestones.results import PARSERS
from milestones.results.parser import Family

TESTS = frozenset(kind for kind, parser in PARSERS.items() if parser.family is Family.TESTS)


@dataclass(slots=True)
class Green:
    """The outcome of tests by id, "tests/test_api.py::TestApi.test_one", as far as results tell it.

    A suite speaks for each of its tests when all of its results are there: none skipped, every failure listed.
    """

    failed: set[tuple[str, str]] = field(default_factory=set)
    suites: dict[str, int] = field(default_factory=dict)  # how many results each has
    kinds: dict[str, str] = field(default_factory=dict)  # suite -> the kind of evidence

    def passed(self, test: str, size: int) -> str:
        """The kind of evidence that says so, "" where none does; `size` is how many tests its suite has in source."""
        names, name = _address(test)
        known = next((one for one in names if one in self.suites), "")
        whole = bool(known) and self.suites[known] >= size
        return self.kinds[known] if whole and (known, name) not in self.failed else ""

    def broke(self, test: str) -> bool:
        names, name = _address(test)
        return any((one, name) in self.failed for one in names)


def green_at(rows: Iterable[Evidence]) -> Green:
    """What the results among these rows say of single tests."""
    found = Green()
    for row in rows:
        if row.kind not in TESTS or row.vacuous or row.problems:
            continue
        counts = {one.name: one.value for one in row.measurements.all() if not one.subject}
        listed = [_failure(one["text"]) for one in row.findings]
        found.failed |= {(suite, name) for suite, name in listed}
        whole = not counts.get("tests.skipped") and len(listed) >= counts.get("tests.failed", 0)
        for suite, count in (row.covers or {}).get("suites", ()) if whole else ():
            found.suites[suite] = found.suites.get(suite, 0) + count
            found.kinds[suite] = row.kind
    return found


def _failure(text: str) -> tuple[str, str]:
    """The suite and the name of a failed case as its finding begins: "tests.test_api test_one[x]: expected 200"."""
    head = text.partition(": ")[0]
    suite, _, name = head.partition(" ")
    return suite, name.partition("[")[0]


def _address(test: str) -> tuple[list[str], str]:
    """The names that a runner may give a test's suite, by the folder it ran in, the longest first; its bare name."""
    path, _, qualified = test.partition("::")
    owner, _, name = qualified.rpartition(".")
    parts = path.removesuffix(".py").split("/")
    tail = f".{owner}" if owner else ""
    return [".".join(parts[start:]) + tail for start in range(len(parts))], name
