"""What the page of changes shows: the audit of a range, the fate of the tests, and rewrites to approve."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from milestones.clients.diff import diff, range_ends
from milestones.clients.git import GitError, Repository
from milestones.codec import storable
from milestones.gates.policy import Policy
from milestones.models import BlobFact, Decision, Evidence, Project, Role

from . import accounts, evaluate, log, mirror
from .promote import NotAllowedError
from .reader import Reader
from .statics import audit
from .statics.kind import Case

VERB = "approved a rewrite"
MOST_FILES = 5000  # of a range that is audited while a person waits for the page
CLASSES = (
    "behaviour", "unclassified", "moved_changed", "added", "deleted", "moved", "renamed", "imports_only",
    "import_order_only", "type_hints_only", "docstring_only", "formatting_or_comments_only", "prose", "generated",
    "binary", "mode_only",
)  # fmt: skip
RULES = {
    "read_only": "read-only, and touched",
    "keep": "to be kept, and deleted or renamed",
    "hotspots": "outside the hotspots",
    "no_new": "a new file where none may be",
    "dependencies": "a dependency that may not change",
    "one_scope": "more than one scope in a commit",
    "messages": "a commit message that breaks the rules",
}


@dataclass(frozen=True, slots=True)
class Group:
    """The files of one class of change."""

    name: str
    count: int
    insertions: int
    deletions: int
    files: list[Mapping[str, Any]]

    @property
    def words(self) -> str:
        return self.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Broken:
    """One rule that was broken, with its places."""

    rule: str
    words: str
    places: list[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A proposed rule, the line that approves it, and who did."""

    was: str
    now: str
    tests: int
    line: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """All that the page shows of one range."""

    details: Mapping[str, Any]
    groups: list[Group] = field(default_factory=list)
    areas: list[tuple[str, int, int, int]] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    rewrites: list[Rewrite] = field(default_factory=list)
    toml: str = ""

    ruled: bool = False  # the policy states rules about change

    @property
    def to_approve(self) -> int:
        return sum(not one.by for one in self.rewrites)

    @property
    def total(self) -> int:
        return len(self.details["files"]) + int(self.details["left_out"])

    @property
    def strip(self) -> list[dict[str, Any]]:
        """The classes as parts of a bar a thousand units wide."""
        whole = sum(one.count for one in self.groups) or 1
        parts, x = [], 0.0
        for one in self.groups:
            width = 1000 * one.count / whole
            parts.append({"name": one.name, "x": round(x, 2), "width": round(max(width - 2, 1), 2)})
            x += width
        return parts


class NotSeenError(Exception):
    """A range cannot be shown; the sentence says why and what to do."""


def changes(project: Project, text: str = "") -> Changes | None:
    """The changes from start to head, or of a range or commit that a person named. None before anything was read.

    Raises NotSeenError for a range that is not there or too large to be read at once.
    """
    details = _range(project, text) if text else _latest(project)
    return _shown(project, details) if details else None


def _latest(project: Project) -> Mapping[str, Any] | None:
    rows = [row.pk for row in evaluate.evidence_in_force(project, project.sha) if row.kind == "audit"]
    return Evidence.objects.filter(pk__in=rows).values_list("details", flat=True).first()


def _range(project: Project, text: str) -> Mapping[str, Any]:
    repo = mirror.repository(project)
    if repo is None:
        raise NotSeenError("the repository was not fetched yet")
    try:
        old, new = range_ends(repo, text.strip()[:500])
        return _audited(project, repo, old, new)
    except GitError as refused:
        raise NotSeenError(refused.reason) from refused


def _audited(project: Project, repo: Repository, old: str, new: str) -> Mapping[str, Any]:
    """Read a range once; it is remembered by its ends, the policy and the reader's version."""
    policy = evaluate.policy_of(project)
    basis = json.dumps([old, project.policy_in_force])
    reader = f"audit/{audit.KIND.version}/{hashlib.sha256(basis.encode()).hexdigest()[:24]}"
    known = BlobFact.objects.filter(blob=new, reader=reader).values_list("facts", flat=True).first()
    if known is not None:
        return dict(known)
    if len(diff(repo, old, new).entries) > MOST_FILES:
        raise NotSeenError(
            f"more than {MOST_FILES:,} files changed in this range; manage.py audit and manage.py frozen read it"
        )
    found = audit.KIND.read(Case(Reader(repo), new, old, policy)).details
    BlobFact.objects.bulk_create([BlobFact(blob=new, reader=reader, facts=found)], ignore_conflicts=True)
    return found


