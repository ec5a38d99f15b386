"""Recordings made up in memory, and what comes of comparing them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from milestones.expectations import Rule
from milestones.parity.contracts import Contract, contract, index


class Held:
    """A recording that is held in memory."""

    def __init__(self, lines: Iterable[bytes], name: str = "held.jsonl") -> None:
        self.name = name
        self._lines = list(lines)

    def __iter__(self) -> Iterator[tuple[int, int, bytes]]:
        yield from ((at, at + 1, line) for at, line in enumerate(self._lines))

    def at(self, offset: int) -> bytes:
        return self._lines[offset]


def told(
    path: str = "/berths", body: Any = None, *, method: str = "GET", status: int = 200, route: str = "",
    test: str = "t::one",
    kind: str = "application/json", framework: str = "flask", asked: Any = None, **more: Any,
) -> bytes:  # fmt: skip
    """One line of a recording."""
    headers = {"content-type": kind, **more.pop("headers", {})} if kind else more.pop("headers", {})
    request: dict[str, Any] = {"method": method, "path": path, "headers": {"host": "localhost"}}
    if route:
        request["route"] = route
    if asked is not None:
        request["body"] = asked
    response = {"status": status, "headers": headers, "body": body, **more}
    return json.dumps({"test": test, "framework": framework, "request": request, "response": response}).encode()


def compared(
    legacy: Iterable[bytes], new: Iterable[bytes], noise: Iterable[bytes] | None = None, rules: Iterable[Rule] = ()
) -> Contract:
    again = index(Held(noise, "again.jsonl")) if noise is not None else None
    return contract(index(Held(legacy, "legacy.jsonl")), index(Held(new, "new.jsonl")), noise=again, rules=tuple(rules))


def found(legacy: bytes, new: bytes) -> list[tuple[str, str, str, str]]:
    """The differences of one pair of answers: kind, where, and what each system has."""
    return [tuple(one.difference) for one in compared([legacy], [new]).differences]  # type: ignore[misc]
