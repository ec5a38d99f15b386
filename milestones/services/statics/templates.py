"""Which legacy template became which, and what either holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from milestones.codec import to_plain
from milestones.facts import Finding, Known, Measurement, Problem
from milestones.gates.policy import Policy
from milestones.parity.templates.contexts import Filling, filled_by
from milestones.parity.templates.matching import Matched, match_templates
from milestones.parity.templates.reading import Template

from ..templates import side_at
from .kind import FINDINGS_KEPT, Case, Kind, Static

FAMILY = "templates"
PLACES_KEPT = 5


def _wanted(policy: Policy) -> bool:
    return bool(policy.start)


def _read(case: Case) -> Static:
    policy = case.policy
    legacy = side_at(case.reader, case.start, policy.legacy_folder, hidden=policy.new_folder)
    new = side_at(case.reader, case.sha, policy.new_folder, hidden=policy.legacy_folder)
    found = match_templates(legacy.templates, new.templates)
    unread = [*legacy.problems, *new.problems]
    present = [*(pair.new for pair in found.pairs), *found.extra]
    measured = tuple(
        Measurement(f"{FAMILY}.{name}", value, "count", "", Known.STATIC, len(unread))
        for name, value in _numbers(legacy.templates, present, found).items()
    )
    if not legacy.templates and not new.templates:
        return Static(FAMILY, (), details={"pairs": [], "missing": [], "extra": [], "unread": []})
    problems = () if legacy.templates else (Problem("no template was found at the start commit"),)
    details = {
        "pairs": [
            {
                "legacy": _facts(pair.legacy, legacy.fillings),
                "new": _facts(pair.new, new.fillings),
                "by": pair.by,
                "dropped": list(pair.dropped),
                "added": list(pair.added),
            }
            for pair in found.pairs
        ],
        "missing": [_facts(one, legacy.fillings) for one in found.missing],
        "extra": [_facts(one, new.fillings) for one in found.extra],
        "unread": to_plain(unread[:50]),
    }
    findings = tuple(_findings(found, present))[:FINDINGS_KEPT]
    return Static(FAMILY, measured, findings, problems, to_plain(details))


def _numbers(legacy: Iterable[Template], present: list[Template], found: Matched) -> dict[str, int]:
    return {
        "legacy": len(list(legacy)),
        "new": len(present),
        "matched": len(found.pairs),
        "missing": len(found.missing),
        "extra": len(found.extra),
        "statements": sum(one.statements for one in present),
        "expressions": sum(one.expressions for one in present),
        "score": sum(one.score for one in present),
        "nesting_max": max((one.nesting for one in present), default=0),
        "unescaped": sum(len(one.unescaped) for one in present),
        "in_script": sum(len(one.in_script) for one in present),
        "names_dropped": sum(len(pair.dropped) for pair in found.pairs),
    }


def _facts(one: Template, fillings: Iterable[Filling]) -> dict[str, Any]:
    """A template without its words, and the places that fill it."""
    plain = {key: value for key, value in to_plain(one).items() if key != "words"}
    filled = filled_by(one.path, fillings)
    places = [{"path": f.place.path, "line": f.place.line, "names": list(f.names), "whole": f.whole} for f in filled]
    return plain | {"score": one.score, "filled": places[:PLACES_KEPT]}


def _findings(found: Matched, present: Iterable[Template]) -> Iterable[Finding]:
    for one in found.missing:
        yield Finding("no new template takes its place", one.path, None, f"{FAMILY}.missing")
    for one in found.extra:
        yield Finding("no legacy template was like it", one.path, None, f"{FAMILY}.extra")
    for one in present:
        for use in one.unescaped:
            yield Finding(f"{use.text} goes out unescaped", one.path, use.line, f"{FAMILY}.unescaped")
        for use in one.in_script:
            yield Finding(f"{use.text} is put into a script", one.path, use.line, f"{FAMILY}.in_script")
    for pair in found.pairs:
        lines = {use.text: use.line for use in pair.legacy.names}
        for name in pair.dropped:
            said = f"{name} is used no more by {pair.new.path}"
            yield Finding(said, pair.legacy.path, lines.get(name), f"{FAMILY}.names_dropped")


KIND = Kind(1, _wanted, _read)
