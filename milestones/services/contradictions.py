"""What the documents claim that cannot be so: looked for at a commit, stored as findings and as evidence."""

from __future__ import annotations

import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from milestones import reading
from milestones.clients import git
from milestones.codec import storable, to_plain
from milestones.facts import Finding, Known, Measurement, Place, Problem
from milestones.models import Evidence, Project
from milestones.models import Measurement as MeasurementRow
from milestones.reading.claims import RULES, Contradiction, Page, Tree, contradictions, page_of

from .documents import Documents
from .reader import Reader

VERSION = 1
MOST_DOCUMENTS = 2_000
MEASURE = "docs.contradictions"
# a fault of ours in reading a stranger's text: it costs this evidence, and nothing else of the look
FAULTS = (RecursionError, AssertionError, LookupError, ValueError, TypeError, AttributeError)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """A contradiction with its fingerprint: the rule and the words at its places, without the line numbers."""

    rule: int
    message: str
    places: tuple[Place, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Claims:
    """All that is found in the documents of a commit; `digest` is the key under which it is stored."""

    digest: str
    found: tuple[Found, ...] = ()
    documents: int = 0
    unchecked: int = 0
    problems: tuple[Problem, ...] = ()


def look_for(project: Project, reader: Reader, docs_sha: str, code_sha: str, documents: Documents) -> Claims:
    """The contradictions in documents as read; those of the same documents and trees are not looked for again."""
    where = _where(reader.repo, docs_sha, code_sha)
    trees = [reader.repo.commit(sha).tree for sha in dict.fromkeys((docs_sha, where))]
    said = repr((VERSION, reading.VERSION, documents.digest, trees))
    digest = hashlib.sha256(said.encode()).hexdigest()
    known = Evidence.objects.filter(project=project, kind="docs", digest=digest).first()
    if known and known.details:
        return from_details(known)
    try:
        return _fresh(digest, reader, where, documents)
    except FAULTS as fault:
        log.exception("contradictions in the documents of %s", docs_sha)
        told = f"contradictions could not be looked for: {type(fault).__name__}: {fault}"
        problem = Problem(told)
        return Claims(hashlib.sha256(f"{digest} failed".encode()).hexdigest(), problems=(*documents.problems, problem))


def _where(repo: git.Repository, docs_sha: str, code_sha: str) -> str:
    """The commit whose tree the documents speak of: their own, or the code's where theirs shares no history with it."""
    if docs_sha == code_sha:
        return docs_sha
    try:
        repo.git("merge-base", docs_sha, code_sha)
    except git.GitError:
        return code_sha
    return docs_sha


def _fresh(digest: str, reader: Reader, where: str, documents: Documents) -> Claims:
    read = {one.path: documents.blobs[one.path] for one in documents.documents[:MOST_DOCUMENTS]}
    blobs = dict(reader.repo.blobs(read.values()))
    pages = [page_of(path, blobs[blob]) for path, blob in read.items() if blob in blobs]
    lines = {path: blobs[blob].decode("utf-8", "replace").splitlines() for path, blob in read.items() if blob in blobs}
    found = contradictions(pages, _tree(reader.repo, where, read))
    problems = list(documents.problems)
    if len(documents.documents) > MOST_DOCUMENTS:
        problems.append(Problem(f"contradictions are looked for in {MOST_DOCUMENTS:,} documents; name fewer in `docs`"))
    unchecked = sum(_unchecked(page) for page in pages)
    marked = tuple(Found(one.rule, one.message, one.places, fingerprint_of(one, lines)) for one in found)
    return Claims(digest, marked, len(pages), unchecked, tuple(problems))


def _unchecked(page: Page) -> bool:
    return not page.blocks and bool(page.document.problems)


def _tree(repo: git.Repository, sha: str, read: dict[str, str]) -> Tree:
    """The files of a commit, with the documents where those are of another; a large file is not looked into."""
    files = {entry.path: entry for entry in repo.tree(sha) if entry.kind == "blob"}

    def contents(path: str) -> bytes:
        return all_contents([path]).get(path, b"")

    def all_contents(paths: list[str]) -> dict[str, bytes]:
        found = {path: files[path] for path in paths if path in files and files[path].is_file}
        wanted = {path: one.sha for path, one in found.items() if (one.size or 0) <= settings.MIGRATOR_SOURCE_BYTES}
        blobs = dict(repo.blobs(set(wanted.values())))
        return {path: blobs.get(sha, b"") for path, sha in wanted.items()}

    return Tree(frozenset({*files, *read}), contents, all_contents)


def fingerprint_of(one: Contradiction, lines: dict[str, list[str]]) -> str:
    """What stays the same while the words at the places do, wherever they move."""
    texts = [_words(lines.get(place.path, []), place.line) for place in one.places]
    said = one.message.partition(";")[0]  # what follows names the nearest file, which others may move
    return hashlib.sha256(repr((one.rule, said, texts)).encode("utf-8", "surrogatepass")).hexdigest()


def _words(lines: Sequence[str], line: int) -> str:
    return " ".join(lines[line - 1].split()) if 0 < line <= len(lines) else ""


# --- as evidence ----------------------------------------------------------------------------------------------------


def store_evidence(project: Project, sha: str, claims: Claims) -> Evidence:
    """One row of documents a commit: what was read last stands."""
    Evidence.objects.filter(project=project, sha=sha, kind="docs").exclude(digest=claims.digest).delete()
    row, new = Evidence.objects.get_or_create(
        project=project, sha=sha, kind="docs", digest=claims.digest,
        defaults={
            "problems": to_plain(claims.problems), "findings": to_plain([_finding(one) for one in claims.found]),
            "details": {"claims": to_plain(claims)},
        },
    )  # fmt: skip
    if new:
        _store_numbers(row, _numbers(claims))
    return row


def store_weakened(project: Project, sha: str, measured: Measurement | None) -> None:
    """How much was taken back, as far as the history tells; nothing where it could not be read."""
    rows = MeasurementRow.objects.filter(evidence__project=project, evidence__sha=sha, evidence__kind="docs")
    rows.filter(name="docs.weakened").delete()
    row = Evidence.objects.filter(project=project, sha=sha, kind="docs").first()
    if measured is not None and row is not None:
        MeasurementRow.objects.create(
            evidence=row, name=measured.name, value=measured.value, unit=measured.unit, known=measured.known.value,
            unresolved=measured.unresolved,
        )  # fmt: skip


def _finding(one: Found) -> Finding:
    first = one.places[0] if one.places else Place("", 0)
    return Finding(one.message, first.path, first.line or None, f"rule {one.rule}")


def _numbers(claims: Claims) -> dict[str, int]:
    each = Counter(one.rule for one in claims.found)
    by_rule = {f"{MEASURE}.{rule}": each[rule] for rule in RULES}
    return {"docs.documents": claims.documents, MEASURE: len(claims.found), **by_rule}


def _store_numbers(row: Evidence, numbers: dict[str, int]) -> None:
    unchecked = from_details(row).unchecked
    for name, value in numbers.items():
        open_ = unchecked if name.startswith(MEASURE) else 0
        row.measurements.update_or_create(
            name=name, subject="",
            defaults={"value": value, "unit": "count", "known": Known.STATIC.value, "unresolved": open_},
        )  # fmt: skip


def from_details(row: Evidence) -> Claims:
    """What was found, from a row that holds it."""
    plain: dict[str, Any] = row.details["claims"]
    found = tuple(
        Found(one["rule"], one["message"], tuple(Place(**place) for place in one["places"]), one["fingerprint"])
        for one in plain["found"]
    )
    problems = tuple(Problem(**one) for one in plain["problems"])
    return Claims(plain["digest"], found, plain["documents"], plain["unchecked"], problems)


def evidence_in_force(project: Project, sha: str, *, elsewhere: bool, dismissed: Iterable[str]) -> list[Evidence]:
    """The documents that a commit is judged by, without what a person dismissed: its own, or those kept elsewhere.

    Numbers and findings are lowered in memory alone: a dismissal is a person's word and changes no evidence.
    """
    about = Evidence.objects.filter(project=project, sha=project.docs_sha) if elsewhere else None
    rows = (about if about is not None else Evidence.objects.at(project, sha)).filter(kind="docs").defer(None)
    row = rows.prefetch_related("measurements").order_by("-pk").first()
    if row is None or not row.details:
        return []
    claims, gone = from_details(row), frozenset(dismissed)
    kept = [one for one in claims.found if one.fingerprint not in gone]
    numbers = _numbers(Claims(claims.digest, tuple(kept), claims.documents))
    row.findings = to_plain([_finding(one) for one in kept])
    for one in row.measurements.all():
        one.value = float(numbers.get(one.name, one.value))
    return [row]


def storable_places(places: Iterable[Place]) -> list[dict[str, Any]]:
    return [{"path": storable(place.path, 500), "line": place.line} for place in places]
