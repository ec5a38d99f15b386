"""The git client on real repositories, made for the purpose."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from milestones.clients import git
from tests.repositories import Work


@pytest.fixture
def work(tmp_path: Path) -> Work:
    made = Work(tmp_path / "work")
    made.commit({"README.md": "# Hello\n", "src/app.py": "import flask\n"}, "Begin")
    return made


def mirror_of(work: Work, folder: Path) -> git.Repository:
    return git.fetch_mirror(str(work.folder), folder / "m.git", protocols="file", limit_bytes=10_000_000)


def test_a_mirror_holds_what_the_source_holds_and_then_only_what_is_new(work: Work, tmp_path: Path) -> None:
    first = mirror_of(work, tmp_path).resolve("main")
    second = work.commit({"src/app.py": "import fastapi\n"}, "Port")
    mirror = mirror_of(work, tmp_path)
    assert mirror.resolve("main") == second
    assert mirror.read(first, "src/app.py") == b"import flask\n"
    assert mirror.commit(second).parents == (first,)


def test_a_tree_names_every_entry_with_paths_from_the_root(work: Work, tmp_path: Path) -> None:
    (work.folder / "link").symlink_to("/etc/passwd")
    work.commit({"odd\nname.txt": "x"}, "Odd")
    mirror = mirror_of(work, tmp_path)
    entries = {entry.path: entry for entry in mirror.tree("main")}
    assert set(entries) == {"README.md", "link", "odd\nname.txt", "src/app.py"}
    assert not entries["link"].is_file
    assert [entry.path for entry in mirror.tree("main", "src")] == ["src/app.py"]


def test_blobs_come_whole_and_missing_ones_are_left_out(work: Work, tmp_path: Path) -> None:
    work.commit({"large.bin": b"\0" * 3_000_000, "empty": ""}, "Large")
    mirror = mirror_of(work, tmp_path)
    shas = [entry.sha for entry in mirror.tree("main")]
    found = dict(mirror.blobs([*shas, "0" * 40]))
    assert set(found) == set(shas)
    assert sorted(len(data) for data in found.values()) == [0, 8, 13, 3_000_000]


def test_a_blob_that_the_copy_does_not_hold_is_listed_without_a_size_and_named_when_read(work: Work) -> None:
    sha = work.repo.git.rev_parse("main:README.md")
    (work.folder / ".git/objects" / sha[:2] / sha[2:]).unlink()
    with git.open_repository(str(work.folder)) as repo:
        sizes = {entry.path: entry.size for entry in repo.tree("main")}
        assert sizes == {"README.md": None, "src/app.py": 13}
        assert list(dict(repo.blobs([entry.sha for entry in repo.tree("main")])).values()) == [b"import flask\n"]
        with pytest.raises(git.GitError, match=r"'README\.md' at main is listed, but its content is not in this copy"):
            repo.read("main", "README.md")


@pytest.mark.parametrize("revision", ["nope", "--all", "-n1", "", "main\nmain", "main:src"])
def test_a_missing_revision_is_named(work: Work, revision: str) -> None:
    with git.open_repository(str(work.folder)) as repo, pytest.raises(git.GitError, match="there is no commit"):
        repo.resolve(revision)


def test_a_missing_file_and_folder_are_named(work: Work) -> None:
    with git.open_repository(str(work.folder)) as repo:
        with pytest.raises(git.GitError, match=r"no file 'nope\.py' at main"):
            repo.read("main", "nope.py")
        with pytest.raises(git.GitError, match=r"no folder 'README\.md' at main"):
            repo.tree("main", "README.md")


def test_a_folder_that_is_no_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(git.GitError, match="is no git repository"):
        git.find_git_dir(str(tmp_path))
    with pytest.raises(git.GitError, match="is no folder"):
        git.find_git_dir(str(tmp_path / "nowhere"))


def test_hooks_and_settings_of_the_tracked_repository_run_nothing(work: Work, tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    hook = work.folder / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {trap}\n")
    hook.chmod(0o755)
    with work.repo.config_writer() as config:
        config.set_value("core", "fsmonitor", f"touch {trap}")
        config.set_value("diff", "external", f"touch {trap}")
    mirror_of(work, tmp_path).tree("main")
    with git.open_repository(str(work.folder)) as repo:
        repo.tree("main")
    assert not trap.exists()


def test_no_protocol_is_spoken_that_was_not_allowed(work: Work, tmp_path: Path) -> None:
    with pytest.raises(git.GitError, match="not allowed"):
        git.fetch_mirror(f"file://{work.folder}", tmp_path / "m.git", protocols="https", limit_bytes=10_000_000)
    with pytest.raises(git.GitError, match="not allowed"):
        git.remote_head("ext::sh -c 'touch /tmp/sprung'", "https")


def test_a_mirror_over_its_limit_is_refused_by_the_name_of_the_setting(work: Work, tmp_path: Path) -> None:
    work.commit({"large.bin": os.urandom(200_000)}, "Large")
    with pytest.raises(git.GitError, match="MIGRATOR_MIRROR_BYTES"):
        git.fetch_mirror(str(work.folder), tmp_path / "m.git", protocols="file", limit_bytes=100_000)


def test_a_lock_left_by_a_killed_fetch_does_not_stop_the_next(work: Work, tmp_path: Path) -> None:
    mirror = mirror_of(work, tmp_path)
    (mirror.git_dir / "refs/heads/main.lock").touch()
    (mirror.git_dir / "packed-refs.lock").touch()
    newest = work.commit({"a": "b"})
    assert mirror_of(work, tmp_path).resolve("main") == newest


def test_a_call_that_takes_too_long_is_stopped_with_all_it_started(work: Work) -> None:
    begun = time.monotonic()
    with pytest.raises(git.GitError, match=r"took longer than 1 s"):
        git.run(["-c", "alias.wait=!sleep 30", "wait"], seconds=1)
    assert time.monotonic() - begun < 10


def test_a_blob_has_the_id_that_git_gives_it(work: Work) -> None:
    assert git.blob_id("# Hello\n") == work.repo.git.rev_parse("main:README.md")
