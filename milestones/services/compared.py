"""Numbers that compare a commit with the baseline: tests gone unexplained, lint on new code, coverage of the change.

They are worked out when a commit is judged and a gate asks for them, since either end's results may come late.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from milestones.clients.diff import changed_lines, diff
from milestones.clients.git import GitError
from milestones.facts import Measurement
from milestones.gates.inputs import Compared
from milestones.gates.policy import Policy
from milestones.models import CoverageLines, Evidence, LintFindings, Project
from milestones.results.covered import Patch, merged, patch_of, unpack_lines
from milestones.results.fingerprints import Known, new_among, unpack_findings

from . import in_force, mirror, reconciling

TESTS = ("tests.removed_unexplained", "tests.newly_failing", "tests.newly_skipped", "tests.removed", "tests.added")
LINT, PATCH = "lint.new", "coverage.patch"
WANTED = (*TESTS, LINT, PATCH)


@dataclass
class Derived:
    """The numbers, the kinds of evidence they rest on, and of those that cannot be told why."""

    measurements: dict[str, Measurement] = field(default_factory=dict)
    brought: dict[str, frozenset[str]] = field(default_factory=dict)
    untold: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, value: float, kinds: Iterable[str], unit: str = "count", unresolved: int = 0) -> None:
        self.measurements[name] = Measurement(name, value, unit, unresolved=unresolved)
        self.brought[name] = frozenset(kinds)


def wanted(text: str) -> tuple[str, ...]:
    """The numbers of this sort that a policy, or a gate in a document, names."""
    return tuple(name for name in WANTED if name in text)


@dataclass(frozen=True, slots=True)
class Question:
    """A commit with its evidence in force, and the baseline, or why there is none."""

    project: Project
    sha: str
    rows: tuple[Evidence, ...]
    policy: Policy
    base: str
    why: str


def compared(about: Question, names: Iterable[str]) -> Compared:
    """The numbers of these names, in the form that a judgement keeps."""
    found = derive(about, names)
    brought = tuple((name, tuple(sorted(kinds))) for name, kinds in sorted(found.brought.items()))
    measurements = tuple(one for _, one in sorted(found.measurements.items()))
    return Compared(measurements, brought, tuple(sorted(found.untold.items())))


def derive(about: Question, names: Iterable[str]) -> Derived:
    """The numbers of these names at a commit."""
    asked = set(names)
    found = Derived()
    if not about.base:
        found.untold = dict.fromkeys(asked, about.why)
        return found
    if asked.intersection(TESTS):
        _tests(found, about)
    if LINT in asked:
        _lint(found, about)
    if PATCH in asked:
        _patch(found, about)
    return found


def _tests(found: Derived, about: Question) -> None:
    try:
        seen = reconciling.between(about.project, about.base, about.sha, about.policy)
    except (reconciling.NoResultsError, GitError) as problem:
        found.untold |= dict.fromkeys(TESTS, problem.reason)
        return
    reconciling.remember_renames(about.project, seen)
    total = seen.result.total.counts
    numbers = {
        "removed_unexplained": len(seen.result.unexplained), "newly_failing": total["newly_failing"],
        "newly_skipped": total["newly_skipped"], "removed": len(seen.result.gone), "added": total["added"],
    }  # fmt: skip
    kinds = frozenset(Evidence.objects.filter(pk__in=seen.after.evidence).values_list("kind", flat=True))
    for name, value in numbers.items():
        found.add(f"tests.{name}", value, kinds)


# --- lint -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LintChange:
    """What linters say now and did not at the base, and what they no longer say."""

    new: tuple[Known, ...]
    gone: tuple[Known, ...]
    unknown: tuple[str, ...] = ()  # kinds that did not come for the base


def findings_of(rows: Iterable[Evidence]) -> dict[str, list[Known]]:
    """kind -> every finding of these pieces of evidence."""
    kinds = {row.pk: row.kind for row in rows}
    found: dict[str, list[Known]] = {}
    for pk, packed in LintFindings.objects.filter(evidence__in=kinds).values_list("evidence", "packed"):
        found.setdefault(kinds[pk], []).extend(unpack_findings(bytes(packed)))
    return found


def lint_change(project: Project, base: str, rows: Iterable[Evidence]) -> LintChange:
    """Findings new and gone since a commit, by fingerprint."""
    after = findings_of(rows)
    before = findings_of(in_force.counted(in_force.results_at(project, base), in_force.policy_of(project)))
    both = after.keys() & before.keys()
    new = [one for kind in sorted(both) for one in new_among(before[kind], after[kind])]
    gone = [one for kind in sorted(both) for one in new_among(after[kind], before[kind])]
    return LintChange(tuple(new), tuple(gone), tuple(sorted(after.keys() - before.keys())))


def _lint(found: Derived, about: Question) -> None:
    kinds = findings_of(about.rows).keys()
    if not kinds:
        return
    change = lint_change(about.project, about.base, about.rows)
    if change.unknown:
        came = ", ".join(change.unknown)
        found.untold[LINT] = f"no {came} results of the baseline {about.base[:8]}; send them for that commit"
        return
    found.add(LINT, len(change.new), kinds)


# --- coverage -------------------------------------------------------------------------------------------------------


def patch_coverage(project: Project, base: str, sha: str, rows: Iterable[Evidence]) -> Patch | None:
    """The coverage of the lines that changed since a commit; None where no coverage came. Raises GitError."""
    packed = CoverageLines.objects.filter(evidence__in=[row.pk for row in rows]).values_list("packed", flat=True)
    coverage = merged(unpack_lines(bytes(one)) for one in packed)
    repo = mirror.repository(project)
    if not coverage or repo is None:
        return None
    kept = [entry for entry in diff(repo, base, sha).entries if entry.kind != "deleted"]
    changed: Mapping[str, list[int]] = changed_lines(repo, base, sha, [entry.path for entry in kept])
    return patch_of(coverage, changed)


def _patch(found: Derived, about: Question) -> None:
    try:
        patch = patch_coverage(about.project, about.base, about.sha, about.rows)
    except GitError as problem:
        found.untold[PATCH] = problem.reason
        return
    if patch is None:
        return
    told = set(_with_lines(about.rows))
    percent = 100.0 if patch.percent is None else patch.percent  # a change without a line that can run
    found.add(PATCH, percent, {row.kind for row in about.rows if row.pk in told}, "percent", len(patch.untold))


def _with_lines(rows: Iterable[Evidence]) -> Iterable[int]:
    return CoverageLines.objects.filter(evidence__in=[row.pk for row in rows]).values_list("evidence", flat=True)
