"""What policy says of people's words: who may sign off and for how long, how long a waiver lasts, stages and order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from milestones.facts import ParseError
from milestones.gates.bounds import Bound, parse_bound
from milestones.gates.criteria import words_of
from milestones.gates.measures import complaint_about
from milestones.gates.sections import Section

ROLES = ("viewer", "developer", "maintainer", "owner")
_LONGEST_STAGE = 40


@dataclass(frozen=True, slots=True)
class SignOffRule:
    """Who signs off the criteria that hold `words` (none: all criteria), and what ends their word.

    `paths` are those whose change ends it: none at all means that any change does. `days` of 0 is for ever.
    """

    words: str = ""
    role: str = "maintainer"
    people: int = 1
    days: int = 0
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WaiverRule:
    """The longest that a waiver may last, and the role that approves it."""

    longest_days: int = 30
    role: str = "maintainer"


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage that a commit passes, and the bounds on the way into it."""

    name: str
    needs: tuple[Bound, ...] = ()


def read_sign_offs(sections: Iterator[Section]) -> tuple[SignOffRule, ...]:
    return tuple(_sign_off(section) for section in sections)


def _sign_off(section: Section) -> SignOffRule:
    section.only("words", "role", "people", "days", "paths")
    return SignOffRule(
        section.text("words"),
        _role(section, "maintainer"),
        section.whole("people", 1, least=1),
        section.whole("days", 0),
        section.strings("paths"),
    )


def _role(section: Section, otherwise: str) -> str:
    role = section.text("role").lower() or otherwise
    if role not in ROLES:
        raise section.error(f"{section.name('role')} is no role; write one of {', '.join(ROLES)}", "role")
    return role


def rule_for(rules: tuple[SignOffRule, ...], text: str) -> SignOffRule:
    """The first rule whose words stand in a criterion; one without words is for all that no other is for."""
    words = words_of(text)
    special = (rule for rule in rules if rule.words and words_of(rule.words) in words)
    return next(special, None) or next((rule for rule in rules if not rule.words), SignOffRule())


def read_waivers(section: Section) -> WaiverRule:
    section.only("longest_days", "role")
    return WaiverRule(section.whole("longest_days", 30, least=1), _role(section, "maintainer"))


def read_stages(section: Section) -> tuple[Stage, ...]:
    """`[stages]`: `order` names them; a table each may say what it needs."""
    names = section.strings("order")
    for index, name in enumerate(names):
        if len(name) > _LONGEST_STAGE or names.index(name) != index:
            raise section.error(f"stages have different names of at most {_LONGEST_STAGE} letters", "order", index)
    for key in section.values:
        if key != "order" and key not in names:
            raise section.error(f'"{key}" is no stage of stages.order; add it there', key)
    return tuple(Stage(name, tuple(_needs(section.table(name)))) for name in names)


def _needs(section: Section) -> Iterator[Bound]:
    section.only("needs")
    for index, text in enumerate(section.strings("needs")):
        try:
            bound = parse_bound(text)
        except ParseError as error:
            raise section.error(error.reason, "needs", index) from None
        if complaint := complaint_about(bound.measure):
            raise section.error(complaint, "needs", index)
        yield bound


def read_order(section: Section) -> tuple[tuple[str, ...], ...]:
    """`[order]`: lists of milestones, each of which comes after the one before it."""
    found = tuple(section.strings(key) for key in section.values)
    for key, keys in zip(section.values, found, strict=True):
        if len({one.casefold() for one in keys}) != len(keys):
            raise section.error(f"{section.name(key)} names a milestone twice; keep one of them", key)
    return found
