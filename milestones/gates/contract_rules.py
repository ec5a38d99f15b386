"""The `[[contract]]` tables of a policy: what is expected of every answer of some endpoints."""

from __future__ import annotations

from collections.abc import Iterator

from milestones.expectations import Expectation, Rule, read_expectation
from milestones.facts import ParseError

from .sections import Section


def read_contracts(root: Section) -> tuple[Rule, ...]:
    """Every `[[contract]]`; raises ParseError with the line of what is no expectation."""
    return tuple(_rule(section) for section in root.tables("contract"))


def _rule(section: Section) -> Rule:
    section.only("endpoints", "always", "on_error", "on_status")
    endpoints = section.strings("endpoints")
    if not endpoints:
        raise section.error(f'{section.name()} names no endpoints; write endpoints = ["/api/**"]', "endpoints")
    rule = Rule(endpoints, _listed(section, "always"), _listed(section, "on_error"), dict(_by_status(section)))
    if not (rule.always or rule.on_error or rule.on_status):
        raise section.error(f'{section.name()} expects nothing; write always = ["status in 200,400"]')
    return rule


def _listed(section: Section, key: str) -> tuple[Expectation, ...]:
    return tuple(_expectation(section, key, at, text) for at, text in enumerate(section.strings(key)))


def _expectation(section: Section, key: str, at: int, text: str) -> Expectation:
    try:
        return read_expectation(text)
    except ParseError as problem:
        raise section.error(f"{section.name(key, at)}: {problem.reason}", key, at) from None


def _by_status(section: Section) -> Iterator[tuple[int, tuple[Expectation, ...]]]:
    table = section.table("on_status")
    for key in table.values:
        if not (key.isascii() and key.isdigit() and len(key) == 3):
            raise table.error(f'{table.name(key)}: "{key}" is no HTTP status; write on_status.404 = [...]', key)
        yield int(key), _listed(table, key)
