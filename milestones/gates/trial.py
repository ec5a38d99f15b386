"""Gates on trial: known-bad variants of the evidence of a commit, and which gates see that they are bad."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from milestones.facts import Criterion, CriterionKind, Finding, Measurement, Milestone, State
from milestones.gates.bounds import Op, measure_in, parse_bound
from milestones.gates.expected import CompleteSet, learnable
from milestones.gates.inputs import Inputs, judge_inputs
from milestones.gates.judgement import MilestoneJudgement
from milestones.gates.pieces import Piece

MISSING_AT = "f" * 40  # no commit of any tree that is judged


@dataclass(frozen=True, slots=True)
class Variant:
    """One way in which evidence is bad: `measures` are those whose gates should see it.

    A `general` one every gate sees, whatever its bound, so that it says nothing of whether the bound is of use.
    """

    name: str
    inputs: Inputs
    measures: tuple[str, ...]
    general: bool = False


@dataclass(frozen=True, slots=True)
class Tried:
    """A variant and what was said of it: the gates that caught it and those that should have and did not."""

    name: str
    caught: tuple[str, ...]
    missed: tuple[str, ...]
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """`untrusted` are gates that caught none of the variants that they should; `untried` do not pass to begin with."""

    tried: tuple[Tried, ...]
    untrusted: tuple[str, ...]
    untried: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.untrusted and all(one.caught or one.skipped for one in self.tried)


def try_gates(inputs: Inputs) -> Trial:
    """Judge every variant, and hold what is said against what is said of the evidence as it is."""
    found = judge_inputs(inputs)
    court = _Court(_states(found, State.PASS))
    tried = tuple(court.hear(name, list(make(inputs, found))) for name, make in VARIANTS.items())
    every = _states(found, *State)
    return Trial(
        tried, court.untrusted(), tuple(gate for gate in every if gate not in court.passing and every[gate] != WHOLE)
    )


class _Court:
    """Counts, of each gate that passes, the variants that it should catch and those that it does."""

    def __init__(self, passing: dict[str, str]) -> None:
        self.passing = passing
        self.should = dict.fromkeys(passing, 0)
        self.catches = dict.fromkeys(passing, 0)

    def hear(self, name: str, variants: list[Variant]) -> Tried:
        if not variants:
            return Tried(name, (), (), "nothing of the kind is known of this commit")
        caught: dict[str, None] = {}
        missed: dict[str, None] = {}
        for variant in variants:
            still = _states(judge_inputs(variant.inputs), State.PASS)
            named = self.named(variant)
            turned = (gate for gate in self.passing if gate not in still)
            caught |= dict.fromkeys(gate for gate in turned if gate in named or self.passing[gate] != WHOLE)
            for gate in named:
                self.should[gate] += not variant.general
                self.catches[gate] += gate not in still and not variant.general
                missed |= {gate: None} if gate in still else {}
        asked = sorted({measure for variant in variants for measure in variant.measures})
        said = "" if caught or missed else f"no gate that passes here is on {', '.join(asked[:4])}"
        return Tried(name, tuple(caught), tuple(gate for gate in missed if gate not in caught), said)

    def named(self, variant: Variant) -> list[str]:
        """The gates that a variant is meant for."""
        return [gate for gate, measure in self.passing.items() if measure in variant.measures]

    def untrusted(self) -> tuple[str, ...]:
        return tuple(gate for gate in self.passing if self.should[gate] and not self.catches[gate])


def _states(found: Iterable[MilestoneJudgement], *wanted: State) -> dict[str, str]:
    """The gates in one of these states, each with its measure; a criterion that a person stands for is one, too."""
    listed: dict[str, str] = {}
    for judged in found:
        for gate in judged.gates:
            if gate.state in wanted:
                listed[f"{judged.key}: {gate.gate}"] = measure_in(gate.gate)
        for one in judged.criteria:
            if one.state in wanted and not one.gates:
                listed[f'{judged.key}: the word for "{one.criterion.text[:60]}"'] = SIGNED
        if judged.state in wanted:
            listed[f"{judged.key}: {WHOLE}"] = WHOLE
    return listed


SIGNED, WHOLE = "a person's word", "the milestone as a whole"


# --- making evidence bad --------------------------------------------------------------------------------------------


def _with(inputs: Inputs, pieces: Iterable[Piece]) -> Inputs:
    return replace(inputs, evidence=replace(inputs.evidence, pieces=tuple(pieces)))


def _named(inputs: Inputs, *names: str) -> Iterator[str]:
    """The measures there are by these names, or under one that ends with a dot."""
    seen: dict[str, None] = {}
    for piece in inputs.evidence.pieces:
        for one in piece.measurements:
            if one.name in names or any(name.endswith(".") and one.name.startswith(name) for name in names):
                seen[one.name] = None
    return iter(seen)


def _moved(inputs: Inputs, by: dict[str, float], finding: Finding | None = None) -> Inputs:
    """The numbers of the first piece that has them, moved; a finding is put beside them."""
    done = False
    pieces = []
    for piece in inputs.evidence.pieces:
        if done or not any(one.name in by and not one.subject for one in piece.measurements):
            pieces.append(piece)
            continue
        done = True
        numbers = tuple(_move(one, by) for one in piece.measurements)
        pieces.append(replace(piece, measurements=numbers, findings=(*piece.findings, *([finding] if finding else ()))))
    return _with(inputs, pieces)


def _move(one: Measurement, by: dict[str, float]) -> Measurement:
    return replace(one, value=one.value + by[one.name]) if one.name in by and not one.subject else one


def _one_more(*names: str) -> Callable[[Inputs, object], Iterator[Variant]]:
    """One more of each of these counts, with a place for it."""

    def make(inputs: Inputs, _found: object) -> Iterator[Variant]:
        for name in _named(inputs, *names):
            finding = Finding("put there by the trial", "trial.py", 1, name)
            yield Variant(name, _moved(inputs, {name: 1.0}, finding), (name,))

    return make


def _test_removed(inputs: Inputs, _found: object) -> Iterator[Variant]:
    if "tests.total" in _named(inputs, "tests.total"):
        fewer = {"tests.total": -1.0, "tests.passed": -1.0}
        yield Variant("one", _moved(inputs, fewer), ("tests.total", "tests.passed"))


def _no_test(inputs: Inputs, _found: object) -> Iterator[Variant]:
    if "tests.total" in _named(inputs, "tests.total"):
        none = _tests(inputs, lambda one: replace(one, value=0.0))
        yield Variant("all", none, ("tests.total", "tests.passed", "tests.failed"))


def _tests(inputs: Inputs, change: Callable[[Measurement], Measurement]) -> Inputs:
    pieces = [
        replace(piece, measurements=tuple(change(one) if one.name.startswith("tests.") else one
                                          for one in piece.measurements))
        for piece in inputs.evidence.pieces
    ]  # fmt: skip
    return _with(inputs, pieces)


def _suite_skipped(inputs: Inputs, _found: object) -> Iterator[Variant]:
    """A suite that no longer comes, and a run that skips everything."""
    for place, piece in enumerate(inputs.evidence.pieces):
        if not piece.covers or len(piece.covers.suites) < 1 or piece.static:
            continue
        (suite, count), *rest = piece.covers.suites
        fewer = {"tests.total": -float(count), "tests.passed": -float(count)}
        without = replace(piece, covers=replace(piece.covers, suites=tuple(rest)),
                          measurements=tuple(_move(one, fewer) for one in piece.measurements))  # fmt: skip
        pieces = [*inputs.evidence.pieces[:place], without, *inputs.evidence.pieces[place + 1 :]]
        learnt = _learnt(inputs, piece.kind)
        gone = replace(_with(inputs, pieces), evidence=replace(_with(inputs, pieces).evidence, learnt=learnt))
        yield Variant(f"{suite} is gone", gone, ("tests.total", "tests.passed", "tests.failed", "tests.skipped"))
        break
    total = sum(
        one.value for piece in inputs.evidence.pieces for one in piece.measurements if one.name == "tests.total"
    )
    if total:
        idle = {"tests.skipped": lambda one: total, "tests.passed": lambda one: 0.0, "tests.failed": lambda one: 0.0}
        skipped = _tests(inputs, lambda one: replace(one, value=idle[one.name](one)) if one.name in idle else one)
        yield Variant("all skipped", skipped, ("tests.passed", "tests.failed", "tests.skipped"))


def _learnt(inputs: Inputs, kind: str) -> tuple[CompleteSet, ...]:
    """The set as it came whole, so that what goes missing from it is missed."""
    known = [one for one in inputs.evidence.learnt if one.kind != kind]
    return (*known, learnable(kind, inputs.sha, inputs.evidence.pieces))


def _shard_lost(inputs: Inputs, _found: object) -> Iterator[Variant]:
    for kind in dict.fromkeys(piece.kind for piece in inputs.evidence.pieces if not piece.static):
        names = tuple(dict.fromkeys(one.name for piece in inputs.evidence.pieces if piece.kind == kind
                                    for one in piece.measurements))  # fmt: skip
        pieces = [replace(piece, shard="1/2") if piece.kind == kind else piece for piece in inputs.evidence.pieces]
        yield Variant(kind, _with(inputs, pieces), names, general=True)


def _unproven_tick(inputs: Inputs, _found: object) -> Iterator[Variant]:
    """A ticked box that nothing proves, in every milestone; and every word that stands for one taken back."""
    if inputs.documents:
        documents = tuple(replace(one, criteria=(*one.criteria, _tick(one))) for one in inputs.documents)
        yield Variant("a box", replace(inputs, documents=documents), (WHOLE,))
    if any(one.enough for one in inputs.people):
        yield Variant("words taken back", replace(inputs, people=()), (SIGNED,))


def _tick(one: Milestone) -> Criterion:
    kind = CriterionKind.DEFINITION_OF_DONE
    return Criterion("trial", kind, "Put there by the trial.", one.path, one.line, one.line, checked=True)


def _out_of_range(inputs: Inputs, found: tuple[MilestoneJudgement, ...]) -> Iterator[Variant]:
    """Each corridor missed on both sides: too high fails like too low."""
    for text in dict.fromkeys(gate.gate for judged in found for gate in judged.gates if gate.state is State.PASS):
        bound = parse_bound(text)
        if not bound.measure.startswith("similarity.") or bound.quantifier:
            continue
        low, high = (bound.value or 0.0), bound.high if bound.high is not None else bound.value or 0.0
        scale = 100.0 if bound.percent else 1.0
        ends = {Op.WITHIN: (low - 1e-6 * scale, high + 1e-6 * scale)}.get(bound.op, (0.0, 1.0 * scale))
        for value in ends:
            yield Variant(f"{bound.measure} {value:g}", _set(inputs, bound.measure, value / scale), (bound.measure,))


def _set(inputs: Inputs, name: str, value: float) -> Inputs:
    pieces = [
        replace(piece, measurements=tuple(replace(one, value=min(max(value, 0.0), 1.0)) if one.name == name else one
                                          for one in piece.measurements))
        for piece in inputs.evidence.pieces
    ]  # fmt: skip
    return _with(inputs, pieces)


def _parents(inputs: Inputs, _found: object) -> Iterator[Variant]:
    """What came for the parent, handed in for this commit: it counts for nothing."""
    if inputs.evidence.pieces:
        pieces = [replace(piece, sha=MISSING_AT) for piece in inputs.evidence.pieces]
        names = tuple(dict.fromkeys(one.name for piece in inputs.evidence.pieces for one in piece.measurements))
        yield Variant("all of it", _with(inputs, pieces), names, general=True)


VARIANTS: dict[str, Callable[[Inputs, tuple[MilestoneJudgement, ...]], Iterator[Variant]]] = {
    "a dropped route": _one_more("routes.missing"),
    "a lost guard": _one_more("guards.lost"),
    "a failing test": _one_more("tests.failed"),
    "a test removed": _test_removed,
    "no test at all": _no_test,
    "a suite skipped": _suite_skipped,
    "a shard lost": _shard_lost,
    "a leftover put back": _one_more("leftovers."),
    "a finding of a linter": _one_more("lint."),
    "a ticked box without proof": _unproven_tick,
    "similarity out of range": _out_of_range,
    "an edited frozen test": _one_more("frozen."),
    "the parent's evidence": _parents,
}
