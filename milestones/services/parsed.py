"""A result file, parsed: what it sums up to, and what of it goes into the store."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import BinaryIO

from milestones import facts
from milestones.clients import git
from milestones.models import CoverageLines, Delivery, Evidence, LintFindings, Project
from milestones.results import batches, places, tally
from milestones.results.collecting import Collector
from milestones.results.covered import LineBook, pack_lines
from milestones.results.fingerprints import known_again, pack_findings
from milestones.results.parser import Family
from milestones.results.roll import test_of
from milestones.results.tally import Tally

from . import dumped, outcomes
from .taken import Taken, opened

CODE_BYTES = 1024 * 1024  # of a file whose lines are read for the fingerprints of findings


@dataclass
class Parsed:
    """The facts of one file; of its family only that part is filled."""

    running: Tally
    collector: Collector
    book: LineBook = field(default_factory=LineBook)
    findings: list[facts.Finding] = field(default_factory=list)

    @property
    def family(self) -> Family:
        return self.running.family

    def summary(self) -> facts.Summary:
        """All of the file summed up; which names came more than once is known by their positions."""
        made = self.running.summary()
        twice = set(self.collector.repeated)
        if not twice:
            return made
        keys = {position: key for key, position in self.collector.index.items() if position in twice}
        names = tuple(test_of(keys[position]).label for position in sorted(twice))
        return dataclasses.replace(made, covers=dataclasses.replace(made.covers, repeated=names))


def taken(row: Delivery, repo: git.Repository) -> Taken:
    """A result file of a commit, its paths those of the commit. Raises ParseError."""
    try:
        found = parse_file(row.project, row.kind, opened(row))
    except facts.ParseError as error:
        raise dumped.hinted(row.kind, opened(row).read(dumped.HEAD), error) from None
    summary = found.summary()
    kept = settle(found, repo, row.sha)
    wanted = bool(summary.findings or summary.covers.paths)
    tree = frozenset(entry.path for entry in repo.tree(row.sha)) if wanted else frozenset[str]()
    summary = of_this_code(summary, tree)
    return Taken(summary, tuple(settled(summary.findings, tree)), store=kept.store)


def of_this_code(summary: facts.Summary, tree: Collection[str]) -> facts.Summary:
    """A coverage whose paths are those of the commit; one that is of none of its files proves nothing."""
    if not summary.covers.paths:
        return summary
    paths = tuple(sorted({places.settle(path, tree) for path in summary.covers.paths}))
    vacuous = summary.vacuous
    if not vacuous and not any(path in tree for path in paths):
        vacuous = f"none of its {len(paths):,} files is in the commit (the first is {paths[0]}); it covers other code"
    return dataclasses.replace(summary, covers=dataclasses.replace(summary.covers, paths=paths), vacuous=vacuous)


def parse_file(project: Project, kind: str, stream: BinaryIO) -> Parsed:
    """Read a file to its end. Raises ParseError; nothing is stored here."""
    running = tally(kind, watch=False)
    index = outcomes.index_of(project) if running.family is Family.TESTS else {}
    found = Parsed(running, Collector(index))
    for batch in batches(kind, stream):
        outcomes_here = running.take(batch)
        if running.family is Family.TESTS:
            found.collector.take(outcomes_here)
        else:
            _keep(found, batch)
    return found


def _keep(found: Parsed, batch: Iterable[facts.Fact]) -> None:
    for fact in batch:
        if isinstance(fact, facts.Finding):
            found.findings.append(fact)
        elif isinstance(fact, facts.CoveredFile):
            found.book.add(fact)


@dataclass(frozen=True)
class Settled:
    """What goes into the store beside the summary, its paths those of the commit."""

    parsed: Parsed
    findings: bytes = b""
    lines: bytes = b""

    def store(self, evidence: Evidence) -> None:
        """Everything of this file in rows. In the transaction that made `evidence`."""
        if self.parsed.family is Family.TESTS:
            outcomes.store(evidence, self.parsed.collector)
        elif self.parsed.family is Family.LINT:
            LintFindings.objects.create(evidence=evidence, packed=self.findings)
        elif self.parsed.family is Family.COVERAGE:
            CoverageLines.objects.create(evidence=evidence, packed=self.lines)


def settle(parsed: Parsed, repo: git.Repository, sha: str) -> Settled:
    """Paths as the commit has them, wherever the tool ran; findings known again by the code they are about."""
    entries = {entry.path: entry for entry in repo.tree(sha) if entry.is_file}
    tree = frozenset(entries)
    collector = parsed.collector
    collector.told = [
        one._replace(path=places.settle(one.path, tree)) if one.path else one for one in collector.told
    ]  # fmt: skip
    if parsed.family is Family.LINT:
        found = list(settled(parsed.findings, tree))
        wanted = {one.path for one in found if one.path in entries and (entries[one.path].size or 0) <= CODE_BYTES}
        by_blob: dict[str, list[str]] = {}
        for path in wanted:
            by_blob.setdefault(entries[path].sha, []).append(path)
        lines = {
            path: data.decode("utf-8", "replace").splitlines()
            for blob, data in repo.blobs(by_blob)
            for path in by_blob[blob]
        }
        return Settled(parsed, findings=pack_findings(known_again(found, lines)))
    if parsed.family is Family.COVERAGE:
        files = parsed.book.files.items()
        return Settled(parsed, lines=pack_lines((places.settle(path, tree), *lines) for path, lines in files))
    return Settled(parsed)


def settled(found: Iterable[facts.Finding], tree: Collection[str]) -> Iterable[facts.Finding]:
    """Findings whose paths are those of the commit."""
    known: dict[str, str] = {}
    for one in found:
        if one.path and one.path not in known:
            known[one.path] = places.settle(one.path, tree)
        yield dataclasses.replace(one, path=known[one.path]) if one.path else one
