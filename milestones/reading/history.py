"""What became of each criterion over the versions of a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from milestones.facts import Criterion, CriterionKind, Document, Milestone, Status
from milestones.reading.identity import Match, match_criteria
from milestones.reading.targets import targets_in
from milestones.reading.words import normal, plain

_OPTIONAL = re.compile(r"(?i)\boptional|nice to have|stretch|if time|best effort|\bdeferred\b|won'?t do")
_PROMISES = frozenset(
    {CriterionKind.DEFINITION_OF_DONE, CriterionKind.ACCEPTANCE, CriterionKind.SUCCESS, CriterionKind.VERIFICATION_GATE,
     CriterionKind.CHECKLIST, CriterionKind.DELIVERABLE, CriterionKind.REQUIREMENT, CriterionKind.METRIC}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Version:
    """A document as one commit has it."""

    commit: str
    document: Document
    author: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One change of a criterion: appeared, ticked, unticked, reworded, moved or removed; `weakened` after the claim."""

    what: str
    commit: str
    author: str
    date: str
    before: str = ""
    after: str = ""
    line: int = 0
    weakened: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """A criterion with its events, oldest first; `milestone` is the key of the one it belonged to last."""

    criterion: Criterion
    milestone: str
    events: tuple[Event, ...]

    @property
    def alive(self) -> bool:
        return self.events[-1].what != "removed"


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a burn-up: criteria promised and ticked as of a commit."""

    commit: str
    date: str
    total: int
    ticked: int


@dataclass(slots=True)
class _Owned:
    """A criterion in its version, with the milestone it belongs to."""

    item: Criterion
    milestone: str = ""
    claimed: bool = False
    optional: bool = False


def owned(document: Document) -> list[_Owned]:
    """Every criterion of a document, gates' items too, each once and in order."""
    found = [_Owned(item) for item in document.criteria]
    stack: list[tuple[Milestone, bool, bool]] = [(one, False, False) for one in document.milestones]
    while stack:
        one, claimed, optional = stack.pop()
        claimed = claimed or one.status.claims_done
        optional = optional or one.status in (Status.OPTIONAL, Status.DROPPED)
        items = (*one.criteria, *one.non_goals, *(item for gate in one.gates for item in gate.items))
        found += [_Owned(item, one.key, claimed, optional) for item in dict.fromkeys(items)]
        stack += [(child, claimed, optional) for child in one.children]
    return sorted(found, key=lambda each: each.item.line)


def keys_of(document: Document) -> frozenset[str]:
    """The keys of every milestone that has a section of its own, not just a row of a table."""
    found, stack = set(), list(document.milestones)
    while stack:
        one = stack.pop()
        found |= {one.key} if one.last_line > one.line else set()
        stack += one.children
    return frozenset(found)


def history(versions: Iterable[Version]) -> tuple[Story, ...]:
    """Each criterion that any version had, with what happened to it; versions come oldest first."""
    told = _Telling()
    for version in versions:
        told.next(version)
    return tuple(Story(last.item, last.milestone, tuple(events)) for last, events in told.stories)


def unreadable(document: Document) -> bool:
    """Whether nothing of it could be read, which is not the same as that nothing stands in it."""
    return bool(document.problems) and not (document.title or document.milestones or document.criteria)


def forgive_moves(told: Sequence[tuple[Story, ...]]) -> list[tuple[Story, ...]]:
    """The stories of several documents: what the same commit put into another one was moved, which weakens nothing."""
    arrived = {
        (event.commit, normal(event.after))
        for stories in told for story in stories for event in story.events if event.what == "appeared"
    }  # fmt: skip

    def forgiven(event: Event) -> Event:
        moved = event.what == "removed" and (event.commit, normal(event.before)) in arrived
        return replace(event, weakened=event.weakened and not moved)

    return [tuple(replace(story, events=tuple(map(forgiven, story.events))) for story in stories) for stories in told]


@dataclass(frozen=True, slots=True)
class _Left:
    """What a version still has: the keys of its milestones, and the words of its items."""

    milestones: frozenset[str]
    words: frozenset[str]


