"""Which answers do not meet what a policy expects of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from milestones.expectations import TYPES, Expectation, Rule

from .differences import Difference, shown
from .exchange import Exchange


def broken(exchange: Exchange, rules: Sequence[Rule]) -> Iterator[Difference]:
    """Each expectation that an answer does not meet; `legacy` is what is expected, `new` what is there."""
    for rule in rules:
        if rule.covers(exchange.method, exchange.route or exchange.path):
            for one in rule.of(exchange.status):
                found = _unmet(one, exchange)
                if found is not None:
                    yield Difference("rule", one.text, one.text, found)


def _unmet(one: Expectation, exchange: Exchange) -> str | None:
    """What is there in place of what is expected, None where the expectation is met."""
    if one.subject == "status":
        among = str(exchange.status) in one.names
        return None if among == (one.verb in {"==", "in"}) else f"status {exchange.status}"
    if one.subject == "header":
        has = one.names[0] in exchange.headers
        return None if has == (one.verb == "has") else f"{'has' if has else 'no'} header {one.names[0]}"
    if one.subject == "type":
        return None if exchange.media_type == one.names[0] else f"content type {exchange.media_type or 'none'}"
    return _json(one, exchange)


def _json(one: Expectation, exchange: Exchange) -> str | None:
    if not exchange.is_json:
        return None if one.verb == "lacks" else f"no JSON ({exchange.media_type or 'no content type'})"
    found, value = _at(exchange.body, one.names)
    if one.verb == "lacks":
        return f"{'.'.join(one.names)} is there: {shown(value)}" if found else None
    if not found:
        there = sorted(exchange.body)[:8] if isinstance(exchange.body, dict) else exchange.body
        return f"no {'.'.join(one.names)} in {shown(there)}"
    return None if any(_is(value, kind) for kind in one.types) else f"{'.'.join(one.names)} is {shown(value)}"


def _at(body: Any, names: Sequence[str]) -> tuple[bool, Any]:
    value = body
    for name in names:
        if isinstance(value, dict) and name in value:
            value = value[name]
        else:
            return False, None
    return True, value


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, str) and value.startswith("[masked"):  # of what was masked only the type is known
        masked = value[8:-1] or "str"
        return kind in {"any", masked} or TYPES[kind] == TYPES.get(masked)
    if isinstance(value, bool):
        return kind in {"bool", "boolean", "any"}
    return isinstance(value, TYPES[kind])
