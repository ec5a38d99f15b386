"""OpenMetrics text (the specification's version 1.0), one Measurement a sample."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import BinaryIO

from milestones.facts import Fact, Measurement, ParseError
from milestones.results import textlines, wording
from milestones.results.metrics import MOST, check_name

_SAMPLE = re.compile(
    r"""(?P<name>[A-Za-z_:][A-Za-z0-9_:]*)(?:\{(?P<labels>(?:[^"}]|"(?:[^"\\]|\\.)*+")*+)\})?"""
    r""" (?P<value>\S+)(?: \S+)?(?: # .*)?\Z"""
)
_LABEL = re.compile(r'\s*(?P<name>[A-Za-z_][A-Za-z0-9_]*)="(?P<value>(?:[^"\\]|\\.)*+)"\s*(?:,|\Z)')


def read(stream: BinaryIO) -> Iterator[Fact]:
    """Each sample, its labels as the subject (`code=500,method=GET`); the file must end with `# EOF`."""
    units: dict[str, str] = {}
    ended, number, found = False, 0, 0
    for number, line in textlines.lines(stream):
        if ended and line:
            raise ParseError("text after `# EOF`; leave it out", number)
        if line.startswith("#"):
            ended = line == "# EOF"
            _remember_unit(line, units)
        elif line.strip():
            found += 1
            if found > MOST:
                raise ParseError(f"more than {MOST:,} samples in one file; send them in several", number)
            yield _sample(line, number, units)
    if not ended:
        raise ParseError("the closing `# EOF` is missing; send the whole text", number or None)


def _remember_unit(line: str, units: dict[str, str]) -> None:
    parts = line.split(" ", 3)
    if len(parts) == 4 and parts[1] == "UNIT" and len(units) < MOST:
        units[parts[2]] = wording.name(parts[3])


def _sample(line: str, number: int, units: dict[str, str]) -> Measurement:
    match = _SAMPLE.match(line)
    if match is None:
        raise ParseError('this is no sample of OpenMetrics, `name{label="value"} number`', number)
    try:
        value = float(match["value"])
    except ValueError:
        raise ParseError(f"{match['value'][:40]!r} is no number", number) from None
    if not math.isfinite(value):
        raise ParseError(f"{match['value'][:40]} cannot be compared with a bound; leave the sample out", number)
    name = check_name(match["name"])
    family = re.sub(r"_(?:total|count|sum|bucket|created|info)\Z", "", name)
    return Measurement(name, value, units.get(name) or units.get(family) or "count", _subject(match["labels"], number))


def _subject(labels: str | None, number: int) -> str:
    found: dict[str, str] = {}
    at = 0
    while labels and at < len(labels):
        label = _LABEL.match(labels, at)
        if label is None or label["name"] in found:
            raise ParseError('labels that cannot be read, or one twice; write name="value" with commas between', number)
        found[label["name"]] = label["value"]
        at = label.end()
    return wording.name(",".join(f"{name}={value}" for name, value in sorted(found.items())))
