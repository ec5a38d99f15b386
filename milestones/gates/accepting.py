"""Corrections: a fact read from source that is wrong, or expected, is taken out of its count, once, with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from milestones.facts import Finding, Known, Measurement
from milestones.gates.pieces import COUNTED, Piece, fingerprint
from milestones.gates.policy import Acceptance


@dataclass(frozen=True, slots=True)
class Accepted:
    """One finding that a correction took out of a count."""

    by: Acceptance
    finding: Finding


def accept(
    pieces: Iterable[Piece], corrections: Sequence[Acceptance], today: date
) -> tuple[list[Piece], tuple[Accepted, ...]]:
    """The pieces without what corrections take out. Only what is read from source: a program's result is waived."""
    valid = [one for one in corrections if one.until is None or today <= one.until]
    used: list[Accepted] = []
    return [_without(piece, valid, used) if valid and piece.static else piece for piece in pieces], tuple(used)


def _without(piece: Piece, corrections: Sequence[Acceptance], used: list[Accepted]) -> Piece:
    kept: list[Finding] = []
    fewer: dict[str, int] = {}
    for finding in piece.findings:
        measure = COUNTED.get(piece.kind) or finding.rule
        by = next((one for one in corrections if speaks_of(one, measure, finding)), None)
        if by is None:
            kept.append(finding)
        else:
            used.append(Accepted(by, finding))
            fewer[measure] = fewer.get(measure, 0) + 1
    if not fewer:
        return piece
    return replace(piece, findings=tuple(kept), measurements=tuple(_less(one, fewer) for one in piece.measurements))


def _less(one: Measurement, fewer: dict[str, int]) -> Measurement:
    count = fewer.get(one.name, 0)
    if not count or one.subject or one.known is Known.MEASURED or one.value < count:
        return one
    return replace(one, value=one.value - count)


def speaks_of(one: Acceptance, measure: str, finding: Finding) -> bool:
    """Whether a correction is about this finding: the measure first, then words that stand in it as they are."""
    named, _, words = " ".join(one.what.split()).partition(" ")
    if named != measure or (one.content and one.content != fingerprint(finding)):
        return False
    return bool(words) and _holds(f"{finding.path} {finding.text}".split(), words.split())


def _holds(text: Sequence[str], words: Sequence[str]) -> bool:
    return any(list(text[at : at + len(words)]) == list(words) for at in range(len(text) - len(words) + 1))


def lines_for(corrections: Iterable[Acceptance]) -> str:
    """The lines of `migration.toml` that say the same for good."""
    return "\n".join(_lines(one) for one in corrections)


def _lines(one: Acceptance) -> str:
    said = {"what": one.what, "why": one.why, "by": one.by, "content": one.content}
    lines = ["[[accept]]", *(f"{key} = {_quoted(value)}" for key, value in said.items() if value)]
    return "\n".join([*lines, *([f"until = {one.until.isoformat()}"] if one.until else []), ""])


def _quoted(text: str) -> str:
    """A basic string of TOML."""
    odd = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return '"' + "".join(odd.get(letter) or _safe(letter) for letter in text) + '"'


def _safe(letter: str) -> str:
    return letter if letter >= " " and letter != "\x7f" else f"\\u{ord(letter):04x}"
