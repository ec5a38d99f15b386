"""The functions of two commits held against each other; what was read once is remembered by its content."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from milestones.clients import git
from milestones.facts import Problem
from milestones.gates.pieces import fingerprint
from milestones.gates.policy import Policy
from milestones.parity.drift import FunctionFact, facts_of, finding_of
from milestones.parity.functions import Side, compare_sides
from milestones.source.definitions import Definition, Module, read_module
from milestones.source.outlines import Outline, outlines_of
from milestones.source.parsing import PYTHON_SUFFIXES
from milestones.source.paths import is_test

from .reader import ABSENT, Reader, bounded

READER = "functions/1"
T = TypeVar("T")


class Recent(Generic[T]):
    """What was last read of a file, by its content, as much as `most` bytes of source made."""

    def __init__(self, most: int) -> None:
        self.most, self.held = most, 0
        self.known: OrderedDict[str, tuple[int, T]] = OrderedDict()

    def get(self, key: str, data: Callable[[], bytes], read: Callable[[bytes], T]) -> T:
        if key in self.known:
            self.known.move_to_end(key)
            return self.known[key][1]
        source = data()
        value = read(source)
        self.known[key] = len(source), value
        self.held += len(source)
        while self.held > self.most and len(self.known) > 1:
            self.held -= self.known.popitem(last=False)[1][0]
        return value


# a worker measures one commit after another, of which few files differ; syntax takes some fifty times its source
_MODULES: Recent[Module] = Recent(2_000_000)
_OUTLINES: Recent[dict[str, Outline]] = Recent(4_000_000)


@dataclass(slots=True)
class Files:
    """The Python files of one commit: `names` has the path that each is compared under, where that is another one."""

    reader: Reader
    entries: dict[str, git.TreeEntry]
    problems: list[Problem]
    definitions: list[Definition] = field(default_factory=list)
    names: Mapping[str, str] = field(default_factory=dict)

    def place(self, path: str) -> str:
        return self.names.get(path, path)

    def side(self) -> Side:
        return Side(self.definitions, self.module, tuple(self.problems))

    def _data(self, entry: git.TreeEntry) -> bytes:
        return next((data for _, data in self.reader.repo.blobs([entry.sha])), b"")

    def module(self, path: str) -> Module:
        entry = self.entries[path]
        return _MODULES.get(f"{entry.sha} {path}", lambda: self._data(entry), lambda data: read_module(data, path))

    def outline(self, path: str, name: str) -> Outline | None:
        entry = self.entries[path]
        return _OUTLINES.get(entry.sha, lambda: self._data(entry), outlines_of).get(name)


def files_at(reader: Reader, sha: str, wanted: Callable[[str], bool], names: Mapping[str, str]) -> Files:
    """The wanted Python files of a commit and their definitions; `names` gives paths other names to be compared by."""
    listed = [e for e in reader.files(sha) if e.path.endswith(PYTHON_SUFFIXES) and wanted(e.path)]
    sources, large = bounded(listed)
    read = reader.cached(READER, sources, lambda _path, data: _rows(data))
    problems = [*large, *(Problem(ABSENT, entry.path) for entry in sources if entry.path not in read)]
    files = Files(reader, {}, problems, [], {alias: path for path, alias in names.items()})
    for entry in sources:
        alias = names.get(entry.path, entry.path)
        files.entries[alias] = entry
        plain = read.get(entry.path, {"functions": [], "problems": []})
        files.definitions += (_definition(alias, row) for row in plain["functions"])
        files.problems += (Problem(said, entry.path, line) for said, line in plain["problems"])
    return files


def _rows(data: bytes) -> dict[str, Any]:
    """A file's functions as rows, for they are many."""
    module = read_module(data, "")
    rows = [[one.name, one.line, one.last_line, one.tree, one.body, one.empty, one.broken]
            for one in module.definitions if one.kind == "function"]  # fmt: skip
    return {"functions": rows, "problems": [[problem.reason, problem.line] for problem in module.problems]}


