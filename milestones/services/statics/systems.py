"""Where the two systems of a migration stand: at which commit, in which folder."""

from __future__ import annotations

from milestones.gates.policy import Policy
from milestones.parity.guards import Naming
from milestones.parity.routes import RouteTable

from ..tables import Tables
from .kind import Case


def wanted(policy: Policy) -> bool:
    return bool(policy.start or policy.legacy_folder)


def tables_of(case: Case) -> tuple[RouteTable, RouteTable]:
    """The legacy system's table and that of the commit, each in its folder where the policy names one."""
    owners, policy = case.policy.owners, case.policy
    tables = Tables(case.reader, Naming(owners.guards, owners.no_guards))
    before = tables.at(case.start or case.sha, policy.legacy_folder)
    together = bool(policy.start) or not policy.new_folder  # both systems may serve from one tree
    return before, tables.at(case.sha, "" if together else policy.new_folder)
