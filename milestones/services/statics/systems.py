"""Where the two systems of a migration stand: at which commit, in which folder."""

from __future__ import annotations

from collections.abc import Iterator

from milestones.gates.owners import selects
from milestones.gates.policy import MilestonePolicy, Policy
from milestones.parity.guards import Naming
from milestones.parity.routes import RouteTable

from ..reader import Reader
from ..tables import Tables
from .kind import Case


def wanted(policy: Policy) -> bool:
    return bool(policy.start or policy.legacy_folder)


def parts_of(policy: Policy) -> Iterator[MilestonePolicy]:
    """The milestones that take a part of the endpoints for their own."""
    return (rule for rule in policy.milestones if rule.endpoints or rule.groups)


def is_part(rule: MilestonePolicy, method: str, path: str, group: str) -> bool:
    """Whether an endpoint is of a milestone's own part."""
    return group in rule.groups or any(selects(what, method, path, group) for what in rule.endpoints)


def tables_of_policy(reader: Reader, policy: Policy) -> Tables:
    """Route tables of a repository, with guards named as the policy has them; one object a reader."""
    naming = Naming(policy.owners.guards, policy.owners.no_guards)
    kept = reader.kept.get("tables")
    if not isinstance(kept, Tables) or kept.naming != naming:
        kept = reader.kept["tables"] = Tables(reader, naming)
    return kept


def tables_of(case: Case) -> tuple[RouteTable, RouteTable]:
    """The legacy system's table and that of the commit, each in its folder where the policy names one."""
    policy = case.policy
    tables = tables_of_policy(case.reader, policy)
    before = tables.at(case.start or case.sha, policy.legacy_folder)
    together = bool(policy.start) or not policy.new_folder  # both systems may serve from one tree
    return before, tables.at(case.sha, "" if together else policy.new_folder)
