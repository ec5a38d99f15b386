"""The rules that a plan states about what may change, held against every commit of a range, one after the other.

Commit by commit, since the two ends alone would not show a frozen file that was moved away, changed and moved back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from milestones.audit.dependencies import DependencyChange, normalised
from milestones.globs import matches


class MessageRules(Protocol):
    """What a commit message looks like; see the policy's own."""

    @property
    def types(self) -> tuple[str, ...]: ...
    @property
    def scopes(self) -> tuple[str, ...]: ...
    @property
    def scope_needed(self) -> bool: ...
    @property
    def subject(self) -> int: ...
    @property
    def body(self) -> int: ...


class Rules(Protocol):
    """The policy's rules, by patterns of paths and names of packages."""

    @property
    def read_only(self) -> tuple[str, ...]: ...
    @property
    def keep(self) -> tuple[str, ...]: ...
    @property
    def hotspots(self) -> tuple[str, ...]: ...
    @property
    def no_new(self) -> tuple[str, ...]: ...
    @property
    def dependencies(self) -> tuple[str, ...]: ...
    @property
    def one_scope(self) -> tuple[str, ...]: ...
    @property
    def messages(self) -> MessageRules | None: ...


# what each rule is counted as
MEASURES: Mapping[str, str] = {
    "read_only": "audit.read_only_touched",
    "keep": "audit.kept_deleted",
    "hotspots": "audit.outside_hotspots",
    "no_new": "audit.forbidden_new",
    "dependencies": "audit.dependencies_changed",
    "one_scope": "audit.mixed_scopes",
    "messages": "audit.messages_wrong",
}
_HEADER = re.compile(r"(?P<type>[A-Za-z]+)(?:\((?P<scope>[^()]+)\))?!?: \S")
_LINK = re.compile(r"\S*://\S+$")


@dataclass(frozen=True, slots=True)
class PathChange:
    """What a commit did to one path; `kind` is added, deleted, modified or renamed."""

    path: str
    old_path: str
    kind: str


@dataclass(frozen=True, slots=True)
class CommitChange:
    """One commit, what it did, and what it says. A merge lists only what it changed by itself."""

    sha: str
    author: str
    message: str
    paths: tuple[PathChange, ...] = ()
    dependencies: tuple[DependencyChange, ...] = ()
    merge: bool = False


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a commit broke, and where; the line is known later, from the commit's own diff."""

    rule: str
    path: str
    commit: str
    author: str
    text: str
    subject: str  # what is counted: a file by the name it had first, a package, a commit
    line: int = 0


@dataclass(slots=True)
class _Lineage:
    """Where frozen files stand now, by the name they had before anyone moved them."""

    origins: dict[str, str] = field(default_factory=dict)

    def of(self, path: str) -> str:
        return self.origins.get(path, "")

    def follow(self, change: PathChange, frozen: bool) -> None:
        if change.kind == "renamed":
            origin = self.origins.pop(change.old_path, change.old_path if frozen else "")
            if origin:
                self.origins[change.path] = origin
        elif change.kind == "deleted":
            self.origins.pop(change.path, None)


def breaches(commits: Iterable[CommitChange], rules: Rules) -> list[Breach]:
    """Return every breach, in the order of the commits, the oldest first."""
    lineage = _Lineage()
    found: list[Breach] = []
    for commit in commits:
        for change in commit.paths:
            found += (_breach(rule, change, commit, text, subject) for rule, text, subject in
                      _path_rules(change, rules, lineage))  # fmt: skip
        found += _dependency_rule(commit, rules.dependencies)
        if not commit.merge:
            found += _scope_rule(commit, rules.one_scope)
            found += _message_rule(commit, rules.messages)
    return found


def counts(found: Iterable[Breach], rules: Rules) -> dict[str, int]:
    """Return the measure of each rule that the policy states: files, packages or commits, each once."""
    subjects: dict[str, set[str]] = {rule: set() for rule in MEASURES if getattr(rules, rule)}
    for one in found:
        subjects[one.rule].add(one.subject)
    return {MEASURES[rule]: len(seen) for rule, seen in subjects.items()}


