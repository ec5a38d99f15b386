"""The open milestone as the page shows it: each criterion and gate with how it is known, and what is in the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from milestones import facts
from milestones.codec import from_plain
from milestones.facts import Finding, Lack, State, Verdict
from milestones.gates.bounds import measure_in
from milestones.gates.criteria import criteria_of
from milestones.gates.measures import family_of
from milestones.models import Evidence, Milestone

from . import evaluate
from .judged import JudgedCriterion, JudgedMilestone

PLACES = 3
SIGNED = "signed off by "
COUNTING = frozenset({"contradictions", "failed", "findings", "imports", "imports_source", "imports_tests", "errors"})


def tone_of(state: State, lack: Lack | None = None, *, awaits_sign_off: bool = False) -> str:
    """The name under which a state is drawn: each kind of unknown has its own, and none looks like a fail."""
    if awaits_sign_off:
        return "claimed"
    return str(lack).replace(" ", "-") if lack and state is State.UNKNOWN else str(state)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from: the kind of evidence, how it is known, the commit, and the places that it counted."""

    kind: str
    known: str
    sha: str
    job: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class GateShown:
    """A verdict with its source; `last` is the commit for which such evidence last came, where it lacks here."""

    verdict: Verdict
    source: Source | None
    last: str

    @property
    def measure(self) -> str:
        return measure_in(self.verdict.gate)

    @property
    def places(self) -> tuple[Finding, ...]:
        """The first places that a failing count counted: the findings that name it, else all of its kind's."""
        if self.source is None or self.verdict.state is not State.FAIL:
            return ()
        named = tuple(one for one in self.source.findings if one.rule == self.measure)
        counts = self.measure.rsplit(".", maxsplit=1)[-1] in COUNTING
        return (named or (self.source.findings if counts else ()))[:PLACES]

    @property
    def more(self) -> int:
        """How many places there are beyond those shown."""
        return max(int(self.verdict.value or 0) - len(self.places), 0) if self.places else 0


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the definition of done: claimed beside proven. `text` is empty for a gate that policy sets."""

    identity: str
    text: str
    path: str
    line: int
    claimed: bool
    state: State
    sentence: str
    brief: str
    next: str
    awaits_sign_off: bool
    signed_by: str
    gates: tuple[GateShown, ...]
    beside: Any = None  # its history and what could prove it, where the page tells them

    @property
    def lack(self) -> Lack | None:
        return next((one.verdict.lack for one in self.gates if one.verdict.lack), None)

    @property
    def is_informational(self) -> bool:
        """It tells and does not block."""
        return not self.text and all(gate.verdict.informational for gate in self.gates)

    @property
    def word(self) -> str:
        if self.awaits_sign_off:
            return "passes, not in policy" if self.is_accepted else "awaits sign-off"
        return str(self.state)

    @property
    def is_accepted(self) -> bool:
        """Whether a proposal that a person accepted holds, and nothing in policy or document binds it."""
        return bool(self.beside and self.beside.bound) and all(one.verdict.state is State.PASS for one in self.gates)

    @property
    def tone(self) -> str:
        return tone_of(self.state, self.lack, awaits_sign_off=self.awaits_sign_off)


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing in the way: what is wrong, where, and what to do or type."""

    state: State
    sentence: str
    next: str = ""
    about: str = ""
    path: str = ""
    line: int = 0
    lack: Lack | None = None
    awaits_sign_off: bool = False
    places: tuple[Finding, ...] = ()
    more: int = 0

    @property
    def word(self) -> str:
        """What sort of reason it is; of what is unknown, which kind."""
        if self.awaits_sign_off:
            return "Awaits sign-off:"
        if self.state is State.FAIL:
            return "Fails:"
        return f"Unknown, {self.lack}:" if self.lack else "Unknown:"

    @property
    def tone(self) -> str:
        return tone_of(self.state, self.lack, awaits_sign_off=self.awaits_sign_off)


