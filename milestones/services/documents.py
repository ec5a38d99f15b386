"""The documents of a commit, each read once by its hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from milestones import reading
from milestones.clients.git import TreeEntry
from milestones.codec import from_plain, storable, to_plain
from milestones.facts import Document, Problem
from milestones.gates.policy import Policy
from milestones.globs import matches

from .reader import ABSENT, Reader

DOC_PATTERNS = ("**/*.md", "**/*.markdown")


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of one commit, as read."""

    documents: tuple[Document, ...] = ()
    problems: tuple[Problem, ...] = ()
    digest: str = ""
    blobs: dict[str, str] = field(default_factory=dict)


def read_documents(reader: Reader, sha: str, policy: Policy) -> Documents:
    """Every document that the policy names, or every Markdown file where it names none."""
    patterns = policy.docs or DOC_PATTERNS
    found = [entry for entry in reader.repo.tree(sha) if matches(entry.path, patterns)]
    links = [Problem("a symbolic link is not followed", entry.path) for entry in found if not entry.is_file]
    files = [entry for entry in found if entry.is_file]
    large = [entry for entry in files if (entry.size or 0) > settings.MIGRATOR_DOC_BYTES]
    over = [Problem(f"larger than {settings.MIGRATOR_DOC_BYTES:,} bytes (MIGRATOR_DOC_BYTES)", e.path) for e in large]
    facts = _facts(reader, [entry for entry in files if entry not in large])
    documents = tuple(from_plain(Document, facts[path]) for path in sorted(facts))
    absent = [Problem(ABSENT, entry.path) for entry in files if entry not in large and entry.path not in facts]
    none = [] if documents else [Problem(f"no document matches {', '.join(patterns)}; set `docs` in the policy")]
    digest = hashlib.sha256("".join(f"{e.sha} {e.path}\n" for e in found).encode("utf-8", "surrogateescape"))
    blobs = {storable(entry.path): entry.sha for entry in files}
    return Documents(documents, (*links, *over, *absent, *none), digest.hexdigest(), blobs)


def _facts(reader: Reader, files: list[TreeEntry]) -> dict[str, Any]:
    return reader.cached(
        f"docs/{reading.VERSION}", files, lambda path, data: to_plain(reading.read_document(path, data)), by_path=True
    )


def read_one(reader: Reader, path: str, blob: str) -> Document | None:
    """One version of a document, None where its content is not there."""
    plain = _facts(reader, [TreeEntry(path, blob, "100644", "blob", None)])
    return from_plain(Document, plain[path]) if path in plain else None
