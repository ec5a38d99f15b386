"""What every commit of a history did to which files, streamed out of git in bounded memory."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import NamedTuple

from milestones.clients.git import LARGE_TEXTS, GitError, Repository, stop, streaming

CHUNK = 1 << 20
BATCH = 200
MOST_GAPS = 200
_COMMON = (
    "diff-tree", "--stdin", "-r", "-z", "--root", "--no-ext-diff", "--no-textconv", "--no-abbrev", "-l1000", "--always",
)  # fmt: skip
_WHOLE = (*_COMMON, "--raw", "--numstat", "-M50%")
_BARE = (*_COMMON, "--raw", "--no-renames")  # needs the trees alone, where contents are not in the copy
_MERGES = (*_COMMON, "--raw", "-M50%", "-c")  # of a merge, what differs from all its parents
_KINDS = {"A": "added", "D": "deleted", "R": "renamed", "C": "added"}


class FileChange(NamedTuple):
    """One file of one commit. The counts are None for binary content, and where the copy lacks the contents."""

    kind: str
    insertions: int | None
    deletions: int | None
    path: str
    old_path: str


class CommitFiles(NamedTuple):
    sha: str
    files: list[FileChange]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something of the history that this copy does not hold; `sha` is "" where git did not say which commit."""

    sha: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The commits that were found, and where the history breaks off."""

    shas: list[str]
    gaps: tuple[Gap, ...] = ()


def list_commits(repository: Repository, *revisions: str, oldest_first: bool = False) -> Listing:
    """Return every commit that revisions reach (all refs where none is named), as far as the copy holds them."""
    order = ["--topo-order", "--reverse"] if oldest_first else []
    wanted = [*order, *(["--end-of-options", *revisions, "--"] if revisions else ["--all"])]
    with tempfile.TemporaryFile() as err:
        process = streaming(repository, ["rev-list", *wanted], stderr=err)
        try:
            out = process.stdout.read() if process.stdout else b""
            code = process.wait()
        finally:
            stop(process)
        err.seek(0)
        said = err.read(4000).decode("utf-8", "replace").strip()
    shas = [line for line in out.decode().split("\n") if len(line) == 40]
    gaps = [Gap("", f"git could not follow the history any further: {_first(said)}")] if code else []
    gaps += [
        Gap(sha, "the copy is shallow: what came before this commit is not in it") for sha in _boundary(repository)
    ]
    return Listing(shas, tuple(gaps))


def _first(text: str) -> str:
    lines = [line for line in text.split("\n") if line.startswith(("fatal:", "error:"))] or text.split("\n")
    return lines[0].removeprefix("fatal: ").removeprefix("error: ")[:300]


def _boundary(repository: Repository) -> list[str]:
    """The commits at which a shallow copy ends."""
    with suppress(OSError):
        return (repository.git_dir / "shallow").read_text().split()
    return []


def commit_files(
    repository: Repository, shas: Sequence[str], *, shards: int = 1, gaps: list[Gap] | None = None, merges: bool = False
) -> Iterator[list[CommitFiles]]:
    """Yield what each commit changed, in batches; merges change nothing unless `merges`.

    `shards` processes work side by side, so batches come in any order; within one the order of `shas` holds. What the
    copy lacks is added to `gaps` and left out, or listed without counts where at least its trees are there.
    """
    found: list[Gap] = gaps if gaps is not None else []
    skipped = set(_boundary(repository))
    wanted = [sha for sha in shas if sha not in skipped]
    parts = [wanted[at::shards] for at in range(shards)] if shards > 1 and len(wanted) > BATCH else [wanted]
    command = _MERGES if merges else _WHOLE
    if len(parts) == 1:
        yield from _batches(_resumed(repository, parts[0], command, found))
    else:
        yield from _side_by_side([_resumed(repository, part, command, found) for part in parts])


def _batches(commits: Iterable[CommitFiles]) -> Iterator[list[CommitFiles]]:
    batch: list[CommitFiles] = []
    for one in commits:
        batch.append(one)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _side_by_side(streams: Sequence[Iterator[CommitFiles]]) -> Iterator[list[CommitFiles]]:
    """Read several streams, each in a thread of its own, through a queue that holds little."""
    queue: Queue[list[CommitFiles] | BaseException | None] = Queue(8)
    leaving = Event()

    def put(one: list[CommitFiles] | BaseException | None) -> bool:
        while not leaving.is_set():
            with suppress(Full):
                queue.put(one, timeout=0.5)
                return True
        return False

    def drain(stream: Iterator[CommitFiles]) -> None:
        try:
            for batch in _batches(stream):
                if not put(batch):
                    break
            put(None)
        except (GitError, OSError, ValueError) as fault:
            put(fault)

    threads = [Thread(target=drain, args=(stream,), daemon=True) for stream in streams]
    for thread in threads:
        thread.start()
    try:
        yield from _until_all_ended(queue, len(threads))
    finally:
        leaving.set()
        for thread in threads:
            thread.join()


def _until_all_ended(
    queue: Queue[list[CommitFiles] | BaseException | None], count: int
) -> Iterator[list[CommitFiles]]:  # fmt: skip
    while count:
        try:
            one = queue.get(timeout=60)
        except Empty:
            continue
        if one is None:
            count -= 1
        elif isinstance(one, BaseException):
            raise one
        else:
            yield one


class _BrokenOffError(Exception):
    """Git gave up in the middle of a listing."""


def _resumed(
    repository: Repository, shas: Sequence[str], command: Sequence[str], gaps: list[Gap]
) -> Iterator[CommitFiles]:
    """Go on behind each commit at which git gives up, having tried that one by its trees alone."""
    at = 0
    for _ in range(MOST_GAPS):
        try:
            for one in _stream(repository, shas[at:], command):
                at += 1
                yield one
        except _BrokenOffError as broken:
            if at >= len(shas):
                return
            yield from _alone(repository, shas[at], command, str(broken), gaps)
            at += 1
        else:
            return
    if at < len(shas):
        gaps.append(Gap(shas[at], f"{len(shas) - at:,} commits were not read: {MOST_GAPS} before them lacked objects"))


def _alone(
    repository: Repository, sha: str, command: Sequence[str], reason: str, gaps: list[Gap]
) -> Iterator[CommitFiles]:  # fmt: skip
    """The commit at which git stopped: it may be whole, with the one behind it at fault."""
    try:
        found = list(_stream(repository, [sha], command))
    except _BrokenOffError as broken:
        found = list(_by_trees(repository, sha, str(broken) or reason, gaps))
    yield from found


def _by_trees(repository: Repository, sha: str, reason: str, gaps: list[Gap]) -> Iterator[CommitFiles]:
    try:
        found = list(_stream(repository, [sha], _BARE))
    except _BrokenOffError:
        gaps.append(Gap(sha, f"its changes are not in this copy: {reason}"))
        return
    gaps.append(Gap(sha, f"its files are listed without line counts and renames: {reason}"))
    yield from found


def _stream(repository: Repository, shas: Sequence[str], command: Sequence[str]) -> Iterator[CommitFiles]:
    """What git lists of commits, in their order. Raises _BrokenOffError where it stops before the last."""
    if not shas:
        return
    with tempfile.TemporaryFile() as names, tempfile.TemporaryFile() as err:
        names.write("".join(f"{sha}\n" for sha in shas).encode())
        names.seek(0)
        process = streaming(repository, command, stdin=names, stderr=err, config=LARGE_TEXTS)
        count, last = 0, None
        try:
            for one in _commits(_fields(process)):
                if last is not None:
                    count += 1
                    yield last
                last = one
            code = process.wait()
        finally:
            stop(process)
        if not code and last is not None:
            count += 1
            yield last  # only now: where git gave up, what it said last is not whole
        if code or count < len(shas):
            err.seek(0)
            raise _BrokenOffError(_first(err.read(4000).decode("utf-8", "replace").strip()) or "git ended early")


def _fields(process: subprocess.Popen[bytes]) -> Iterator[list[bytes]]:
    """The fields of a stream that NULs part, as they come."""
    rest = b""
    while process.stdout is not None and (chunk := process.stdout.read(CHUNK)):
        fields = (rest + chunk).split(b"\0")
        rest = fields.pop()
        yield fields


def _commits(chunks: Iterable[list[bytes]]) -> Iterator[CommitFiles]:
    """Put the fields of `diff-tree --stdin -z` together: a commit's id, its entries, then their counts in that order.

    A commit whose end was not seen is left out: its counts may be missing.
    """
    fields = (field for chunk in chunks for field in chunk)
    sha, kinds, counts = "", list[tuple[str, str, str]](), list[tuple[int | None, int | None]]()
    for field in fields:
        if field[:1] == b":":
            kinds.append(_raw(field, fields))
        elif b"\t" in field[:24]:
            added, removed, path = field.split(b"\t", 2)
            counts.append((_number(added), _number(removed)))
            if not path:
                next(fields, b""), next(fields, b"")
        elif len(field.strip()) == 40:
            if sha:
                yield CommitFiles(sha, _joined(kinds, counts))
            sha, kinds, counts = field.strip().decode(), [], []
    if sha:
        yield CommitFiles(sha, _joined(kinds, counts))


def _raw(field: bytes, fields: Iterator[bytes]) -> tuple[str, str, str]:
    status = chr(field[field.rindex(b" ") + 1])
    old = next(fields, b"").decode("utf-8", "surrogateescape")
    new = next(fields, b"").decode("utf-8", "surrogateescape") if status in "RC" else old
    return _KINDS.get(status, "modified"), new, old


def _joined(kinds: Sequence[tuple[str, str, str]], counts: Sequence[tuple[int | None, int | None]]) -> list[FileChange]:
    known = counts if len(counts) == len(kinds) else [(None, None)] * len(kinds)
    return [
        FileChange(kind, added, removed, path, old)
        for (kind, path, old), (added, removed) in zip(kinds, known, strict=True)
    ]


def _number(field: bytes) -> int | None:
    return None if field == b"-" else int(field)


class CommitFacts(NamedTuple):
    """Who made a commit, from what, and what it says."""

    sha: str
    parents: tuple[str, ...]
    author: str
    message: str


def commit_facts(repository: Repository, shas: Sequence[str]) -> list[CommitFacts]:
    """Return the facts of commits, in their order. Raises GitError."""
    if not shas:
        return []
    names = "".join(f"{sha}\n" for sha in shas).encode()
    out = repository.git("log", "--no-walk=unsorted", "--stdin", "-z", "--format=%H%n%P%n%an%n%B", stdin=names)
    found = []
    for record in out.decode("utf-8", "replace").split("\0"):
        if record:
            sha, parents, author, message = record.split("\n", 3)
            found.append(CommitFacts(sha, tuple(parents.split()), author, message.strip("\n")))
    return found


def patch_of(repository: Repository, sha: str) -> bytes:
    """Return what a commit changed as a patch without context; a merge's against its first parent. Raises GitError."""
    return repository.git(
        "diff-tree", "-r", "-p", "-U0", "--root", "-M50%", "-m", "--first-parent", "--no-commit-id", "--no-ext-diff",
        "--no-textconv", "--no-color", "--src-prefix=a/", "--dst-prefix=b/", "--end-of-options", sha,
        config=LARGE_TEXTS,
    )  # fmt: skip
