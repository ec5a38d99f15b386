"""TAP, the Test Anything Protocol, versions 12 to 14, with subtests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from milestones.facts import Fact, Outcome, ParseError, Result, Scope
from milestones.results import textlines, wording
from milestones.results.limits import MOST_CASES

DEEPEST = 50
_POINT = re.compile(r"(?P<not>not )?ok\b(?: (?P<number>\d{1,9}))?(?: -)?\s*(?P<name>.*)")
_DIRECTIVE = re.compile(r"(?<!\\)#\s*(?P<what>skip|todo)\S*\s*(?P<reason>.*)$", re.IGNORECASE)
_PLAN = re.compile(r"1\.\.(?P<count>\d{1,9})(?:\s*#\s*(?P<reason>.*))?$")


@dataclass(slots=True)
class _Level:
    """One depth of subtests: how many points it planned and had, and how many of them failed."""

    plan: int | None = None
    points: int = 0
    failed: int = 0
    name: str = ""


def read(stream: BinaryIO) -> Iterator[Fact]:
    """Each point that is no summary of a subtest; ParseError where points are fewer or more than planned."""
    return _Stream().read(stream)


class _Stream:
    def __init__(self) -> None:
        self.levels = [_Level()]
        self.last: Outcome | None = None
        self.yaml = False
        self.count = 0

    def read(self, stream: BinaryIO) -> Iterator[Fact]:
        number = 0
        for number, line in textlines.lines(stream, strict=False):
            try:
                yield from self._line(line)
            except ParseError as error:
                raise ParseError(error.reason, number) from None
        if self.last is not None:
            yield self.last
        if len(self.levels) > 1:
            raise ParseError("the output stops within a subtest; send all of it", number)
        top = self.levels[0]
        if top.plan is None:
            raise ParseError("there is no plan (`1..N`): the output is cut, or is no TAP; send all of it", number)
        _hold(top)

    def _line(self, line: str) -> Iterator[Fact]:
        bare = line.strip()
        if self.yaml:
            self._yaml(bare)
            return
        depth = (len(line) - len(line.lstrip(" "))) // 4
        if bare == "---" and self.last is not None:
            self.yaml = True
        elif bare.startswith("Bail out!"):
            yield Scope(None, f"the run was given up: {wording.name(bare[9:]) or 'no reason given'}")
        elif plan := _PLAN.match(bare):
            self._at(depth).plan = int(plan["count"])
        elif bare.startswith("# Subtest: "):
            self._name(depth, bare[11:])
        elif point := _POINT.match(bare):
            yield from self._point(depth, point)

    def _at(self, depth: int) -> _Level:
        if depth > DEEPEST:
            raise ParseError(f"subtests nested deeper than {DEEPEST}")
        while len(self.levels) <= depth:
            self.levels.append(_Level())
        return self.levels[depth]

    def _name(self, depth: int, name: str) -> None:
        if depth < len(self.levels):
            self.levels[depth].name = wording.name(name)

    def _point(self, depth: int, point: re.Match[str]) -> Iterator[Fact]:
        if self.last is not None:
            yield self.last
            self.last = None
        level = self._at(depth)
        inner = self.levels[depth + 1] if len(self.levels) > depth + 1 else None
        del self.levels[depth + 1 :]
        if inner is not None and inner.plan is not None:
            _hold(inner)
        level.points += 1
        outcome = self._outcome(depth, point)
        level.failed += outcome.result is Result.FAILED
        if inner is not None and inner.points and (outcome.result is not Result.FAILED or inner.failed):
            return
        self.count += 1
        if self.count > MOST_CASES:
            raise ParseError(f"more than {MOST_CASES:,} test cases, which is the limit; send them in shards")
        self.last = outcome

    def _outcome(self, depth: int, point: re.Match[str]) -> Outcome:
        name, result, text = point["name"], Result.FAILED if point["not"] else Result.PASSED, ""
        if directive := _DIRECTIVE.search(name):
            name, result = name[: directive.start()], Result.SKIPPED
            text = f"{'TODO ' if directive['what'].lower() == 'todo' else ''}{directive['reason']}"
        name = wording.name(name) or f"test {self.levels[depth].points}"
        suite = " / ".join(level.name for level in self.levels[:depth] if level.name)[: wording.LONGEST_NAME]
        return Outcome(result, suite, name, text=wording.clean(text))

    def _yaml(self, bare: str) -> None:
        """The diagnostic block of the point before: its message and how long it took."""
        self.yaml = bare != "..."
        key, _, value = bare.partition(": ")
        last = self.last
        if last is None:
            return
        if key in ("error", "message") and not last.text and last.result is Result.FAILED:
            self.last = last._replace(text=wording.clean(value.strip("'\"|->")))
        elif key == "duration_ms" and re.fullmatch(r"\d{1,12}(?:\.\d{1,20})?", value):
            self.last = last._replace(seconds=float(value) / 1000)


def _hold(level: _Level) -> None:
    if level.plan is not None and level.plan != level.points:
        raise ParseError(f"{level.plan:,} tests were planned and {level.points:,} are there; send the whole output")
