"""What was proven and fails now: noticed at the head of the branch, and traced to the commit that did it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now

from milestones.clients.git import GitError
from milestones.facts import State, Verdict
from milestones.gates.judgement import blocks
from milestones.models import Evidence, Project, Promotion, Regression

from . import evaluate, log, mirror

FURTHEST = 5000


@dataclass(frozen=True, slots=True)
class Culprit:
    """The first commit known to fail, the last before it known to pass, and how many between them tell nothing."""

    sha: str
    after: str
    unjudged: int


def bisect(line: Sequence[str], state: Callable[[str], State], known: Callable[[str], bool]) -> Culprit:
    """The step from pass to fail on a line of commits whose first passes and whose last fails.

    Only commits that something is known of are asked, in a number that grows with the logarithm of theirs.
    """
    asked = [0, *(place for place in range(1, len(line) - 1) if known(line[place])), len(line) - 1]
    low, high = 0, len(asked) - 1
    while high - low > 1:
        middle = (low + high) // 2
        found = state(line[asked[middle]])
        if found is State.UNKNOWN:
            del asked[middle]
            high -= 1
        elif found is State.FAIL:
            high = middle
        else:
            low = middle
    first, last = asked[high], asked[low]
    return Culprit(line[first], line[last], first - last - 1)


def notice(project: Project) -> list[Regression]:
    """Hold every approved milestone against the head; what fails is written down once, what is mended is closed."""
    project.refresh_from_db()
    standing = Promotion.objects.standing(project)
    if not standing or not project.sha:
        return []
    with transaction.atomic():
        _, case = evaluate.judged(project.pk, project.sha)
        failing = {
            (key, gate.gate): gate
            for key, promotion in standing.items()
            if promotion.sha != project.sha and (said := case.milestone(key)) is not None
            for gate in said.gates
            if gate.state is State.FAIL and blocks(gate)
        }
        _close_the_mended(project, case, set(failing))
        open_ = {(one.promotion_id, one.gate) for one in Regression.objects.open(project)}
        new = [(standing[key], gate) for (key, name), gate in failing.items() if (standing[key].pk, name) not in open_]
        return [row for promotion, gate in new if (row := _write(case, promotion, gate)) is not None]


def _close_the_mended(project: Project, case: evaluate.Case, failing: set[tuple[str, str]]) -> None:
    for row in Regression.objects.open(project):
        key = row.promotion.milestone.key
        said = case.milestone(key)
        states = {gate.gate: gate.state for gate in said.gates} if said else {}
        if (key, row.gate) not in failing and states.get(row.gate, State.PASS) is State.PASS:
            Regression.objects.filter(pk=row.pk).update(mended_at=Now(), mended_sha=project.sha)
            log.record("the judge", "mended", f"{row.gate} of milestone {key}", project, {"sha": project.sha})


def _write(case: evaluate.Case, promotion: Promotion, gate: Verdict) -> Regression | None:
    found = trace(case.project, promotion, gate.gate)
    if found is None:
        return None
    said = {"sentence": gate.sentence, "after": found.after, "unjudged": found.unjudged}
    row, new = Regression.objects.get_or_create(promotion=promotion, gate=gate.gate, sha=found.sha, defaults=said)
    if new:
        where = f"milestone {promotion.milestone.key}"
        log.record("the judge", "regressed", where, case.project, {**said, "gate": gate.gate, "sha": found.sha})
    elif row.mended_at is not None:
        Regression.objects.filter(pk=row.pk).update(mended_at=None, mended_sha="")
    return row


def trace(project: Project, promotion: Promotion, gate: str) -> Culprit | None:
    """The commit that turned a gate of an approved milestone, by the evidence that is stored; None off its line."""
    repo = mirror.repository(project)
    if repo is None:
        return None
    try:
        span = f"{promotion.sha}..{project.sha}"
        out = repo.git("rev-list", "--first-parent", "--reverse", f"--max-count={FURTHEST}", "--end-of-options", span)
    except GitError:
        return None
    line = [promotion.sha, *out.decode().split()]
    if len(line) < 2 or line[-1] != project.sha:
        return None
    with_evidence = set(Evidence.objects.filter(project=project, sha__in=line[1:-1]).values_list("sha", flat=True))
    now = Project.objects.annotate(now=Now()).values_list("now", flat=True).get(pk=project.pk)

    def state(sha: str) -> State:
        said = evaluate.case_of(project, sha, now).milestone(promotion.milestone.key)
        return next((one.state for one in said.gates if one.gate == gate), State.UNKNOWN) if said else State.UNKNOWN

    return bisect(line, state, with_evidence.__contains__)
