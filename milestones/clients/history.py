"""The versions of files along the history of a commit, in the order in which they came to its main line.

The main line is that of first parents: what a branch did counts from the merge that brought it. Where such a merge
took a file as the branch had it, and the file had not changed on the main line meanwhile, the branch's own commits
are told, so that an edit has the name of who made it and not of who merged it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from .git import GitError, Repository

ROOT = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"  # the empty tree, which git knows without having it
SECONDS = 120
AT_ONCE = 2_000  # commits that one git process is asked about
WIDEST_BRANCH = 2_000  # commits of one merge that are told one by one
_NOTHING = "0" * 40
_FILES = frozenset({"100644", "100755", "100664"})

Wanted = Callable[[str], bool]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FileVersion:
    """A file as one commit left it: `blob` is "" where it went; `before` is the path it had, "" where it is new."""

    path: str
    before: str
    blob: str
    sha: str
    author: str
    committed_at: int


@dataclass(frozen=True, slots=True)
class FileHistory:
    """Versions, oldest first; `follows` says whether they go on from the commit named as known.

    `cut_at` is the commit where the reading of a very long history began, "" where it began at the root.
    """

    versions: tuple[FileVersion, ...]
    follows: bool = True
    cut_at: str = ""


@dataclass(frozen=True, slots=True)
class _Change:
    path: str
    before: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class _Commit:
    sha: str
    tree: str
    parents: tuple[str, ...]
    author: str
    committed_at: int

    def version(self, change: _Change) -> FileVersion:
        return FileVersion(change.path, change.before, change.new, self.sha, self.author, self.committed_at)


def file_history(repo: Repository, tip: str, wanted: Wanted, *, known: str = "", limit: int = 20_000) -> FileHistory:
    """The versions of all wanted files up to a commit, after `known` where that is on its main line. Raises GitError.

    Of a longer history the newest `limit` commits of the main line are read; the files of the oldest count as new.
    """
    commits = _commits(repo, tip, known, limit)
    line = list(_line(commits, tip))[:limit]
    if known and (line or tip != known) and (not line or commits[line[-1]].parents[:1] != (known,)):
        return FileHistory((), follows=False)
    walk = _Walk(repo, wanted, commits, line[::-1])
    cut = not known and bool(line) and bool(commits[line[-1]].parents)
    return FileHistory(tuple(walk.versions(cut=cut)), cut_at=line[-1] if cut else "")


def blob_sizes(repo: Repository, shas: Iterable[str]) -> dict[str, int]:
    """The size in bytes of each blob that is there. Raises GitError."""
    names = "".join(f"{sha}\n" for sha in shas).encode()
    out = repo.git("cat-file", "--batch-check=%(objectname) %(objectsize)", stdin=names, seconds=SECONDS)
    rows = (line.split() for line in out.decode().splitlines())
    return {row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdecimal()}


def _commits(repo: Repository, tip: str, known: str, limit: int) -> dict[str, _Commit]:
    form = "--format=%H%x00%T%x00%P%x00%ct%x00%an"
    beyond = [f"^{known}"] if known else []
    many = f"--max-count={limit * 4}"
    out = repo.git("log", "--topo-order", many, form, "--end-of-options", tip, *beyond, "--", seconds=SECONDS)
    found: dict[str, _Commit] = {}
    for row in out.decode("utf-8", "replace").split("\n"):
        if row:
            sha, tree, parents, at, author = row.split("\0", 4)
            found[sha] = _Commit(sha, tree, tuple(parents.split()), author, int(at or 0))
    return found


def _line(commits: dict[str, _Commit], tip: str) -> Iterator[str]:
    sha = tip
    while sha in commits:
        yield sha
        parents = commits[sha].parents
        sha = parents[0] if parents else ""


@dataclass
class _Walk:
    """Goes up the main line; `landed` says with which of its commits each one came."""

    repo: Repository
    wanted: Wanted
    commits: dict[str, _Commit]
    line: list[str]
    landed: dict[str, int] = field(default_factory=dict)
    changes: dict[tuple[str, str], dict[str, _Change]] = field(default_factory=dict)

    def versions(self, *, cut: bool) -> Iterator[FileVersion]:
        brought = list(self._land())
        for numbers in _parts(list(range(len(self.line))), AT_ONCE):
            self.changes = self._read([self._pair(number, cut=cut) for number in numbers])
            for number in numbers:
                yield from self._at(number, brought[number], self.changes[self._pair(number, cut=cut)])

    def _pair(self, number: int, *, cut: bool) -> tuple[str, str]:
        sha = self.line[number]
        parents = self.commits[sha].parents
        return sha, parents[0] if parents and not (cut and number == 0) else ROOT

    def _land(self) -> Iterator[list[str]]:
        """For each commit of the main line those that it brought from a branch."""
        for number, sha in enumerate(self.line):
            self.landed[sha] = number
            came: list[str] = []
            waiting = list(self.commits[sha].parents[1:])
            while waiting:
                one = waiting.pop()
                if one in self.commits and one not in self.landed:
                    self.landed[one] = number
                    came.append(one)
                    waiting += self.commits[one].parents
            yield came

    def _at(self, number: int, brought: Sequence[str], found: dict[str, _Change]) -> Iterator[FileVersion]:
        commit = self.commits[self.line[number]]
        if found and brought and len(brought) <= WIDEST_BRANCH:
            told = [self.commits[sha] for sha in brought]
            pairs = [(commit.sha, parent) for parent in commit.parents[1:]]
            pairs += [(one.sha, parent) for one in told for parent in one.parents or (ROOT,)]
            self.changes |= self._read(pairs)
            for change in found.values():
                yield from self._branch(commit, change, number) or [commit.version(change)]
        else:
            yield from (commit.version(change) for change in found.values())

    def _branch(self, merge: _Commit, change: _Change, number: int) -> list[FileVersion]:
        """The commits of a branch that made a file what the merge took, if it goes on from what the main line had."""
        for parent in merge.parents[1:]:
            if change.path not in self.changes[merge.sha, parent]:
                found = list(self._back(parent, change.path, number))
                if found and found[-1][1].old == change.old:
                    return [commit.version(one) for commit, one in reversed(found)]
        return []

    def _back(self, sha: str, path: str, number: int) -> Iterator[tuple[_Commit, _Change]]:
        """The changes of a file down one branch, newest first, until what the main line already had."""
        while self.landed.get(sha) == number:
            commit = self.commits[sha]
            parents = commit.parents or (ROOT,)
            same = next((parent for parent in parents if path not in self.changes[sha, parent]), None)
            if same is None:
                change = self.changes[sha, parents[0]][path]
                yield commit, change
                if not change.old:
                    return
                path = change.before or path
            sha = same or parents[0]

    def _read(self, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], dict[str, _Change]]:
        """What each commit changed against a parent, wanted files alone."""
        found: dict[tuple[str, str], dict[str, _Change]] = {}
        for some in _parts(list(dict.fromkeys(pairs)), AT_ONCE):
            trees = ((self.commits[sha].tree if parent == ROOT else sha, parent) for sha, parent in some)
            names = "".join(f"{ROOT} {sha}\n" if parent == ROOT else f"{sha} {parent}\n" for sha, parent in trees)
            try:
                out = self._differences(names, "-M")
            except GitError:  # a mirror may lack large files; renames without a change are told by the hash alone
                out = self._differences(names, "-M100%")
            found |= zip(some, _parsed(out, self.wanted), strict=True)
        return found

    def _differences(self, names: str, renames: str) -> bytes:
        return self.repo.git(
            "diff-tree", "--stdin", "--always", "-r", "--raw", "-z", renames, "-l400", "--no-abbrev", "--no-ext-diff",
            stdin=names.encode(), seconds=SECONDS,
        )  # fmt: skip


def _parts(listed: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (listed[first : first + size] for first in range(0, len(listed), size))


def _parsed(out: bytes, wanted: Wanted) -> list[dict[str, _Change]]:
    """The changes behind each head line of `diff-tree -z`, by the path that they lead to."""
    fields = out.split(b"\0")
    found: list[dict[str, _Change]] = []
    at = 0
    while at < len(fields):
        if not fields[at].startswith(b":"):
            head, _, rest = fields[at].partition(b"\n")  # two trees' head line ends so, even under -z
            found += [{}] if head else []
            fields[at] = rest
            at += not rest
            continue
        modes = fields[at][1:].decode().split()
        two = modes[4][0] in "RC"
        paths = [path.decode("utf-8", "surrogateescape") for path in fields[at + 1 : at + 2 + two]]
        for change in _changes(modes, paths, wanted):
            found[-1][change.path] = change
        at += 2 + two
    return found


def _changes(modes: Sequence[str], paths: Sequence[str], wanted: Wanted) -> Iterator[_Change]:
    """One raw entry as what became of wanted plain files: a link or a submodule in a file's place is no file."""
    old_mode, new_mode, old, new = modes[:4]
    old = old if old_mode in _FILES and old != _NOTHING else ""
    new = new if new_mode in _FILES and new != _NOTHING else ""
    source, target = paths[0], paths[-1]
    if source != target and wanted(source) and wanted(target) and old and new:
        yield _Change(target, source, old, new)
        return
    if wanted(source) and old and (source != target or not new):
        yield _Change(source, source, old, "")
    if wanted(target) and new:
        was = old if source == target else ""
        yield _Change(target, source if was else "", was, new)
