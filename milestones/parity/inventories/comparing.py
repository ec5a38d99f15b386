"""Two inventories of one name held against each other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from milestones.parity.inventories.finders import Item


@dataclass(frozen=True, slots=True)
class Compared:
    """What stands in both, what only the new system has, what only the legacy one had; each name once, in order."""

    name: str
    kept: tuple[Item, ...]
    added: tuple[Item, ...]
    removed: tuple[Item, ...]
    moved: tuple[Item, ...] = ()  # of an ordered one: what stands in both, in another order
    untold: int = 0


def compare(name: str, legacy: Iterable[Item], new: Iterable[Item], *, ordered: bool = False) -> Compared:
    """Compare by what the items say, wherever they stand; those told only at run time are counted beside."""
    old, now = _by_name(legacy), _by_name(new)
    untold = [one for side in (old, now) for one in side.values() if one.untold]
    kept = [one for key, one in now.items() if key in old]
    return Compared(
        name,
        tuple(kept),
        tuple(one for key, one in now.items() if key not in old),
        tuple(one for key, one in old.items() if key not in now),
        tuple(_moved(list(old), kept)) if ordered else (),
        len(untold),
    )


def _by_name(items: Iterable[Item]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for item in items:
        found.setdefault(item.name, item)
    return found


def _moved(old: list[str], kept: list[Item]) -> list[Item]:
    """What would have to be moved to have the old order again: all but the longest part that is in order."""
    places = [old.index(one.name) for one in kept]
    best: list[list[int]] = []
    for at, place in enumerate(places):
        before = [chain for chain in best if places[chain[-1]] < place]
        best.append([*_longest(before), at])
    stays = set(_longest(best))
    return [one for at, one in enumerate(kept) if at not in stays]


def _longest(chains: list[list[int]]) -> list[int]:
    return max(chains, key=lambda chain: (len(chain), chain), default=[])
