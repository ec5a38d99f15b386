"""Rule 7: figures outside the range that the same documents set, and targets marked met that are not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from milestones.facts import Milestone, MilestoneKind, Status, Table, Target
from milestones.reading.claims.pages import Contradiction, Page, Set
from milestones.reading.tables import column, number
from milestones.reading.targets import bound_of, targets_in
from milestones.reading.words import plain

_MET = re.compile(r"(?i)^\W*(?:met|✅|✔|☑|pass(?:ed)?|ok|done|achieved|reached|complete|green)\b|^[✅✔☑]")
_VALUE = re.compile(r"(?i)^[≈]?(-?\d[\d,]*(?:\.\d+)?)\s?(?:%|ms|s|sec|mb|kb)?$")
_BOUND = re.compile(r"^(<=|>=|<|>|!=|==)\s*(-?\d[\d.]*)")
_BETWEEN = re.compile(r"^in (-?\d[\d.]*)\.\.(-?\d[\d.]*)")


def holds(bound: str, value: float) -> bool | None:
    """Whether a value is within a bound as `targets` writes them; None for words."""
    if found := _BETWEEN.match(bound):
        return float(found[1]) <= value <= float(found[2])
    found = _BOUND.match(bound)
    if not found:
        return None
    limit = float(found[2])
    return {
        "<=": value <= limit, ">=": value >= limit, "<": value < limit, ">": value > limit,
        "==": value == limit, "!=": value != limit,
    }[found[1]]  # fmt: skip


def outside(pages: Set) -> Iterator[Contradiction]:
    for page in pages.pages.values():
        for table in page.document.tables:
            yield from _marked_met(page, table)
        yield from _out_of_range(page)


def _marked_met(page: Page, table: Table) -> Iterator[Contradiction]:
    """Rows of a metrics table whose current value does not meet their target though their status says so."""
    target, status = column(table, "target", "goal", "threshold"), column(table, "status", "met", "result")
    current = _current(table, {target, status})
    if target is None or current is None or status is None or len({target, current, status}) < 3:
        return
    for row, line in zip(table.rows, table.row_lines, strict=True):
        found = _VALUE.match(plain(row[current]))
        if not found or not _MET.match(plain(row[status])):
            continue
        if holds(_bound(row[target]), float(found[1].replace(",", ""))) is False:
            told = f"{plain(row[0])}: {plain(row[current])} does not meet {plain(row[target])}, yet it is marked met"
            yield Contradiction(7, told, (page.place(line),))


_CURRENT = re.compile(r"(?i)\b(?:current|actual|measured|achieved|now|final|result)\b")


def _current(table: Table, taken: set[int | None]) -> int | None:
    """The last column of measured values: "M11 final" stands before "M12 final"."""
    found = [at for at, head in enumerate(table.header) if at not in taken and _CURRENT.search(plain(head))]
    return found[-1] if found else None


def _bound(cell: str) -> str:
    """A bare number as a target is what to reach, from either side: only a sign makes it a bound, and none is none."""
    bound = bound_of(cell)
    return "" if bound.startswith("==") and "=" not in cell and number(cell) != 0 else bound


_FIGURE = re.compile(
    r"(?i)^\W*(?:(?:measured|actual|final|reached|achieved|now)\s+)?(?P<measure>[A-Za-z][\w /.'-]{1,40}?)\s*"
    r"(?::\s|=|\bis(?: now)?(?: at)?\s|\bwas\s|\bat\s|\breached\s)\s*(?P<value>\d+(?:\.\d+)?)\s?(?P<unit>%|ms\b)?"
    r"(?![\w.,–-]*\d)(?!\+|\s*(?:to|of|or|and)\b)"
)
# What is not a measurement of now, or not of all of it
_NO_MEASUREMENT = re.compile(
    r"(?i)~|≈|≤|≥|<|>|\b(?:about|around|target|goal|threshold|baseline|before|previous(?:ly)?|initial(?:ly)?|from"
    r"|start(?:ed)?|expected|estimated?|plan(?:ned)?|should|must|at least|at most|max(?:imum)?|min(?:imum)?|limit"
    r"|budget|e\.g|would|old|legacy)\b"
)
_REACH = re.compile(r"== (?!0(?:\.0+)?%?$)")  # a bare number in a table is what to reach, from either side
_SENTENCE = re.compile(r"(?<=[.;!?])\s+")


def _out_of_range(page: Page) -> Iterator[Contradiction]:
    """A measured figure ("views: 0.68") outside the range or bound that the same document states for that measure."""
    stated: dict[str, list[tuple[Milestone, Target]]] = {}
    for one, _ in page.milestones():
        for target in one.targets:
            if holds(target.expect, 0.0) is not None and not _REACH.match(target.expect):
                stated.setdefault(_measure(target.measure), []).append((one, target))
    for target in _loose(page):
        stated.setdefault(_measure(target.measure), []).append((_NOWHERE, target))
    for line, words in _sentences(page) if stated else ():
        found = _FIGURE.match(words)
        known = stated.get(_measure(found["measure"]), ()) if found else ()
        chosen = _nearest(known, line)
        if found and chosen and not _NO_MEASUREMENT.search(words) and _unlike(*chosen, found):
            target = chosen[1]
            told = f"{target.measure} is {found['value']}{found['unit'] or ''}, {_wanted(target.expect)}"
            yield Contradiction(7, told, (page.place(line), page.place(target.line)))


# A document without milestones states ranges too; it stands nowhere, so that no milestone's own range gives way to it
_NOWHERE = Milestone("", MilestoneKind.MILESTONE, "", "", 0, 0)
_FINE = re.compile(r"^in (?=.*[.]\d.*[.]{2}|.*%)")  # "0.70-0.72" or per cent: "2-3 days" is told anew of each part


def _loose(page: Page) -> Iterator[Target]:
    """The ranges stated outside every milestone."""
    for block in page.blocks:
        if block.kind in ("item", "paragraph") and not block.quoted and page.top_at(block.line) is None:
            yield from (one for one in targets_in(block.text, block.line) if _FINE.match(one.expect))


def _measure(words: str) -> str:
    return words.strip().lower()


def _sentences(page: Page) -> Iterator[tuple[int, str]]:
    for block in page.blocks:
        if block.kind in ("item", "paragraph") and not block.quoted and block.text:
            yield from ((block.line, sentence) for sentence in _SENTENCE.split(plain(block.text)))


def _nearest(known: Sequence[tuple[Milestone, Target]], line: int) -> tuple[Milestone, Target] | None:
    """The target of the milestone that a line stands in; elsewhere the only one there is for its measure."""
    own = [each for each in known if each[0].line <= line <= each[0].last_line]
    few = own or known
    same = {each[1].expect for each in few}
    return few[-1] if len(same) == 1 else None


def _unlike(one: Milestone, target: Target, found: re.Match[str]) -> bool:
    """Whether a figure breaks a target; what is still to be reached is no contradiction before it is claimed."""
    ranged = target.expect.startswith("in ")
    if not one.status.claims_done and not (ranged and one.status is Status.NONE):
        return False
    same_unit = ("%" in target.expect) == (found["unit"] == "%")
    return same_unit and holds(target.expect, float(found["value"])) is False


def _wanted(expect: str) -> str:
    return f"the range is {expect[3:]}" if expect.startswith("in ") else f"the target is {expect}"
