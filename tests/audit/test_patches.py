"""Patches are read as git wrote them, and as the usual library reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unidiff import PatchSet

from milestones.audit.patches import read_patch
from milestones.clients.commits import patch_of
from milestones.clients.git import Repository
from milestones.facts import ParseError
from tests.repositories import Work


@pytest.fixture
def work(tmp_path: Path) -> Work:
    made = Work(tmp_path / "work")
    made.commit({"a b.py": "1\n2\n3\n4\n", "old.txt": "x\n" * 20, "gone.md": "- - a\n", "mode.sh": "x\n", "e": ""})
    (made.folder / "mode.sh").chmod(0o755)
    made.commit(
        {"a b.py": "1\n@@ -1 +1 @@\ntwo\n4", "old.txt": None, "new.txt": "x\n" * 19 + "y\n", "gone.md": None,
         "bin": b"\0\1", "dir/caf\u00e9 \t.py": "+++ b/x\n--- a/x\n", "empty": ""}
    )  # fmt: skip
    return made


def test_files_hunks_and_lines_are_those_of_git(work: Work) -> None:
    files = {one.path or one.old_path: one for one in read_patch(patch_of(Repository(work.folder / ".git"), "HEAD"))}
    assert set(files) == {"a b.py", "new.txt", "gone.md", "bin", "dir/caf\u00e9 \t.py", "empty", "mode.sh"}
    assert (files["new.txt"].old_path, files["new.txt"].added) == ("old.txt", 1)
    assert (files["gone.md"].path, files["gone.md"].removed) == ("", 1)
    assert files["bin"].binary
    assert (files["empty"].old_path, files["empty"].hunks) == ("", [])
    assert [line for hunk in files["a b.py"].hunks for line in hunk.lines()] == [
        ("-", 2, "2"), ("-", 3, "3"), ("-", 4, "4"), ("+", 2, "@@ -1 +1 @@"), ("+", 3, "two"), ("+", 4, "4"),
    ]  # fmt: skip
    assert files["dir/caf\u00e9 \t.py"].hunks[0].first_line == 1


def test_a_hunk_that_was_cut_is_refused(work: Work) -> None:
    patch = patch_of(Repository(work.folder / ".git"), "HEAD")
    with pytest.raises(ParseError, match="not as long"):
        read_patch(patch.replace(b"\n+two\n", b"\n", 1))


LINES = st.lists(st.sampled_from(["a", "b", "", "+", "-", "@@ x", "diff --git a/x b/x", "\\ x", " "]), max_size=12)


@given(st.lists(LINES, min_size=2, max_size=2), st.booleans())
@settings(max_examples=25, deadline=None)
def test_counts_and_numbers_agree_with_the_usual_library(tmp_path_factory, texts, ends) -> None:
    made = Work(tmp_path_factory.mktemp("work"))
    for text in texts:
        made.commit({"f.txt": "\n".join(text) + ("\n" if ends else "")})
    out = made.repo.git.diff("HEAD~1", "HEAD", "-U1", strip_newline_in_stdout=False)
    ours = read_patch(out.encode())
    theirs = PatchSet(out)
    assert [(one.added, one.removed) for one in ours] == [(one.added, one.removed) for one in theirs]
    numbered = [(sign, at) for one in ours for hunk in one.hunks for sign, at, _ in hunk.lines() if sign != " "]
    assert numbered == [
        (line.line_type, line.target_line_no or line.source_line_no)
        for one in theirs for hunk in one for line in hunk if line.line_type in "+-"
    ]  # fmt: skip
