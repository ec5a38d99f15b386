"""A project's policy: what `migration.toml` says, read whole or refused with the line to mend."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from milestones.expectations import Rule
from milestones.facts import ParseError
from milestones.gates.baseline import THE_START, Baseline, Removal, read_baseline, read_removals
from milestones.gates.bounds import Bound, parse_bound
from milestones.gates.contract_rules import read_contracts
from milestones.gates.criteria import words_of
from milestones.gates.expected import Expected, read_expected
from milestones.gates.frozen import NOTHING_FROZEN, Frozen, path_inside, paths_of, read_frozen
from milestones.gates.leftovers import NO_LEFTOVERS, Leftovers, read_leftovers
from milestones.gates.measures import complaint_about, family_of
from milestones.gates.owners import NO_OWNERS, Owners, read_owners
from milestones.gates.people import (
    SignOffRule,
    Stage,
    WaiverRule,
    read_order,
    read_sign_offs,
    read_stages,
    read_waivers,
)
from milestones.gates.sections import Section, load

DEFAULT_NO_WORSE = ("routes.missing", "guards.lost", "tests.failed", "tests.skipped", "leftovers.imports")

SECTIONS = (
    "migration", "milestones", "every_change", "similarity", "leftovers", "frozen", "accept", "owners", "guards",
    "contract", "expected", "sign_off", "waivers", "stages", "order",
    "baseline", "removed_tests",
)  # fmt: skip

# every bare measure of proves stands for all that done says of it, so the two multiply
MOST_BOUNDS = 1_000

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Proof:
    """The bounds that prove any criterion in whose text `words` stand."""

    words: str
    bounds: tuple[Bound, ...]
    line: int | None = None


@dataclass(frozen=True, slots=True)
class MilestonePolicy:
    key: str
    owner: str = ""
    endpoints: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    due: date | None = None
    done: tuple[Bound, ...] = ()
    proves: tuple[Proof, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A file of the legacy system and the one that takes its place, which may have the same path."""

    name: str
    legacy: str
    new: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A fact corrected once, with its reason, for as long as the content it speaks of stays the same."""

    what: str
    why: str
    by: str = ""
    until: date | None = None
    content: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """All of a policy; a project without a file has `EMPTY`."""

    name: str = ""
    from_framework: str = ""
    to_framework: str = ""
    start: str = ""
    legacy_folder: str = ""
    new_folder: str = ""
    docs: tuple[str, ...] = ()
    docs_ref: str = ""
    due: date | None = None
    milestones: tuple[MilestonePolicy, ...] = ()
    no_worse: tuple[str, ...] = DEFAULT_NO_WORSE
    pairs: tuple[Pair, ...] = ()
    leftovers: Leftovers = NO_LEFTOVERS
    frozen: Frozen = NOTHING_FROZEN
    accept: tuple[Acceptance, ...] = ()
    baseline: Baseline = THE_START
    removed_tests: tuple[Removal, ...] = ()
    contracts: tuple[Rule, ...] = ()
    owners: Owners = NO_OWNERS
    expected: Expected = field(default_factory=Expected)
    sign_offs: tuple[SignOffRule, ...] = ()
    waivers: WaiverRule = field(default_factory=WaiverRule)
    stages: tuple[Stage, ...] = ()
    order: tuple[tuple[str, ...], ...] = ()

    def milestone(self, key: str) -> MilestonePolicy | None:
        """The section of a milestone by the key that its document gives it; case does not matter."""
        wanted = key.strip().casefold()
        return next((one for one in self.milestones if one.key.casefold() == wanted), None)


EMPTY = Policy()


def read_policy(text: str) -> Policy:
    """Read a `migration.toml`; raises ParseError with the line for whatever in it is broken, unknown or impossible."""
    root = load(text)
    root.only(*SECTIONS)
    migration = root.table("migration")
    migration.only("name", "from", "to", "start", "legacy_folder", "new_folder", "docs", "docs_ref", "due")
    return Policy(
        name=migration.text("name"),
        from_framework=migration.text("from").lower(),
        to_framework=migration.text("to").lower(),
        start=_revision(migration, "start"),
        legacy_folder=_path(migration, "legacy_folder"),
        new_folder=_path(migration, "new_folder"),
        docs=paths_of(migration, "docs"),
        docs_ref=_revision(migration, "docs_ref"),
        due=migration.date("due"),
        milestones=_milestones(root.table("milestones")),
        no_worse=_no_worse(root.table("every_change")),
        pairs=_pairs(root.table("similarity")),
        leftovers=read_leftovers(root.table("leftovers")),
        frozen=read_frozen(root.table("frozen")),
        accept=tuple(_acceptance(section) for section in root.tables("accept")),
        baseline=read_baseline(root.table("baseline")),
        removed_tests=read_removals(root.table("removed_tests")),
        expected=read_expected(root.table("expected")),
        sign_offs=read_sign_offs(root.tables("sign_off")),
        waivers=read_waivers(root.table("waivers")),
        stages=read_stages(root.table("stages")),
        order=read_order(root.table("order")),
        contracts=read_contracts(root),
        owners=read_owners(root.table("owners"), root.table("guards")),
    )


# --- texts that name something in a repository ----------------------------------------------------------------------


def _revision(section: Section, key: str) -> str:
    value = section.text(key)
    if value.startswith("-") or _CONTROL.search(value) or " " in value:
        raise section.error(f"{section.name(key)} is no revision; write a commit, tag or branch", key)
    return value


def _path(section: Section, key: str) -> str:
    return path_inside(section, section.text(key), key)


# --- milestones -----------------------------------------------------------------------------------------------------


def _milestones(section: Section) -> tuple[MilestonePolicy, ...]:
    seen: dict[str, str] = {}
    for key in section.values:
        twin = seen.setdefault(key.strip().casefold(), key)
        if twin != key:
            raise section.error(f'milestones "{twin}" and "{key}" are the same one; keep one of them', key)
    return tuple(_milestone(section.table(key), key) for key in section.values)


def _milestone(section: Section, key: str) -> MilestonePolicy:
    _refuse_dotted_key(section, key)
    section.only("owner", "endpoints", "groups", "due", "done", "proves")
    for part in ("done", "proves"):
        if isinstance(section.values.get(part), list | dict) and len(section.values[part]) > MOST_BOUNDS:
            raise section.error(f"{section.name(part)} has more than {MOST_BOUNDS} entries; split the milestone", part)
    done = tuple(_bound(section, text, "done", index) for index, text in enumerate(section.strings("done")))
    return MilestonePolicy(
        key=key.strip(),
        owner=section.text("owner"),
        endpoints=section.strings("endpoints"),
        groups=section.strings("groups"),
        due=section.date("due"),
        done=done,
        proves=_proofs(section.table("proves"), done),
        line=section.line(),
    )


def _refuse_dotted_key(section: Section, key: str) -> None:
    """`[milestones.3.1]` is a table in a table to TOML; the person meant milestone 3.1."""
    for below, value in section.values.items():
        if isinstance(value, dict) and below != "proves":
            mend = f'write [milestones."{key}.{below}"] where that is the milestone\'s key'
            raise section.error(f'unknown key "{section.name(below)}"; {mend}', below)


def _proofs(section: Section, done: tuple[Bound, ...]) -> tuple[Proof, ...]:
    return tuple(_proof(section, words, done) for words in section.values)


def _proof(section: Section, words: str, done: tuple[Bound, ...]) -> Proof:
    if not words_of(words):
        raise section.error(f'"{words}" holds no words to know a criterion by', words)
    texts = section.strings(words)
    if not texts:
        raise section.error(f'nothing is listed to prove "{words}"; name a measure or write a bound', words)
    listed = isinstance(section.values[words], list)
    last = {text: index for index, text in enumerate(texts)}
    if len(last) > MOST_BOUNDS:
        raise section.error(f'more than {MOST_BOUNDS} entries prove "{words}"; keep those that matter', words)
    found = [
        bound
        for text, index in last.items()
        for bound in _proving(section, text, done, *((words, index) if listed else (words,)))
    ]
    return Proof(words, tuple(dict.fromkeys(found)), section.line(words))


def _proving(section: Section, text: str, done: tuple[Bound, ...], *below: str | int) -> tuple[Bound, ...]:
    """A whole bound stands for itself; a bare measure for what `done` says of it."""
    if re.search(r"[\s=!<>]", text):
        return (_bound(section, text, *below),)
    if complaint := complaint_about(text):
        raise section.error(complaint, *below)
    bounds = tuple(bound for bound in done if bound.measure == text)
    if not bounds:
        raise section.error(f'done has no bound on {text}; add one, or write it here, as "{text} == 0"', *below)
    return bounds


def _bound(section: Section, text: str, *below: str | int) -> Bound:
    try:
        bound = parse_bound(text)
    except ParseError as error:
        raise section.error(error.reason, *below) from None
    if complaint := complaint_about(bound.measure):
        raise section.error(complaint, *below)
    return bound


# --- the other sections ---------------------------------------------------------------------------------------------


def _no_worse(section: Section) -> tuple[str, ...]:
    section.only("no_worse")
    if "no_worse" not in section.values:
        return DEFAULT_NO_WORSE
    measures = section.strings("no_worse")
    for index, measure in enumerate(measures):
        if complaint := complaint_about(measure) or _without_direction(measure):
            raise section.error(complaint, "no_worse", index)
    return measures


def _without_direction(measure: str) -> str:
    family = family_of(measure)
    if family is None or family.directed:
        return ""
    return f"{measure} has no better and worse; give it bounds in a milestone's done instead"


def _pairs(section: Section) -> tuple[Pair, ...]:
    return tuple(_pair(section, name) for name in section.values)


def _pair(section: Section, name: str) -> Pair:
    if not re.fullmatch(r"[^\W\d][\w-]*", name):
        raise section.error(f'"{name}" cannot name a pair; use letters, digits, _ and -, a letter first', name)
    if isinstance(section.values[name], str):
        section.needed(name)
        path = _path(section, name)
        return Pair(name, path, path)
    sides = section.table(name)
    sides.only("legacy", "new")
    pair = Pair(name, _path(sides, "legacy"), _path(sides, "new"))
    if not pair.legacy or not pair.new:
        raise section.error(f'{section.name(name)} needs both ends: {{ legacy = "...", new = "..." }}', name)
    return pair


def _acceptance(section: Section) -> Acceptance:
    section.only("what", "why", "by", "until", "content")
    return Acceptance(
        what=section.needed("what"),
        why=section.needed("why"),
        by=section.text("by"),
        until=section.date("until"),
        content=section.text("content"),
        line=section.line(),
    )
