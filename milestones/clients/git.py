"""Git, by its own plumbing: a hostile repository may waste the time it is given and nothing else."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

SECONDS = 60
FETCH_SECONDS = 1800
# what is larger counts as binary in a diff; for storing, the bound of _CONFIG below is lower
LARGE_TEXTS = ("core.bigFileThreshold=32m",)
TREE_ENTRIES = int(os.environ.get("MIGRATOR_TREE_ENTRIES", "200000"))
LONGEST_NAME = 250

_CONFIG = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.bigFileThreshold=1m",
    "http.followRedirects=false",
    "credential.helper=",
    "gc.auto=0",
    "protocol.allow=never",
)
# faults of old history that git itself once wrote; anything else that fsck refuses stays refused
_OLD_FAULTS = (
    "badDate", "badDateOverflow", "badEmail", "badTimezone", "missingEmail", "missingNameBeforeEmail",
    "missingSpaceBeforeDate", "missingSpaceBeforeEmail", "zeroPaddedDate", "zeroPaddedFilemode", "badFilemode",
)  # fmt: skip
_PASSED_THROUGH = (
    "PATH", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY",
)  # fmt: skip


class GitError(Exception):
    """Git could not do what was asked; `reason` is a sentence for a person, `transient` whether to try again later."""

    def __init__(self, reason: str, *, transient: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.transient = transient


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One entry of a tree, recursively listed; `size` is in bytes, None for a submodule and for an absent blob."""

    path: str
    sha: str
    mode: str
    kind: str
    size: int | None

    @property
    def is_file(self) -> bool:
        """A plain file: no symlink, no submodule."""
        return self.kind == "blob" and self.mode != "120000"


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """One commit: ids are full, `committed_at` is in seconds since 1970, UTC."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: str
    committed_at: int
    subject: str


def _environment(protocols: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _PASSED_THROUGH if name in os.environ}
    return kept | {
        "HOME": "/nonexistent",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "/bin/false",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_ALLOW_PROTOCOL": protocols,
        "GIT_PROTOCOL_FROM_USER": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
    }


def _command(arguments: Sequence[str], protocols: str, extra: Sequence[str] = ()) -> list[str]:
    options = [*_CONFIG, *(f"protocol.{name}.allow=always" for name in protocols.split(":") if name), *extra]
    return ["git", *(part for option in options for part in ("-c", option)), *arguments]


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def run(
    arguments: Sequence[str],
    *,
    stdin: bytes = b"",
    seconds: float = SECONDS,
    protocols: str = "",
    config: Sequence[str] = (),
    held: Sequence[int] = (),
) -> bytes:
    """Standard output of one git call, in its own session and time. Raises GitError."""
    process = subprocess.Popen(  # noqa: S603 - a list, no shell, names behind --end-of-options
        _command(arguments, protocols, config),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=_environment(protocols), start_new_session=True, pass_fds=tuple(held),
    )  # fmt: skip
    try:
        out, err = process.communicate(stdin, timeout=seconds)
    except subprocess.TimeoutExpired:
        _kill(process)
        raise GitError(
            f"git {_verb(arguments)} took longer than {seconds:.0f} s and was stopped", transient=True
        ) from None
    except BaseException:
        _kill(process)
        raise
    if process.returncode:
        raise GitError(_complaint(arguments, err), transient=bool(protocols) and protocols != "file")
    return out


def streaming(
    repository: Repository, arguments: Sequence[str], *, stdin: IO[bytes] | int = subprocess.DEVNULL,
    stderr: IO[bytes] | int = subprocess.DEVNULL, config: Sequence[str] = (),
) -> subprocess.Popen[bytes]:  # fmt: skip
    """A git call whose output is read as it comes; whoever starts it must `stop` it."""
    return subprocess.Popen(  # noqa: S603 - a list, no shell, names behind --end-of-options
        _command([f"--git-dir={repository.git_dir}", *arguments], "", config),
        stdin=stdin, stdout=subprocess.PIPE, stderr=stderr, env=_environment(""), start_new_session=True,
    )  # fmt: skip


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a git call, whether or not it had come to its end."""
    _kill(process)
    if process.stdout:
        process.stdout.close()


def _verb(arguments: Sequence[str]) -> str:
    known = (word for word in arguments if not word.startswith(("-", "/")))
    return next(known, "")


def _complaint(arguments: Sequence[str], err: bytes) -> str:
    lines = [line for line in err.decode("utf-8", "replace").splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))] or lines
    said = fatal[0].split(": ", 1)[-1].strip() if fatal else "no reason given"
    return f"git {_verb(arguments)} failed: {said}"


