"""The parity matrix: of each endpoint of a recording the statuses that were seen and the keys that are always there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .exchange import read_line
from .recording import Recording

KEYS_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Cell:
    """What one endpoint answers with one status: how often it was seen, and key -> types."""

    method: str
    route: str
    status: int
    seen: int
    media_type: str
    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """All endpoints of a recording."""

    cells: tuple[Cell, ...]

    def as_markdown(self) -> str:
        rows = ["| Endpoint | Status | Seen | Content type | Keys |", "|---|---:|---:|---|---|"]
        for one in self.cells:
            keys = ", ".join(f"`{name}`: {types}" for name, types in one.keys) or "–"
            rows.append(
                f"| `{one.method} {one.route}` | {one.status} | {one.seen} | {one.media_type or '–'} | {keys} |"
            )
        return "\n".join(rows) + "\n"

    def as_policy(self) -> str:
        """The same as `[[contract]]` tables of `migration.toml`, which then hold the new system to it."""
        return "\n".join("\n".join(_table(cells)) for cells in self._by_endpoint()) + "\n"

    def _by_endpoint(self) -> Iterator[list[Cell]]:
        grouped: dict[tuple[str, str], list[Cell]] = {}
        for one in self.cells:
            grouped.setdefault((one.route, one.method), []).append(one)
        yield from (grouped[name] for name in sorted(grouped))


def _table(cells: list[Cell]) -> Iterator[str]:
    first = cells[0]
    yield "[[contract]]"
    yield f"endpoints = [{json.dumps(f'{first.method} {first.route}', ensure_ascii=False)}]"
    yield f'always = ["status in {",".join(str(one.status) for one in cells)}"]'
    lines = {one.status: [f"json has {name}: {types}" for name, types in one.keys] for one in cells}
    for status, listed in lines.items():
        if listed:
            yield f"on_status.{status} = {json.dumps(listed, ensure_ascii=False)}"
    yield ""


def matrix_of(recording: Recording) -> Matrix:
    """The matrix of a recording, read through once more."""
    seen: dict[tuple[str, str, int], list[Any]] = {}
    for entry in recording.entries:
        exchange = read_line(recording.lines.at(entry.offset))
        key = (entry.route or entry.path, entry.method, exchange.status)
        keys = _keys(exchange.body) if exchange.is_json and isinstance(exchange.body, dict) else {}
        if key not in seen:
            seen[key] = [1, exchange.media_type, keys]
        else:
            seen[key][0] += 1
            seen[key][2] = _common(seen[key][2], keys)
    every = sorted(seen.items(), key=lambda one: one[0])
    cells = [
        Cell(method, route, status, count, media_type, _joined(keys))
        for (route, method, status), (count, media_type, keys) in every
    ]
    return Matrix(tuple(cells))


def _joined(keys: dict[str, set[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, "|".join(sorted(types))) for name, types in keys.items())


def _keys(body: dict[str, Any]) -> dict[str, set[str]]:
    plain = (key for key in body if key and not set(key) & set(".: \t\n"))
    return {key: {_type(body[key])} for key in list(plain)[:KEYS_AT_MOST]}


def _common(before: dict[str, set[str]], after: dict[str, set[str]]) -> dict[str, set[str]]:
    return {key: _wider(types | after[key]) for key, types in before.items() if key in after}


def _wider(types: Iterable[str]) -> set[str]:
    """A number that is whole by chance is still a number."""
    found = set(types)
    return found - {"int"} if "float" in found else found


def _type(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return (value[8:-1] or "str") if value.startswith("[masked") else "str"
    return {bool: "bool", int: "int", float: "float", list: "list", dict: "dict"}[type(value)]
