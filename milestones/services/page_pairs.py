"""Renderings of the same pages by both systems, as a team sends them: JSON lines with name, legacy and new."""

from __future__ import annotations

from typing import Any, BinaryIO

from milestones.clients import git
from milestones.codec import to_plain
from milestones.facts import Finding, Measurement, ParseError, Summary
from milestones.models import Delivery
from milestones.parity.dom import Comparison, compare
from milestones.results import jsontext, textlines

from .taken import Taken, opened

KINDS = ("html-pairs",)
MOST = 2_000
FINDINGS_KEPT = 200
_WHAT = "a pair of renderings"


def taken(row: Delivery, _repo: git.Repository) -> Taken:
    """Each pair compared. Raises ParseError."""
    found = read(opened(row))
    return Taken(summary_of(row.kind, found), findings_of(found), {"pairs": details_of(found)})


def read(stream: BinaryIO) -> dict[str, Comparison]:
    """name -> how its two renderings stand to each other; ParseError with the line of one that cannot be read."""
    found: dict[str, Comparison] = {}
    for number, line in textlines.lines(stream):
        if not line.strip():
            continue
        item = jsontext.record(jsontext.loads(line, number), _WHAT)
        name, *pages = (_text(item, key, number) for key in ("name", "legacy", "new"))
        if name in found:
            raise ParseError(f"the page {name[:80]!r} comes twice; give each rendering its own name", number)
        if len(found) == MOST:
            raise ParseError(f"more than {MOST:,} pairs in one file; send them in several", number)
        found[name] = compare(*pages)
    if not found:
        raise ParseError('no pair in it; send lines of {"name": "/fees", "legacy": "<html>...", "new": "<html>..."}')
    return found


def _text(item: dict[str, Any], key: str, number: int) -> str:
    if key not in item:
        raise ParseError(f"{_WHAT} has no {key!r}; each line holds name, legacy and new", number)
    return jsontext.text(item, key, _WHAT)


def summary_of(kind: str, found: dict[str, Comparison]) -> Summary:
    every = list(found.values())
    counts = {
        "pairs": len(every),
        "raw_equal": sum(one.raw_equal for one in every),
        "equal": sum(one.normalised_equal for one in every),
        "minified_equal": sum(one.minified_equal for one in every),
        "different": sum(not one.normalised_equal for one in every),
    }
    measured = [Measurement(f"html.{name}", value) for name, value in counts.items()]
    measured.append(Measurement("html.score_min", min(one.score for one in every), "ratio"))
    measured.append(Measurement("html.score_mean", sum(one.score for one in every) / len(every), "ratio"))
    measured.append(Measurement("html.minified_score_min", min(one.minified_score for one in every), "ratio"))
    return Summary(kind, tuple(measured))


def findings_of(found: dict[str, Comparison]) -> tuple[Finding, ...]:
    different = [(name, one) for name, one in found.items() if not one.normalised_equal]
    return tuple(
        Finding(f"{name} differs, score {one.score:.3f}: {one.difference[0]} became {one.difference[1]}",
                rule="html.different")
        for name, one in different[:FINDINGS_KEPT]
    )  # fmt: skip


def details_of(found: dict[str, Comparison]) -> list[dict[str, Any]]:
    return [{"name": to_plain(name), **to_plain(one)} for name, one in found.items()]
