"""Who answers for which endpoints, and which names stand guard: what a person corrects once in the policy."""

from __future__ import annotations

from dataclasses import dataclass

from milestones.gates.sections import Section
from milestones.globs import matches


@dataclass(frozen=True, slots=True)
class Owners:
    """`named` are (group or path pattern, who), the first that fits counts; guards are corrected by name."""

    named: tuple[tuple[str, str], ...] = ()
    guards: frozenset[str] = frozenset()
    no_guards: frozenset[str] = frozenset()

    def owner_of(self, method: str, path: str, group: str) -> str:
        """Who the table of owners names for an endpoint; "" for nobody."""
        return next((who for what, who in self.named if selects(what, method, path, group)), "")


NO_OWNERS = Owners()


def selects(what: str, method: str, path: str, group: str) -> bool:
    """Whether a selection means an endpoint: a group's name, "/api/**", or "POST /api/**"."""
    verb, _, pattern = what.rpartition(" ")
    if not pattern.startswith("/"):
        return what == group
    if verb and verb.strip().upper() != method:
        return False
    return matches(path, (pattern,)) or (pattern.endswith("/**") and path == pattern.removesuffix("/**"))


def read_owners(owners: Section, guards: Section) -> Owners:
    """`[owners]` and `[guards]` of a policy; raises ParseError with the line."""
    guards.only("are", "are_not")
    are, are_not = frozenset(guards.strings("are")), frozenset(guards.strings("are_not"))
    if both := sorted(are & are_not):
        raise guards.error(f'"{both[0]}" is said to be a guard and to be none; keep it in one of the lists', "are_not")
    return Owners(tuple((what, owners.needed(what)) for what in owners.values), are, are_not)
