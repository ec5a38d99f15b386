"""What proves a criterion: proposals read from its words, and those that a person accepted."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from milestones import facts
from milestones.codec import from_plain, storable
from milestones.gates.bounds import Bound
from milestones.gates.criteria import criteria_of
from milestones.gates.policy import Policy
from milestones.gates.suggest import Known, Said, Suggestion, bound_of, policy_line, policy_table, suggest
from milestones.models import Binding, Measurement, Milestone, Project, Role
from milestones.reading.commands import code_spans, commands_in
from milestones.reading.targets import targets_in

from . import accounts, conditions, evaluate, log
from .promote import NotAllowedError


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal for a criterion, with the line that a person may put into policy instead."""

    gates: tuple[str, ...]
    why: str
    line: str
    table: str


def said_of(criterion: facts.Criterion) -> Said:
    text = criterion.text
    return Said(
        text, posixpath.dirname(criterion.path), tuple(code_spans(text)), commands_in(text), targets_in(text, 0)
    )


def known_of(project: Project, policy: Policy) -> Known:
    """The measures that ever came for the project, and its pairs."""
    names = Measurement.objects.filter(evidence__project=project).order_by().values_list("name", flat=True).distinct()
    return Known(frozenset(names), frozenset(pair.name for pair in policy.pairs))


def proposals_of(milestone: Milestone, known: Known, bound: Mapping[str, frozenset[str]]) -> dict[str, list[Proposal]]:
    """identity -> what is proposed for each criterion, without what is bound to it already."""
    listed = [one for one, _ in criteria_of(from_plain(facts.Milestone, milestone.facts))] if milestone.facts else []
    found: dict[str, list[Proposal]] = {}
    for one in listed:
        has = bound.get(one.id, frozenset())
        others = [other.text for other in listed if other is not one]
        for suggestion in suggest(said_of(one), known):
            if not set(suggestion.gates) <= has:
                found.setdefault(one.id, []).append(_proposal(milestone.key, one.text, suggestion, others))
    return found


def _proposal(key: str, text: str, suggestion: Suggestion, others: Iterable[str]) -> Proposal:
    line = policy_line(text, suggestion.gates, others)
    return Proposal(suggestion.gates, suggestion.why, line, policy_table(key))


def lines_of(milestone: Milestone, bound: Mapping[str, frozenset[str]]) -> dict[str, tuple[str, str]]:
    """identity -> table and line by which policy would have what a person accepted."""
    listed = [one for one, _ in criteria_of(from_plain(facts.Milestone, milestone.facts))] if bound else []
    return {
        one.id: (
            policy_table(milestone.key),
            policy_line(one.text, sorted(bound[one.id]), [other.text for other in listed if other is not one]),
        )
        for one in listed
        if one.id in bound
    }


# --- what of the tree is asked ---------------------------------------------------------------------------------------


def asked_of(project: Project, policy: Policy) -> list[str]:
    """The conditions on the tree that policy, comments, accepted and proposed gates name, the proposed ones last."""
    known = Known(frozenset(), frozenset(pair.name for pair in policy.pairs))
    named = [*_by_policy(policy)]
    named += (bound for gate in Binding.objects.filter(project=project) for bound in _bounds(gate.gate))
    plain = Milestone.objects.filter(project=project).in_order().values_list("facts", flat=True)
    listed = [one for read in plain for one, _ in criteria_of(from_plain(facts.Milestone, read))]
    named += (bound for one in listed for bound in _bounds(one.gate))
    named += (bound for one in listed for each in suggest(said_of(one), known) for gate in each.gates
              for bound in _bounds(gate))  # fmt: skip
    wanted = dict.fromkeys(bound.measure for bound in named if conditions.is_condition(bound.measure))
    return sorted(list(wanted)[: conditions.MOST])


def _by_policy(policy: Policy) -> Iterator[Bound]:
    for one in policy.milestones:
        yield from one.done
        for proof in one.proves:
            yield from proof.bounds


def _bounds(gate: str) -> list[Bound]:
    bound = bound_of(gate) if gate.strip() else None
    return [bound] if bound else []


# --- accepting ------------------------------------------------------------------------------------------------------


def accept(milestone: Milestone, identity: str, gates: Iterable[str], *, by: AbstractBaseUser) -> list[Binding]:
    """Bind gates that are proposed for a criterion. Raises NotAllowedError for who may not and for what is not so."""
    project = milestone.project
    if not accounts.may(project, by, Role.MAINTAINER):
        raise NotAllowedError(f"{by} may not bind gates in {project.slug}; a maintainer may")
    wanted = tuple(dict.fromkeys(gates))
    proposed = proposals_of(milestone, known_of(project, evaluate.policy_of(project)), {}).get(identity, [])
    chosen = next((one for one in proposed if one.gates == wanted), None)
    if chosen is None:
        raise NotAllowedError("this is not proposed for the criterion any more; look at the page again")
    read = {one.id: one for one, _ in criteria_of(from_plain(facts.Milestone, milestone.facts))}
    with transaction.atomic():
        made = [_bind(milestone, read[identity], gate, chosen.why, by.get_username()) for gate in wanted]
        evaluate.judge(project.pk, project.sha)
    return made


def _bind(milestone: Milestone, criterion: facts.Criterion, gate: str, why: str, name: str) -> Binding:
    row, new = Binding.objects.get_or_create(
        project=milestone.project, milestone_key=milestone.key, identity=criterion.id, gate=gate,
        defaults={"text": criterion.text, "why": storable(why), "by": name, "at": timezone.now()},
    )  # fmt: skip
    if new:
        said = {"identity": criterion.id, "text": criterion.text, "gate": gate, "why": why}
        log.record(name, "bound", f"milestone {milestone.key}", milestone.project, said)
    return row


def undo(milestone: Milestone, identity: str, *, by: AbstractBaseUser) -> int:
    """Take back what was accepted for a criterion; how many gates it was. Raises NotAllowedError."""
    project = milestone.project
    if not accounts.may(project, by, Role.MAINTAINER):
        raise NotAllowedError(f"{by} may not unbind gates in {project.slug}; a maintainer may")
    with transaction.atomic():
        rows = Binding.objects.filter(project=project, milestone_key=milestone.key, identity=identity)
        gates = list(rows.values_list("gate", flat=True))
        rows.delete()
        if gates:
            said = {"identity": identity, "gates": gates}
            log.record(by.get_username(), "unbound", f"milestone {milestone.key}", project, said)
            evaluate.judge(project.pk, project.sha)
    return len(gates)
