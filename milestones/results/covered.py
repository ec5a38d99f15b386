"""Coverage by file as packed lines, and what of it falls on the lines of a change."""

from __future__ import annotations

import json
import zlib
from array import array
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from milestones.codec import storable
from milestones.facts import CoveredFile

Lines = tuple[frozenset[int], frozenset[int]]  # executed, missed


def pack_lines(files: Iterable[tuple[str, Collection[int], Collection[int]]]) -> bytes:
    """Path, executed and missed lines of each file: a head of paths and lengths, then the lines' distances."""
    head: list[tuple[str, int, int]] = []
    steps = array("I")
    for path, covered, every in files:
        missed = sorted(set(every) - set(covered))
        head.append((storable(path), len(covered), len(missed)))
        for lines in (sorted(covered), missed):
            steps.extend(_steps(lines))
    return zlib.compress(json.dumps(head, ensure_ascii=False).encode() + b"\0" + _packed(steps), 6)


def unpack_lines(packed: bytes) -> dict[str, Lines]:
    """path -> the lines that ran and those that did not."""
    head, _, body = zlib.decompress(packed).partition(b"\0")
    steps = _unpacked(body)
    found: dict[str, Lines] = {}
    at = 0
    for path, covered, missed in json.loads(head):
        ran = _lines(steps[at : at + covered])
        rest = _lines(steps[at + covered : at + covered + missed])
        at += covered + missed
        known = found.get(path, (frozenset(), frozenset()))
        found[path] = known[0] | ran, (known[1] | rest) - ran
    return found


def merged(parts: Iterable[Mapping[str, Lines]]) -> dict[str, Lines]:
    """Several runs as one: a line that any of them executed is covered."""
    found: dict[str, Lines] = {}
    for part in parts:
        for path, (ran, missed) in part.items():
            known = found.get(path, (frozenset(), frozenset()))
            every = known[0] | known[1] | ran | missed
            covered = known[0] | ran
            found[path] = covered, every - covered
    return found


class LineBook:
    """The lines of a coverage file as they stream by."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[set[int], set[int]]] = {}

    def add(self, file: CoveredFile) -> None:
        covered, every = self.files.setdefault(file.path, (set(), set()))
        covered.update(file.covered)
        every.update(file.covered, file.missed)


@dataclass(frozen=True, slots=True)
class Patch:
    """How much of a change's lines ran; `untold` are its files that the coverage does not speak of."""

    covered: int
    total: int
    missed: Mapping[str, tuple[int, ...]]
    untold: tuple[str, ...] = ()

    @property
    def percent(self) -> float | None:
        return 100 * self.covered / self.total if self.total else None


def patch_of(coverage: Mapping[str, Lines], changed: Mapping[str, Collection[int]]) -> Patch:
    """The coverage of the changed lines that can be executed. A file that is not told of counts as not seen."""
    covered = total = 0
    missed: dict[str, tuple[int, ...]] = {}
    suffixes = frozenset(path.rpartition(".")[2] for path in coverage)
    for path, lines in sorted(changed.items()):
        ran, not_run = coverage.get(path, (frozenset(), frozenset()))
        hit, lost = ran & set(lines), not_run & set(lines)
        covered += len(hit)
        total += len(hit) + len(lost)
        if lost:
            missed[path] = tuple(sorted(lost))
    untold = tuple(
        path for path, lines in sorted(changed.items())
        if lines and path not in coverage and path.rpartition(".")[2] in suffixes
    )  # fmt: skip
    return Patch(covered, total, missed, untold)


def _steps(lines: list[int]) -> list[int]:
    return [line - before for line, before in zip(lines, [0, *lines], strict=False)]


def _lines(steps: Iterable[int]) -> frozenset[int]:
    found, line = [], 0
    for step in steps:
        line += step
        found.append(line)
    return frozenset(found)


def _packed(steps: array[int]) -> bytes:
    """As four planes of bytes: nearly every distance is small."""
    body = b"".join(step.to_bytes(4, "little") for step in steps)
    return b"".join(body[plane::4] for plane in range(4))


def _unpacked(planes: bytes) -> list[int]:
    length = len(planes) // 4
    woven = bytearray(len(planes))
    for plane in range(4):
        woven[plane::4] = planes[plane * length : (plane + 1) * length]
    return [int.from_bytes(woven[at : at + 4], "little") for at in range(0, len(woven), 4)]
