"""What a complete set of results is, as CI states it before or while the jobs run.

The short form names jobs, each with as many shards: {"jobs": ["unit", "web"], "shards": 4}. The long form says more of
a job: {"jobs": [{"job": "unit", "kind": "junit", "shards": 4, "suites": ["tests.api"]}]}.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from milestones.facts import ParseError
from milestones.results import PARSERS, jsontext

MOST_JOBS, MOST_SHARDS, MOST_SUITES = 500, 1_000, 1_000
_KEYS = {"jobs", "shards", "suites", "kind"}
_JOB_KEYS = {"job", "shards", "suites", "kind"}


@dataclass(frozen=True, slots=True)
class Part:
    """Results of one kind that one job is to send: in so many shards (0: in one), with these suites in them."""

    kind: str
    job: str
    shards: int = 0
    suites: tuple[str, ...] = ()


def read_manifest(body: bytes) -> tuple[Part, ...]:
    """The parts of a manifest. Raises ParseError that names the key and the mend."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ParseError("the manifest is not UTF-8; write it as JSON") from None
    whole = jsontext.record(jsontext.loads(text), "the manifest")
    _only(whole, _KEYS, "the manifest")
    jobs = whole.get("jobs", [""])
    if not isinstance(jobs, list) or not jobs or len(jobs) > MOST_JOBS:
        raise ParseError(f"'jobs' of the manifest is to be a list of 1 to {MOST_JOBS} jobs")
    parts = tuple(_part(job, whole) for job in jobs)
    if len({(part.kind, part.job) for part in parts}) < len(parts):
        raise ParseError("a job stands twice in the manifest with the same kind; keep one")
    return parts


def _part(job: object, whole: Mapping[str, Any]) -> Part:
    said = {"job": job} if isinstance(job, str) else jsontext.record(job, "a job of the manifest")
    what = f"the job {str(said.get('job', ''))[:60]!r}"
    _only(said, _JOB_KEYS, what)
    said = {key: said.get(key, whole.get(key)) for key in _JOB_KEYS}
    kind = jsontext.text(said, "kind", what) or "junit"
    if kind not in PARSERS:
        raise ParseError(f"{kind[:60]!r} of {what} is no kind; the kinds are {', '.join(sorted(PARSERS))}")
    shards = jsontext.count(said, "shards", what) or 0
    if shards > MOST_SHARDS:
        raise ParseError(f"{what} has {shards:,} shards; the limit is {MOST_SHARDS:,}")
    name = jsontext.text(said, "job", what)
    if len(name) > 200:
        raise ParseError(f"{what} has a name of more than 200 characters; shorten it")
    return Part(kind, name, shards, _suites(said.get("suites") or (), what))


def _suites(value: object, what: str) -> tuple[str, ...]:
    listed = [one for one in value if isinstance(one, str) and 0 < len(one) <= 500] if isinstance(value, list) else []
    if len(listed) > MOST_SUITES or not isinstance(value, list | tuple) or len(listed) < len(value):
        raise ParseError(f"'suites' of {what} is to be a list of at most {MOST_SUITES:,} names")
    return tuple(listed)


def _only(said: Mapping[str, Any], keys: set[str], what: str) -> None:
    if unknown := sorted(said.keys() - keys):
        raise ParseError(f"{what} has an unknown key {unknown[0][:60]!r}; known are {', '.join(sorted(keys))}")


# --- what is missing ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Came:
    """Results that are here: of one job, one shard ("2/4" or nothing), with these suites."""

    kind: str
    job: str
    shard: str
    suites: frozenset[str]


def lacking(parts: Iterable[Part], came: Iterable[Came]) -> dict[str, list[str]]:
    """kind -> sentences of what a complete set still lacks; a shard that calls itself 2/4 asks for the other three."""
    here: dict[tuple[str, str], list[Came]] = {}
    for one in came:
        here.setdefault((one.kind, one.job), []).append(one)
    stated = {(part.kind, part.job): part for part in parts}
    found: dict[str, list[str]] = {}
    for key in sorted(here.keys() | stated.keys()):
        said = _lacking(stated.get(key, Part(*key)), here.get(key, []))
        if said:
            found.setdefault(key[0], []).append(said)
    return found


def _lacking(part: Part, came: list[Came]) -> str:
    job = f"job {part.job!r}" if part.job else "the job without a name"
    if not came:
        return f"{part.kind} of {job} has not come" + (f" (in {part.shards} shards)" if part.shards > 1 else "")
    totals = {int(one.shard.partition("/")[2]) for one in came if "/" in one.shard}
    if len(totals) > 1:
        return f"the shards of {job} do not agree how many they are: {', '.join(map(str, sorted(totals)))}"
    total = max([part.shards, *totals])
    numbers = {int(one.shard.partition("/")[0]) for one in came if "/" in one.shard}
    missing = sorted(set(range(1, total + 1)) - numbers) if total > 1 else []
    if missing and not (not numbers and len(came) >= total):
        listed = ", ".join(f"{number}/{total}" for number in missing[:8]) + (", ..." if len(missing) > 8 else "")
        return (
            f"shard {listed} of {job} has not come" if len(missing) == 1 else f"shards {listed} of {job} have not come"
        )
    seen = frozenset[str]().union(*(one.suites for one in came))
    absent = [suite for suite in part.suites if not any(_is_of(one, suite) for one in seen)]
    if absent:
        more = f" and {len(absent) - 3} more" if len(absent) > 3 else ""
        return f"no test of the suite {', '.join(absent[:3])}{more} came from {job}"
    return ""


def _is_of(suite: str, wanted: str) -> bool:
    """Whether a suite is the one that is wanted, or lies in it."""
    return suite == wanted or suite.startswith((f"{wanted}.", f"{wanted} / ", f"{wanted}/", f"{wanted}::"))
