"""What the tree of a commit says to the documents' own conditions: symbols, imports and files, each counted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from milestones.clients import git
from milestones.codec import to_plain
from milestones.facts import Finding, Known, Problem
from milestones.models import Evidence, Measurement, Project
from milestones.parity import leftovers
from milestones.source.parsing import PYTHON_SUFFIXES

from . import claims
from .reader import Reader, bounded

VERSION = 1
KIND = "conditions"
MOST = 500  # conditions of one project that are looked at
PLACES_KEPT = 20  # of one condition
SYMBOL, IMPORT, FILE = "leftovers.symbol.", "leftovers.import.", "files."
# where a name may stand in code that is read as text: a word there counts, comment or not
_OTHER_SOURCES = (".js", ".jsx", ".ts", ".tsx", ".mjs", ".vue", ".rb", ".go", ".java", ".kt", ".php", ".rs", ".cs",
                  ".scala", ".ex", ".html", ".j2", ".jinja", ".jinja2", ".mak", ".mako")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counted:
    """A condition's number with the first places that it counts; `unread` are files that might hold more."""

    name: str
    value: int
    places: tuple[Finding, ...] = ()
    unread: int = 0


def is_condition(measure: str) -> bool:
    return measure.startswith((SYMBOL, IMPORT, FILE))


def ensure(claim: claims.Claim | None, project: Project, repo: git.Repository, sha: str) -> None:
    """Count what the documents and the policy ask of the tree, unless that was done for this commit."""
    asked = project.conditions
    digest = _digest(asked)
    if not asked or Evidence.objects.filter(project=project, sha=sha, kind=KIND, digest=digest).exists():
        return
    counted, problems = count(Reader(repo), sha, asked)
    with claim.writing() if claim else transaction.atomic():
        store(project, sha, digest, counted, problems)


def _digest(asked: Sequence[str]) -> str:
    return hashlib.sha256(repr((VERSION, leftovers.VERSION, list(asked))).encode()).hexdigest()


def store(project: Project, sha: str, digest: str, counted: Iterable[Counted], problems: Sequence[Problem]) -> None:
    """One row a commit, of what is asked now."""
    counted = list(counted)
    Evidence.objects.filter(project=project, sha=sha, kind=KIND).delete()
    if not counted:
        return
    findings = [place for one in counted for place in one.places]
    row = Evidence.objects.create(
        project=project, sha=sha, kind=KIND, digest=digest, findings=to_plain(findings),
        details={"unread": to_plain(list(problems))},
    )  # fmt: skip
    Measurement.objects.bulk_create(
        Measurement(
            evidence=row, name=one.name[:200], value=one.value, unit="count", known=Known.STATIC.value,
            unresolved=one.unread,
        )
        for one in counted if len(one.name) <= 200
    )  # fmt: skip


def count(reader: Reader, sha: str, asked: Sequence[str]) -> tuple[list[Counted], tuple[Problem, ...]]:
    """Every condition counted at a commit. Raises GitError."""
    entries = [entry for entry in reader.repo.tree(sha) if entry.is_file]
    symbols = sorted({name.removeprefix(SYMBOL) for name in asked if name.startswith(SYMBOL)})
    packages = sorted({name.removeprefix(IMPORT) for name in asked if name.startswith(IMPORT)})
    found = [_files(name, entries) for name in asked if name.startswith(FILE)]
    problems: tuple[Problem, ...] = ()
    if symbols or packages:
        sources, large = bounded(entry for entry in entries if entry.path.endswith((*PYTHON_SUFFIXES, *_OTHER_SOURCES)))
        problems = large
        found += _symbols(reader, sources, symbols, len(large)) if symbols else []
        found += _imports(reader, sources, packages, len(large)) if packages else []
    return found, problems


def _files(name: str, entries: Iterable[git.TreeEntry]) -> Counted:
    """Files of this path, of a path that ends in it, or below a folder of it; a leading slash ties it to the root."""
    path = name.removeprefix(FILE)
    rooted, bare = path.startswith("/"), f"/{path.strip('/')}"
    there = [entry.path for entry in entries if _stands(f"/{entry.path}", bare, rooted=rooted)]
    places = tuple(Finding(f"{one} is there", one, None, name) for one in there[:PLACES_KEPT])
    return Counted(name, len(there), places)


def _stands(path: str, bare: str, *, rooted: bool) -> bool:
    if rooted:
        return path == bare or path.startswith(f"{bare}/")
    return path.endswith(bare) or f"{bare}/" in path


def _symbols(reader: Reader, sources: Sequence[git.TreeEntry], names: Sequence[str], large: int) -> list[Counted]:
    """Identifiers in Python, whole words elsewhere, file by file remembered by its hash."""
    key = hashlib.sha256("\0".join(names).encode()).hexdigest()[:16]
    facts = reader.cached(
        f"symbols/{VERSION}.{leftovers.VERSION}.{key}", sources, lambda path, data: _lines_of(path, data, names)
    )
    places: dict[str, list[Finding]] = {name: [] for name in names}
    for path in sorted(facts):
        for symbol, lines in facts[path].items():
            measure = f"{SYMBOL}{symbol}"
            places[symbol] += (Finding(f"{symbol} stands here", path, line, measure) for line in lines)
    unread = large + len(sources) - len(facts)
    return [Counted(f"{SYMBOL}{one}", len(at), tuple(at[:PLACES_KEPT]), unread) for one, at in places.items()]


def _lines_of(path: str, data: bytes, names: Sequence[str]) -> dict[str, list[int]]:
    if path.endswith(PYTHON_SUFFIXES):
        found = leftovers.symbols_left(path, data, names)
    else:
        found = tuple(one for one in leftovers.words_left(path, data, names) if one.name in _case_kept(data, names))
    lines: dict[str, list[int]] = {}
    for one in found:
        lines.setdefault(one.name, []).append(one.line)
    return lines


def _case_kept(data: bytes, names: Sequence[str]) -> frozenset[str]:
    """Words are found in any case; a symbol is one as it is written."""
    return frozenset(name for name in names if name.encode() in data)


def _imports(reader: Reader, sources: Sequence[git.TreeEntry], names: Sequence[str], large: int) -> list[Counted]:
    python = [entry for entry in sources if entry.path.endswith(PYTHON_SUFFIXES)]
    plain: Mapping[str, dict[str, object]] = reader.cached(
        f"imports/{leftovers.VERSION}", python, lambda _path, data: to_plain(leftovers.file_facts(data).as_json())
    )
    files = [(path, leftovers.FileFacts.from_json(facts)) for path, facts in plain.items()]
    found = leftovers.imports_left(files, names)
    unread = len(found.unparsed) + len(python) - len(plain) + large
    counted = []
    for name in names:
        at = [one for one in found.places if one.name == name]
        places = tuple(Finding(f"imports {name}", one.path, one.line, f"{IMPORT}{name}") for one in at[:PLACES_KEPT])
        counted.append(Counted(f"{IMPORT}{name}", len(at), places, unread))
    return counted