def _shown(project: Project, details: Mapping[str, Any]) -> Changes:
    rewrites = _rewrites(project, details["tests"]["proposed"])
    return Changes(
        details,
        list(_groups(details["files"])),
        _areas(details["files"]),
        _broken(details["breaches"]),
        rewrites,
        toml_of(evaluate.policy_of(project), [one for one in rewrites if one.by]),
        evaluate.policy_of(project).frozen.has_rules,
    )


def _groups(files: Iterable[Mapping[str, Any]]) -> Iterable[Group]:
    held: dict[str, list[Mapping[str, Any]]] = {name: [] for name in CLASSES}
    for one in files:
        held.setdefault(one["class"], []).append(one)
    for name, found in held.items():
        if found:
            counts = [sum(one[side] for one in found) for side in ("insertions", "deletions")]
            yield Group(name, len(found), counts[0], counts[1], found)


def _areas(files: Iterable[Mapping[str, Any]]) -> list[tuple[str, int, int, int]]:
    count, added, removed = Counter[str](), Counter[str](), Counter[str]()
    for one in files:
        count[one["area"]] += 1
        added[one["area"]] += one["insertions"]
        removed[one["area"]] += one["deletions"]
    return [(area, number, added[area], removed[area]) for area, number in count.most_common()]


def _broken(breaches: Iterable[Mapping[str, Any]]) -> list[Broken]:
    held: dict[str, list[Mapping[str, Any]]] = {rule: [] for rule in RULES}
    for one in breaches:
        held[one["rule"]].append(one)
    return [Broken(rule, RULES[rule], places) for rule, places in held.items() if places]


# --- rewrites


def _rewrites(project: Project, proposed: Iterable[tuple[str, str, int]]) -> list[Rewrite]:
    approved = _approved(project)
    return [Rewrite(was, now, tests, line_of(was, now), approved.get((was, now), "")) for was, now, tests in proposed]


def _approved(project: Project) -> dict[tuple[str, str], str]:
    """Who approved each rewrite, as the decision log has it."""
    rows = Decision.objects.filter(project=project, verb=VERB).order_by("number")
    return {(was, now): row.actor for row in rows for was, now in row.data.get("rules", [])}


def line_of(was: str, now: str) -> str:
    """One rule as a line of `[frozen.rewrite]`."""
    return f"{_quoted(was)} = {_quoted(now)}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_of(policy: Policy, approved: Iterable[Rewrite]) -> str:
    """The whole table as it is to stand in migration.toml: the rules in force, and those that were approved."""
    rules = dict(policy.frozen.rewrite)
    fresh = {one.was: one.now for one in approved}
    if not fresh:
        return ""
    return "\n".join(["[frozen.rewrite]", *(line_of(was, now) for was, now in (rules | fresh).items())])


def approve(
    project: Project, wanted: Iterable[str], *, by: AbstractBaseUser, text: str = ""
) -> list[Rewrite]:  # fmt: skip
    """Put a person's word to proposed rewrites; `wanted` are their lines. They are in force once in the policy.

    Raises NotAllowedError for somebody who may not, and where none of them is proposed.
    """
    if not accounts.may(project, by, Role.MAINTAINER):
        raise NotAllowedError(f"{by} may not approve rewrites in {project.slug}; a maintainer may")
    lines = set(wanted)
    shown = changes(project, text)
    chosen = [one for one in (shown.rewrites if shown else []) if one.line in lines and not one.by]
    if not chosen:
        raise NotAllowedError("none of these rewrites is proposed any more; look at the page again")
    name = by.get_username()
    with transaction.atomic():
        rules = [[storable(one.was), storable(one.now)] for one in chosen]
        log.record(name, VERB, f"{len(rules)} rewrite{'s' * (len(rules) != 1)} of tests", project, {"rules": rules})
    return chosen