def _breach(rule: str, change: PathChange, commit: CommitChange, text: str, subject: str) -> Breach:
    return Breach(rule, change.path, commit.sha, commit.author, text, subject)


def _path_rules(change: PathChange, rules: Rules, lineage: _Lineage) -> Iterator[tuple[str, str, str]]:
    ends = [change.path, *([change.old_path] if change.old_path != change.path else [])]
    origin = lineage.of(change.old_path)
    frozen = bool(origin) or any(matches(path, rules.read_only) for path in ends)
    if frozen:
        yield "read_only", _told(change, origin), origin or change.old_path or change.path
    lineage.follow(change, frozen and matches(origin or change.old_path, rules.read_only))
    if change.kind in {"deleted", "renamed"} and matches(change.old_path, rules.keep):
        said = f"renamed to {change.path}" if change.kind == "renamed" else "deleted"
        yield "keep", said, change.old_path
    if rules.hotspots and not any(matches(path, rules.hotspots) for path in ends):
        yield "hotspots", change.kind, change.path
    if change.kind in {"added", "renamed"} and matches(change.path, rules.no_new):
        yield "no_new", "a new file" if change.kind == "added" else f"came from {change.old_path}", change.path


def _told(change: PathChange, origin: str) -> str:
    said = f"renamed from {change.old_path}" if change.kind == "renamed" else change.kind
    return f"{said}; it is {origin}, moved" if origin and origin != change.old_path else said


def _dependency_rule(commit: CommitChange, names: Sequence[str]) -> Iterator[Breach]:
    wanted = [normalised(name) if "*" not in name else name.lower() for name in names]
    for one in commit.dependencies:
        if matches(one.name, wanted):
            said = f"{one.name} {one.before or 'absent'} → {one.after or ('no longer asked for' if one.before else '')}"
            yield Breach("dependencies", one.path, commit.sha, commit.author, said.strip(), one.name, one.line)


def _scope_rule(commit: CommitChange, scopes: Sequence[str]) -> Iterator[Breach]:
    touched = {scope: next((one.path for one in commit.paths if matches(one.path, [scope])), "") for scope in scopes}
    names = [scope for scope, path in touched.items() if path]
    if len(names) > 1:
        yield Breach(
            "one_scope", touched[names[1]], commit.sha, commit.author, f"touches {', '.join(names)}", commit.sha
        )


def _message_rule(commit: CommitChange, rules: MessageRules | None) -> Iterator[Breach]:
    if rules is None:
        return
    for number, text in _faults(commit.message, rules):
        yield Breach("messages", "", commit.sha, commit.author, text, commit.sha, number)


def _faults(message: str, rules: MessageRules) -> Iterator[tuple[int, str]]:
    """What is wrong with a message, with its line."""
    lines = message.rstrip("\n").split("\n")
    subject = lines[0]
    header = _HEADER.match(subject)
    if header is None:
        yield 1, f"the subject is not type(scope): text, but {subject[:60]!r}"
    else:
        yield from ((1, fault) for fault in _header_faults(header, rules))
    if rules.subject and len(subject) > rules.subject:
        yield 1, f"the subject has {len(subject)} characters, more than {rules.subject}"
    if len(lines) > 1 and lines[1].strip():
        yield 2, "the second line is not blank"
    if rules.body:
        for number, line in enumerate(lines[1:], 2):
            if len(line) > rules.body and not _LINK.match(line.strip()):
                yield number, f"the line has {len(line)} characters, more than {rules.body}"


def _header_faults(header: re.Match[str], rules: MessageRules) -> Iterator[str]:
    if rules.types and header["type"] not in rules.types:
        yield f"the type {header['type']!r} is none of {', '.join(rules.types)}"
    if rules.scope_needed and not header["scope"]:
        yield "the subject names no scope, as in type(scope): text"
    if rules.scopes and header["scope"] and header["scope"] not in rules.scopes:
        yield f"the scope {header['scope']!r} is none of {', '.join(rules.scopes)}"
