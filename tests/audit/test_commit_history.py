"""A whole history is listed as git has it, costs only what is new the next time, and names what a copy lacks."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest

from milestones.clients.commits import commit_files, list_commits
from milestones.clients.git import Repository
from milestones.models import CommitPack, HistoryState, Project
from milestones.services import commit_history
from tests.makers import make_project
from tests.repositories import Work

pytestmark = pytest.mark.django_db


@pytest.fixture
def work(tmp_path: Path) -> Work:
    made = Work(tmp_path / "work")
    made.commit({"a.py": "x\n" * 30, "b.bin": b"\0\1", "odd\n\t\xff.txt": "y\n"})
    made.commit({"a.py": None, "c/a.py": "x\n" * 29 + "z\n", "b.bin": b"\0\2"})
    made.repo.git.checkout("-b", "side")
    made.commit({"d.py": "d\n"})
    made.repo.git.checkout("main")
    made.commit({"e.py": "e\ne\n"})
    made.repo.git.merge("side", "-m", "Merge")
    made.repo.git.commit("--allow-empty", "-m", "Nothing")
    (made.folder / "e.py").chmod(0o755)
    made.commit({})
    return made


def repo_of(work: Work) -> Repository:
    return Repository(work.folder / ".git")


def told_by_git(work: Work) -> Counter[tuple[str, str, str]]:
    out = work.repo.git.log("--all", "--numstat", "-M50%", "-z", "--format=")
    found = Counter[tuple[str, str, str]]()
    fields = iter(out.split("\0"))
    for field in fields:
        if "\t" in field:
            added, removed, path = field.strip("\n").split("\t", 2)
            if not path:
                next(fields)
                path = next(fields)
            found[added, removed, path] += 1
    return found


def test_every_file_of_every_commit_has_the_counts_that_git_gives(work: Work, project: Project) -> None:
    commit_history.sync(project, repo_of(work), shards=1)
    ours = Counter[tuple[str, str, str]]()
    for commit in commit_history.history(project):
        for file in commit.files:
            counts = ["-" if count is None else str(count) for count in (file.insertions, file.deletions)]
            ours[counts[0], counts[1], file.path] += 1
    assert ours == told_by_git(work)
    kinds = Counter(file.kind for commit in commit_history.history(project) for file in commit.files)
    assert kinds == {"added": 5, "modified": 2, "renamed": 1}
    [renamed] = [f for c in commit_history.history(project) for f in c.files if f.kind == "renamed"]
    assert (renamed.old_path, renamed.path, renamed.insertions, renamed.deletions) == ("a.py", "c/a.py", 1, 1)


@pytest.fixture
def project() -> Project:
    return make_project("told")


def test_a_second_look_costs_only_the_new_commits(work: Work, project: Project) -> None:
    first = commit_history.sync(project, repo_of(work))
    assert (first.new, first.total, first.gaps) == (7, 7, ())
    assert commit_history.sync(project, repo_of(work)).new == 0
    assert CommitPack.objects.count() == 1
    work.commit({"f.py": "f\n"})
    again = commit_history.sync(project, repo_of(work))
    assert (again.new, again.total) == (1, 8)
    assert HistoryState.objects.get(project=project).commits == 8


def test_two_shards_tell_what_one_tells(work: Work) -> None:
    for n in range(230):
        work.commit({f"n/{n}.txt": f"{n}\n"})
    repo = repo_of(work)
    shas = list_commits(repo).shas

    def told(shards: int) -> dict[str, list[tuple[object, ...]]]:
        return {c.sha: [tuple(f) for f in c.files] for batch in commit_files(repo, shas, shards=shards) for c in batch}

    assert told(2) == told(1)
    assert len(told(1)) == 237


def test_a_commit_whose_contents_are_absent_is_listed_by_its_trees_and_named(work: Work, project: Project) -> None:
    sha = work.commit({"c/a.py": "q\n" * 30})
    blob = work.repo.git.rev_parse("HEAD:c/a.py")
    work.commit({"last.py": "l\n"})
    (work.folder / ".git/objects" / blob[:2] / blob[2:]).unlink()
    found = commit_history.sync(project, repo_of(work), shards=1)
    assert [gap.sha for gap in found.gaps] == [sha]
    assert "without line counts" in found.gaps[0].reason
    listed = {commit.sha: commit.files for commit in commit_history.history(project)}
    [file] = listed[sha]
    assert (file.kind, file.path, file.insertions) == ("modified", "c/a.py", None)
    assert len(listed) == 9


def test_a_commit_whose_tree_is_absent_leaves_a_named_gap_and_the_rest_is_told(work: Work, project: Project) -> None:
    sha = work.commit({"g.py": "g\n"})
    tree = work.repo.git.rev_parse("HEAD^{tree}")
    work.commit({"h.py": "h\n"})
    work.commit({"i.py": "i\n"})
    (work.folder / ".git/objects" / tree[:2] / tree[2:]).unlink()
    found = commit_history.sync(project, repo_of(work), shards=1)
    assert sha in {gap.sha for gap in found.gaps}
    listed = {commit.sha for commit in commit_history.history(project)}
    assert sha not in listed
    assert len(listed) == 8  # the seven before it and the last one; the one behind it cannot be told either


def test_a_history_that_breaks_off_is_taken_as_far_as_it_goes(work: Work, project: Project) -> None:
    shas = list_commits(repo_of(work)).shas
    lost = shas[3]
    (work.folder / ".git/objects" / lost[:2] / lost[2:]).unlink()
    found = commit_history.sync(project, repo_of(work), shards=1)
    assert any("could not follow the history" in gap.reason for gap in found.gaps)
    assert 0 < found.new < 7


def test_a_shallow_copy_does_not_take_its_first_commit_for_a_beginning(
    work: Work, project: Project, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.git"
    subprocess.run(
        ["git", "clone", "--quiet", "--bare", "--depth", "1", f"file://{work.folder}", str(copy)],
        check=True, capture_output=True,
    )  # fmt: skip
    found = commit_history.sync(project, Repository(copy))
    assert found.new == 0
    assert "shallow" in found.gaps[0].reason
