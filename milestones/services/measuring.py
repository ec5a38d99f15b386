"""What the sources say at a commit: documents, similarity and leftovers, each file read once by its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings

from milestones import reading
from milestones.clients import git
from milestones.codec import from_plain, to_plain
from milestones.facts import Document, Finding, Known, Measurement, Problem
from milestones.gates.policy import Pair, Policy
from milestones.globs import matches
from milestones.parity import leftovers
from milestones.parity.similarity import similarity

from . import endpoints
from .reader import ABSENT, Reader, Static, bounded

# the evidence kinds that are read from the mirror, each with the version of its rules
STATIC = {"similarity": 1, "leftovers": 1, "routes": 1}
DOC_PATTERNS = ("**/*.md", "**/*.markdown")
FINDINGS_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of one commit, as read."""

    documents: tuple[Document, ...] = ()
    problems: tuple[Problem, ...] = ()
    digest: str = ""


def read_documents(reader: Reader, sha: str, policy: Policy) -> Documents:
    """Every document that the policy names, or every Markdown file where it names none."""
    patterns = policy.docs or DOC_PATTERNS
    found = [entry for entry in reader.repo.tree(sha) if matches(entry.path, patterns)]
    links = [Problem("a symbolic link is not followed", entry.path) for entry in found if not entry.is_file]
    files = [entry for entry in found if entry.is_file]
    large = [entry for entry in files if (entry.size or 0) > settings.MIGRATOR_DOC_BYTES]
    over = [Problem(f"larger than {settings.MIGRATOR_DOC_BYTES:,} bytes (MIGRATOR_DOC_BYTES)", e.path) for e in large]
    facts = reader.cached(
        f"docs/{reading.VERSION}",
        [entry for entry in files if entry not in large],
        lambda path, data: to_plain(reading.read_document(path, data)),
        by_path=True,
    )
    documents = tuple(from_plain(Document, facts[path]) for path in sorted(facts))
    absent = [Problem(ABSENT, entry.path) for entry in files if entry not in large and entry.path not in facts]
    none = [] if documents else [Problem(f"no document matches {', '.join(patterns)}; set `docs` in the policy")]
    digest = hashlib.sha256("".join(f"{e.sha} {e.path}\n" for e in found).encode("utf-8", "surrogateescape"))
    return Documents(documents, (*links, *over, *absent, *none), digest.hexdigest())


def basis_of(policy_hash: str, start: str) -> str:
    """What a static reading rests on beside its commit: the policy, and the full id of the commit that it starts from.

    The policy may name its start by a branch, which moves.
    """
    return f"{policy_hash}/{start}"


def static_digest(kind: str, basis: str) -> str:
    """The natural key of a static reading: it depends on the commit, the basis and the rules, on nothing else."""
    return hashlib.sha256(f"{kind}/{STATIC[kind]}/{basis}".encode()).hexdigest()


def kinds_wanted(policy: Policy) -> frozenset[str]:
    """The kinds of static evidence that a policy gives something to measure for."""
    asked = {"leftovers": policy.leftovers.imports, "similarity": policy.start and policy.pairs, "routes": policy.start}
    return frozenset(kind for kind, given in asked.items() if given)


def measure(reader: Reader, sha: str, start: str, policy: Policy) -> list[Static]:
    """All that is read from the sources at a commit, against the legacy system's last one."""
    how: dict[str, Callable[[], Static]] = {
        "leftovers": lambda: _leftovers(reader, sha, policy),
        "similarity": lambda: _similarity(reader, sha, start, policy.pairs),
        "routes": lambda: endpoints.static(reader, sha, start),
    }
    return [how[kind]() for kind in sorted(kinds_wanted(policy))]


def _similarity(reader: Reader, sha: str, start: str, pairs: Iterable[Pair]) -> Static:
    measured: list[Measurement] = []
    large = {commit: bounded(reader.repo.tree(commit))[1] for commit in (start, sha)}
    over = {(commit, one.path): one for commit, found in large.items() for one in found}
    problems: list[Problem] = []
    for pair in pairs:
        if refused := over.get((start, pair.legacy)) or over.get((sha, pair.new)):
            problems.append(Problem(f"similarity.{pair.name}: {refused.reason}", refused.path))
            continue
        try:
            legacy, new = reader.repo.read(start, pair.legacy), reader.repo.read(sha, pair.new)
        except git.GitError as missing:
            problems.append(Problem(f"similarity.{pair.name}: {missing.reason}", pair.new))
            continue
        found = similarity(legacy.decode("utf-8", "replace"), new.decode("utf-8", "replace"))
        problems += (Problem(f"similarity.{pair.name}: {one.reason}", pair.new) for one in found.problems)
        if found.ratio is not None:
            measured.append(Measurement(f"similarity.{pair.name}", found.ratio, "ratio", pair.new, Known.STATIC))
    return Static("similarity", tuple(measured), problems=tuple(problems))


def _leftovers(reader: Reader, sha: str, policy: Policy) -> Static:
    python = (e for e in reader.repo.tree(sha) if e.is_file and e.path.endswith((".py", ".pyi", ".pyw")))
    sources, large = bounded(python)
    facts = reader.cached(
        f"imports/{leftovers.VERSION}", sources, lambda _path, data: to_plain(leftovers.file_facts(data).as_json())
    )
    files = [(path, leftovers.FileFacts.from_json(plain)) for path, plain in facts.items()]
    absent = [Problem(ABSENT, entry.path) for entry in sources if entry.path not in facts]
    found = leftovers.imports_left(files, policy.leftovers.imports)
    unread = (*found.unparsed, *absent, *large)
    counts = {"": len(found.places), "_source": found.in_source, "_tests": found.in_tests}
    measured = [Measurement(f"leftovers.imports{part}", value, "count", "", Known.STATIC, len(unread))
                for part, value in counts.items()]  # fmt: skip
    findings = tuple(Finding(f"imports {one.name}", one.path, one.line, "import") for one in found.places)
    return Static("leftovers", tuple(measured), findings[:FINDINGS_KEPT], unread)
