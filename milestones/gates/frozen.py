"""The `[frozen]` table of a policy: what may not change, what may not go, and how changes are to be made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from milestones.gates.sections import Section

SUBJECT, BODY = 72, 80
TYPES = ("build", "chore", "ci", "docs", "feat", "fix", "perf", "refactor", "revert", "style", "test")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Messages:
    """What a commit message looks like: `type(scope): subject`, and how long its lines may be (0: any length)."""

    types: tuple[str, ...] = TYPES
    scopes: tuple[str, ...] = ()  # none listed: any scope
    scope_needed: bool = True
    subject: int = SUBJECT
    body: int = BODY


@dataclass(frozen=True, slots=True)
class Frozen:
    """What may not change, may not go, and which tests stay as they are but for the plumbing in `rewrite`.

    `hotspots` are where changes belong, `no_new` where no file may come into being, `dependencies` the packages whose
    versions stay, `one_scope` folders of which a commit touches one. `legacy_job` is the job of the legacy system's
    tests.
    """

    read_only: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    rewrite: tuple[tuple[str, str], ...] = ()
    hotspots: tuple[str, ...] = ()
    no_new: tuple[str, ...] = ()
    dependencies: tuple[str, ...] = ()
    one_scope: tuple[str, ...] = ()
    messages: Messages | None = None
    legacy_job: str = ""

    @property
    def has_rules(self) -> bool:
        """Whether anything is said about how changes are made, tests apart."""
        paths = (self.read_only, self.keep, self.hotspots, self.no_new, self.dependencies, self.one_scope)
        return any(paths) or self.messages is not None


NOTHING_FROZEN = Frozen()


def read_frozen(section: Section) -> Frozen:
    """Read the table; raises ParseError with the line of what is unknown or impossible in it."""
    section.only(
        "read_only", "keep", "tests", "rewrite", "hotspots", "no_new", "dependencies", "one_scope", "messages", "legacy"
    )  # fmt: skip
    legacy = section.table("legacy")
    legacy.only("job")
    return Frozen(
        read_only=paths_of(section, "read_only"),
        keep=paths_of(section, "keep"),
        tests=paths_of(section, "tests"),
        rewrite=tuple(_rewrites(section.table("rewrite"))),
        hotspots=paths_of(section, "hotspots"),
        no_new=paths_of(section, "no_new"),
        dependencies=section.strings("dependencies"),
        one_scope=paths_of(section, "one_scope"),
        messages=_messages(section),
        legacy_job=legacy.needed("job") if legacy.values else "",
    )


def _rewrites(section: Section) -> Iterator[tuple[str, str]]:
    """Plumbing and what takes its place, blanks and all; the latter may be nothing."""
    for old, new in section.values.items():
        if not isinstance(new, str):
            raise section.wrong("text between quotes", new, old)
        if not old.strip():
            raise section.error("an empty text cannot be rewritten; name the plumbing that changes", old)
        yield old, new


def _messages(section: Section) -> Messages | None:
    """Off unless asked: `true` for the usual rules, or a table that says which."""
    value = section.values.get("messages", False)
    if isinstance(value, bool):
        return Messages() if value else None
    table = section.table("messages")
    table.only("types", "scopes", "scope_needed", "subject", "body")
    needed = table.values.get("scope_needed", True)
    if not isinstance(needed, bool):
        raise table.wrong("true or false", needed, "scope_needed")
    types = table.strings("types") if "types" in table.values else TYPES
    return Messages(
        types, table.strings("scopes"), needed, _length(table, "subject", SUBJECT), _length(table, "body", BODY)
    )


def _length(table: Section, key: str, usual: int) -> int:
    value = table.values.get(key, usual)
    if type(value) is not int or not 0 <= value <= 10_000:
        raise table.error(f"{table.name(key)} is no length; write a number of characters, 0 for any", key)
    return value


def paths_of(section: Section, key: str) -> tuple[str, ...]:
    """A list of paths or patterns of the repository."""
    listed = isinstance(section.values.get(key), list)
    return tuple(
        path_inside(section, value, *((key, index) if listed else (key,)))
        for index, value in enumerate(section.strings(key))
    )


def path_inside(section: Section, value: str, *below: str | int) -> str:
    """A path or pattern as git has it: relative to the root, with forward slashes."""
    if value.startswith("/") or ".." in value.split("/") or "\\" in value or _CONTROL.search(value):
        reason = f"{section.name(*below)} leaves the repository; write a path from its root, as docs/plan.md"
        raise section.error(reason, *below)
    return value.removeprefix("./").removesuffix("/") if value != "." else ""
