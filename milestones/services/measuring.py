"""What the sources say at a commit, kind by kind, and the natural key of each reading."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from milestones.gates.policy import Policy

from .reader import Reader
from .statics import KINDS, Case, Static


def policy_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def basis_of(policy_hash: str, start: str) -> str:
    """What a static reading rests on beside its commit: the policy, and the full id of the commit that it starts from.

    The policy may name its start by a branch, which moves.
    """
    return f"{policy_hash}/{start}"


def static_digest(kind: str, basis: str) -> str:
    """The natural key of a static reading: it depends on the commit, the basis and the rules, on nothing else."""
    return hashlib.sha256(f"{kind}/{KINDS[kind].version}/{basis}".encode()).hexdigest()


def kinds_wanted(policy: Policy) -> frozenset[str]:
    """The kinds of static evidence that a policy gives something to measure for."""
    return frozenset(name for name, kind in KINDS.items() if kind.wanted(policy))


def measure(reader: Reader, sha: str, start: str, policy: Policy, known: Collection[str] = frozenset()) -> list[Static]:
    """All that is read from the sources at a commit, against the legacy system's last one, but for the kinds known."""
    case = Case(reader, sha, start, policy)
    return [KINDS[name].read(case) for name in sorted(kinds_wanted(policy)) if name not in known]
