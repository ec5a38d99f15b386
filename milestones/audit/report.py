"""The audit of a diff: every file with exactly one class, and what adds up from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from milestones.audit.changes import (
    DefinitionChange,
    area_of,
    content_class,
    definition_changes,
    is_binary,
    is_generated,
    moved_definitions,
)
from milestones.audit.reconcile import reconcile
from milestones.audit.scripts import Script, is_script, read_script, script_changes, script_class
from milestones.source.definitions import Definition, Module, read_module
from milestones.source.parsing import PYTHON_SUFFIXES

LINK, SUBMODULE = "120000", "160000"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a diff with both contents; an empty mode means that the side does not exist."""

    path: str
    old_path: str
    kind: str
    old_mode: str
    new_mode: str
    old: bytes
    new: bytes
    insertions: int = 0
    deletions: int = 0
    binary: bool = False
    unread: str = ""  # why the contents were not looked at


@dataclass(frozen=True, slots=True)
class FileChange:
    entry: Entry
    sort: str
    area: str
    definitions: tuple[DefinitionChange, ...] = ()
    note: str = ""  # what a person has to know of an entry that has no better class


@dataclass(frozen=True, slots=True)
class Audit:
    files: tuple[FileChange, ...]
    moved: tuple[tuple[Definition, Definition], ...]
    tests: Mapping[str, int]
    versions: Mapping[str, tuple[Module, Module]] = field(default_factory=dict)  # Python files that are on both sides

    def count(self, part: str) -> dict[str, int]:
        """Return how many files there are by `kind`, `sort` or `area`."""
        return dict(sorted(Counter(_part(change, part) for change in self.files).items()))

    @property
    def unclassified(self) -> list[FileChange]:
        return [change for change in self.files if change.sort == "unclassified"]


def _part(change: FileChange, part: str) -> str:
    return str(getattr(change.entry if part == "kind" else change, part))


def audit(entries: Iterable[Entry]) -> Audit:
    """Classify every entry; definitions that moved are looked for across all of them."""
    entries = list(entries)
    old = {entry.path: read_module(entry.old, entry.path) for entry in entries if _is_python(entry, entry.old_mode)}
    new = {entry.path: read_module(entry.new, entry.path) for entry in entries if _is_python(entry, entry.new_mode)}
    files = tuple(_classified(entry, old.get(entry.path), new.get(entry.path)) for entry in entries)
    moved = tuple(moved_definitions(old.values(), new.values()))
    both = {path: (old[path], new[path]) for path in old.keys() & new.keys()}
    return Audit(files, moved, _tests(old.values(), new.values()), both)


def _is_python(entry: Entry, mode: str) -> bool:
    return entry.path.endswith(PYTHON_SUFFIXES) and mode not in {"", LINK, SUBMODULE} and not entry.binary


def _classified(entry: Entry, old: Module | None, new: Module | None) -> FileChange:
    changes: tuple[DefinitionChange, ...] = ()
    scripts = _scripts(entry)
    sort = _class(entry, old, new, scripts)
    if scripts is not None and sort in {"behaviour", "type_hints_only", "moved_changed"}:
        found = (DefinitionChange(*one) for one in script_changes(*scripts))
        changes = tuple(sorted(found, key=lambda one: (one.line, one.name)))
    if old is not None and new is not None and sort not in {"mode_only", "generated"}:
        changes = tuple(definition_changes(old, new))
    return FileChange(
        entry, sort, area_of(entry.path), changes, _note(entry, old, new, scripts) if sort == "unclassified" else ""
    )


def _class(  # noqa: PLR0911 - the first that fits, one line each
    entry: Entry, old: Module | None, new: Module | None, scripts: tuple[Script, Script] | None
) -> str:  # fmt: skip
    if entry.binary or is_binary(entry.old) or is_binary(entry.new):
        return "binary"
    if _is_mode_only(entry):
        return "mode_only"
    linked = bool({entry.old_mode, entry.new_mode} & {LINK, SUBMODULE})
    if not linked and is_generated(entry.path, entry.new or entry.old):
        return "generated"
    if entry.kind in {"added", "deleted"}:
        return entry.kind
    if entry.kind == "renamed" and not entry.unread:
        return _moved_class(entry)
    if entry.unread or linked:
        return "unclassified"
    return script_class(*scripts) if scripts is not None else _modified_class(entry, old, new)


def _scripts(entry: Entry) -> tuple[Script, Script] | None:
    """Both sides of a changed script; of any other file nothing."""
    changed = entry.kind in {"modified", "renamed"} and not entry.binary and not entry.unread and entry.old != entry.new
    if not changed or not is_script(entry.path) or not is_script(entry.old_path) or is_generated(entry.path, entry.new):
        return None
    return read_script(entry.old, entry.old_path), read_script(entry.new, entry.path)


def _is_mode_only(entry: Entry) -> bool:
    linked = {entry.old_mode, entry.new_mode} & {LINK, SUBMODULE}
    return entry.kind == "modified" and not entry.unread and not linked and entry.old == entry.new


def _note(
    entry: Entry, old: Module | None, new: Module | None, scripts: tuple[Script, Script] | None
) -> str:  # fmt: skip
    """Why an entry has no class, in words."""
    if entry.unread:
        return entry.unread
    modes = entry.old_mode, entry.new_mode
    if modes == (SUBMODULE, SUBMODULE):
        return f"the submodule went from {_text(entry.old)[:10]} to {_text(entry.new)[:10]}"
    if modes == (LINK, LINK):
        return f"the symbolic link pointed to {_text(entry.old)!r} and points to {_text(entry.new)!r}"
    if set(modes) & {LINK, SUBMODULE}:
        names = [_KINDS.get(mode, "a file") for mode in modes]
        return f"{names[0]} became {names[1]}"
    if scripts is not None:
        return f"line {scripts[1].problem or scripts[0].problem}: syntax not understood here"
    problems = [one for module in (old, new) if module is not None for one in module.problems]
    return f"line {problems[0].line}: {problems[0].reason}" if problems else "it could not be read"


_KINDS = {LINK: "a symbolic link", SUBMODULE: "a submodule"}


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _modified_class(entry: Entry, old: Module | None, new: Module | None) -> str:
    trees = (old.tree, new.tree) if old is not None and new is not None else None
    return content_class(entry.path, entry.old, entry.new, trees)


def _moved_class(entry: Entry) -> str:
    if entry.old != entry.new:
        return "moved_changed"
    return "moved" if entry.path.rpartition("/")[2] == entry.old_path.rpartition("/")[2] else "renamed"


def _tests(old: Iterable[Module], new: Iterable[Module]) -> dict[str, int]:
    found = reconcile(old, new).matching
    return {
        "unchanged": len(found.unchanged),
        "modified": len(found.modified),
        "added": len(found.added),
        "removed": len(found.removed),
        "renamed": len(found.renamed),
        "moved": len(found.moved),
    }