class Witness:
    """Where every number at one commit comes from; built once for a page."""

    def __init__(self, rows: Iterable[Evidence], last: Mapping[str, str]) -> None:
        rows = list(rows)
        self.last = last
        self.told = [f": {places}" for places in evaluate.places_of(rows).values()]
        self.sources: dict[str, Source] = {}
        for row in rows:
            findings = tuple(from_plain(Finding, one) for one in row.findings)
            for one in row.measurements.all():
                self.sources[one.name] = Source(row.kind, one.known, row.sha, row.job, findings)

    def brief(self, sentence: str) -> str:
        """A sentence without the places in it, which the page lists beneath."""
        for places in self.told:
            sentence = sentence.replace(places, "")
        return sentence

    def of(self, verdict: Verdict) -> GateShown:
        measure = measure_in(verdict.gate)
        family = family_of(measure)
        last = self.last.get(family.kind, "") if family else ""
        return GateShown(verdict, self.sources.get(measure), last)


def rows_of(milestone: Milestone, judged: JudgedMilestone, witness: Witness) -> tuple[Row, ...]:
    """The criteria as the document has them, then the gates that stand in policy alone."""
    read = from_plain(facts.Milestone, milestone.facts) if milestone.facts else None
    known = {one.id: one for one, _ in criteria_of(read)} if read else {}
    criteria = [_row(one, known.get(one.identity), witness) for one in judged.criteria]
    bound = {gate.gate for one in judged.criteria for gate in one.gates}
    return (*criteria, *(_policy_row(gate, witness) for gate in judged.gates if gate.gate not in bound))


def _row(one: JudgedCriterion, read: facts.Criterion | None, witness: Witness) -> Row:
    place = (read.text, read.path, read.line) if read else ("a criterion that the document no longer has", "", 0)
    gates = tuple(witness.of(gate) for gate in one.gates)
    signed_by = one.sentence.removeprefix(SIGNED) if one.state is State.PASS and one.sentence.startswith(SIGNED) else ""
    return Row(
        one.identity, *place, one.claimed, one.state, one.sentence, witness.brief(one.sentence), one.next,
        one.awaits_sign_off, signed_by, gates,
    )  # fmt: skip


def _policy_row(gate: Verdict, witness: Witness) -> Row:
    shown = (witness.of(gate),)
    brief = witness.brief(gate.sentence)
    return Row("", "", "", 0, False, gate.state, gate.sentence, brief, gate.next, False, "", shown)


def reasons_of(judged: JudgedMilestone, rows: Iterable[Row]) -> tuple[Reason, ...]:
    """What is in the way, each once, worst first; what awaits a person's word comes last."""
    listed = [row for row in rows if row.state is not State.PASS and not row.is_informational]
    found: dict[str, Reason] = {}
    for row in listed:
        if not row.awaits_sign_off:
            found.setdefault(row.sentence, _reason(row))
    explained = {row.sentence for row in listed}
    for said in judged.reasons:
        if not said.endswith(tuple(explained)):
            found.setdefault(said, Reason(State.UNKNOWN, said))
    ordered = sorted(found.values(), key=lambda one: one.state is not State.FAIL)
    return (*ordered, *_awaiting(listed))


def _reason(row: Row) -> Reason:
    shown = next((gate for gate in row.gates if gate.verdict.state is row.state), None)
    places, more = (shown.places, shown.more) if shown else ((), 0)
    return Reason(row.state, row.brief, row.next, row.text, row.path, row.line, row.lack, places=places, more=more)


def _awaiting(rows: Iterable[Row]) -> list[Reason]:
    waiting = [row for row in rows if row.awaits_sign_off]
    if not waiting:
        return []
    one = waiting[0]
    if len(waiting) == 1:
        said = "this criterion awaits a person's word: no gate is bound to it"
        return [Reason(State.UNKNOWN, said, one.next, one.text, one.path, one.line, awaits_sign_off=True)]
    said = f"{len(waiting)} criteria await a person's word: no gate is bound to them"
    return [Reason(State.UNKNOWN, said, one.next, "", one.path, one.line, awaits_sign_off=True)]
