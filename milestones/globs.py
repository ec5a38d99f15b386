"""Path patterns of a policy: `*` and `?` within one folder, `**` across folders, as git's own pathspecs have them.

A pattern comes from a stranger's repository, so it is matched in time that grows with pattern times path, by the set
of places in the pattern that the path read so far can stand at, and never by a search that goes back.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

PATTERN_LENGTH = 500
_FOLDERS, _ANY, _STAR, _ONE = "**/", "**", "*", "?"


def matches(path: str, patterns: Iterable[str]) -> bool:
    """Whether a path from the root of the repository fits any of the patterns."""
    return any(_fits(path, pattern) for pattern in patterns)


@lru_cache(maxsize=1000)
def _steps(pattern: str) -> tuple[str, ...]:
    """The pattern as wildcards and single characters."""
    found = []
    place = 0
    while place < min(len(pattern), PATTERN_LENGTH):
        step = next((wild for wild in (_FOLDERS, _ANY) if pattern.startswith(wild, place)), pattern[place])
        found.append(step)
        place += len(step)
    return tuple(found)


@lru_cache(maxsize=1000)
def _tail(pattern: str) -> str:
    """What stands behind the last wildcard, character by character the end of every path that fits."""
    steps = _steps(pattern)
    last = max((place for place, step in enumerate(steps) if step in {_FOLDERS, _ANY, _STAR, _ONE}), default=-1)
    return "".join(steps[last + 1 :])


def _fits(path: str, pattern: str) -> bool:
    if len(pattern) > PATTERN_LENGTH:
        return False
    steps = _steps(pattern)
    if not path.endswith(_tail(pattern)):  # spares most paths the walk
        return False
    # (place, inside): inside a `**/` that has begun, which ends only behind a slash
    here = _closed(steps, {(0, False)})
    for letter in path:
        here = _closed(steps, _after(steps, here, letter))
        if not here:
            return False
    return (len(steps), False) in here


def _closed(steps: tuple[str, ...], places: set[tuple[int, bool]]) -> set[tuple[int, bool]]:
    """These places, and those that are reached from them by wildcards that stand for nothing."""
    found, waiting = set(places), list(places)
    while waiting:
        place, inside = waiting.pop()
        empty = place < len(steps) and not inside and len(steps[place]) + (steps[place] == _STAR) > 1
        if empty and (place + 1, False) not in found:
            found.add((place + 1, False))
            waiting.append((place + 1, False))
    return found


def _after(steps: tuple[str, ...], places: set[tuple[int, bool]], letter: str) -> set[tuple[int, bool]]:
    """Where these places lead by one character of the path."""
    found: set[tuple[int, bool]] = set()
    for place, _ in places:
        step = steps[place] if place < len(steps) else ""
        if step == _FOLDERS:
            found.add((place, True))
            if letter == "/":
                found.add((place + 1, False))
        elif step == _ANY or (step == _STAR and letter != "/"):
            found.add((place, False))
        elif step == letter or (step == _ONE and letter != "/"):
            found.add((place + 1, False))
    return found