class _Telling:
    """Keeps what is known of every criterion from version to version."""

    def __init__(self) -> None:
        self.stories: list[tuple[_Owned, list[Event]]] = []
        self.now: dict[int, int] = {}  # the place of a criterion in the last version -> its story
        self.last: list[_Owned] = []
        self.ended: dict[str, int] = {}  # the words of a criterion that was removed -> its story

    def next(self, version: Version) -> None:
        new, there = owned(version.document), keys_of(version.document)
        said = frozenset(normal(each.item.text) for each in new)
        old_at = {id(each.item): at for at, each in enumerate(self.last)}
        new_at = {id(each.item): at for at, each in enumerate(new)}
        now: dict[int, int] = {}
        for match in match_criteria([each.item for each in self.last], [each.item for each in new]):
            before = old_at[id(match.old)] if match.old else None
            after = new_at[id(match.new)] if match.new else None
            was = None if before is None else self.last[before]
            became = None if after is None else new[after]
            story = self.story(before, became)
            self.stories[story][1].extend(_events(match, was, became, version, _Left(there, said)))
            if after is not None and became:
                now[after] = story
                self.stories[story] = (became, self.stories[story][1])
            elif was:
                self.ended[normal(was.item.text)] = story
        self.last, self.now = new, now

    def story(self, before: int | None, became: _Owned | None) -> int:
        """The story that goes on; one that ended goes on when its very words come back."""
        if before is not None:
            return self.now[before]
        assert became is not None  # noqa: S101 - a match has a side
        if (ended := self.ended.pop(normal(became.item.text), None)) is not None:
            return ended
        self.stories.append((became, []))
        return len(self.stories) - 1


def _events(match: Match, was: _Owned | None, became: _Owned | None, version: Version, left: _Left) -> Iterator[Event]:
    old, new = match.old, match.new

    def event(what: str, *, weakened: bool = False) -> Event:
        before, after = old.text if old else "", new.text if new else ""
        line = new.line if new else 0
        return Event(what, version.commit, version.author, version.date, before, after, line, weakened)

    weak = bool(was and weakens(was, became, left))
    if match.how != "kept":
        yield event(match.how, weakened=weak)
    elif weak:
        yield event("reworded", weakened=True)
    if new and new.checked and not (old and old.checked):
        yield event("ticked")
    if old and old.checked and not (new is None or new.checked):
        yield event("unticked")


def weakens(was: _Owned, became: _Owned | None, left: _Left) -> bool:
    """Whether a promise of a milestone that was already claimed lost something: gone, optional, or a lower bound.

    Where the milestone is not there any more it was archived whole, and where another item says the same, one of two
    copies went: nothing was taken back.
    """
    if not was.claimed or was.item.kind not in _PROMISES:
        return False
    if became is None:
        return was.milestone in left.milestones and normal(was.item.text) not in left.words
    set_aside = became.optional or became.item.kind not in _PROMISES or bool(_OPTIONAL.search(became.item.text))
    was_aside = was.optional or bool(_OPTIONAL.search(was.item.text))
    return (set_aside and not was_aside) or _looser(was.item.text, became.item.text)


_BOUND = re.compile(r"^(<=|>=|<|>)\s*([\d.]+)")


def _looser(before: str, after: str) -> bool:
    """Whether the same measure is now held to less."""
    now = {plain(target.measure).lower(): _BOUND.match(target.expect) for target in targets_in(after, 0)}
    for target in targets_in(before, 0):
        old, new = _BOUND.match(target.expect), now.get(plain(target.measure).lower())
        if old and new and old[1][0] == new[1][0]:
            lower, higher = float(new[2]) < float(old[2]), float(new[2]) > float(old[2])
            if (old[1][0] == ">" and lower) or (old[1][0] == "<" and higher):
                return True
    return False


def burn_up(versions: Iterable[Version]) -> tuple[Point, ...]:
    """Promised and ticked criteria at each version; one without a box is done when its milestone is claimed."""
    return tuple(_point(version) for version in versions)


def _point(version: Version) -> Point:
    promised = [each for each in owned(version.document) if each.item.kind in _PROMISES and not each.optional]
    ticked = sum(each.claimed if each.item.checked is None else each.item.checked for each in promised)
    return Point(version.commit, version.date, len(promised), ticked)