def split_revision(text: str) -> tuple[str, str]:
    """`REV:folder` in its two parts; the folder is "" where none is named."""
    revision, _, folder = text.partition(":")
    return revision, folder.strip("/")


class Repository:
    """A local repository, bare or with a work tree, read only."""

    def __init__(self, git_dir: Path) -> None:
        self.git_dir = git_dir

    def git(
        self, *arguments: str, stdin: bytes = b"", seconds: float = SECONDS, config: Sequence[str] = ()
    ) -> bytes:  # fmt: skip
        """Standard output of a git call on this repository. Raises GitError."""
        return run([f"--git-dir={self.git_dir}", *arguments], stdin=stdin, seconds=seconds, config=config)

    def resolve(self, revision: str) -> str:
        """The full id of the commit that `revision` names. Raises GitError with the revision in its sentence."""
        missing = GitError(
            f"there is no commit {revision[:LONGEST_NAME]!r} in this repository; name a commit, branch or tag it has"
        )
        if not revision or len(revision) > LONGEST_NAME or "\0" in revision or "\n" in revision:
            raise missing
        try:
            found = self.git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        except GitError:
            raise missing from None
        return found.decode().strip().removeprefix("--end-of-options").strip()

    def branch(self, name: str) -> str:
        """The newest commit of a branch, whatever tag has its name; else what `name` says. Raises GitError."""
        try:
            return self.resolve(f"refs/heads/{name}")
        except GitError:
            return self.resolve(name)

    def has_commit(self, sha: str) -> bool:
        try:
            return self.resolve(sha) == sha
        except GitError:
            return False

    def tree(self, revision: str, under: str = "") -> list[TreeEntry]:
        """Every entry below a folder, submodules named and never entered. Raises GitError over the limit."""
        out = self.git("ls-tree", "-r", "-z", "-l", "--full-tree", self._tree_id(revision, under))
        if out.count(b"\0") > TREE_ENTRIES:
            raise GitError(f"the tree of {revision} has more than {TREE_ENTRIES:,} entries (MIGRATOR_TREE_ENTRIES)")
        prefix = f"{under}/" if under else ""
        return [_entry(line, prefix) for line in out.split(b"\0") if line]

    def _tree_id(self, revision: str, under: str) -> str:
        commit = self.resolve(revision)
        if not under:
            return commit
        try:
            found = self.git("ls-tree", "-d", "-z", "--full-tree", commit, under).split(b"\t")[0].split()
        except GitError:
            found = []
        if len(found) != 3 or found[1] != b"tree":
            raise GitError(f"there is no folder {under!r} at {revision}")
        return found[2].decode()

    def blobs(self, shas: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Each blob with its bytes, in order, by one process; a missing one is left out. Raises GitError."""
        wanted = list(dict.fromkeys(shas))
        if not wanted:
            return
        with tempfile.TemporaryFile() as names:  # a file, so that neither pipe can fill and stop both sides
            names.write("".join(f"{sha}\n" for sha in wanted).encode())
            names.seek(0)
            process = streaming(self, ["cat-file", "--batch"], stdin=names)
            try:
                yield from _batch(process, wanted)
            finally:
                stop(process)

    def read(self, revision: str, path: str) -> bytes:
        """One file's bytes at a revision. Raises GitError naming both."""
        commit = self.resolve(revision)
        try:
            return self.git("cat-file", "blob", f"{commit}:{path}")
        except GitError:
            if self.git("ls-tree", "--full-tree", commit, path):
                raise GitError(f"{path!r} at {revision} is listed, but its content is not in this copy") from None
            raise GitError(f"there is no file {path!r} at {revision}") from None

    def commit(self, revision: str) -> CommitInfo:
        """One commit's facts. Raises GitError."""
        return next(self.log(self.resolve(revision), count=1))

    def log(self, *revisions: str, count: int | None = None) -> Iterator[CommitInfo]:
        """Commits from the newest, first parents only. Raises GitError."""
        limit = [f"--max-count={count}"] if count else []
        form = "--format=%H%x00%T%x00%P%x00%an%x00%ct%x00%s"
        out = self.git("log", "--first-parent", *limit, form, "--end-of-options", *revisions, "--")
        for line in out.decode("utf-8", "replace").split("\n"):
            if line:
                sha, tree, parents, author, at, subject = line.split("\0", 5)
                yield CommitInfo(sha, tree, tuple(parents.split()), author, int(at or 0), subject)

    def is_ancestor(self, older: str, newer: str) -> bool:
        try:
            self.git("merge-base", "--is-ancestor", self.resolve(older), self.resolve(newer))
        except GitError:
            return False
        return True

    def head_branch(self) -> str:
        """The branch that HEAD names, or "" where it names none."""
        try:
            return self.git("symbolic-ref", "--quiet", "--short", "HEAD").decode().strip()
        except GitError:
            return ""


def _entry(line: bytes, prefix: str) -> TreeEntry:
    facts, path = line.split(b"\t", 1)
    mode, kind, sha, size = facts.decode().split()
    name = prefix + path.decode("utf-8", "surrogateescape")
    # "-" is a submodule's size, "BAD" that of a blob which a partial or broken copy does not hold
    return TreeEntry(name, sha, mode, kind, int(size) if size.isdecimal() else None)


def _batch(process: subprocess.Popen[bytes], wanted: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    out = process.stdout
    if out is None:
        raise GitError("git cat-file gave no output")
    for sha in wanted:
        head = out.readline().split()
        if len(head) < 2:
            raise GitError(f"git cat-file ended before {sha}")
        if head[-1] == b"missing":
            continue
        size = int(head[2])
        data = out.read(size)
        if len(data) != size or not out.read(1):
            raise GitError(f"git cat-file ended inside {sha}")
        yield sha, data


def find_git_dir(source: str) -> Path:
    """The git directory of a local work tree or bare mirror. Raises GitError."""
    folder = Path(source)
    if not os.path.isdir(source):  # unlike Path.is_dir, it takes any text
        raise GitError(f"{source[:1000]} is no folder on this machine; give a git work tree or a bare mirror")
    for candidate in (folder / ".git", folder):
        if (candidate / "HEAD").is_file() and (candidate / "objects").is_dir():
            return candidate.resolve()
    try:
        found = run(["-C", str(folder), "rev-parse", "--absolute-git-dir"])
    except GitError:
        raise GitError(f"{source} is no git repository; give a git work tree or a bare mirror") from None
    return Path(found.decode().strip())


@contextmanager
def open_repository(source: str) -> Iterator[Repository]:
    """A local repository to read: the path of a work tree or of a bare mirror. Raises GitError."""
    yield Repository(find_git_dir(source))


@contextmanager
def _locked(mirror: Path) -> Iterator[int]:
    """One fetch a mirror at a time. The lock is handed to git itself: an orphaned fetch keeps it until it ends."""
    mirror.parent.mkdir(parents=True, exist_ok=True)
    with (mirror.parent / f"{mirror.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock.fileno()


def _make(mirror: Path) -> None:
    if mirror.exists():
        return
    draft = Path(tempfile.mkdtemp(prefix="new-", dir=mirror.parent))
    try:
        run(["init", "--quiet", "--bare", "--template=", str(draft)])
        draft.rename(mirror)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _drop_stale_locks(mirror: Path) -> None:
    for pattern in ("*.lock", "refs/**/*.lock"):
        for left in mirror.glob(pattern):  # we hold the mirror: whoever made it was killed
            left.unlink(missing_ok=True)


def _size(folder: Path) -> int:
    return sum(entry.stat().st_size for entry in folder.rglob("*") if entry.is_file())


def remote_head(source: str, protocols: str) -> str:
    """The branch that the remote's HEAD names, "" where it names none. Raises GitError."""
    out = run(["ls-remote", "--symref", "--end-of-options", source, "HEAD"], protocols=protocols)
    first = out.decode("utf-8", "replace").splitlines()[:1]
    return first[0].split("\t")[0].removeprefix("ref: refs/heads/") if first and first[0].startswith("ref: ") else ""


def fetch_mirror(source: str, mirror: Path, *, protocols: str, limit_bytes: int) -> Repository:
    """Brings a bare mirror up to date, making it first where there is none. Raises GitError."""
    with _locked(mirror) as held:
        _make(mirror)
        _drop_stale_locks(mirror)
        config = ["transfer.fsckObjects=true", *(f"fetch.fsck.{fault}=warn" for fault in _OLD_FAULTS)]
        arguments = [f"--git-dir={mirror}", "fetch", "--quiet", "--prune", "--no-write-fetch-head", "--no-auto-gc",
                     "--no-recurse-submodules", "--no-tags", "--end-of-options", source,
                     "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]  # fmt: skip
        run(arguments, seconds=FETCH_SECONDS, protocols=protocols, config=config, held=[held])
        if _size(mirror) > limit_bytes:
            raise GitError(f"the mirror is larger than {limit_bytes:,} bytes (MIGRATOR_MIRROR_BYTES)")
    return Repository(mirror)


def blob_id(text: str) -> str:
    """The id that git gives a file with this text (git-hash-object(1): SHA-1 of "blob <size>\\0<content>")."""
    data = text.encode("utf-8", "surrogateescape")
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
