"""The shortest way for the plain passed cases of a JUnit file, which are most of any: one call of Python for each.

Their ends are counted by expat itself, into a list, without any Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import repeat

from milestones.facts import Fact, Outcome, Result
from milestones.results.runs import Run
from milestones.results.wording import LONGEST_NAME, split_parameters

_new = tuple.__new__
_PASSED = Result.PASSED
_LONGEST = LONGEST_NAME // 2

Start = Callable[[str, list[str]], None]
Enter = Callable[[str], None]


class Lane:
    """A run of cases as they come; what is not one of them goes to `slow` as expat lists it."""

    def __init__(self, times: dict[str, float], slow: Start) -> None:
        self.facts: list[Fact] = []
        self.ends: list[str] = []
        self.times = times
        self.start, self.enter = _start(self.facts, self.ends, times, slow)

    @property
    def is_open(self) -> bool:
        """Whether the last case has not ended."""
        return len(self.ends) < len(self.facts)

    @property
    def further_ends(self) -> list[str]:
        """What ended after the last case did: suites."""
        return self.ends[len(self.facts) :]

    def take(self, run: Run) -> None:
        """Plain cases that have ended, as if each had come by itself."""
        count = len(run.names)
        self.ends += ["testcase"] * count
        times = map(self.times.__getitem__, run.times)
        names: Iterable[str] = run.names
        parameters: Iterable[str] = repeat("")
        if run.parametrised:
            names, parameters = zip(*map(split_parameters, run.names), strict=True)
        none, nothing = repeat(""), repeat(None)
        rows = zip(repeat(_PASSED, count), run.suites, names, parameters, times, none, none, nothing, repeat(False))
        self.facts += map(_new, repeat(Outcome), rows)

    def clear(self) -> None:
        self.facts.clear()
        self.ends.clear()


def _start(facts: list[Fact], ends: list[str], times: dict[str, float], slow: Start) -> tuple[Start, Enter]:
    """What takes an element, and what has to be told the name of the case before the lane is entered."""
    last = ""

    def enter(before: str) -> None:
        nonlocal last
        last = before

    def start(tag: str, attributes: list[str]) -> None:
        nonlocal last
        if tag == "testcase" and len(ends) == len(facts) and len(attributes) == 6:
            first, suite, second, name, third, written = attributes
            if first == "name" and second == "classname":
                name, suite = suite, name
            elif first != "classname" or second != "name":
                return slow(tag, attributes)
            if third == "time" and written and name != last and 0 < len(suite) < _LONGEST > len(name):
                last = name
                if name[-1:] == "]":
                    name, parameters = split_parameters(name)
                    append(_new(Outcome, (_PASSED, suite, name, parameters, times[written], "", "", None, False)))
                else:
                    append(_new(Outcome, (_PASSED, suite, name, "", times[written], "", "", None, False)))
                return None
        last = ""
        return slow(tag, attributes)

    append = facts.append
    return start, enter
