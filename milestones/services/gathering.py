"""Gathering what a judgement rests on, in few queries however much there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q, Subquery

from milestones import facts
from milestones.codec import from_plain
from milestones.gates.inputs import Bound, Inputs
from milestones.gates.inputs import Evidence as Known
from milestones.gates.pieces import Piece
from milestones.gates.policy import Policy
from milestones.models import Binding, Circumstance, Commit, Dismissal, Evidence, Milestone, Project, SignOff
from milestones.results import PARSERS

from . import (
    baselines,
    circumstances,
    compared,
    complete_sets,
    completeness,
    contradictions,
    in_force,
    measuring,
    words,
)
from .statics import KINDS

# what is worked out here from other evidence, and not sent by anybody
DERIVED = frozenset({"docs", "endpoint-proofs", "contract", "frozen-proofs"})


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

    def of(self, sha: str) -> str:
        return self.shas.get(sha, "")

    def same(self, sha: str) -> list[str]:
        if not sha:
            return []
        tree = self.shas.get(sha)
        return [sha, *sorted(other for other, found in self.shas.items() if found == tree and other != sha)]


def gather(project: Project, sha: str, policy: Policy, now: datetime) -> Gathered:
    """All that bears on a commit, as of `now`, under the policy in force."""
    documents = documents_of(project)
    base, no_base = baselines.baseline_of(project, policy)
    trees = _trees(project, sha, base)
    here = trees.same(sha)
    start = trees.same(base) if speaks_of("baseline", project, documents) else []
    before = trees.same(trees.parent) if speaks_of("previous", project, documents) else []
    rows = _rows(project, {*here, *start, *before}, {trees.of(end[0]) for end in (here, start, before) if end})
    own = _about(rows, here, trees)
    seen = Evidence.objects.last_of_each_kind(project)
    standing = list(Circumstance.objects.standing(project))
    pieces = _pieces([one for one in own if one.kind != "docs"], sha, here) + _documents(
        project, sha, policy, rows, here
    )
    asked = compared.wanted(project.policy_in_force + repr(documents))
    question = compared.Question(project, sha, tuple(in_force.counted(_sent(own), policy)), policy, base, no_base)
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
            baseline=_pieces(_about(rows, start, trees), base, start, whole=False),
            previous=_pieces(_about(rows, before, trees), trees.parent, before, whole=False),
            learnt=complete_sets.learnt_for(project, sha, {one.kind for one in pieces if not one.static}),
            circumstances=circumstances.measured(standing, here, policy, now),
            compared=compared.compared(question, asked),
            lacking=tuple(sorted(completeness.lacks(project, sha, _sent(own), stated=True).items())),
        ),
        bindings=bindings_of(project),
        people=words.signed_at(words.Moment(project, sha, here, now), policy, SignOff.objects.given(project)),
    )
    return Gathered(inputs, tuple(circumstances.identity(standing, here)))


def documents_of(project: Project) -> tuple[facts.Milestone, ...]:
    """The milestones of the documents in force, in their order."""
    rows = Milestone.objects.filter(project=project).in_order().values_list("facts", flat=True)
    return tuple(from_plain(facts.Milestone, plain) for plain in rows)


def speaks_of(word: str, project: Project, documents: Iterable[facts.Milestone]) -> bool:
    """Whether a gate, in policy or beside a criterion, has this word in it."""
    return word in project.policy_in_force or word in repr(documents)


def _trees(project: Project, sha: str, base: str) -> _Trees:
    """In one query: the commit, the baseline, its parent, and all that share a tree with one."""
    known = Commit.objects.filter(project=project)
    parent = known.filter(sha=sha).values("parent")[:1]
    about = known.filter(Q(sha__in=[sha, base]) | Q(sha=Subquery(parent))).values("tree")
    rows = list(known.filter(tree__in=about).values_list("sha", "tree", "parent"))
    return _Trees({full: tree for full, tree, _ in rows}, next((up for full, _, up in rows if full == sha), ""))


def _rows(project: Project, shas: Iterable[str], trees: Iterable[str]) -> list[Evidence]:
    """The evidence about these commits, or that ran on these trees, as read under the policy in force."""
    ran = Q(sha__in=sorted(shas)) | Q(tree__in=sorted(tree for tree in trees if tree))
    about = Evidence.objects.filter(ran, project=project)
    return readable(about.defer("details").prefetch_related("measurements"), basis_of(project))


def _about(rows: Iterable[Evidence], shas: Sequence[str], trees: _Trees) -> list[Evidence]:
    """Of these rows those about one tree: by their commit, or because CI ran on that tree for another commit."""
    tree = trees.of(shas[0]) if shas else ""
    return [row for row in rows if row.sha in shas or (tree and row.tree == tree)]


def _sent(rows: Iterable[Evidence]) -> list[Evidence]:
    """Those that CI sent."""
    return [row for row in rows if row.kind in PARSERS]


def _documents(
    project: Project, sha: str, policy: Policy, rows: Iterable[Evidence], here: Iterable[str]
) -> tuple[Piece, ...]:
    """What the documents claim that cannot be so: those of this commit, or those that are kept elsewhere."""
    dismissed, elsewhere = dismissed_in(project), documents_are_elsewhere(project, policy)
    if dismissed or elsewhere:  # the findings are looked into one by one
        found = contradictions.evidence_in_force(project, sha, elsewhere=elsewhere, dismissed=dismissed)
    else:
        wanted = set(here)
        mine = sorted((one for one in rows if one.kind == "docs" and one.sha in wanted), key=lambda one: one.pk)
        found = mine[-1:]
    return tuple(replace(piece_of(one), sha=sha) for one in found)


def documents_are_elsewhere(project: Project, policy: Policy) -> bool:
    """Whether the documents live on another branch than the code."""
    return bool(project.docs_revision or policy.docs_ref)


def dismissed_in(project: Project) -> list[str]:
    """The findings in documents that a person said are none."""
    rows = Dismissal.objects.filter(project=project).order_by("fingerprint")
    return list(rows.values_list("fingerprint", flat=True))


def bindings_of(project: Project) -> tuple[Bound, ...]:
    """The proposed gates that a person took for a criterion."""
    rows = Binding.objects.filter(project=project).order_by("milestone_key", "identity", "gate")
    return tuple(Bound(one.milestone_key, one.identity, one.gate) for one in rows)


def basis_of(project: Project) -> str:
    """What the project's static readings rest on now."""
    return measuring.basis_of(measuring.policy_hash(project.policy_in_force), project.start_sha)


def readable(rows: Iterable[Evidence], basis: str) -> list[Evidence]:
    """All uploads, and of the static readings those that were made on this basis."""
    digests = {kind: measuring.static_digest(kind, basis) for kind in KINDS}
    return [row for row in rows if row.kind not in KINDS or row.digest == digests[row.kind]]


def _pieces(rows: Iterable[Evidence], sha: str, shas: Sequence[str], *, whole: bool = True) -> tuple[Piece, ...]:
    """What ran on the tree of `sha` for a commit of another tree speaks of `sha` itself."""
    parts = ((row, piece_of(row, whole=whole)) for row in rows)
    found = [one if row.sha in shas else replace(one, sha=sha) for row, one in parts]
    return tuple(sorted(found, key=lambda one: (one.key, one.sha)))


def piece_of(row: Evidence, *, whole: bool = True) -> Piece:
    """A row as it is judged; in part, it is its numbers alone."""
    measured = tuple(
        facts.Measurement(one.name, one.value, one.unit, one.subject, facts.Known(one.known), one.unresolved)
        for one in sorted(row.measurements.all(), key=lambda one: (one.name, one.subject))
    )
    static = row.kind in KINDS or row.kind in DERIVED or (row.delivery_id is None and not row.job)
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
