"""Reading a repository's files, each once by its hash."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from milestones.clients import git
from milestones.codec import storable
from milestones.facts import Problem
from milestones.models import BlobFact

ABSENT = "its content is not in the mirror, which is partial or broken; fetch the repository whole"
ASKED_AT_ONCE = 5000


@dataclass(slots=True)
class Reader:
    """Reads one repository's files; counts what it has done for whoever watches."""

    repo: git.Repository
    progress: Callable[[str, int, int], None] = field(default=lambda _what, _done, _all: None)
    kept: dict[str, Any] = field(default_factory=dict)  # what one look reads more than once

    def files(self, sha: str) -> list[git.TreeEntry]:
        """The plain files of a commit, listed once for all who read it."""
        known = f"files at {sha}"
        if known not in self.kept:
            self.kept[known] = [entry for entry in self.repo.tree(sha) if entry.is_file]
        found: list[git.TreeEntry] = self.kept[known]
        return found

    def cached(
        self, reader: str, entries: Iterable[git.TreeEntry], read: Callable[[str, bytes], Any], *, by_path: bool = False
    ) -> dict[str, Any]:
        """path -> facts of each file; a file known by its hash is not read again."""
        listed = list(entries)
        known = _remembered(reader, sorted({entry.sha for entry in listed}))
        places: dict[tuple[str, str], list[git.TreeEntry]] = {}
        for entry in listed:
            places.setdefault((entry.sha, storable(entry.path, 500) if by_path else ""), []).append(entry)
        missing = [place for place in places if place not in known]
        known |= self._read_new(reader, missing, read, places)
        return {entry.path: known[place] for place, found in places.items() if place in known for entry in found}

    def known(self, reader: str, entries: Iterable[git.TreeEntry]) -> dict[str, Any]:
        """path -> facts of those files that were read before, by this reader and whatever their path."""
        listed = list(entries)
        known = _remembered(reader, sorted({entry.sha for entry in listed}))
        return {entry.path: known[entry.sha, ""] for entry in listed if (entry.sha, "") in known}

    def _read_new(
        self,
        reader: str,
        missing: list[tuple[str, str]],
        read: Callable[[str, bytes], Any],
        places: Mapping[tuple[str, str], list[git.TreeEntry]],
    ) -> dict[tuple[str, str], Any]:
        names: dict[str, list[str]] = {}
        for sha, path in missing:
            names.setdefault(sha, []).append(path)
        name = reader.partition("/")[0]
        new: dict[tuple[str, str], Any] = {}
        for sha, data in self.repo.blobs(names):
            for path in names[sha]:
                new[sha, path] = read(places[sha, path][0].path, data)
                self.progress(name, len(new), len(missing))
        rows = [BlobFact(blob=sha, reader=reader, path=path, facts=facts) for (sha, path), facts in new.items()]
        BlobFact.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
        return new


def bounded(entries: Iterable[git.TreeEntry]) -> tuple[list[git.TreeEntry], tuple[Problem, ...]]:
    """The files that are read, and a problem for each that is too large to be held in memory."""
    listed = list(entries)
    limit = settings.MIGRATOR_SOURCE_BYTES
    large = {entry.path for entry in listed if (entry.size or 0) > limit}
    said = f"larger than {limit:,} bytes (MIGRATOR_SOURCE_BYTES); it is not read"
    return [e for e in listed if e.path not in large], tuple(Problem(said, path) for path in sorted(large))


def _remembered(reader: str, blobs: Sequence[str]) -> dict[tuple[str, str], Any]:
    """What is known of these blobs; asked for in parts, since a database takes only so many parameters at once."""
    known: dict[tuple[str, str], Any] = {}
    for first in range(0, len(blobs), ASKED_AT_ONCE):
        rows = BlobFact.objects.filter(reader=reader, blob__in=blobs[first : first + ASKED_AT_ONCE])
        known |= {(row.blob, row.path): row.facts for row in rows}
    return known
