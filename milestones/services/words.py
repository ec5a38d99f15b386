"""What people's words come to at a commit: which sign-offs still stand, whose ended and why, and what lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from milestones.gates.inputs import Signed
from milestones.gates.people import rule_for
from milestones.gates.policy import Policy
from milestones.models import Project, SignOff

from . import territory


@dataclass(frozen=True, slots=True)
class Moment:
    """A commit, the others of the same tree, and the time at which people's words are weighed."""

    project: Project
    sha: str
    trees: Collection[str]
    now: datetime


def signed_at(moment: Moment, policy: Policy, given: Iterable[SignOff]) -> tuple[Signed, ...]:
    """What was said of each criterion."""
    by_criterion: dict[tuple[str, str], list[SignOff]] = {}
    for one in given:
        by_criterion.setdefault((one.milestone_key, one.identity), []).append(one)
    return tuple(_signed(moment, policy, by_criterion[key]) for key in sorted(by_criterion))


def _signed(moment: Moment, policy: Policy, words: list[SignOff]) -> Signed:
    rule = rule_for(policy.sign_offs, words[-1].text)
    ended = {one.pk: why_ended(moment, one) for one in words}
    standing = {one.by: one for one in words if not ended[one.pk]}
    enough = len(standing) >= rule.people
    said = [f"{one.by} at {one.sha[:7]} on {one.at:%Y-%m-%d}" for one in standing.values()]
    if enough:
        sentence = f"signed off by {' and '.join(said)}"
    elif said:
        sentence = f"{len(standing)} of {rule.people} people have signed it off: {', '.join(said)}"
    else:
        sentence = ended[words[-1].pk]
    return Signed(words[0].milestone_key, words[0].identity, enough, sentence)


def why_ended(moment: Moment, one: SignOff) -> str:
    """Why a word does not hold at a commit, or nothing where it does."""
    project, sha = moment.project, moment.sha
    if one.expires_at is not None and one.expires_at <= moment.now:
        return f"{one.by}'s word of {one.at:%Y-%m-%d} expired on {one.expires_at:%Y-%m-%d}"
    if one.sha in moment.trees:
        return ""
    if one.paths and one.content and one.content == territory.content_at(project, sha, one.paths):
        return ""
    touched = territory.changed_between(project, one.sha, sha, one.paths)
    what = f"{touched[0]} is" if len(touched) == 1 else "what it is for is"
    what = f"{touched[0]} and {len(touched) - 1} more are" if len(touched) > 1 else what
    return f"{one.by}'s word was given at {one.sha[:7]}; {what} not the same at {sha[:7]}"
