"""The test suites of two revisions, read whole: tests, what stands beside them, and changed modules they import."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from milestones.clients.git import Repository, TreeEntry, split_revision
from milestones.facts import Problem
from milestones.source.definitions import Module, read_module
from milestones.source.parsing import PYTHON_SUFFIXES, parse_python
from milestones.source.tests import is_test_path

SIDES = ("base", "head")


@dataclass(slots=True)
class Suites:
    """Both sides as `compare_tests` takes them; `problems` names what could not be read, in full or at all."""

    modules: tuple[list[Module], list[Module]] = field(default_factory=lambda: ([], []))
    lines: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    under: tuple[str, str] = ("", "")
    problems: list[Problem] = field(default_factory=list)
    tests: tuple[set[str], set[str]] = field(default_factory=lambda: (set(), set()))


def read_suites(
    repo: Repository, places: tuple[str, str], wanted: Callable[[str], bool] = lambda _path: True, limit: int = 8 << 20
) -> Suites:
    """Read the suites at two places, each `REV` or `REV:folder`; `wanted` says which paths hold tests.

    Files of the same content are read once. Raises GitError for a place that is not there.
    """
    found = Suites(under=(split_revision(places[0])[1], split_revision(places[1])[1]))
    trees = [_python(repo, place) for place in places]
    tests = [{path for path in tree if is_test_path(path) and wanted(path)} for tree in trees]
    around = [{path for path in tree if is_test_path(path)} for tree in trees]
    reader = _Reader(repo, found, limit)
    for at in (0, 1):
        reader.read(at, [trees[at][path] for path in sorted(around[at])])
    changed = [
        {path for path in trees[at] if trees[at][path].sha != getattr(trees[1 - at].get(path), "sha", "")}
        for at in (0, 1)
    ]
    for at in (0, 1):
        named = _imported(found.modules[at], changed[at] - around[at])
        reader.read(at, [trees[at][path] for path in sorted(named)])
    found.tests = (tests[0], tests[1])
    return found


def _python(repo: Repository, place: str) -> dict[str, TreeEntry]:
    revision, folder = split_revision(place)
    entries = repo.tree(revision, folder)
    return {entry.path: entry for entry in entries if entry.is_file and entry.path.endswith(PYTHON_SUFFIXES)}


class _Reader:
    """Reads files of one repository, those of the same content and place once."""

    def __init__(self, repo: Repository, found: Suites, limit: int) -> None:
        self.repo, self.found, self.limit = repo, found, limit
        self.memory: dict[tuple[str, str], Module] = {}

    def read(self, at: int, entries: Sequence[TreeEntry]) -> None:
        large = {entry.path for entry in entries if (entry.size or 0) > self.limit}
        said = f"larger than {self.limit:,} bytes; it is not read"
        self.found.problems += [Problem(said, path) for path in sorted(large)]
        paths: dict[str, list[str]] = {}
        for entry in entries:
            if entry.path not in large:
                paths.setdefault(entry.sha, []).append(entry.path)
        for sha, data in self.repo.blobs(paths):
            for path in paths.pop(sha):
                self._keep(at, sha, path, data)
        absent = [path for left in paths.values() for path in left]
        self.found.problems += [Problem("its content is not in this copy of the repository", path) for path in absent]

    def _keep(self, at: int, sha: str, path: str, data: bytes) -> None:
        module = self.memory.get((sha, path)) or read_module(data, path)
        self.memory[sha, path] = module
        self.found.modules[at].append(module)
        self.found.lines[SIDES[at], path] = parse_python(data).data.decode("utf-8", "replace").split("\n")
        self.found.problems += module.problems


def _imported(modules: Iterable[Module], candidates: set[str]) -> set[str]:
    """The candidates that a test file imports, by the end of their dotted name."""
    names = {name for module in modules for one in module.tree.imports for name in _dotted(one.module, one.name)}
    return {path for path in candidates if any(ending in names for ending in _endings(path))}


def _dotted(module: str, name: str) -> tuple[str, ...]:
    bare = module.lstrip(".")
    return (bare or name, f"{bare}.{name}" if bare else name)


def _endings(path: str) -> list[str]:
    parts = path.rpartition(".")[0].removesuffix("/__init__").split("/")
    return [".".join(parts[start:]) for start in range(len(parts))]
