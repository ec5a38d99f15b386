"""A look at the repository: fetch, take the policy in force, read documents and sources, judge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from milestones.clients import git
from milestones.codec import to_plain
from milestones.facts import ParseError, Problem
from milestones.gates.policy import EMPTY, Policy, read_policy
from milestones.models import Delivery, Project, WorkState

from . import (
    bindings,
    burndown,
    chronicle,
    claims,
    commit_history,
    conditions,
    contradictions,
    derived,
    dismissals,
    evaluate,
    history,
    measuring,
    mirror,
    policy_history,
    readings,
    regress,
)
from .documents import Documents, read_documents
from .reader import Reader

Progress = Callable[[str, int, int], None]


def quiet(_what: str, _done: int, _all: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one look is at: the commits and the policy in force."""

    sha: str
    docs_sha: str
    start: str
    policy_text: str
    policy: Policy
    policy_sha: str
    problems: tuple[Problem, ...]


def look(claim: claims.Claim, row: Delivery, progress: Progress = quiet) -> list[int]:
    """Bring a project up to date; the uploads that waited for what came. Raises GitError, ParseError."""
    project = row.project
    progress("fetch", 0, 1)
    repo = mirror.update(project)
    progress("fetch", 1, 1)
    seen = _sight(project, repo)
    reader = Reader(repo, progress)
    documents = read_documents(reader, seen.docs_sha, seen.policy)
    told = history.read_history(project, reader, seen.docs_sha, seen.policy, documents.documents)
    found = contradictions.look_for(project, reader, seen.docs_sha, seen.sha, documents)
    basis = measuring.basis_of(evaluate.policy_hash(seen.policy_text), seen.start)
    at = {
        sha: measuring.measure(reader, sha, seen.start, seen.policy, readings.known_kinds(project, sha, basis))
        for sha in _commits(seen)
    }
    course = burndown.read(reader, seen.start, seen.sha, seen.policy)
    with claim.writing():
        for sha, static in at.items():
            readings.store_static(project, repo, sha, basis, static)
        mirror.remember_commit(project, repo, seen.docs_sha)
        readings.store_documents(project, documents)
        chronicle.store(project, told, documents)
        contradictions.store_evidence(project, seen.docs_sha, found)
        contradictions.store_weakened(project, seen.docs_sha, chronicle.weakened_measure(project, told))
        dismissals.replace_findings(project, found.found)
        policy_history.note(project, repo, seen.policy_text, head=seen.sha, given=bool(project.policy_text))
        _store_sight(project, seen, documents, () if told.sha else told.problems)
        burndown.store(project, course)
    conditions.ensure(claim, project, repo, seen.sha)
    commit_history.sync(project, repo, writing=claim.writing, progress=progress)
    project.refresh_from_db()
    derived.settle(claim, project, seen.sha)
    with claim.writing() as held:
        judgement = evaluate.judge(project.pk, seen.sha)
        woken = _wake(project)  # in the same transaction: a worker that dies here leaves nobody asleep
        claims.close(held, WorkState.DONE, f"{seen.sha[:8]} judged as number {judgement.number}")
    regress.notice(project)
    return [*woken, row.pk] if held.state == WorkState.STORED else woken


def _commits(seen: Sight) -> list[str]:
    return list(dict.fromkeys([seen.start, seen.sha] if seen.start else [seen.sha]))


def _sight(project: Project, repo: git.Repository) -> Sight:
    branch = mirror.default_branch(project)
    head = repo.branch(branch)
    text = project.policy_text or mirror.policy_file(repo, head)
    policy = _read(text, given=bool(project.policy_text))
    sha = repo.resolve(project.pinned_revision) if project.pinned_revision else head
    docs = project.docs_revision or policy.docs_ref
    return Sight(
        sha=sha,
        docs_sha=repo.resolve(docs) if docs else sha,
        start=readings.baseline(repo, policy),
        policy_text=text,
        policy=policy,
        policy_sha=git.blob_id(text) if text else "",
        problems=(),
    )


def _read(text: str, *, given: bool) -> Policy:
    if not text:
        return EMPTY
    try:
        return read_policy(text)
    except ParseError as problem:
        where = "the policy given" if given else mirror.POLICY_FILE
        raise ParseError(f"{where}: {problem}") from problem


def _store_sight(project: Project, seen: Sight, documents: Documents, told: tuple[Problem, ...]) -> None:
    problems = [*documents.problems, *seen.problems, *told]
    problems += [problem for one in documents.documents for problem in one.problems]
    kept = project.history_problems
    project.sha, project.docs_sha, project.policy_sha = seen.sha, seen.docs_sha, seen.policy_sha
    project.start_sha = seen.start
    project.policy_in_force, project.problems = seen.policy_text, [*to_plain(problems), *kept]
    project.conditions = bindings.asked_of(project, seen.policy)
    if seen.policy.name and not project.named_by_hand:
        project.name = seen.policy.name[:200]
    project.save(
        update_fields=[
            "sha",
            "docs_sha",
            "start_sha",
            "policy_sha",
            "policy_in_force",
            "problems",
            "name",
            "conditions",
        ]
    )


def _wake(project: Project) -> list[int]:
    """Uploads that waited for a commit may be looked at again."""
    waiting = Delivery.objects.filter(project=project).waiting_for_commits()
    woken = list(waiting.values_list("pk", flat=True))
    waiting.update(not_before=None)
    return woken
