"""Which legacy template became which, and what of it is no longer used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from milestones.parity.functions import best_pairs
from milestones.parity.templates.reading import Template

LEAST_ALIKE = 0.4
MOST_WORDS = 3000


@dataclass(frozen=True, slots=True)
class TemplatePair:
    """A legacy template and its counterpart; `by` says how they were matched: name or content."""

    legacy: Template
    new: Template
    by: str

    @property
    def dropped(self) -> tuple[str, ...]:
        """Names that the legacy template takes from its context and the new one does not."""
        now = {use.text for use in self.new.names}
        return tuple(use.text for use in self.legacy.names if use.text not in now)

    @property
    def added(self) -> tuple[str, ...]:
        was = {use.text for use in self.legacy.names}
        return tuple(use.text for use in self.new.names if use.text not in was)


@dataclass(frozen=True, slots=True)
class Matched:
    """Every template of either side stands once."""

    pairs: tuple[TemplatePair, ...]
    missing: tuple[Template, ...]
    extra: tuple[Template, ...]


def match_templates(legacy: Iterable[Template], new: Iterable[Template]) -> Matched:
    """Match by name first, the nearest folder where a name stands in several, then by what stands in them."""
    left = list(legacy)
    free = _new_ones(list(new), left)
    pairs = [TemplatePair(old, other, "name") for old, other in _by_name(left, free)]
    _remove(left, free, pairs)
    words = [[one.words[:MOST_WORDS] for one in side] for side in (left, free)]
    best = best_pairs(words[0], words[1], LEAST_ALIKE)
    alike = [TemplatePair(left[i], free[j], "content") for i, j, _ in best]
    _remove(left, free, alike)
    ordered = sorted([*pairs, *alike], key=lambda pair: pair.legacy.path)
    return Matched(tuple(ordered), tuple(left), tuple(free))


def _new_ones(new: list[Template], legacy: Sequence[Template]) -> list[Template]:
    """The new side without the legacy templates that still stand there beside what takes their place."""
    old = {one.path: one for one in legacy}
    fresh = {(one.stem, one.language) for one in new if one.path not in old}
    stems = {stem for stem, _ in fresh}

    def is_kept(one: Template) -> bool:
        twin = old.get(one.path)
        return twin is not None and twin == one and one.stem in stems and (one.stem, one.language) not in fresh

    return [one for one in new if not is_kept(one)]


def _by_name(left: Sequence[Template], free: Sequence[Template]) -> list[tuple[Template, Template]]:
    """Pairs of one stem, those whose folders end alike first."""
    waiting: dict[str, list[Template]] = defaultdict(list)
    for one in free:
        waiting[one.stem].append(one)
    near = sorted(
        ((_nearness(old, other), old.path, other.path, old, other) for old in left for other in waiting[old.stem]),
        key=lambda item: item[:3],
    )
    taken: set[str] = set()
    used: set[str] = set()
    pairs = []
    for _, path, other_path, old, other in near:
        if path not in taken and other_path not in used:
            taken.add(path)
            used.add(other_path)
            pairs.append((old, other))
    return pairs


def _nearness(old: Template, new: Template) -> tuple[int, int]:
    """How many folders the two paths end in alike, then how many names of the context they share, both negative."""
    folders = zip(reversed(old.path.split("/")[:-1]), reversed(new.path.split("/")[:-1]), strict=False)
    same = 0
    for one, other in folders:
        if one != other:
            break
        same += 1
    return -same, -len({use.text for use in old.names} & {use.text for use in new.names})


def _remove(left: list[Template], free: list[Template], pairs: Iterable[TemplatePair]) -> None:
    taken = {id(one) for pair in pairs for one in (pair.legacy, pair.new)}
    left[:] = [one for one in left if id(one) not in taken]
    free[:] = [one for one in free if id(one) not in taken]
