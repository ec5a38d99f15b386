"""Two texts side by side, line by line, with what differs within a line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cydifflib import SequenceMatcher

Parts: TypeAlias = tuple[str, str, str]  # what both sides begin with, what differs, what both end with


@dataclass(frozen=True, slots=True)
class Row:
    """One line of either side; a side that has none has number None. `state` is same, changed, removed or added."""

    state: str
    old_number: int | None
    old: Parts
    new_number: int | None
    new: Parts


EMPTY: Parts = ("", "", "")


def side_by_side(old: Sequence[str], new: Sequence[str], starts: tuple[int, int] = (1, 1)) -> list[Row]:
    """Each line of both, those that stay opposite each other; `starts` are the numbers of the first lines."""
    rows: list[Row] = []
    stripped = [line.rstrip() for line in old], [line.rstrip() for line in new]
    for tag, i, i_end, j, j_end in SequenceMatcher(None, *stripped, autojunk=False).get_opcodes():
        left = [(starts[0] + at, stripped[0][at]) for at in range(i, i_end)]
        right = [(starts[1] + at, stripped[1][at]) for at in range(j, j_end)]
        rows += _rows(tag, left, right)
    return rows


def _rows(tag: str, left: list[tuple[int, str]], right: list[tuple[int, str]]) -> Iterator[Row]:
    for (number, text), (other, opposite) in zip(left, right, strict=False):
        parts = (EMPTY, EMPTY) if tag == "equal" else _differing(text, opposite)
        if tag == "equal":
            yield Row("same", number, (text, "", ""), other, (opposite, "", ""))
        else:
            yield Row("changed", number, parts[0], other, parts[1])
    for number, text in left[len(right) :]:
        yield Row("removed", number, _indented(text), None, EMPTY)
    for number, text in right[len(left) :]:
        yield Row("added", None, EMPTY, number, _indented(text))


def _indented(text: str) -> Parts:
    """A line that only one side has; its indent says nothing."""
    bare = text.lstrip()
    return text[: len(text) - len(bare)], bare, ""


def _differing(old: str, new: str) -> tuple[Parts, Parts]:
    shortest = min(len(old), len(new))
    head = next((at for at in range(shortest) if old[at] != new[at]), shortest)
    tail = next((at for at in range(shortest - head) if old[-1 - at] != new[-1 - at]), shortest - head)
    return (
        (old[:head], old[head : len(old) - tail], old[len(old) - tail :]),
        (new[:head], new[head : len(new) - tail], new[len(new) - tail :]),
    )
