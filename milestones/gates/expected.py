"""What a complete set of results is: declared in policy, or learnt from the last complete one; and what lacks of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from milestones.facts import Measurement
from milestones.gates.measures import complaint_about
from milestones.gates.pieces import Piece
from milestones.gates.sections import Section
from milestones.globs import matches

NAMES_TOLD = 3
_SHARD = re.compile(r"(\d{1,5})/(\d{1,5})")
_MEND = "removed on purpose? say so with gone under [expected] in migration.toml, or on the page of decisions"
_ATTEMPTS = ("last", "first", "all")


@dataclass(frozen=True, slots=True)
class Expected:
    """The `[expected]` table.

    `suites` and `jobs` replace what is learnt. `gone` are suites and jobs that may have vanished. `attempts` says
    which attempt of a job counts, `flaky` how many tests may have failed and passed in one run.
    """

    suites: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    minimum: tuple[tuple[str, float], ...] = ()
    attempts: str = "last"
    flaky: int = 0
    learn: bool = True


@dataclass(frozen=True, slots=True)
class CompleteSet:
    """What the last complete set of a kind had, and the commit that it was of."""

    kind: str
    sha: str
    jobs: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()


def read_expected(section: Section) -> Expected:
    section.only("suites", "jobs", "gone", "paths", "minimum", "attempts", "flaky", "learn")
    attempts = section.text("attempts") or "last"
    if attempts not in _ATTEMPTS:
        raise section.error(f"{section.name('attempts')} is one of {', '.join(_ATTEMPTS)}", "attempts")
    learn = section.values.get("learn", True)
    if not isinstance(learn, bool):
        raise section.wrong("true or false", learn, "learn")
    return Expected(
        section.strings("suites"),
        section.strings("jobs"),
        section.strings("gone"),
        section.strings("paths"),
        tuple(_minimum(section.table("minimum"))),
        attempts,
        section.whole("flaky", 0),
        learn,
    )


def _minimum(section: Section) -> Iterator[tuple[str, float]]:
    for measure, value in section.values.items():
        if complaint := complaint_about(measure):
            raise section.error(complaint, measure)
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise section.wrong("a number above 0", value, measure)
        yield measure, float(value)


def learnable(kind: str, sha: str, pieces: Iterable[Piece]) -> CompleteSet:
    """What there is of a kind at a commit, to be expected of later ones."""
    listed = [one for one in pieces if one.kind == kind]
    suites = {suite for one in listed for suite, _ in (one.covers.suites if one.covers else ()) if suite}
    return CompleteSet(kind, sha, tuple(sorted({one.job for one in listed})), tuple(sorted(suites)))


def gaps(kind: str, pieces: Sequence[Piece], expected: Expected, learnt: CompleteSet | None) -> tuple[str, ...]:
    """What lacks of one kind at a commit, a sentence each; nothing where the set is complete."""
    found = [*_missing_shards(pieces)]
    if learnt is not None and not expected.learn:
        learnt = None
    here = learnable(kind, "", pieces)
    last = learnt or CompleteSet(kind, "")
    for what, declared, before, came in (
        ("job", expected.jobs, last.jobs, here.jobs),
        ("suite", expected.suites if here.suites or last.suites else (), last.suites, here.suites),
    ):
        lacking = [name for name in declared or before if name and name not in (*came, *expected.gone)]
        learnt_from = f"the last complete set, of {last.sha[:7]}, had ({_MEND})"
        source = "the policy expects" if declared else learnt_from
        if lacking:
            found.append(f"{what}{'s' * (len(lacking) > 1)} {_named(lacking)} did not come, which {source}")
    found += _elsewhere(pieces, expected.paths)
    return tuple(found)


def _missing_shards(pieces: Sequence[Piece]) -> Iterator[str]:
    """A shard says itself how many there are: where 1/4 came, so must 2/4, 3/4 and 4/4."""
    sets: dict[tuple[str, int], set[int]] = {}
    for one in pieces:
        if found := _SHARD.fullmatch(one.shard):
            sets.setdefault((one.job, int(found[2])), set()).add(int(found[1]))
    for (job, total), came in sorted(sets.items()):
        lacking = [f"{number}/{total}" for number in range(1, min(total, 1000) + 1) if number not in came]
        if lacking or total > 1000:
            yield f"shard {_named(lacking)}{f' of job {job}' if job else ''} has not come"


def _elsewhere(pieces: Sequence[Piece], wanted: tuple[str, ...]) -> Iterator[str]:
    """Coverage that is of none of the paths which the policy asks for."""
    paths = [path for one in pieces if one.covers for path in one.covers.paths]
    if wanted and paths and not any(matches(path, wanted) for path in paths):
        yield f"it is of other paths ({_named(paths)}), and of none in {', '.join(wanted)}"


def _named(names: Sequence[str]) -> str:
    more = len(names) - NAMES_TOLD
    return ", ".join(names[:NAMES_TOLD]) + (f" and {more} more" if more > 0 else "")


def too_few(expected: Expected, measurements: Iterable[Measurement]) -> Iterator[tuple[str, str]]:
    """(measure, why) for each count below its minimum."""
    least = dict(expected.minimum)
    for one in measurements:
        if one.name in least and not one.value >= least[one.name]:
            yield one.name, f"{one.name} is {one.value:g}, fewer than the {least[one.name]:g} that the policy expects"


def flaky(expected: Expected, measurements: Iterable[Measurement]) -> str:
    """Why tests that both failed and passed prove nothing, or nothing."""
    count = next((one.value for one in measurements if one.name == "tests.flaky"), 0.0)
    if not count > expected.flaky:
        return ""
    some = "1 test" if count == 1 else f"{count:g} tests"
    return f"{some} both failed and passed in one run: a flaky test never proves"
