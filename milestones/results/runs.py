"""Long runs of plain passed cases in a JUnit file, taken whole: no call of Python for any one of them.

What the pattern takes is exactly an element with three attributes of plain ASCII and nothing within, and blanks after
it (XML 1.0, sections 2.3 and 3.1). Whether such text stands where elements stand, and not in a comment or a CDATA
section, only the XML parser knows: it reads the first case of each run, and says where that began.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from operator import eq
from typing import NamedTuple

_VALUE = r'[^"]{1,499}+'  # what may not stand in a value is looked for afterwards, in all of them at once
_TIME = r"[0-9]{1,8}+(?:\.[0-9]{1,9}+)?+"
_BLANK = r"[ \t\n]*+"
_FORBIDDEN = "<&\n\t\r"  # not well-formed, escaped, or blanks that the parser would have to replace
_LEAST = 8  # shorter runs are not worth their way


class Run(NamedTuple):
    """Where a run lies: its first case from `start` to `second`, its last one from `last` on.

    Of those between the two stand here the suites, the names and the times as they are written.
    """

    start: int
    second: int
    last: int
    suites: tuple[str, ...]
    names: tuple[str, ...]
    times: tuple[str, ...]
    parametrised: bool


class _Order:
    """One order of attributes; tools write the suite first, or the name."""

    def __init__(self, first: str, second: str) -> None:
        case = rf'<testcase {first}="%s" {second}="%s" time="%s"{_BLANK}(?:/>|>{_BLANK}</testcase>){_BLANK}'
        self.opening = f'<testcase {first}="'
        self.run = re.compile(f"(?:{case % (_VALUE, _VALUE, _TIME)}){{{_LEAST},}}+")
        self.case = re.compile(case % (f"({_VALUE})", f"({_VALUE})", f"({_TIME})"))
        self.turned = first == "name"

    def runs(self, text: str) -> Iterator[Run]:
        for found in self.run.finditer(text):
            start, end = found.span()
            suites, names, times = zip(*self.case.findall(text, start, end), strict=True)
            if self.turned:
                suites, names = names, suites
            values = "".join(suites + names)
            if any(sign in values for sign in _FORBIDDEN) or any(map(eq, names, islice(names, 1, None))):
                continue
            second, last = text.find(self.opening, start + 1), text.rfind(self.opening, start, end)
            yield Run(start, second, last, suites[1:-1], names[1:-1], times[1:-1], "]" in values)


_ORDERS = (_Order("classname", "name"), _Order("name", "classname"))


def runs_in(piece: bytes) -> Iterator[Run]:
    """The runs of a piece of plain ASCII; one in which a name follows upon itself is left out, as it may be a retry."""
    text = piece.decode("ascii")
    for order in _ORDERS:
        if order.opening in text:
            yield from order.runs(text)
            return
