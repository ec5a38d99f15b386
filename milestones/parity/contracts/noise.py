"""What wavers between two recordings of one system, and is therefore not held against another."""

from __future__ import annotations

from .differences import Difference, differences
from .exchange import same_answer, shape_of
from .pairing import pair
from .recording import Recording, line_of, read_at

Noise = tuple[str, str, str, str]  # method, shape of the route, family of difference, where
PLACES_KEPT = 20_000
# of a place whose value changes its value is noise; of one that is not always there, or changes its type, all below
_VALUES = frozenset({
    "json_value", "json_length", "text", "html", "body", "error_body", "redirect", "cache", "header", "cors", "cookie",
})  # fmt: skip
_COMING = ("json_type", "json_missing", "json_added")


def noise_of(legacy: Recording, again: Recording) -> frozenset[Noise]:
    """Every place in which two recordings of the same system differ."""
    found: set[Noise] = set()
    for at, there in pair(legacy.entries, again.entries).pairs:
        line, other = line_of(legacy, at), line_of(again, there)
        if same_answer(line, other):
            continue
        before, after = read_at(legacy, at, line), read_at(again, there, other)
        for one in differences(before, after):
            if len(found) < PLACES_KEPT:
                found.add((before.method, shape_of(before.route or before.path), _family(one.kind), one.where))
    return frozenset(found)


def is_noise(noise: frozenset[Noise], method: str, shape: str, one: Difference) -> bool:
    """Whether a difference of an endpoint is of what wavers there."""
    if (method, shape, _family(one.kind), one.where) in noise:
        return True
    parts = one.where.split("/")
    above = ("/".join(parts[:length]) or "/" for length in range(1, len(parts) + 1))
    return any((method, shape, kind, where) in noise for where in above for kind in _COMING)


def _family(kind: str) -> str:
    return "value" if kind in _VALUES else kind
