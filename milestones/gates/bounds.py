"""A bound on one measure, as a person writes it: read, printed, and held against a measurement."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from milestones.facts import Known, Measurement, ParseError, State
from milestones.gates.tokens import Token, TokenKind, tokens_of


class Op(StrEnum):
    """How a bound compares."""

    EQUAL = "=="
    UNEQUAL = "!="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    WITHIN = "in"
    PRESENT = "present"


class Mode(StrEnum):
    """Whether a bound blocks or only tells."""

    STRICT = "strict"
    INFORMATIONAL = "informational"


class Quantifier(StrEnum):
    """How a bound speaks of a measure that has a value for each subject."""

    ALL = "all"
    ANY = "any"
    COUNT = "count"


class Reference(StrEnum):
    """Another measurement that a bound may name in the place of a number."""

    BASELINE = "baseline"
    PREVIOUS = "previous"


_COMPARE: Mapping[Op, Callable[[float, float], bool]] = {
    Op.EQUAL: operator.eq,
    Op.UNEQUAL: operator.ne,
    Op.LESS: operator.lt,
    Op.AT_MOST: operator.le,
    Op.MORE: operator.gt,
    Op.AT_LEAST: operator.ge,
}
_SHARES = frozenset({"ratio", "percent"})
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound: `value` is the number, or the lower end of `in`, as written (80 for "80%"); `high` the upper end.

    With `all` and `any` it is asked of each subject of the measure; with `count`, `each` is what is asked of each
    subject, and the bound is held against how many keep it.
    """

    text: str
    measure: str
    op: Op
    value: float | None = None
    high: float | None = None
    percent: bool = False
    reference: Reference | None = None
    mode: Mode = Mode.STRICT
    informational_until: date | None = None
    quantifier: Quantifier | None = None
    each: Bound | None = None

    @property
    def expect(self) -> str:
        """The bound without its measure, as it is printed: "== 0", "in 0.74..0.76", "<= baseline", "present"."""
        if self.quantifier is not None:
            return f"{self.quantifier}{f'({self.each.expect})' if self.each else ''} {self._plainly()}"
        return self._plainly()

    def _plainly(self) -> str:
        if self.op is Op.PRESENT:
            return "present"
        if self.reference:
            return f"{self.op} {self.reference}"
        sign = "%" if self.percent else ""
        low = f"{plain(self.value or 0.0)}{sign}"
        return f"in {low}..{plain(self.high or 0.0)}{sign}" if self.op is Op.WITHIN else f"{self.op} {low}"

    def blocks(self, today: date) -> bool:
        """Whether it blocks on `today`: "informational until" a day ends at the start of that day."""
        if self.mode is Mode.STRICT:
            return True
        return self.informational_until is not None and today >= self.informational_until


def plain(number: float) -> str:
    """A number as a person writes it: 0, 0.74, 1200; never rounded."""
    whole = isinstance(number, int) or (number.is_integer() and abs(number) < 1e15)
    return str(int(number)) if whole else repr(number)


def measure_in(text: str) -> str:
    """The measure that the text of a bound is about, without reading the rest of it."""
    words = text.replace("(", " ").split()
    named = words[1:] if words[:1] and words[0] in set(Quantifier) else words
    return named[0] if named else ""


def finite(number: float) -> bool:
    """Whether it is a number that can be compared; a whole one may be too large to be a float at all."""
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


# --- reading --------------------------------------------------------------------------------------------------------


def parse_bound(text: str) -> Bound:
    """Read "similarity.api in 0.74..0.76 (informational)"; raises ParseError, which says what is wrong and the mend.

    A percentage speaks of a share: it is held against a ratio (0.8) or a percent (80) alike, and against nothing
    else. A plain number is held against the measurement in its own unit.
    """
    if len(text) > _LONGEST:
        raise ParseError(f"a bound of {len(text)} characters is too long; the longest has {_LONGEST}")
    return _Reader(" ".join(text.split())).bound()


