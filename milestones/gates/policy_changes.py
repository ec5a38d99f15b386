"""What a new policy weakens and what it strengthens, sentence by sentence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from milestones.gates.bounds import Bound, Mode, Op
from milestones.gates.criteria import words_of
from milestones.gates.people import ROLES, SignOffRule
from milestones.gates.policy import Acceptance, MilestonePolicy, Policy


class Turn(StrEnum):
    """Whether less is asked than before, or more."""

    WEAKENED = "weakened"
    STRENGTHENED = "strengthened"
    OTHERWISE = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    turn: Turn
    sentence: str


def changes(old: Policy, new: Policy) -> tuple[Change, ...]:
    """What differs in what is asked; wording and layout make no difference."""
    return tuple(
        dict.fromkeys(
            [
                *_milestones(old, new),
                *_lists(old, new),
                *_settings(old, new),
                *_accepted(old.accept, new.accept),
                *_sign_offs(old, new),
            ]
        )
    )


# --- bounds ---------------------------------------------------------------------------------------------------------


def _milestones(old: Policy, new: Policy) -> Iterator[Change]:
    before = {one.key.casefold(): one for one in old.milestones}
    after = {one.key.casefold(): one for one in new.milestones}
    for key in dict.fromkeys([*before, *after]):
        one, other = before.get(key, MilestonePolicy(key)), after.get(key, MilestonePolicy(key))
        name = (after.get(key) or one).key
        yield from _bounds(f"milestone {name}", one.done, other.done)
        yield from _proofs(name, one, other)
        if (one.endpoints, one.groups) != (other.endpoints, other.groups):
            yield Change(Turn.OTHERWISE, f"milestone {name} is about other endpoints or groups")
        yield from _due(f"milestone {name}", one.due, other.due)
    stages = {one.name: one.needs for one in old.stages}, {one.name: one.needs for one in new.stages}
    for name in dict.fromkeys([*stages[0], *stages[1]]):
        if name not in stages[1]:
            yield Change(Turn.WEAKENED, f"stage {name} is gone")
        yield from _bounds(f"stage {name}", stages[0].get(name, ()), stages[1].get(name, ()))


def _due(where: str, old: date | None, new: date | None) -> Iterator[Change]:
    """A later day asks for less, and so does none."""
    if old != new:
        later = new is None or (old is not None and new > old)
        told = f"{where} was due {old or 'on no day'}, and is now due {new or 'on no day'}"
        yield Change(Turn.WEAKENED if later else Turn.STRENGTHENED, told)


def _proofs(name: str, old: MilestonePolicy, new: MilestonePolicy) -> Iterator[Change]:
    before = {words_of(one.words): one for one in old.proves}
    after = {words_of(one.words): one for one in new.proves}
    for words in dict.fromkeys([*before, *after]):
        told = f'milestone {name}, the proof of "{(after.get(words) or before[words]).words}"'
        yield from _bounds(told, before[words].bounds if words in before else (),
                           after[words].bounds if words in after else ())  # fmt: skip


def _bounds(where: str, old: Sequence[Bound], new: Sequence[Bound]) -> Iterator[Change]:
    same = {_sense(one) for one in old} & {_sense(one) for one in new}
    gone = [one for one in old if _sense(one) not in same]
    came = [one for one in new if _sense(one) not in same]
    for one in gone:
        other = next((found for found in came if _subject(found) == _subject(one)), None)
        if other is None:
            yield Change(Turn.WEAKENED, f"{where} no longer asks for {one.text}")
            continue
        came.remove(other)
        yield Change(_turn(one, other), f"{where} asked for {one.text}, now for {other.text}")
    for one in came:
        yield Change(Turn.STRENGTHENED, f"{where} asks for {one.text} as well")


def _sense(one: Bound) -> tuple[object, ...]:
    return (*_subject(one), one.op, one.value, one.high, one.percent, one.reference, one.mode, one.informational_until)


def _subject(one: Bound) -> tuple[object, ...]:
    return (one.measure, one.quantifier, one.each.expect if one.each else "")


def _turn(old: Bound, new: Bound) -> Turn:
    """By what each lets pass, and by when each blocks."""
    turns = [turn for turn in (_by_mode(old, new), _by_region(old, new)) if turn is not None]
    return turns[0] if turns and len(set(turns)) == 1 else Turn.OTHERWISE


def _by_mode(old: Bound, new: Bound) -> Turn | None:
    ranks = [_softness(one) for one in (old, new)]
    if ranks[0] == ranks[1]:
        return None
    return Turn.WEAKENED if ranks[1] > ranks[0] else Turn.STRENGTHENED


def _softness(one: Bound) -> float:
    """0 blocks at once, infinity never, in between the day from which it does."""
    if one.mode is Mode.STRICT:
        return 0.0
    return float(one.informational_until.toordinal()) if one.informational_until else math.inf


def _by_region(old: Bound, new: Bound) -> Turn | None:
    if (old.op, old.value, old.high, old.percent, old.reference) == (
        new.op, new.value, new.high, new.percent, new.reference,
    ):  # fmt: skip
        return None
    if old.reference or new.reference or old.percent != new.percent:
        return Turn.WEAKENED if new.op is Op.PRESENT else Turn.OTHERWISE
    before, after = _region(old), _region(new)
    if before is None or after is None:
        return Turn.OTHERWISE
    if after[0] <= before[0] and after[1] >= before[1]:
        return Turn.WEAKENED
    return Turn.STRENGTHENED if before[0] <= after[0] and before[1] >= after[1] else Turn.OTHERWISE


def _region(one: Bound) -> tuple[float, float] | None:
    """The values that pass, from and to; an open end lies a hair inside."""
    value = one.value or 0.0
    ends = {
        Op.EQUAL: (value, value),
        Op.LESS: (-math.inf, math.nextafter(value, -math.inf)),
        Op.AT_MOST: (-math.inf, value),
        Op.MORE: (math.nextafter(value, math.inf), math.inf),
        Op.AT_LEAST: (value, math.inf),
        Op.WITHIN: (value, one.high if one.high is not None else value),
        Op.PRESENT: (-math.inf, math.inf),
    }
    return ends.get(one.op)


# --- lists and settings ---------------------------------------------------------------------------------------------


def _lists(old: Policy, new: Policy) -> Iterator[Change]:
    """Lists of which each entry asks for something."""
    for name, before, after in (
        ("every_change.no_worse", old.no_worse, new.no_worse),
        ("leftovers.imports", old.leftovers.imports, new.leftovers.imports),
        ("leftovers.symbols", old.leftovers.symbols, new.leftovers.symbols),
        ("leftovers.words", _words(old), _words(new)),
        ("frozen.read_only", old.frozen.read_only, new.frozen.read_only),
        ("frozen.keep", old.frozen.keep, new.frozen.keep),
        ("frozen.tests", old.frozen.tests, new.frozen.tests),
        ("expected.suites", old.expected.suites, new.expected.suites),
        ("expected.jobs", old.expected.jobs, new.expected.jobs),
    ):
        yield from _list(name, before, after, Turn.WEAKENED, Turn.STRENGTHENED)
    yield from _list("expected.gone", old.expected.gone, new.expected.gone, Turn.STRENGTHENED, Turn.WEAKENED)
    rules = [tuple(f"{was} to {now}" for was, now in one.frozen.rewrite) for one in (old, new)]
    yield from _list("frozen.rewrite", rules[0], rules[1], Turn.STRENGTHENED, Turn.WEAKENED)


def _words(policy: Policy) -> tuple[str, ...]:
    return tuple(f"{word} in {glob}" for glob, words in policy.leftovers.words for word in words)


def _list(name: str, old: Sequence[str], new: Sequence[str], less: Turn, more: Turn) -> Iterator[Change]:
    yield from (Change(less, f"{name} no longer has {one}") for one in old if one not in new)
    yield from (Change(more, f"{name} has {one} as well") for one in new if one not in old)


def _settings(old: Policy, new: Policy) -> Iterator[Change]:
    for name, before, after in (
        ("docs", ", ".join(old.docs), ", ".join(new.docs)),
        ("docs_ref", old.docs_ref, new.docs_ref),
        ("start", old.start, new.start),
        ("the pairs of similarity", repr(old.pairs), repr(new.pairs)),
        ("expected.attempts", old.expected.attempts, new.expected.attempts),
        ("expected.paths", ", ".join(old.expected.paths), ", ".join(new.expected.paths)),
        ("order", repr(old.order), repr(new.order)),
    ):
        if before != after:
            plain = not before.startswith("(") and not after.startswith("(")
            told = f" from {before or 'nothing'} to {after or 'nothing'}" if plain else ""
            yield Change(Turn.OTHERWISE, f"{name} changed{told}")
    yield from _due("the migration", old.due, new.due)
    yield from _number("waivers.longest_days", old.waivers.longest_days, new.waivers.longest_days, rising=Turn.WEAKENED)
    yield from _number("expected.flaky", old.expected.flaky, new.expected.flaky, rising=Turn.WEAKENED)
    yield from _number("expected.learn", old.expected.learn, new.expected.learn, rising=Turn.STRENGTHENED)
    roles = [ROLES.index(one.waivers.role) for one in (old, new)]
    yield from _number("the role that approves a waiver", roles[0], roles[1], rising=Turn.STRENGTHENED)
    least = dict(old.expected.minimum), dict(new.expected.minimum)
    for name in sorted({*least[0], *least[1]}):
        ends = [one.get(name, 0.0) for one in least]
        yield from _number(f"expected.minimum of {name}", *ends, rising=Turn.STRENGTHENED)


def _number(name: str, old: float, new: float, *, rising: Turn) -> Iterator[Change]:
    falling = Turn.STRENGTHENED if rising is Turn.WEAKENED else Turn.WEAKENED
    if old != new:
        yield Change(rising if new > old else falling, f"{name} went from {old:g} to {new:g}")


def _accepted(old: Iterable[Acceptance], new: Iterable[Acceptance]) -> Iterator[Change]:
    before, after = ({(one.what, one.content, one.until): one for one in side} for side in (old, new))
    for key, one in after.items():
        if key not in before:
            yield Change(Turn.WEAKENED, f'"{one.what}" is accepted: {one.why}')
    for key, one in before.items():
        if key not in after:
            yield Change(Turn.STRENGTHENED, f'"{one.what}" is accepted no longer')


def _sign_offs(old: Policy, new: Policy) -> Iterator[Change]:
    before, after = ({words_of(one.words): one for one in side.sign_offs} for side in (old, new))
    for words in dict.fromkeys([*before, *after]):
        one, other = before.get(words, SignOffRule()), after.get(words, SignOffRule())
        name = f'the sign-off of "{(other if words in after else one).words or "all"}"'
        ranks = ROLES.index(one.role), ROLES.index(other.role)
        yield from _number(f"{name}: people", one.people, other.people, rising=Turn.STRENGTHENED)
        yield from _number(f"{name}: role", ranks[0], ranks[1], rising=Turn.STRENGTHENED)
        days = one.days or math.inf, other.days or math.inf
        yield from _number(f"{name}: days", days[0], days[1], rising=Turn.WEAKENED)
        if one.paths != other.paths:
            yield Change(Turn.OTHERWISE, f"{name} is for other paths")
