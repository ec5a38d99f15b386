"""Route tables at commits: each distinct file read once a process, each tree's table remembered for all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from milestones.clients import git
from milestones.codec import from_plain, storable, to_plain
from milestones.facts import Problem
from milestones.models import BlobFact
from milestones.parity.guards import NO_NAMING, Naming
from milestones.parity.reading import EXPRESS, Shelf, is_manifest, is_script, read_routes
from milestones.parity.routes import RouteTable
from milestones.source.paths import is_test

from .reader import ABSENT, Reader, bounded

VERSION = 2  # goes up with the rules by which routes are read, so that nothing stale is taken for them
MANIFEST_BYTES = 1_000_000
SHELF_FILES = 3_000  # what a process holds on to between looks

_shelf = Shelf()


def shared_shelf() -> Shelf:
    """What this process has read so far; begun anew where it grew too large."""
    global _shelf  # noqa: PLW0603 - one for the whole process is its purpose
    if len(_shelf.files) > SHELF_FILES:
        _shelf = Shelf()
    return _shelf


def is_source(path: str) -> bool:
    """Whether a file has a say in which routes there are, by its name."""
    return path.endswith(".py") or is_script(path) or is_manifest(path)


def table_at(repo: git.Repository, place: str, shelf: Shelf, naming: Naming = NO_NAMING) -> RouteTable:
    """The routes at `REV` or `REV:folder`; a file whose content the shelf holds is not fetched again."""
    revision, folder = git.split_revision(place)
    entries = (entry for entry in repo.tree(revision, folder) if entry.is_file)
    return table_of(repo, entries, shelf, naming)


def table_of(repo: git.Repository, entries: Iterable[git.TreeEntry], shelf: Shelf, naming: Naming) -> RouteTable:
    """The routes of these files; the blobs that the shelf does not know are read in one go."""
    sources, large = bounded(_read_from(repo, list(entries), shelf))
    here = [entry for entry in sources if entry.size is not None]  # an absent blob has no size
    absent = tuple(Problem(ABSENT, entry.path) for entry in sources if entry.size is None)
    paths = {entry.path: entry.sha for entry in here}
    new = [blob for path, blob in paths.items() if blob not in shelf.hinted and not is_test(path)]
    blobs = dict(repo.blobs(new))
    table = read_routes(paths, lambda blob: blobs.get(blob) or _late(repo, blob, blobs), shelf, naming)
    return replace(table, unparsed=(*table.unparsed, *absent, *large))


def _read_from(repo: git.Repository, entries: list[git.TreeEntry], shelf: Shelf) -> list[git.TreeEntry]:
    """The files that routes are read from; scripts only where a manifest names Express, or there is no manifest."""
    manifests = [one for one in entries if is_manifest(one.path)]
    manifests = [one for one in manifests if 0 < (one.size or 0) < MANIFEST_BYTES]
    texts = dict(repo.blobs([one.sha for one in manifests if one.sha not in shelf.hinted]))
    named = [shelf.has_hint(one.sha, lambda sha: texts.get(sha, b""), EXPRESS) for one in manifests]
    scripts = any(named) or not named
    return [one for one in entries if one.path.endswith(".py") or (scripts and is_script(one.path))]


def _late(repo: git.Repository, blob: str, blobs: dict[str, bytes]) -> bytes:
    """A file that was passed over before, since nothing in it registers routes, and that something imports now."""
    if blob not in blobs:
        blobs.update(repo.blobs([blob]))
    return blobs.get(blob, b"")


@dataclass(slots=True)
class Tables:
    """The route tables of one repository, under what its policy says of guards."""

    reader: Reader
    naming: Naming = NO_NAMING
    known: dict[tuple[str, str], RouteTable] = field(default_factory=dict)

    def at(self, sha: str, folder: str = "") -> RouteTable:
        """The table at a commit, or of one folder in it. Raises GitError."""
        key = (self.reader.repo.commit(sha).tree, folder)
        if key not in self.known:
            self.known[key] = self._remembered(*key) or self._read(sha, *key)
        return self.known[key]

    def _remembered(self, tree: str, folder: str) -> RouteTable | None:
        row = BlobFact.objects.filter(blob=tree, reader=self._name, path=storable(folder, 500)).first()
        return from_plain(RouteTable, row.facts) if row else None

    def _read(self, sha: str, tree: str, folder: str) -> RouteTable:
        place = f"{sha}:{folder}" if folder else sha
        plain = to_plain(table_at(self.reader.repo, place, shared_shelf(), self.naming))
        if not any(problem["reason"] == ABSENT for problem in plain["unparsed"]):
            row = BlobFact(blob=tree, reader=self._name, path=storable(folder, 500), facts=plain)
            BlobFact.objects.bulk_create([row], ignore_conflicts=True)
        return from_plain(RouteTable, plain)

    @property
    def _name(self) -> str:
        said = repr((sorted(self.naming.known), sorted(self.naming.not_guards)))
        return f"routes/{VERSION}/{hashlib.sha256(said.encode()).hexdigest()[:12]}"