class _Reader:
    """Reads one bound from left to right, a method a part."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens_of(text)

    def bound(self) -> Bound:
        quantifier = self.quantifier()
        found = self.counted() if quantifier is Quantifier.COUNT else self.asked(wrapped=quantifier is not None)
        mode, until = self.mode()
        if self.tokens:
            raise self.error(f'"{self.tokens[0].text}" is left over at its end')
        return replace(found, mode=mode, informational_until=until, quantifier=quantifier)

    def quantifier(self) -> Quantifier | None:
        word = self.take_word(*Quantifier)
        return Quantifier(word) if word else None

    def asked(self, *, wrapped: bool = False) -> Bound:
        """A measure and what it is held against; `all` and `any` may put it in brackets."""
        opened = wrapped and self.take(TokenKind.OPEN) is not None
        measure, op = self.measure(), self.op()
        value, high, percent, reference = self.target(op)
        if opened and not self.take(TokenKind.CLOSE):
            raise self.error(f'a closing bracket is missing behind what is asked of each "{measure}"')
        return Bound(self.text, measure, op, value, high, percent, reference)

    def counted(self) -> Bound:
        """`count(coverage.file < 80%) <= 3`: what is asked of each subject, then how many may keep it."""
        if not self.tokens or self.tokens[0].kind is not TokenKind.OPEN:
            raise self.error('"count" takes what it counts in brackets; write it as "count(coverage.file < 80%) <= 3"')
        each = self.asked(wrapped=True)
        op = self.op()
        if op is Op.PRESENT:
            raise self.error('a count is held against a number; write it as "count(coverage.file < 80%) <= 3"')
        value, high, percent, reference = self.target(op)
        if percent or reference:
            raise self.error("a count is held against a plain number, no percentage and no other commit")
        return Bound(self.text, each.measure, op, value, high, each=each)

    def error(self, what: str) -> ParseError:
        return ParseError(f'the bound "{self.text}" cannot be read: {what}')

    def take(self, kind: TokenKind) -> Token | None:
        return self.tokens.pop(0) if self.tokens and self.tokens[0].kind is kind else None

    def take_word(self, *words: str) -> str:
        if self.tokens and self.tokens[0].kind is TokenKind.WORD and self.tokens[0].text in words:
            return self.tokens.pop(0).text
        return ""

    def measure(self) -> str:
        token = self.take(TokenKind.WORD)
        if token is None:
            raise self.error('it starts with no measure; write one as "tests.failed == 0"')
        return token.text

    def op(self) -> Op:
        word = self.take_word("in", "present")
        if word:
            return Op(word)
        token = self.take(TokenKind.OP)
        if token is None:
            found = f'"{self.tokens[0].text}" stands' if self.tokens else "nothing stands"
            raise self.error(f"{found} where a comparison belongs; use one of == != < <= > >=, in a..b, present")
        if token.text == "=":
            raise self.error('a single "=" is no comparison; write "=="')
        if token.text not in _COMPARE:
            raise self.error(f'"{token.text}" is no comparison; use one of == != < <= > >=, in a..b, present')
        return Op(token.text)

    def target(self, op: Op) -> tuple[float | None, float | None, bool, Reference | None]:
        if op is Op.PRESENT:
            return None, None, False, None
        if op is Op.WITHIN:
            return self.range()
        word = self.take_word(*Reference)
        if word:
            return None, None, False, Reference(word)
        value, percent = self.number(f'a number, baseline or previous belongs after "{op}"')
        return value, None, percent, None

    def range(self) -> tuple[float, float, bool, None]:
        low, low_percent = self.number('a range belongs after "in"; write it as "in 0.74..0.76"')
        if not self.take(TokenKind.RANGE):
            raise self.error('a range has two dots between its ends; write it as "in 0.74..0.76"')
        high, high_percent = self.number('the range has no upper end; write it as "in 0.74..0.76"')
        if low_percent != high_percent:
            raise self.error("one end of the range is a percentage and the other is not; write both alike")
        if low > high:
            raise self.error(f"nothing lies in {plain(low)}..{plain(high)}; write the smaller end first")
        return low, high, low_percent, None

    def number(self, otherwise: str) -> tuple[float, bool]:
        token = self.take(TokenKind.NUMBER)
        if token is None:
            self.refuse_word()
            raise self.error(otherwise)
        value = float(token.text)
        if not math.isfinite(value):
            raise self.error(f"{token.text} is too large a number")
        percent = self.take(TokenKind.PERCENT) is not None
        return value + 0.0, percent

    def refuse_word(self) -> None:
        word = self.tokens[0].text.lstrip("+-").lower() if self.tokens else ""
        if word in {"nan", "inf", "infinity"}:
            raise self.error(f'"{word}" is no number that anything can be held against; write a finite one')
        if self.tokens and self.tokens[0].kind is TokenKind.WORD:
            raise self.error(f'"{word}" is no number; write a number, or "baseline" or "previous"')

    def mode(self) -> tuple[Mode, date | None]:
        if not self.take(TokenKind.OPEN):
            return Mode.STRICT, None
        word = self.take_word(*Mode)
        if not word:
            raise self.error('in its brackets stand "informational", "informational until 2026-12-01" or "strict"')
        until = self.until() if word == Mode.INFORMATIONAL and self.take_word("until") else None
        if not self.take(TokenKind.CLOSE):
            raise self.error('a closing bracket is missing after "(' + word + '"')
        return Mode(word), until

    def until(self) -> date:
        token = self.take(TokenKind.DATE)
        if token is None:
            raise self.error('a date belongs after "until"; write it as 2026-12-01')
        try:
            return date.fromisoformat(token.text)
        except ValueError:
            raise self.error(f"{token.text} is no day of any calendar; write a date as 2026-12-01") from None


# --- holding against a measurement ----------------------------------------------------------------------------------


def within(
    bound: Bound,
    measurement: Measurement | None,
    *,
    baseline: Measurement | None = None,
    previous: Measurement | None = None,
) -> State:
    """Whether the measurement keeps the bound: worst wins, and what cannot be known is unknown.

    A value outside the bound fails. One inside it is unknown where it is only suggested, or where parts of what it
    counts could not be resolved.
    """
    if measurement is None or doubt(bound, measurement, baseline=baseline, previous=previous):
        return State.UNKNOWN
    if bound.op is Op.PRESENT:
        return State.PASS
    if not _holds(bound, measurement, _referred(bound, baseline, previous)):
        return State.FAIL
    unproven = measurement.unresolved > 0 or measurement.known is Known.SUGGESTED
    return State.UNKNOWN if unproven else State.PASS


def doubt(
    bound: Bound,
    measurement: Measurement,
    *,
    baseline: Measurement | None = None,
    previous: Measurement | None = None,
) -> str:
    """Why the two cannot be compared at all, or nothing when they can."""
    if impossible := _impossible(measurement):
        return impossible
    if bound.op is Op.PRESENT:
        return ""
    if bound.reference:
        return _doubt_of_reference(bound.reference, measurement, _referred(bound, baseline, previous))
    return _doubt_of_unit(bound, measurement)


def _impossible(measurement: Measurement) -> str:
    """What no honest measurement says, by its unit."""
    value, name = measurement.value, measurement.name
    if not finite(value):
        return f"{name} is no finite number"
    if measurement.unit in {"count", *_SHARES} and value < 0:
        return f"{name} is {plain(value)}, and a {measurement.unit} cannot be negative"
    whole = {"ratio": 1, "percent": 100}.get(measurement.unit)
    if whole is not None and value > whole:
        return f"{name} is {plain(value)}, more than the whole"
    return ""


def _doubt_of_reference(reference: Reference, here: Measurement, there: Measurement | None) -> str:
    if there is None:
        return f"there is no {reference} of {here.name} to compare with"
    if impossible := _impossible(there):
        return f"the {reference} cannot be used: {impossible}"
    if there.unit != here.unit:
        return f"the {reference} of {here.name} is in another unit ({there.unit}, here {here.unit})"
    return ""


def _doubt_of_unit(bound: Bound, measurement: Measurement) -> str:
    if bound.percent and measurement.unit not in _SHARES:
        return f"{bound.measure} is a {measurement.unit} and no share; write the bound without %"
    largest = max(bound.value or 0.0, bound.high or 0.0)
    if not bound.percent and measurement.unit == "ratio" and largest > 1:
        return f"{bound.measure} is a ratio between 0 and 1; write {plain(largest)}% where a percentage is meant"
    return ""


def _referred(bound: Bound, baseline: Measurement | None, previous: Measurement | None) -> Measurement | None:
    return {Reference.BASELINE: baseline, Reference.PREVIOUS: previous, None: None}[bound.reference]


def holds_number(bound: Bound, number: float) -> bool:
    """Whether a plain number keeps what a bound says of numbers."""
    return _holds(bound, Measurement(bound.measure, number), None)


def _holds(bound: Bound, measurement: Measurement, other: Measurement | None) -> bool:
    low, high = (other.value, None) if other else (bound.value or 0.0, bound.high)
    if bound.percent and measurement.unit == "ratio":
        low, high = low / 100, None if high is None else high / 100
    if bound.op is Op.WITHIN:
        return low <= measurement.value <= (high if high is not None else low)
    return _COMPARE[bound.op](measurement.value, low)
