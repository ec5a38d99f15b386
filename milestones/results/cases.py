"""The test cases of a file, counted while they stream by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from operator import itemgetter

from milestones.facts import Measurement, Outcome, Result
from milestones.results.wording import whole_name

SUBJECTS_KEPT = 200
SUITES_KEPT = 10_000
NAMES_WATCHED = 100_000
REPEATED_KEPT = 20
_PASSED = Result.PASSED
_SUITE = itemgetter(1)


class Cases:
    """Test cases by how they ended, by suite, and why they were skipped."""

    def __init__(self, *, watch: bool) -> None:
        self.watch = watch
        self.total = self.passed = self.failed = self.errors = self.skipped = self.flaky = 0
        self.suites: Counter[str] = Counter()
        self.failed_in: Counter[str] = Counter()
        self.skips: Counter[str] = Counter()
        self.seen: set[int] = set()
        self.repeated: list[str] = []

    def take(self, cases: Sequence[Outcome]) -> list[Outcome]:
        """Counts a batch of cases; those of it that failed."""
        odd = [case for case in cases if case[0] is not _PASSED or case[8]]
        self._count_suites(cases)
        if self.watch and self.total < NAMES_WATCHED:
            self._watch(cases)
        self.total += len(cases)
        self.passed += len(cases) - len(odd)
        return [case for case in odd if self._failed(case)]

    def _count_suites(self, cases: Sequence[Outcome]) -> None:
        if len(self.suites) < SUITES_KEPT:
            self.suites.update(map(_SUITE, cases))
            return
        for case in cases:
            self.suites[case.suite if case.suite in self.suites else "(further suites)"] += 1

    def _failed(self, case: Outcome) -> bool:
        """Counts a case that is not a plain pass; True if it failed."""
        self.flaky += case.flaky
        if case.result is _PASSED:
            self.passed += 1
            return False
        if case.result is Result.SKIPPED:
            self.skipped += 1
            self.skips[case.text[:200] if case.text and len(self.skips) < 1_000 else "(no reason)"] += 1
            return False
        self.failed += 1
        self.errors += case.result is Result.ERROR
        if case.suite in self.failed_in or len(self.failed_in) < SUBJECTS_KEPT:
            self.failed_in[case.suite] += 1
        return True

    def _watch(self, cases: Sequence[Outcome]) -> None:
        """Remembers names, to tell those that come more than once."""
        keys = [hash(case[1:4]) for case in cases]
        fresh = set(keys)
        if len(fresh) == len(keys) and self.seen.isdisjoint(fresh):
            self.seen |= fresh
            return
        for key, case in zip(keys, cases, strict=True):
            if key not in self.seen:
                self.seen.add(key)
            elif case.name and len(self.repeated) < REPEATED_KEPT:
                self.repeated.append(f"{case.suite} {whole_name(case.name, case.parameters)}".strip())

    def measurements(self) -> Iterator[Measurement]:
        yield Measurement("tests.total", self.total)
        yield Measurement("tests.passed", self.passed)
        yield Measurement("tests.failed", self.failed)
        yield Measurement("tests.errors", self.errors)
        yield Measurement("tests.skipped", self.skipped)
        yield Measurement("tests.flaky", self.flaky)
        for suite, count in self.failed_in.most_common():
            if suite:
                yield Measurement("tests.failed", count, subject=suite)

    def vacuous(self, title: str) -> str:
        if not self.total:
            return f"no test at all in this {title}; check what the run was told to collect"
        if self.skipped == self.total:
            return f"all {self.total:,} tests were skipped; check why the run skips them"
        return ""
