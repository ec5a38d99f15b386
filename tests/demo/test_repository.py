"""The example repository is the same every time, and complete."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from git import Repo

from milestones.demo import DemoRepository, build
from tests.demo.conftest import UNTIL


def test_the_same_day_gives_the_same_commits(demo: DemoRepository, tmp_path: Path) -> None:
    again = build(tmp_path / "again", UNTIL.replace(hour=1))
    assert [c.sha for c in again.commits] == [c.sha for c in demo.commits]


def test_another_week_gives_other_commits(demo: DemoRepository, tmp_path: Path) -> None:
    later = build(tmp_path / "later", UNTIL + timedelta(weeks=1))
    assert {c.sha for c in later.commits}.isdisjoint(c.sha for c in demo.commits)


def test_the_users_git_settings_change_nothing(
    demo: DemoRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config").write_text("[user]\nname = Somebody\n[core]\nautocrlf = true\n[commit]\ngpgsign = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody")
    assert build(tmp_path / "again", UNTIL).commits == demo.commits


def test_main_holds_the_commits_in_order_and_the_work_tree_is_clean(demo: DemoRepository) -> None:
    with Repo(demo.path) as repo:
        assert repo.active_branch.name == "main"
        assert [c.hexsha for c in repo.iter_commits(reverse=True)] == [c.sha for c in demo.commits]
        assert not repo.is_dirty(untracked_files=True)


@pytest.mark.parametrize("day", range(7))
def test_commits_are_made_on_weekdays_before_the_end(tmp_path: Path, day: int) -> None:
    until = datetime(2026, 3, 2 + day, tzinfo=UTC)
    demo = build(tmp_path / "harbour", until)
    with Repo(demo.path) as repo:
        dates = [c.committed_datetime for c in repo.iter_commits(reverse=True)]
    assert dates == sorted(dates)
    assert all(date.weekday() < 5 and date < until for date in dates)
    assert until - dates[0] < timedelta(weeks=11)


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError, match="not empty"):
        build(tmp_path, UNTIL)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_the_policy_starts_at_the_last_commit_of_flask_alone(
    demo: DemoRepository, text_at: Callable[[str, str], str]
) -> None:
    policy = tomllib.loads(text_at("11", "migration.toml"))
    assert demo.commits[1].sha.startswith(policy["migration"]["start"])
    assert "flask" in text_at("02", "server/app.py")


def test_no_mark_is_left_unfilled(demo: DemoRepository) -> None:
    texts = [p.read_text() for suffix in ("md", "toml") for p in demo.path.rglob(f"*.{suffix}")]
    assert texts
    assert not [text for text in texts if "@sha:" in text or "@date:" in text]


def test_the_attempts_to_promote_name_commits_with_results(demo: DemoRepository) -> None:
    with_results = {c.sha for c in demo.commits if c.results}
    assert {demo.blocked[1], demo.approved[1]} <= with_results
    assert demo.blocked == ("3", demo.commits[-1].sha)
    assert demo.approved[0] == "1"
