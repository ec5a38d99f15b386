"""What a change touches of the rules that it is judged by: policy, documents, frozen files. Only ever proposed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from milestones import reading
from milestones.audit.frozen import compare_tests
from milestones.clients.diff import DiffEntry, diff
from milestones.clients.git import GitError, Repository
from milestones.codec import storable
from milestones.facts import Criterion, Milestone, ParseError
from milestones.gates.criteria import criteria_of
from milestones.gates.policy import EMPTY, Policy, read_policy
from milestones.gates.policy_changes import changes
from milestones.globs import matches
from milestones.models import Project
from milestones.source.definitions import Module, read_module
from milestones.source.parsing import PYTHON_SUFFIXES

from . import mirror
from .documents import DOC_PATTERNS

LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Touched:
    """Paths that a change touches, and what it proposes by it, a sentence each."""

    policy: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    frozen: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        return bool(self.policy or self.documents or self.frozen)


def touched(project: Project, base: str, head: str, policy: Policy) -> Touched:
    """What a change touches, held against the policy in force. Raises GitError."""
    repo = mirror.repository(project)
    if repo is None:
        return Touched()
    entries = diff(repo, base, head).entries
    names = {entry.path for entry in entries} | {entry.old_path for entry in entries}
    patterns = policy.docs or DOC_PATTERNS
    documents = [entry for entry in entries if matches(entry.path, patterns) or matches(entry.old_path, patterns)]
    found = _Touching(repo, base, head)
    rules = policy.frozen
    frozen = [entry for entry in entries if _is_frozen(entry, policy)]
    proposed = [*(found.of_policy() if mirror.POLICY_FILE in names else ())]
    proposed += [sentence for entry in documents for sentence in found.of_document(entry)]
    proposed += found.of_tests([one for one in frozen if matches(one.old_path, rules.tests)], dict(rules.rewrite))
    proposed += _broken(frozen, policy)
    return Touched(
        (mirror.POLICY_FILE,) if mirror.POLICY_FILE in names else (),
        tuple(storable(entry.path) for entry in documents),
        tuple(storable(entry.path) for entry in frozen),
        tuple(storable(one) for one in proposed),
    )


def _is_frozen(entry: DiffEntry, policy: Policy) -> bool:
    rules = policy.frozen
    if matches(entry.path, rules.read_only) or matches(entry.old_path, rules.read_only):
        return True
    if entry.kind != "added" and matches(entry.old_path, rules.tests):  # one more test freezes itself, and breaks none
        return True
    return entry.kind in {"deleted", "renamed"} and matches(entry.old_path, rules.keep)


def _broken(entries: Sequence[DiffEntry], policy: Policy) -> Iterator[str]:
    for entry in entries:
        if matches(entry.old_path, policy.frozen.read_only) or matches(entry.path, policy.frozen.read_only):
            yield f"{entry.old_path} is frozen as read only, and is {entry.kind}"
        elif entry.kind in {"deleted", "renamed"} and matches(entry.old_path, policy.frozen.keep):
            yield f"{entry.old_path} is to be kept, and is {entry.kind}"


@dataclass(frozen=True, slots=True)
class _Touching:
    """Reads both sides of what changed."""

    repo: Repository
    base: str
    head: str

    def side(self, revision: str, path: str, mode: str) -> bytes:
        if not mode or mode in {"120000", "160000"}:
            return b""
        try:
            return self.repo.read(revision, path)[:LARGEST]
        except GitError:
            return b""

    def of_policy(self) -> Iterator[str]:
        try:
            sides = [mirror.policy_file(self.repo, revision) for revision in (self.base, self.head)]
            old, new = (read_policy(text) if text else EMPTY for text in sides)
        except (ParseError, GitError) as problem:
            yield f"{mirror.POLICY_FILE} could not be read there: {problem}"
            return
        for one in changes(old, new):
            yield f"proposed, {one.turn}: {one.sentence}"

    def of_document(self, entry: DiffEntry) -> Iterator[str]:
        """Criteria that are gone, and boxes that were ticked."""
        old = _criteria(entry.old_path, self.side(self.base, entry.old_path, entry.old_mode))
        new = _criteria(entry.path, self.side(self.head, entry.path, entry.new_mode))
        for key, one in old.items():
            if key not in new:
                yield f'proposed, weakened: {one.path}:{one.line} no longer asks "{_short(one.text)}"'
            elif one.gate and new[key].gate != one.gate:
                said = f"is proven by {new[key].gate or 'nothing'}, was by {one.gate}"
                yield f'proposed, weakened: {new[key].path}:{new[key].line} "{_short(one.text)}" {said}'
            elif not one.checked and new[key].checked:
                yield f'claimed: {new[key].path}:{new[key].line} ticks "{_short(one.text)}"'

    def of_tests(self, entries: Sequence[DiffEntry], rewrite: dict[str, str]) -> list[str]:
        """Frozen tests that are gone or expect something else."""
        python = [entry for entry in entries if entry.old_path.endswith(PYTHON_SUFFIXES)]
        old = {entry.old_path: self.side(self.base, entry.old_path, entry.old_mode) for entry in python}
        new = {entry.path: self.side(self.head, entry.path, entry.new_mode) for entry in python}
        sources = {("base", path): _lines(data) for path, data in old.items()}
        sources |= {("head", path): _lines(data) for path, data in new.items()}
        found = compare_tests(_modules(old), _modules(new), rewrite, sources)
        said = [f"frozen test {one.path}:{one.line} {one.name} is gone" for one in found.removed]
        said += [
            f"frozen test {one.test.path}:{one.line} {one.test.name} expects something else" for one in found.assertions
        ]
        return said + [f"frozen test {one.path}:{one.line} {one.name} is not the same" for one in found.other]


def _criteria(path: str, data: bytes) -> dict[str, Criterion]:
    if not data:
        return {}
    listed: list[Milestone] = list(reading.read_document(path, data).milestones)
    return {one.id: one for milestone in listed for one, _ in criteria_of(milestone)}


def _modules(files: dict[str, bytes]) -> list[Module]:
    return [read_module(data, path) for path, data in files.items() if data]


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8", "replace").split("\n")


def _short(text: str) -> str:
    bare = " ".join(text.split())
    return bare if len(bare) <= 80 else f"{bare[:77]}..."
