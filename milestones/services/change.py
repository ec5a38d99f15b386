"""The change question: whether a commit made anything worse than its base, where, and what of the rules it touches."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from django.db.models.functions import Now

from milestones.clients.git import GitError, Repository
from milestones.facts import Finding, State
from milestones.gates.changes import ChangeVerdict, change_verdict
from milestones.gates.inputs import Inputs
from milestones.gates.pieces import counted, findings_by_measure, fingerprint
from milestones.gates.policy import Acceptance, Policy
from milestones.models import Correction, Project

from . import evaluate, judging, mirror, touching
from .refusals import NotAllowedError

PLACES = 20


@dataclass(frozen=True, slots=True)
class Worse:
    """A measure that got worse, and the places that it counts now and did not at the base."""

    sentence: str
    places: tuple[Finding, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class ChangeAnswer:
    """What a change does: judged by the default branch's policy, whatever the change itself proposes."""

    base: str
    head: str
    verdict: ChangeVerdict
    worse: tuple[Worse, ...]
    touched: touching.Touched

    @property
    def state(self) -> State:
        return self.verdict.state


def base_of(project: Project, sha: str) -> str:
    """What a commit is held against: where it left the default branch, or its parent where it lies on it."""
    repo = mirror.repository(project)
    if repo is None:
        raise NotAllowedError(f"{project.slug} was never fetched; run manage.py track first")
    head = _default_head(project, repo)
    if not repo.is_ancestor(sha, head):
        try:
            return repo.git("merge-base", "--end-of-options", head, sha).decode().split()[0]
        except GitError:
            raise NotAllowedError(f"{sha[:8]} has no history in common with the default branch; name a base") from None
    parents = repo.commit(sha).parents
    if not parents:
        raise NotAllowedError(f"{sha[:8]} has no parent to be held against; name a base with --base")
    return parents[0]


def _default_head(project: Project, repo: Repository) -> str:
    try:
        return repo.branch(mirror.default_branch(project))
    except GitError:
        return project.sha


def judge_change(project: Project, sha: str, base: str = "") -> ChangeAnswer:
    """Hold a fetched commit against its base. Raises GitError, NotAllowedError."""
    base = base or base_of(project, sha)
    for commit in (base, sha):
        judging.read_sources(project, commit)
    project.refresh_from_db()
    now = Project.objects.annotate(now=Now()).values_list("now", flat=True).get(pk=project.pk)
    policy = with_corrections(project, evaluate.policy_of(project))
    before, there = evaluate.numbers_at(project, base, policy, now)
    after, here = evaluate.numbers_at(project, sha, policy, now)
    verdict = change_verdict(policy, there, here)
    worse = tuple(_worse(one.gate.split()[0], one.sentence, before, after) for one in verdict.verdicts
                  if one.state is State.FAIL)  # fmt: skip
    return ChangeAnswer(base, sha, verdict, worse, touching.touched(project, base, sha, policy))


def with_corrections(project: Project, policy: Policy) -> Policy:
    """The policy with what people corrected on a page and have not brought to the default branch yet."""
    rows = Correction.objects.filter(project=project, ended_at=None).order_by("pk")
    more = tuple(Acceptance(row.what, row.why, row.by, row.until, row.content) for row in rows)
    return replace(policy, accept=(*policy.accept, *more))


def _worse(measure: str, sentence: str, before: Inputs, after: Inputs) -> Worse:
    sides = [findings_by_measure(counted(side.evidence.pieces)).get(measure, []) for side in (before, after)]
    known = Counter(map(fingerprint, sides[0]))
    new = []
    for finding in sides[1]:
        key = fingerprint(finding)
        if known[key]:
            known[key] -= 1
        else:
            new.append(finding)
    return Worse(sentence, tuple(new[:PLACES]), max(len(new) - PLACES, 0))
