"""What a waiver is for: the very failure that was there when it was asked for, and no other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from milestones.facts import State
from milestones.gates.bounds import measure_in
from milestones.gates.judgement import Obstacle

_COMMIT = re.compile(r"\b[0-9a-f]{7,40}\b")


@dataclass(frozen=True, slots=True)
class Pin:
    """A failure as it was: `content` are the fingerprints of all that it counted, none where not all are kept."""

    state: State
    said: str
    value: float | None = None
    content: tuple[str, ...] = ()


def pin_of(obstacle: Obstacle, contents: Mapping[str, tuple[str, ...]]) -> Pin:
    """The failure as it is now."""
    measure = measure_in(obstacle.measure)
    content = contents.get(measure, ())
    whole = len(content) == obstacle.value
    return Pin(obstacle.state, _said(obstacle), obstacle.value, content if whole else ())


def _said(obstacle: Obstacle) -> str:
    """The sentence without what differs from commit to commit."""
    if obstacle.state is State.FAIL:
        return ""
    text = obstacle.sentence if obstacle.measure else obstacle.text
    return " ".join(_COMMIT.sub("a commit", text).split())


def covers(pinned: Pin, now: Pin) -> bool:
    """Whether what fails now is what was waived, or less of it."""
    if pinned.state is not now.state:
        return False
    if now.state is not State.FAIL:
        return pinned.said == now.said
    if pinned.content and now.content:
        return not Counter(now.content) - Counter(pinned.content)
    return pinned.value == now.value and not pinned.content and not now.content


def difference(pinned: Pin, now: Pin) -> str:
    """How the failure differs from the one that was waived."""
    if pinned.state is not now.state:
        return f"it was {pinned.state} when it was waived, and is {now.state} now"
    if pinned.content and now.content:
        new = (Counter(now.content) - Counter(pinned.content)).total()
        return f"{new} of what fails now {'was' if new == 1 else 'were'} not there when it was waived"
    if now.state is State.FAIL:
        return f"its value was {_plain(pinned.value)} when it was waived, and is {_plain(now.value)} now"
    return "it is unknown for another reason than the one that was waived"


def _plain(value: float | None) -> str:
    return "unknown" if value is None else f"{value:g}"
