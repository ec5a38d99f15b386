"""The order of things: what comes before a milestone, what a stage takes, and what everybody should know."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from milestones import facts
from milestones.clients.git import GitError
from milestones.codec import from_plain
from milestones.facts import State
from milestones.gates.inputs import reading_of
from milestones.gates.judging import judge_gate
from milestones.gates.policy import Policy
from milestones.models import Judgement, Milestone, Project, Promotion

from . import mirror
from .evaluate import Case
from .refusals import NotAllowedError

_LETTERED = re.compile(r"\b(?i:stop(?:\s+point)?|gate)\s+(?:[A-Z]|\d+)\b")


def predecessor(milestone: Milestone, policy: Policy) -> str:
    """The milestone that has to be approved before this one: as policy orders them, else by the stop points in it.

    The stop points of a document come in the order in which they stand there, A before B.
    """
    key = milestone.key.casefold()
    for line in policy.order:
        keys = [one.casefold() for one in line]
        if key in keys:
            place = keys.index(key)
            return line[place - 1] if place else ""
    if not stop_points(milestone):
        return ""
    rows = Milestone.objects.filter(project=milestone.project, path=milestone.path, position__lt=milestone.position)
    return next((row.key for row in rows.in_order().reverse() if stop_points(row)), "")


def stop_points(milestone: Milestone) -> list[str]:
    """The labels of the stop points that a milestone's document sets in it."""
    return [str(gate["label"]) for gate in milestone.facts.get("gates", ())]


def out_of_turn(milestone: Milestone, open_: Collection[str], wanted: Collection[str]) -> str:
    """Why a person may not stand for these criteria yet: one is of stop point B, and something of A is open; or "".

    What is signed in the same act is not open. `open_` and `wanted` are the identities of criteria.
    """
    whole = from_plain(facts.Milestone, milestone.facts)
    stops = (*whole.gates, *(one for part in whole.children for one in part.gates))
    waits = ""
    for stop in (one for one in stops if _LETTERED.search(one.label)):
        if waits and any(item.id in wanted for item in stop.items):
            return f"{stop.label} comes after {waits}; finish that first, or sign both in one act"
        left = next((item.text for item in stop.items if item.id in open_ and item.id not in wanted), "")
        if left and not waits:
            waits = f'{stop.label}, where "{left}" is not done'
    return ""


def called(project: Project, name: str) -> Milestone | None:
    """The milestone that holds the stop point of this name: "A", "gate A" or "stop point A"."""
    letter = name.casefold().split()[-1] if name.split() else ""
    for row in Milestone.objects.filter(project=project).in_order():
        for label in stop_points(row):
            words = label.casefold().split()
            if letter and letter in words[:3] and {"stop", "gate"} & set(words):
                return row
    return None


def _named(milestone: Milestone) -> str:
    labels = stop_points(milestone)
    return f"milestone {milestone.key}" + (f" ({labels[0]})" if labels else "")


def reasons(case: Case, milestone: Milestone) -> tuple[str, ...]:
    """Why it is not this milestone's turn, or nothing."""
    key = predecessor(milestone, case.policy)
    if not key:
        return ()
    row = Milestone.objects.filter(project=case.project, key__iexact=key).first()
    if row is None or not Promotion.objects.approved().filter(milestone=row).exists():
        first = _named(row) if row else f"milestone {key}"
        return (f"{first} comes before {milestone.key}, and was never approved; promote it first",)
    said = case.milestone(row.key)
    if said is not None and said.state is State.FAIL:
        return (f"milestone {key}, which comes before {milestone.key}, fails at {case.sha[:7]}: {said.reasons[0]}",)
    return ()


def stage_reasons(case: Case, milestone: Milestone, stage: str) -> tuple[str, ...]:
    """What is in the way into a stage. Raises NotAllowedError for one that the policy does not have."""
    if not stage:
        return ()
    names = [one.name for one in case.policy.stages]
    if stage not in names:
        listed = ", ".join(names) or 'none; name them in migration.toml: [stages] order = ["staging", "production"]'
        raise NotAllowedError(f"there is no stage {stage!r}; the policy has: {listed}")
    return tuple(_stage_reasons(case, milestone, names.index(stage)))


def _stage_reasons(case: Case, milestone: Milestone, place: int) -> Iterator[str]:
    stage = case.policy.stages[place]
    if place:
        before = case.policy.stages[place - 1].name
        approved = Promotion.objects.approved().filter(milestone=milestone, stage=before, sha=case.sha)
        if not approved.exists():
            yield f"{case.sha[:7]} was not promoted into {before}, which comes before {stage.name}"
    reading = reading_of(case.inputs, case.policy)
    for bound in stage.needs:
        verdict = judge_gate(bound, reading)
        if verdict.state is not State.PASS and not verdict.informational:
            yield f"{stage.name} needs {bound.text}: {verdict.sentence}"


def notes(case: Case, milestone: Milestone) -> tuple[str, ...]:
    """How far the branch has moved on, and whether its head is worse: no obstacle, but to be known."""
    return tuple(_notes(case, milestone))


def _notes(case: Case, milestone: Milestone) -> Iterator[str]:
    head, repo = case.project.sha, mirror.repository(case.project)
    if repo is None or not head or head == case.sha:
        return
    try:
        ahead = int(repo.git("rev-list", "--count", "--end-of-options", f"{case.sha}..{head}"))
        behind = int(repo.git("rev-list", "--count", "--end-of-options", f"{head}..{case.sha}"))
    except GitError:
        return
    if behind:
        yield f"{case.sha[:7]} is not on the default branch"
    if ahead:
        word = f"{ahead} commit{'s' * (ahead != 1)}"
        yield f"the default branch has moved on by {word}, to {head[:7]}, {_head_says(case, milestone, head)}"


def _head_says(case: Case, milestone: Milestone, head: str) -> str:
    latest = Judgement.objects.latest_at(case.project, head)
    said = next((one for one in latest.milestones if one["key"] == milestone.key), None) if latest else None
    if said is None:
        return "which was not judged yet"
    return {"pass": "which passes as well", "fail": "which fails"}.get(str(said["state"]), "of which less is known")
