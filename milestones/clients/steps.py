"""What each step of a line of commits changed, listed by one git process for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from milestones.clients.git import GitError, Repository

SECONDS = 120


@dataclass(frozen=True, slots=True)
class Step:
    """One changed path; a side without a plain file has no blob."""

    path: str
    old: str
    new: str


def steps(repository: Repository, trees: Sequence[str]) -> list[list[Step]]:
    """For each tree but the first, what changed since the one before it. Raises GitError."""
    found: dict[tuple[str, str], list[Step]] = {}
    pairs = list(pairwise(trees))
    asked = "".join(f"{old} {new}\n" for old, new in dict.fromkeys(pairs))
    out = repository.git(
        "diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", "--no-ext-diff",
        stdin=asked.encode(), seconds=SECONDS,
    )  # fmt: skip
    try:
        for pair, step in _entries(out):
            found.setdefault(pair, []).append(step)
    except (ValueError, StopIteration):
        raise GitError("git listed the changes of a range in a form that is not known") from None
    return [found.get(pair, []) for pair in pairs]


def _entries(out: bytes) -> Iterator[tuple[tuple[str, str], Step]]:
    pair = ("", "")
    fields = iter(out.split(b"\0"))
    for field in fields:
        *heads, last = field.split(b"\n")
        for head in heads if last.startswith(b":") or not last else [*heads, last]:
            old, new = head.decode().split()
            pair = (old, new)
        if last.startswith(b":"):
            old_mode, new_mode, old, new, _status = last[1:].decode().split()
            path = next(fields).decode("utf-8", "surrogateescape")
            yield pair, Step(path, _file(old_mode, old), _file(new_mode, new))


def _file(mode: str, blob: str) -> str:
    return blob if mode.startswith("100") else ""
