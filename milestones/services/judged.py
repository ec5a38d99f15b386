"""A stored judgement read back: what was said of each milestone, its criteria and its gates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from milestones.codec import from_plain
from milestones.facts import Lack, State, Verdict
from milestones.models import Judgement
from milestones.models import Verdict as VerdictRow


@dataclass(frozen=True, slots=True)
class JudgedCriterion:
    """What a judgement says of one criterion; `identity` is the reader's."""

    identity: str
    state: State
    claimed: bool
    sentence: str
    next: str
    awaits_sign_off: bool
    gates: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class JudgedMilestone:
    """What a judgement says of one milestone; `gates` are all of them, those of its criteria too."""

    key: str
    state: State = State.UNKNOWN
    reasons: tuple[str, ...] = ()
    criteria: tuple[JudgedCriterion, ...] = ()
    gates: tuple[Verdict, ...] = ()

    @property
    def strict(self) -> list[Verdict]:
        return [gate for gate in self.gates if not gate.informational]

    @property
    def proven(self) -> int:
        """How many of what is asked are shown: criteria, or the gates where there is no criterion."""
        return sum(state is State.PASS for state in self._asked())

    @property
    def total(self) -> int:
        return len(self._asked())

    @property
    def contradicted(self) -> bool:
        return any(gate.state is State.FAIL for gate in self.strict)

    def _asked(self) -> list[State]:
        return [one.state for one in self.criteria] or [gate.state for gate in self.strict]


def read_back(judgement: Judgement) -> dict[str, JudgedMilestone]:
    """key -> what was said, in the judgement's order."""
    gates: dict[str, list[Verdict]] = {}
    for row in judgement.verdicts.order_by("position"):
        gates.setdefault(row.milestone_key, []).append(_verdict(row))
    return {one["key"]: _milestone(one, gates.get(one["key"], [])) for one in judgement.milestones}


def _milestone(plain: dict[str, Any], gates: list[Verdict]) -> JudgedMilestone:
    criteria = tuple(_criterion(one) for one in plain["criteria"])
    return JudgedMilestone(plain["key"], State(plain["state"]), tuple(plain["reasons"]), criteria, tuple(gates))


def _criterion(plain: dict[str, Any]) -> JudgedCriterion:
    gates = tuple(from_plain(Verdict, gate) for gate in plain["gates"])
    return JudgedCriterion(
        plain["identity"], State(plain["state"]), plain["claimed"], plain["sentence"], plain["next"],
        plain["awaits_sign_off"], gates,
    )  # fmt: skip


def _verdict(row: VerdictRow) -> Verdict:
    lack = Lack(row.lack) if row.lack else None
    return Verdict(
        row.gate, State(row.state), row.sentence, row.next, row.value, row.expect, lack, informational=not row.strict
    )
