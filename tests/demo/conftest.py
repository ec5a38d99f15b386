"""The example repository, built once for all tests that only read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from git import Repo

from milestones.demo import DemoRepository, build
from milestones.demo.stages import stages

UNTIL = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoRepository:
    return build(tmp_path_factory.mktemp("demo") / "harbour", UNTIL)


@pytest.fixture(scope="session")
def text_at(demo: DemoRepository) -> Callable[[str, str], str]:
    """The text of a file at a stage: `text_at("02", "server/api.py")`."""

    def text(number: str, path: str) -> str:
        sha = demo.commits[int(number) - 1].sha
        with Repo(demo.path) as repo:
            return repo.git.show(f"{sha}:{path}")

    return text


@pytest.fixture
def work_tree_at(tmp_path: Path) -> Callable[[str], Path]:
    """A work tree as it stood at a stage."""

    def work_tree(number: str) -> Path:
        folder = tmp_path / number
        for stage in stages():
            if stage.number <= number:
                stage.lay_over(folder)
        return folder

    return work_tree
