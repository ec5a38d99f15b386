"""The Python files of a revision, read for the commands that compare two of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from milestones.clients.git import Repository
from milestones.facts import Problem
from milestones.management.repository import files_at
from milestones.source.definitions import Definition, Module, read_module
from milestones.source.parsing import PYTHON_SUFFIXES


def modules_at(
    repository: Repository, place: str, wanted: Callable[[str, bytes], bool] = lambda _path, _data: True
) -> list[Module]:
    """Read the Python files at `REV` or `REV:folder` that are wanted. Raises GitError."""
    entries = [entry for entry in files_at(repository, place) if entry.path.endswith(PYTHON_SUFFIXES)]
    paths: dict[str, list[str]] = {}
    for entry in entries:
        paths.setdefault(entry.sha, []).append(entry.path)
    return [_read(data, path) for sha, data in repository.blobs(paths) for path in paths[sha] if wanted(path, data)]


@lru_cache(maxsize=4096)
def _read(data: bytes, path: str) -> Module:
    return read_module(data, path)


def place_json(one: Definition) -> dict[str, Any]:
    return {"path": one.path, "name": one.name, "line": one.line}


def pair_json(old: Definition, new: Definition) -> dict[str, str]:
    return {"from": f"{old.path}::{old.name}", "to": f"{new.path}::{new.name}"}


def problem_json(problem: Problem) -> dict[str, Any]:
    return {"path": problem.path, "line": problem.line, "reason": problem.reason}
