"""Odd histories, made by git itself: each entry is classified or named, and nothing is passed over in silence."""

from __future__ import annotations

import json
import os
import subprocess
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.repositories import Work


@pytest.fixture
def work(tmp_path: Path) -> Work:
    made = Work(tmp_path / "work")
    made.commit({"a.py": "def f():\n    return 1\n", "docs/x.md": "x\n", "run.sh": "echo\n"})
    return made


def audited(work: Work | Path, span: str = "HEAD~1..HEAD") -> dict[str, Any]:
    out = StringIO()
    call_command("audit", str(work.folder if isinstance(work, Work) else work), span, "--json", stdout=out, stderr=out)
    text = out.getvalue()
    return json.loads(text[text.index("{") :])


def classes(found: dict[str, Any]) -> dict[str, str]:
    return {one["path"]: one["class"] for one in found["files"]}


def test_unrelated_histories_are_compared_as_they_stand_and_their_common_ancestor_is_missed_by_name(work: Work) -> None:
    git = work.repo.git
    git.checkout("--orphan", "other")
    git.rm("-rf", ".")
    work.commit({"b.py": "def f():\n    return 1\n"})
    assert classes(audited(work, "main..other"))["b.py"] == "renamed"
    with pytest.raises(CommandError, match="no common ancestor"):
        audited(work, "main...other")


def test_a_merge_of_three_parents_is_classified_against_its_first(work: Work) -> None:
    git = work.repo.git
    for name in ("one", "two"):
        git.checkout("-b", name, "main")
        work.commit({f"{name}.py": f"{name} = 1\n"})
    git.checkout("main")
    git.merge("one", "two", "--no-ff", "-m", "Octopus")
    assert len(work.repo.head.commit.parents) == 3
    assert classes(audited(work, "HEAD")) == {"one.py": "added", "two.py": "added"}


def test_submodules_and_links_are_named_with_what_became_of_them(work: Work) -> None:
    git = work.repo.git
    first, second = "1" * 40, "2" * 40
    git.update_index("--add", "--cacheinfo", f"160000,{first},lib")
    os.symlink("a.py", work.folder / "link")
    git.add("link")
    git.commit("-m", "Add")
    git.update_index("--cacheinfo", f"160000,{second},lib")
    (work.folder / "link").unlink()
    os.symlink("run.sh", work.folder / "link")
    git.add("link")
    git.commit("-m", "Move")
    assert classes(audited(work, "HEAD~2..HEAD~1")) == {"lib": "added", "link": "added"}
    found = audited(work)
    notes = {one["path"]: one["note"] for one in found["files"]}
    assert found["unclassified"] == ["lib", "link"]
    assert notes["lib"] == "the submodule went from 1111111111 to 2222222222"
    assert notes["link"] == "the symbolic link pointed to 'a.py' and points to 'run.sh'"


def test_a_file_that_became_a_link_is_not_taken_for_an_edit(work: Work) -> None:
    (work.folder / "a.py").unlink()
    os.symlink("run.sh", work.folder / "a.py")
    work.commit({})
    [one] = audited(work)["files"]
    assert (one["class"], one["note"]) == ("unclassified", "a file became a symbolic link")


def test_a_file_that_became_a_folder_is_two_entries(work: Work) -> None:
    (work.folder / "a.py").unlink()
    work.commit({"a.py/inner.py": "other = 'thing entirely'\n"})
    assert classes(audited(work)) == {"a.py": "deleted", "a.py/inner.py": "added"}


def test_a_rename_of_case_alone_is_a_rename(work: Work) -> None:
    work.repo.git.mv("a.py", "A.py")
    work.commit({})
    assert classes(audited(work)) == {"A.py": "renamed"}


def test_a_diff_of_a_hundred_thousand_lines_is_classified(work: Work) -> None:
    lines = [f"value_{n} = {n}\n" for n in range(100_000)]
    work.commit({"big.py": "".join(lines)})
    work.commit({"big.py": "".join(reversed(lines))})
    found = audited(work)
    assert classes(found) == {"big.py": "behaviour"}
    assert found["insertions"] > 90_000


def test_a_large_binary_is_binary_and_not_read(work: Work) -> None:
    work.commit({"core.bin": b"\0" + os.urandom(1 << 20) * 50})
    work.commit({"core.bin": b"\0" + os.urandom(1 << 20) * 50})
    [one] = audited(work)["files"]
    assert (one["class"], one["insertions"]) == ("binary", 0)


def test_a_source_too_large_to_read_is_named(work: Work, settings: Any) -> None:
    settings.MIGRATOR_SOURCE_BYTES = 1000
    work.commit({"data.py": "x = 1\n" * 1_500_000})
    work.commit({"data.py": "x = 1\n" * 1_500_001})
    [one] = audited(work)["files"]
    assert one["class"] == "unclassified"
    assert "MIGRATOR_SOURCE_BYTES" in one["note"]


def test_a_change_of_mode_alone_and_an_empty_commit(work: Work) -> None:
    (work.folder / "run.sh").chmod(0o755)
    work.commit({})
    assert classes(audited(work)) == {"run.sh": "mode_only"}
    work.repo.git.commit("--allow-empty", "-m", "Nothing")
    assert audited(work)["files"] == []


def test_a_shallow_copy_says_where_it_ends(work: Work, tmp_path: Path) -> None:
    for n in range(3):
        work.commit({"a.py": f"def f():\n    return {n + 2}\n"})
    copy = tmp_path / "copy.git"
    subprocess.run(
        ["git", "clone", "--quiet", "--bare", "--depth", "2", f"file://{work.folder}", str(copy)],
        check=True, capture_output=True,
    )  # fmt: skip
    assert classes(audited(copy)) == {"a.py": "behaviour"}
    with pytest.raises(CommandError, match="shallow copy ends"):
        audited(copy, "HEAD~1")
    with pytest.raises(CommandError, match="no commit 'HEAD~3'"):
        audited(copy, "HEAD~3..HEAD")


def test_contents_that_a_partial_copy_lacks_are_named(work: Work) -> None:
    sha = work.commit({"a.py": "def f():\n    return 9\n"})
    blob = work.repo.git.rev_parse(f"{sha}:a.py")
    work.commit({"docs/x.md": "y\n", "b.py": "b = 1\n"})
    (work.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    found = audited(work, "HEAD~2..HEAD")
    assert classes(found) == {"a.py": "unclassified", "b.py": "added", "docs/x.md": "prose"}
    assert "not in this copy" in found["files"][0]["note"]
    assert "no renames and no line counts" in found["gaps"][0]["reason"]


def test_paths_of_odd_bytes_are_shown_and_do_not_break_the_report(work: Work) -> None:
    name = b"caf\xe9|`x`.py".decode("utf-8", "surrogateescape")
    (work.folder / name).write_bytes(b"x = 1\n")
    work.repo.git.add("--all")
    work.repo.git.commit("-m", "Odd")
    out = StringIO()
    call_command("audit", str(work.folder), "HEAD~1..HEAD", "--markdown", stdout=out)
    assert "caf\\xe9" in out.getvalue()
    assert audited(work)["files"][0]["class"] == "added"