def _definition(path: str, row: list[Any]) -> Definition:
    name, line, last_line, tree, body, empty, broken = row
    return Definition(path, name, "function", line, last_line, tree, body, "", "", (), empty, broken)


@dataclass(frozen=True, slots=True)
class Reach:
    """Which files of either side are compared, and under which names."""

    legacy: Callable[[str], bool]
    new: Callable[[str], bool]
    names: Mapping[str, str]
    under: tuple[str, str] = ("", "")


def reach_of(policy: Policy) -> Reach:
    """All that is no test, or what lies in the policy's folders; a pair's new file stands where its legacy file did."""
    names: dict[str, str] = {}
    for pair in policy.pairs:
        if pair.new != pair.legacy and pair.legacy not in names.values():
            names[pair.new] = pair.legacy
    folders = policy.legacy_folder, policy.new_folder
    legacy, new = (_inside(folder) for folder in folders)
    if not policy.legacy_folder and policy.new_folder:
        legacy = _outside(policy.new_folder)
    if not policy.new_folder and policy.legacy_folder:
        new = _outside(policy.legacy_folder)
    return Reach(legacy, new, names, folders)


def _inside(folder: str) -> Callable[[str], bool]:
    return lambda path: not is_test(path) and (not folder or path == folder or path.startswith(f"{folder}/"))


def _outside(folder: str) -> Callable[[str], bool]:
    return lambda path: not is_test(path) and not path.startswith(f"{folder}/")


def compare(reader: Reader, start: str, sha: str, policy: Policy) -> tuple[list[FunctionFact], list[Problem], int]:
    """What became of each legacy function, what could not be read, and how many functions the legacy side has."""
    reach = reach_of(policy)
    legacy = files_at(reader, start, reach.legacy, {})
    names = _names_at(reader, sha, reach, legacy)
    hidden = set(names.values()) - set(names)  # a legacy file that still stands beside what takes its place
    new = files_at(reader, sha, lambda path: path not in hidden and reach.new(path), names)
    found = compare_sides(legacy.side(), new.side(), reach.under)
    facts = facts_of(found, legacy.outline, new.outline)
    back = new.names
    placed = pinned(_placed(fact, back) for fact in facts)
    return placed, [*legacy.problems, *new.problems], len(legacy.definitions)


def _names_at(reader: Reader, sha: str, reach: Reach, legacy: Files) -> dict[str, str]:
    """The legacy paths that files of this commit are compared under."""
    there = {entry.path for entry in reader.files(sha) if reach.new(entry.path)}
    return {path: alias for path, alias in reach.names.items() if path in there and alias in legacy.entries}


def _placed(fact: FunctionFact, back: Mapping[str, str]) -> FunctionFact:
    """The fact with the path that its new function really has."""
    if fact.new is None or fact.new.path not in back:
        return fact
    path = back[fact.new.path]
    what = fact.what.replace(f" {fact.new.path}::", f" {path}::") if fact.state == "extra" else fact.what
    return replace(fact, new=replace(fact.new, path=path), what=what)


def pinned(facts: Iterable[FunctionFact]) -> list[FunctionFact]:
    """The facts with what an entry says to expect each: the fingerprint by which judging knows a finding again."""
    return [replace(one, pin=fingerprint(finding_of(one))) if one.what else one for one in facts]


def concerned(facts: Iterable[FunctionFact], policy: Policy) -> list[FunctionFact]:
    """Of all facts those of the policy's pairs, where it has any: what left a legacy file is followed anywhere."""
    if not policy.pairs or policy.legacy_folder or policy.new_folder:
        return list(facts)
    legacy, new = {pair.legacy for pair in policy.pairs}, {pair.new for pair in policy.pairs}
    return [
        one for one in facts if (one.old.path in legacy if one.old else one.new is not None and one.new.path in new)
    ]
