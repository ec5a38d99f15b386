"""Gathering what a judgement rests on, in few queries however much there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Subquery

from milestones import facts
from milestones.codec import from_plain
from milestones.gates.inputs import Evidence as Known
from milestones.gates.inputs import Inputs
from milestones.gates.pieces import Piece
from milestones.gates.policy import Policy
from milestones.models import Circumstance, Commit, Evidence, Milestone, Project

from . import circumstances, completeness, measuring, words
from .statics import KINDS


@dataclass(frozen=True, slots=True)
class Gathered:
    """The inputs of a judgement, and which circumstances bear on it whatever the hour."""

    inputs: Inputs
    circumstances: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Trees:
    """Which commits have the tree of which, as far as they are known."""

    shas: Mapping[str, str]
    parent: str

    def same(self, sha: str) -> list[str]:
        if not sha:
            return []
        tree = self.shas.get(sha)
        return [sha, *sorted(other for other, found in self.shas.items() if found == tree and other != sha)]


def gather(project: Project, sha: str, policy: Policy, now: datetime) -> Gathered:
    """All that bears on a commit, as of `now`, under the policy in force."""
    documents = documents_of(project)
    trees = _trees(project, sha)
    here = trees.same(sha)
    start = trees.same(project.start_sha) if _speaks_of("baseline", project, documents) else []
    before = trees.same(trees.parent) if _speaks_of("previous", project, documents) else []
    rows = _rows(project, {*here, *start, *before})
    seen = Evidence.objects.last_of_each_kind(project)
    standing = list(Circumstance.objects.standing(project))
    pieces = _pieces(rows, here)
    inputs = Inputs(
        sha=sha,
        slug=project.slug,
        day=now.date().isoformat(),
        same=tuple(here),
        ever=tuple(sorted(seen)),
        last_seen=tuple(sorted((kind, full[:8]) for kind, full in seen.items())),
        policy=project.policy_in_force,
        documents=documents,
        evidence=Known(
            pieces=pieces,
            baseline=_pieces(rows, start, whole=False),
            previous=_pieces(rows, before, whole=False),
            learnt=completeness.learnt_for(project, sha, {one.kind for one in pieces if not one.static}),
            circumstances=circumstances.measured(standing, here, policy, now),
        ),
        people=words.signed_at(words.Moment(project, sha, here, now), policy, words.given_in(project)),
    )
    return Gathered(inputs, tuple(circumstances.identity(standing, here)))


def documents_of(project: Project) -> tuple[facts.Milestone, ...]:
    """The milestones of the documents in force, in their order."""
    rows = Milestone.objects.filter(project=project).in_order().values_list("facts", flat=True)
    return tuple(from_plain(facts.Milestone, plain) for plain in rows)


def _speaks_of(word: str, project: Project, documents: Iterable[facts.Milestone]) -> bool:
    return word in project.policy_in_force or word in repr(documents)


def _trees(project: Project, sha: str) -> _Trees:
    """In one query: the commit, the legacy system's last one, its parent, and all that share a tree with one."""
    known = Commit.objects.filter(project=project)
    parent = known.filter(sha=sha).values("parent")[:1]
    about = known.filter(Q(sha__in=[sha, project.start_sha]) | Q(sha=Subquery(parent))).values("tree")
    rows = list(known.filter(tree__in=about).values_list("sha", "tree", "parent"))
    return _Trees({full: tree for full, tree, _ in rows}, next((up for full, _, up in rows if full == sha), ""))


def _rows(project: Project, shas: Iterable[str]) -> list[Evidence]:
    """The evidence about these commits that was read under the policy in force."""
    about = Evidence.objects.filter(project=project, sha__in=sorted(shas)).exclude(kind="docs")
    return readable(about.defer("details").prefetch_related("measurements"), basis_of(project))


def basis_of(project: Project) -> str:
    """What the project's static readings rest on now."""
    return measuring.basis_of(measuring.policy_hash(project.policy_in_force), project.start_sha)


def readable(rows: Iterable[Evidence], basis: str) -> list[Evidence]:
    """All uploads, and of the static readings those that were made on this basis."""
    digests = {kind: measuring.static_digest(kind, basis) for kind in KINDS}
    return [row for row in rows if row.kind not in KINDS or row.digest == digests[row.kind]]


def _pieces(rows: Iterable[Evidence], shas: Iterable[str], *, whole: bool = True) -> tuple[Piece, ...]:
    wanted = set(shas)
    found = [piece_of(row, whole=whole) for row in rows if row.sha in wanted]
    return tuple(sorted(found, key=lambda one: (one.key, one.sha)))


def piece_of(row: Evidence, *, whole: bool = True) -> Piece:
    """A row as it is judged; in part, it is its numbers alone."""
    measured = tuple(
        facts.Measurement(one.name, one.value, one.unit, one.subject, facts.Known(one.known), one.unresolved)
        for one in sorted(row.measurements.all(), key=lambda one: (one.name, one.subject))
    )
    static = row.kind in KINDS
    place = (row.kind, row.sha, row.job, row.shard, row.attempt, row.digest, static)
    if not whole:
        return Piece(*place, measurements=measured)
    covers = {name: value for name, value in row.covers.items() if name in facts.Covers.__dataclass_fields__}
    return Piece(
        *place,
        vacuous=row.vacuous,
        problems=tuple(problem["reason"] for problem in row.problems),
        measurements=measured,
        findings=tuple(from_plain(facts.Finding, one) for one in row.findings),
        covers=from_plain(facts.Covers, covers) if covers else None,
    )
