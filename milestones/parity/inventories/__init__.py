"""Named lists that must not drift unseen: one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from milestones.parity.inventories import finders
from milestones.parity.inventories.finders import Item
from milestones.parity.inventories.sightings import Sightings

VERSION = 1


@dataclass(frozen=True, slots=True)
class Inventory:
    """One list: `find` gives a file's items; `ordered` where their order says something, `aged` where age does."""

    title: str
    find: Callable[[str, Sightings], Iterator[Item]]
    ordered: bool = False
    aged: bool = False


INVENTORIES: Mapping[str, Inventory] = {
    "boundaries": Inventory("Async and blocking boundaries", finders.boundaries),
    "middleware": Inventory("Middleware, in order", finders.middleware, ordered=True),
    "signals": Inventory("Signals", finders.signals),
    "shims": Inventory("Shims and adapters", finders.shims, aged=True),
    "error_handlers": Inventory("Error handlers", finders.error_handlers),
    "cookies": Inventory("Cookies", finders.cookies),
    "settings": Inventory("Settings read", finders.settings),
}
