"""What of the legacy framework is left: imports, symbols, words and dependencies; and what is not there yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from milestones.clients.git import TreeEntry
from milestones.codec import to_plain
from milestones.facts import Finding, Known, Measurement, Problem
from milestones.gates.leftovers import Leftovers
from milestones.gates.policy import Policy
from milestones.globs import matches
from milestones.parity import dependencies, leftovers

from ..reader import ABSENT, Reader, bounded
from .kind import FINDINGS_KEPT, Case, Kind, Static

_PYTHON = (".py", ".pyi", ".pyw")


def _wanted(policy: Policy) -> bool:
    asked = policy.leftovers
    return bool(asked.imports or asked.symbols or asked.words or asked.must_exist or asked.dependencies)


@dataclass
class _Found:
    """What one look brought: numbers, places, and what could not be read."""

    counts: dict[str, tuple[int, int]] = field(default_factory=dict)  # value and how much of it could not be settled
    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def count(self, name: str, value: int, unread: int) -> None:
        self.counts[f"leftovers.{name}"] = (value, unread)

    def place(self, rule: str, places: Iterable[tuple[str, str, int]]) -> None:
        self.findings += (Finding(said, path, line, rule) for said, path, line in places)


def _read(case: Case) -> Static:
    asked, found = case.policy.leftovers, _Found()
    entries = [entry for entry in case.reader.repo.tree(case.sha) if entry.is_file]
    if asked.imports:
        _imports(case.reader, entries, asked, found)
    if asked.symbols or asked.must_exist:
        _symbols(case.reader, entries, asked, found)
    if asked.words:
        _words(case.reader, entries, asked, found)
    if asked.packages:
        _dependencies(case.reader, entries, asked, found)
    measured = tuple(
        Measurement(name, value, "count", "", Known.STATIC, unread) for name, (value, unread) in found.counts.items()
    )
    return Static("leftovers", measured, tuple(found.findings[:FINDINGS_KEPT]), tuple(dict.fromkeys(found.problems)))


def _imports(reader: Reader, entries: list[TreeEntry], asked: Leftovers, found: _Found) -> None:
    sources, large = bounded(entry for entry in entries if entry.path.endswith(_PYTHON))
    facts = reader.cached(
        f"imports/{leftovers.VERSION}", sources, lambda _path, data: to_plain(leftovers.file_facts(data).as_json())
    )
    files = [(path, leftovers.FileFacts.from_json(plain)) for path, plain in facts.items()]
    absent = [Problem(ABSENT, entry.path) for entry in sources if entry.path not in facts]
    left = leftovers.imports_left(files, asked.imports)
    unread = [*left.unparsed, *absent, *large]
    found.problems += unread
    for part, value in {"": len(left.places), "_source": left.in_source, "_tests": left.in_tests}.items():
        found.count(f"imports{part}", value, len(unread))
    found.place("import", ((f"imports {one.name}", one.path, one.line) for one in left.places))


def _symbols(reader: Reader, entries: list[TreeEntry], asked: Leftovers, found: _Found) -> None:
    names = (*asked.symbols, *asked.must_exist)
    sources, unread = _texts(reader, (entry for entry in entries if entry.path.endswith(_PYTHON)), found)
    places = [one for path, data in sources for one in leftovers.symbols_left(path, data, names)]
    gone = [one for one in places if one.name in asked.symbols]
    absent = [name for name in asked.must_exist if not any(one.name == name for one in places)]
    if asked.symbols:
        found.count("symbols", len(gone), unread)
    if asked.must_exist:
        found.count("absent", len(absent), unread)
    found.place("symbol", ((f"{one.name} still stands", one.path, one.line) for one in _sorted(gone)))
    found.findings += (Finding(f"{name} does not exist yet", rule="absent") for name in absent)


def _words(reader: Reader, entries: list[TreeEntry], asked: Leftovers, found: _Found) -> None:
    def told(path: str) -> list[str]:
        return [word for glob, words in asked.words if matches(path, [glob]) for word in words]

    sources, unread = _texts(reader, (entry for entry in entries if told(entry.path)), found)
    places = [one for path, data in sources for one in leftovers.words_left(path, data, told(path))]
    found.count("words", len(places), unread)
    found.place("word", ((f'says "{one.name}"', one.path, one.line) for one in _sorted(places)))


def _dependencies(reader: Reader, entries: list[TreeEntry], asked: Leftovers, found: _Found) -> None:
    manifests = (entry for entry in entries if dependencies.reader_of(entry.path) is not None)
    sources, unread = _texts(reader, manifests, found)
    read = [dependencies.dependencies_in(path, data) for path, data in sources]
    problems = [problem for one in read for problem in one.problems]
    found.problems += problems
    left = dependencies.wanted_of([one for some in read for one in some.found], asked.packages)
    found.count("dependencies", len(left), unread + len(problems))
    found.place("dependency", ((f"asks for {one.package}", one.path, one.line) for one in left))


def _texts(
    reader: Reader, entries: Iterable[TreeEntry], found: _Found
) -> tuple[Iterator[tuple[str, bytes]], int]:  # fmt: skip
    """The files as (path, bytes), each blob fetched once, and how many of them cannot be had."""
    sources, large = bounded(entries)
    absent = [Problem(ABSENT, entry.path) for entry in sources if entry.size is None]
    found.problems += [*large, *absent]
    paths: dict[str, list[str]] = {}
    for entry in sources:
        if entry.size is not None:
            paths.setdefault(entry.sha, []).append(entry.path)
    read = ((path, data) for sha, data in reader.repo.blobs(paths) for path in paths[sha])
    return read, len(large) + len(absent)


def _sorted(places: Iterable[leftovers.Leftover]) -> list[leftovers.Leftover]:
    return sorted(places, key=lambda one: (one.path, one.line, one.name))


KIND = Kind(2, _wanted, _read)
