"""How a migration went over its commits: endpoint by endpoint, group by group."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from milestones.parity.endpoints import Key

WEEK = 7 * 86_400
PACE_WEEKS = 4  # what the pace is worked out over


@dataclass(frozen=True, slots=True)
class Served:
    """What one commit serves: pairs by framework, the endpoints that the new system answers, and the legacy ones."""

    by_framework: Mapping[str, int]
    ported: frozenset[Key]
    legacy: frozenset[Key]


@dataclass(frozen=True, slots=True)
class Point:
    """A commit of the range; `served` is None where it was not read, `at` in seconds since 1970."""

    sha: str
    at: int
    author: str
    subject: str
    served: Served | None
    edited: frozenset[str] = frozenset()  # files with legacy handlers that it changed

    @property
    def when(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)


@dataclass(frozen=True, slots=True)
class Move:
    """When an endpoint came to be answered by the new system: at `point`, or since `after` where nobody looked."""

    point: Point
    after: Point | None


@dataclass(frozen=True, slots=True)
class Group:
    """How far a group is. `pace` is in endpoints a week over the last weeks; `stuck` in days, 0 where it moves."""

    name: str
    owners: tuple[str, ...]
    total: int
    moved: int
    pace: float
    last: int | None
    stuck: int

    @property
    def left(self) -> int:
        return self.total - self.moved


@dataclass(frozen=True, slots=True)
class Burndown:
    """The whole course. `added` are legacy endpoints that came after the start, `edited` legacy code after its port."""

    points: tuple[Point, ...]
    moves: Mapping[Key, Move]
    groups: tuple[Group, ...]
    added: tuple[tuple[Key, Point], ...]
    edited: tuple[tuple[Key, Point], ...]
    lost: tuple[tuple[Key, Point], ...]

    @property
    def read(self) -> tuple[Point, ...]:
        return tuple(point for point in self.points if point.served is not None)

    @property
    def now(self) -> int:
        return self.points[-1].at if self.points else 0

    def pace_of(self, keys: Iterable[Key]) -> float:
        """How many of these endpoints moved in a week, over the last weeks."""
        start = self.points[0].at if self.points else 0
        return _pace([self.moves[key].point.at for key in keys if key in self.moves], start, self.now)


@dataclass(frozen=True, slots=True)
class Listed:
    """An endpoint as the course needs it: its group, its owner, the file of its legacy handler."""

    key: Key
    group: str
    owner: str
    file: str


def burndown(points: Sequence[Point], endpoints: Sequence[Listed]) -> Burndown:
    """Replay the commits, oldest first, over the endpoints of the legacy system."""
    read = [point for point in points if point.served is not None]
    known = {one.key for one in endpoints}
    moves = dict(_moves(read, known))
    now = points[-1].at if points else 0
    start = points[0].at if points else 0
    return Burndown(
        tuple(points), moves, tuple(_groups(endpoints, moves, start, now)),
        tuple(_added(read, known)), tuple(_edited(points, endpoints, moves)), tuple(_lost(read, known)),
    )  # fmt: skip


def _moves(read: Sequence[Point], known: Collection[Key]) -> Iterable[tuple[Key, Move]]:
    """The last time that each endpoint which the new system answers came over."""
    last = read[-1].served.ported if read and read[-1].served else frozenset()
    found: dict[Key, Move] = {}
    before: frozenset[Key] = frozenset()
    for place, point in enumerate(read):
        ported = point.served.ported if point.served else frozenset()
        for key in ported - before:
            if key in known and key in last:
                found[key] = Move(point, read[place - 1] if place else None)
        before = ported
    return found.items()


def _groups(endpoints: Sequence[Listed], moves: Mapping[Key, Move], start: int, now: int) -> Iterable[Group]:
    by_name: dict[str, list[Listed]] = {}
    for one in endpoints:
        by_name.setdefault(one.group, []).append(one)
    for name, listed in sorted(by_name.items()):
        times = sorted(moves[one.key].point.at for one in listed if one.key in moves)
        pace = _pace(times, start, now)
        since = times[-1] if times else start
        idle = (now - since) // 86_400 if len(times) < len(listed) else 0
        owners = tuple(sorted({one.owner for one in listed if one.owner}))
        yield Group(name, owners, len(listed), len(times), pace, times[-1] if times else None, idle if idle > 7 else 0)


def _pace(times: Iterable[int], start: int, now: int) -> float:
    weeks = min(max((now - start) / WEEK, 1.0), PACE_WEEKS)
    return sum(at > now - PACE_WEEKS * WEEK for at in times) / weeks


def _added(read: Sequence[Point], known: Collection[Key]) -> Iterable[tuple[Key, Point]]:
    """Legacy endpoints that are served now and were not at the start, with the commit that brought them."""
    last = read[-1].served.legacy if read and read[-1].served else frozenset()
    first: dict[Key, Point] = {}
    for point in read:
        for key in point.served.legacy if point.served else ():
            first.setdefault(key, point)
    return [(key, first[key]) for key in sorted(last) if key not in known]


def _edited(
    points: Sequence[Point], endpoints: Sequence[Listed], moves: Mapping[Key, Move]
) -> Iterable[tuple[Key, Point]]:
    """Endpoints whose legacy code was changed after their port, while it was still served: the last such change."""
    place = {point.sha: index for index, point in enumerate(points)}
    for one in endpoints:
        move = moves.get(one.key)
        later = points[place[move.point.sha] + 1 :] if move else ()
        hits = [
            point for point in later if one.file in point.edited and point.served and one.key in point.served.legacy
        ]
        if hits:
            yield one.key, hits[-1]


def _lost(read: Sequence[Point], known: Collection[Key]) -> Iterable[tuple[Key, Point]]:
    """Endpoints that nobody answers any more, with the commit at which the last answer went."""
    gone: dict[Key, Point] = {}
    for point in read:
        if point.served is None:
            continue
        for key in known:
            if key in point.served.ported or key in point.served.legacy:
                gone.pop(key, None)
            else:
                gone.setdefault(key, point)
    return sorted(gone.items())
