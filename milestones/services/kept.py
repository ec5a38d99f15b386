"""Texts kept by the hash of their content, each once, compressed."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

from milestones.models import Kept


class LostError(Exception):
    """A text that was kept is gone, or is no longer what its hash says."""


def canonical(plain: Any) -> str:
    """The one way in which a plain value is written."""
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def keep(texts: Iterable[str]) -> None:
    """Store these texts, in one statement; those that are kept already stay."""
    rows = [
        Kept(digest=digest_of(text), body=zlib.compress(text.encode("utf-8", "surrogatepass"), 6)) for text in texts
    ]
    Kept.objects.bulk_create(rows, ignore_conflicts=True)


def fetch(digests: Mapping[str, str]) -> dict[str, str]:
    """name -> text, for each name's hash. Raises LostError for one that is gone or was altered."""
    found = {row.digest: zlib.decompress(bytes(row.body)) for row in Kept.objects.filter(pk__in=set(digests.values()))}
    for name, digest in digests.items():
        if digest not in found or hashlib.sha256(found[digest]).hexdigest() != digest:
            raise LostError(f"the {name} of this judgement is gone from the store, or was altered there")
    return {name: found[digest].decode("utf-8", "surrogatepass") for name, digest in digests.items()}
