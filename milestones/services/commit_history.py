"""The whole history of a project, listed once: every commit with the kinds and line counts of its files."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from milestones.clients.commits import CommitFiles, FileChange, Gap, commit_files, list_commits
from milestones.clients.git import Repository
from milestones.codec import storable, to_plain
from milestones.models import CommitPack, HistoryState, Project

PACK = 2_000  # commits a row
SHARDS = 2  # git processes side by side
MOST_GAPS = 200
AT_ONCE = 20_000  # commits that one look takes in, the newest first; the next look goes on
_KINDS = ("added", "deleted", "modified", "renamed")
Writing = Callable[[], AbstractContextManager[Any]]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Synced:
    """What one look at the history brought."""

    new: int
    total: int
    gaps: tuple[Gap, ...]


def sync(
    project: Project, repo: Repository, *, writing: Writing = transaction.atomic, shards: int = SHARDS,
    progress: Progress = lambda _what, _done, _all: None,
) -> Synced:  # fmt: skip
    """List and store what is not known yet; each row is written in `writing`, so that a claim can be checked.

    Memory does not grow with the history. What the mirror lacks is named, and asked for again the next time.
    """
    listing = list_commits(repo)
    known = known_commits(project)
    every = [sha for sha in listing.shas if bytes.fromhex(sha) not in known]
    fresh = every[:AT_ONCE]
    gaps, held, done = list(listing.gaps), list[CommitFiles](), 0
    for batch in commit_files(repo, fresh, shards=shards, gaps=gaps):
        held += batch
        done += len(batch)
        if len(held) >= PACK:
            _store(project, held, writing)
            held = []
            progress("history", done, len(fresh))
    if held:
        _store(project, held, writing)
    if len(every) > len(fresh):
        gaps.append(Gap(every[len(fresh)], f"{len(every) - len(fresh):,} older commits come with the next looks"))
    total = len(known) + done
    if not fresh and not gaps and HistoryState.objects.filter(project=project, commits=total, gaps=[]).exists():
        return Synced(0, total, ())
    with writing():
        plain = to_plain([[gap.sha, storable(gap.reason)] for gap in gaps[:MOST_GAPS]])
        state = {"commits": total, "gaps": plain, "synced_at": timezone.now()}
        HistoryState.objects.update_or_create(project=project, defaults=state)
    return Synced(done, total, tuple(gaps))


def known_commits(project: Project) -> set[bytes]:
    """The ids, as 20 bytes, of every commit that is stored."""
    found: set[bytes] = set()
    for shas in CommitPack.objects.filter(project=project).values_list("shas", flat=True).iterator():
        ids = bytes(shas)
        found.update(ids[at : at + 20] for at in range(0, len(ids), 20))
    return found


def _store(project: Project, commits: Iterable[CommitFiles], writing: Writing) -> None:
    listed = list(commits)
    plain = [[_row(file) for file in one.files] for one in listed]
    text = json.dumps(plain, separators=(",", ":"))  # in ASCII, so odd bytes of paths pass through
    shas = b"".join(bytes.fromhex(one.sha) for one in listed)
    with writing():
        CommitPack.objects.create(project=project, shas=shas, packed=zlib.compress(text.encode(), 1))


def _row(file: FileChange) -> tuple[Any, ...]:
    head = (_KINDS.index(file.kind), file.insertions, file.deletions, file.path)
    return head if file.old_path == file.path else (*head, file.old_path)


def history(project: Project) -> Iterator[CommitFiles]:
    """Every stored commit with its files, a pack at a time."""
    for pack in CommitPack.objects.filter(project=project).order_by("pk").iterator(chunk_size=1):
        ids = bytes(pack.shas)
        files = json.loads(zlib.decompress(bytes(pack.packed)))
        for at, rows in enumerate(files):
            yield CommitFiles(ids[20 * at : 20 * at + 20].hex(), [_file(row) for row in rows])


def _file(row: list[Any]) -> FileChange:
    return FileChange(_KINDS[row[0]], row[1], row[2], row[3], row[4] if len(row) > 4 else row[3])
