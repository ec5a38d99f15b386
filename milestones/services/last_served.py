"""The last commit that served a framework which is gone: a long history told by the bytes of each distinct file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from milestones.clients import git
from milestones.clients.steps import Step, steps
from milestones.parity.named import named_frameworks
from milestones.parity.reading import is_script
from milestones.source.paths import is_test

COMMITS = 20_000  # of the first-parent line
STRIDE = 1_000  # commits whose changes are listed at a time, from the newest on
LARGE = 1_000_000  # bytes: nobody registers routes in a file of more
SECONDS = 30.0  # of walking back; a history that takes longer is told as far as that

Serves = Callable[[str], Iterable[str]]  # the frameworks that a commit serves, by its route table


def last_before(repository: git.Repository, head: str, now: Iterable[str], serves: Serves) -> str:
    """The newest commit before `head` that serves what is not in `now`; "" where there is none. Raises GitError."""
    line = [(one.sha, one.tree) for one in repository.log(head, count=COMMITS)]
    gone = frozenset(now)
    places = (line[place][0] for place in _places(repository, line, gone))
    return _newest(places, lambda sha: bool(set(serves(sha)) - gone))


def _newest(places: Iterator[str], is_old: Callable[[str], bool]) -> str:
    """The first of these that is old: in growing steps, then by halving, as migrations do not come back."""
    shas: list[str] = []
    low, step = -1, 1
    while True:
        shas += islice(places, low + step + 1 - len(shas))
        high = min(low + step, len(shas) - 1)
        if high == low:
            return ""
        if is_old(shas[high]):
            return shas[_halved(low, high, shas, is_old)]
        low, step = high, step * 2


def _halved(low: int, high: int, shas: Sequence[str], is_old: Callable[[str], bool]) -> int:
    while high - low > 1:
        middle = (low + high) // 2
        if is_old(shas[middle]):
            high = middle
        else:
            low = middle
    return high


# --- the commits at which it is worth looking


@dataclass(slots=True)
class _Named:
    """The files of one commit that name a framework which the head does not serve; it walks backwards."""

    repository: git.Repository
    now: frozenset[str]
    blobs: dict[str, frozenset[str]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def learn(self, asked: Iterable[tuple[str, str]]) -> None:
        """Looks into each blob that was not seen before, once."""
        new = {blob: path for path, blob in asked if blob and blob not in self.blobs and _is_source(path)}
        self.blobs |= dict.fromkeys(new, frozenset[str]())
        for blob, data in self.repository.blobs(new):
            self.blobs[blob] = named_frameworks(data[:LARGE], is_script(new[blob])) - self.now

    def put(self, path: str, blob: str) -> bool:
        """Puts a file there, or away where it has no blob; whether that changed who names what."""
        before = self.files.pop(path, "")
        if self.blobs.get(blob) and _is_source(path):
            self.files[path] = blob
        return self.files.get(path, "") != before


def _places(repository: git.Repository, shas: Sequence[tuple[str, str]], now: frozenset[str]) -> Iterator[int]:
    """Where in a line of commits, newest first, files that name what is gone are other than at the place before."""
    named = _Named(repository, now)
    listed = [(entry.path, entry.sha) for entry in repository.tree(shas[0][0]) if entry.is_file]
    named.learn(listed)
    for path, blob in listed:
        named.put(path, blob)
    ends = time.monotonic() + SECONDS
    for first in range(0, len(shas) - 1, STRIDE):
        if time.monotonic() > ends:
            return
        changes = steps(repository, [tree for _, tree in shas[first : first + STRIDE + 1]])
        named.learn((one.path, one.new) for change in changes for one in change)
        for place, change in enumerate(changes, first + 1):
            if _walked(named, change) and named.files:
                yield place


def _walked(named: _Named, change: Iterable[Step]) -> bool:
    put = [named.put(one.path, one.new) for one in change]  # all of them, whatever the first one says
    return any(put)


def _is_source(path: str) -> bool:
    return (path.endswith(".py") or is_script(path)) and not is_test(path)
