"""The summary of a result file, made while its facts stream by, in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from milestones.facts import (
    CoveredFile,
    Covers,
    Fact,
    Finding,
    Measurement,
    Outcome,
    ParseError,
    Scope,
    Summary,
)
from milestones.results.cases import Cases
from milestones.results.limits import MOST_FINDINGS
from milestones.results.parser import Family

FINDINGS_KEPT = 1_000
PATHS_KEPT = 10_000
SUBJECTS_KEPT = 200


class Tally:
    """Takes facts one by one (`add`) and sums them up (`summary`)."""

    def __init__(self, kind: str, family: Family, title: str, *, watch: bool = True) -> None:
        self.kind, self.family, self.title = kind, family, title
        self.findings: list[Finding] = []
        self.findings_total = 0
        self.measured: list[Measurement] = []
        self.incomplete = ""
        self.files: int | None = None
        self.cases = Cases(watch=watch)
        self.lint = _Lint()
        self.coverage = _Coverage()

    def take(self, facts: Sequence[Fact]) -> list[Outcome]:
        """A batch of facts as they stream by; the outcomes among them."""
        outcomes = [fact for fact in facts if type(fact) is Outcome]
        for case in self.cases.take(outcomes):
            self._keep(_failed(case))
        if len(outcomes) < len(facts):
            for fact in facts:
                self._add(fact)
        return outcomes

    def _add(self, fact: Fact) -> None:
        if isinstance(fact, Finding):
            self.lint.add(fact)
            self._keep(fact)
        elif isinstance(fact, CoveredFile):
            self.coverage.add(fact)
        elif isinstance(fact, Scope):
            self.files = fact.files if self.files is None else self.files + (fact.files or 0)
            self.incomplete = self.incomplete or fact.incomplete
        elif isinstance(fact, Measurement):
            self.measured.append(fact)

    def _keep(self, finding: Finding) -> None:
        self.findings_total += 1
        if self.findings_total > MOST_FINDINGS and self.family is Family.LINT:
            raise ParseError(f"more than {MOST_FINDINGS:,} findings, which is the limit; send them in shards")
        if len(self.findings) < FINDINGS_KEPT:
            self.findings.append(finding)

    def summary(self) -> Summary:
        return Summary(
            kind=self.kind,
            measurements=tuple(self._measurements()),
            findings=tuple(self.findings),
            findings_total=self.findings_total,
            covers=Covers(
                suites=tuple(self.cases.suites.most_common()),
                skips=tuple(self.cases.skips.most_common(100)),
                files=len(self.coverage.lines) if self.family is Family.COVERAGE else self.files,
                repeated=tuple(self.cases.repeated),
                paths=tuple(sorted(self.coverage.lines)[:PATHS_KEPT]),
            ),
            vacuous=self.vacuous(),
        )

    def _measurements(self) -> Iterator[Measurement]:
        if self.family is Family.TESTS:
            yield from self.cases.measurements()
        elif self.family is Family.LINT:
            yield from self.lint.measurements(self.kind)
        elif self.family is Family.COVERAGE:
            yield from self.coverage.measurements()
        yield from self.measured

    def vacuous(self) -> str:
        """Why the result proves nothing, or ""."""
        if self.incomplete:
            return self.incomplete
        if self.family is Family.TESTS:
            return self.cases.vacuous(self.title)
        if self.family is Family.LINT and self.files == 0:
            return f"{self.title} looked at no file at all; check the paths that it is given"
        if self.family is Family.COVERAGE and not self.coverage.total:
            return "the coverage has no line at all; check what is measured"
        if self.family is Family.METRICS and not self.measured:
            return "there is no metric in it"
        return ""


def _failed(case: Outcome) -> Finding:
    name = f"{case.name}[{case.parameters}]" if case.parameters else case.name
    where = f"{case.suite} {name}".strip()
    text = f"{where}: {case.text}" if case.text else where
    return Finding(text=text, path=case.path, line=case.line, rule=case.result.value)


class _Lint:
    """Findings by tool and rule."""

    def __init__(self) -> None:
        self.by_tool: Counter[str] = Counter()
        self.by_rule: Counter[tuple[str, str]] = Counter()
        self.errors: Counter[str] = Counter()

    def add(self, finding: Finding) -> None:
        self.by_tool[finding.tool] += 1
        self.errors[finding.tool] += finding.severity == "error"
        key = (finding.tool, finding.rule)
        if key in self.by_rule or len(self.by_rule) < 10_000:
            self.by_rule[key] += 1

    def measurements(self, kind: str) -> Iterator[Measurement]:
        """The named tool's number is given even when it found nothing: 0 is a measurement."""
        for tool in self.by_tool or {kind: 0}:
            yield Measurement(f"lint.{tool}.findings", self.by_tool[tool])
            yield Measurement(f"lint.{tool}.errors", self.errors[tool])
        for (tool, rule), count in self.by_rule.most_common(SUBJECTS_KEPT):
            if rule:
                yield Measurement(f"lint.{tool}.findings", count, subject=rule)


class _Coverage:
    """Lines by file: a file may come in parts, and a line that any part executed is covered."""

    def __init__(self) -> None:
        self.lines: dict[str, tuple[set[int], set[int]]] = {}
        self.units = [0, 0]
        self.has_units = False
        self.branches = [0, 0]

    def add(self, file: CoveredFile) -> None:
        covered, every = self.lines.setdefault(file.path, (set(), set()))
        covered.update(file.covered)
        every.update(file.covered, file.missed)
        self.branches[0] += file.branches[0]
        self.branches[1] += file.branches[1]
        if file.units is not None:
            self.has_units = True
            self.units[0] += file.units[0]
            self.units[1] += file.units[1]

    @property
    def total(self) -> int:
        return self.units[1] if self.has_units else sum(len(every) for _, every in self.lines.values())

    def measurements(self) -> Iterator[Measurement]:
        covered = self.units[0] if self.has_units else sum(len(lines) for lines, _ in self.lines.values())
        what = "statements" if self.has_units else "lines"
        yield Measurement("coverage.covered", covered, unit=what)
        yield Measurement("coverage.total", self.total, unit=what)
        if self.total:
            yield Measurement("coverage.lines", 100 * covered / self.total, unit="percent")
        if self.branches[1]:
            yield Measurement("coverage.branches", 100 * self.branches[0] / self.branches[1], unit="percent")
