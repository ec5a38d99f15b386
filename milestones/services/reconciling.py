"""The tests of two commits, held against each other: from their stored outcomes and from the sources of both."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from milestones.clients import git
from milestones.codec import from_plain, to_plain
from milestones.facts import Problem
from milestones.gates.policy import Policy
from milestones.models import Project, RemovedTest, RenamedTest
from milestones.results.compare import compare
from milestones.results.reconciliation import MOVED, RENAMED, Reconciled, reconcile_runs
from milestones.results.roll import Test
from milestones.source.definitions import Definition, read_module
from milestones.source.matching import Matching, match
from milestones.source.tests import find_tests, is_test_path, may_hold_tests

from . import in_force, log, mirror, outcomes
from .outcomes import Run
from .reader import Reader, bounded

READER = "tests/1"
LONGEST_WORD = 2000


class NoResultsError(Exception):
    """There are no outcomes at one end: `reason` says at which, and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Between:
    """A reconciliation with the runs it rests on; `unread` are sources that could not be read in full."""

    base: str
    head: str
    result: Reconciled
    before: Run
    after: Run
    unread: tuple[Problem, ...] = ()


def run_at(project: Project, sha: str) -> Run:
    """All test runs of a commit, or of one with the same tree."""
    every = in_force.results_at(project, sha)
    return outcomes.run_of(every, in_force.counted(every, in_force.policy_of(project)))


def between(project: Project, base: str, head: str, policy: Policy) -> Between:
    """What became of every test from one commit to another. Raises NoResultsError."""
    before, after = run_at(project, base), run_at(project, head)
    for run, sha in ((before, base), (after, head)):
        if not run.known:
            raise NoResultsError(f"there are no test results of {sha[:8]}; send them for that commit")
    comparison = compare(before.column, after.column)
    known = [position for position, code in enumerate(comparison.classes) if code]
    names = outcomes.names_at(project, known)
    matching, unread = matching_of(project, base, head)
    result = reconcile_runs(comparison, names, matching, explanations(project, policy), known_renames(project))
    return Between(base, head, result, before, after, unread)


# --- the sources ----------------------------------------------------------------------------------------------------


def matching_of(project: Project, base: str, head: str) -> tuple[Matching, tuple[Problem, ...]]:
    """The test functions of two commits, matched; nothing where there is no mirror."""
    repo = mirror.repository(project)
    if repo is None or base == head:
        return Matching(), ()
    sides = [tests_at(Reader(repo), sha) for sha in (base, head)]
    return match(sides[0][0], sides[1][0]), (*sides[0][1], *sides[1][1])


def tests_at(reader: Reader, sha: str) -> tuple[list[Definition], tuple[Problem, ...]]:
    """The test functions in the sources of a commit; a file is parsed once by its content."""
    entries = [entry for entry in reader.repo.tree(sha) if entry.is_file and is_test_path(entry.path)]
    small, large = bounded(entries)
    found = reader.cached(READER, small, _tests_in, by_path=True)
    tests = [
        replace(from_plain(Definition, plain), path=path) for path, plains in sorted(found.items()) for plain in plains
    ]
    return tests, large


def _tests_in(path: str, data: bytes) -> list[dict[str, Any]]:
    if not may_hold_tests(path, data):
        return []
    return [to_plain(one) for one in find_tests(read_module(data, path))]


# --- what people say of tests that are gone -------------------------------------------------------------------------


def explanations(project: Project, policy: Policy) -> Callable[[Test], str]:
    """Why a test may be gone, by a person or in policy; "" for one that nobody explained."""
    said: Mapping[str, RemovedTest] = {row.digest: row for row in RemovedTest.objects.filter(project=project)}

    def explained(test: Test) -> str:
        row = said.get(digest_of(test.label))
        if row is not None:
            return row.said
        return next((one.said for one in policy.removed_tests if one.explains(test.label)), "")

    return explained


def digest_of(label: str) -> str:
    return hashlib.sha256(label.encode("utf-8", "surrogatepass")).hexdigest()


class NothingSaidError(Exception):
    """A removed test was to be explained, without saying by what."""


@transaction.atomic
def explain(project: Project, labels: list[str], *, covered_by: str, reason: str, by: str) -> int:
    """Remember why tests are gone, and log it; how many. Raises NothingSaidError."""
    covered_by, reason = covered_by.strip()[:LONGEST_WORD], reason.strip()[:LONGEST_WORD]
    if not labels or not (covered_by or reason):
        raise NothingSaidError("choose the tests, and name the test that covers them or the reason why they went")
    for label in labels:
        RemovedTest.objects.update_or_create(
            project=project, digest=digest_of(label),
            defaults={"test": label, "covered_by": covered_by, "reason": reason, "by": by},
        )  # fmt: skip
    said = {"tests": labels, "covered_by": covered_by, "reason": reason}
    log.record(by, "explained removed tests", f"{len(labels)} tests", project, said)
    return len(labels)


def remember_renames(project: Project, found: Between) -> None:
    """Keep the renames that were seen, so that they hold when sources change further; the last seen counts."""
    positions = {test: position for position, test in found.result.added}
    rows = [
        RenamedTest(project=project, old=one.position, new=positions[one.now], how=one.fate, sha=found.head)
        for one in found.result.gone
        if one.fate in {RENAMED, MOVED} and one.now in positions
    ]
    RenamedTest.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["project", "old"],
        update_fields=["new", "how", "sha"],
    )  # fmt: skip


def known_renames(project: Project) -> dict[int, tuple[int, str]]:
    """Position of a test -> where it went when that was last seen, and how."""
    rows = RenamedTest.objects.filter(project=project).values_list("old", "new", "how")
    return {old: (new, how) for old, new, how in rows}


def resolve(project: Project, revision: str) -> str:
    """The full id of a commit of the project's mirror. Raises GitError."""
    repo = mirror.repository(project)
    if repo is None:
        raise git.GitError(f"{project.slug} was never fetched; ask for a look at the repository")
    return repo.resolve(from_head(project, revision))


def from_head(project: Project, revision: str) -> str:
    """A revision whose HEAD is the commit at which the project stands; the mirror itself has none."""
    return re.sub(r"^(?:HEAD|@)(?=$|[~^:])", project.sha, revision) if project.sha else revision
