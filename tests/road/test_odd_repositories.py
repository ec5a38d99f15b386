"""Repositories as strangers have them: a look says what is wrong with one, and goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from milestones.clients import git
from milestones.models import BlobFact, Evidence, Measurement, Project
from milestones.services import intake, tracking
from tests.example import ferry, track
from tests.repositories import Work

pytestmark = pytest.mark.django_db(transaction=True)


def looked_at(work: Work) -> tuple[str, str]:
    """The state and the sentence of one look."""
    row = tracking.look_now(tracking.register(tracking.Wish(source=str(work.folder))))
    return row.state, row.sentence


def test_a_blob_that_was_lost_from_the_mirror_is_named_and_costs_nothing_else(tmp_path: Path) -> None:
    work, _legacy, _ported = ferry(tmp_path / "ferry")
    work.commit({"plan/second.md": "# Milestone 9 - Lighthouse\n", "ferry/lost.py": "import flask\n"}, "More")
    project = track(work)
    for table in (BlobFact, Evidence):
        table.objects.all().delete()
    for pack in list((project.mirror / "objects/pack").glob("*.pack")):
        loose = pack.rename(tmp_path / pack.name)
        git.run([f"--git-dir={project.mirror}", "unpack-objects", "-q"], stdin=loose.read_bytes())
    for path in ("plan/second.md", "ferry/lost.py"):
        sha = work.repo.git.rev_parse(f"main:{path}")
        (project.mirror / "objects" / sha[:2] / sha[2:]).unlink()
    assert looked_at(work)[0] == "done"
    project.refresh_from_db()
    found = tracking.summary(project)
    assert {one["path"] for one in found["problems"] if "not in the mirror" in one["reason"]} == {
        "plan/second.md", "ferry/lost.py",
    }  # fmt: skip
    assert [one["key"] for one in found["milestones"]] == ["1", "2"]
    unsure = {
        row.name: row.unresolved for row in Measurement.objects.filter(name__in=["leftovers.imports", "routes.missing"])
    }
    assert all(unsure.values()), f"a bound on what was not read whole may not pass: {unsure}"


def test_a_tag_that_is_named_as_the_default_branch_puts_no_policy_in_force(tmp_path: Path) -> None:
    work, legacy, ported = ferry(tmp_path / "ferry")
    work.repo.create_tag("main", ref=legacy)
    project = track(work)
    assert project.sha == ported
    assert project.policy_in_force


def test_a_link_in_place_of_the_policy_is_refused_and_not_taken_for_none(tmp_path: Path) -> None:
    work, _legacy, _ported = ferry(tmp_path / "ferry")
    before = track(work).policy_in_force
    (work.folder / "migration.toml").unlink()
    (work.folder / "migration.toml").symlink_to("plan/roadmap.md")
    work.commit({}, "Link")
    state, sentence = looked_at(work)
    assert (state, "migration.toml is a symbolic link" in sentence) == ("failed", True), sentence
    assert Project.objects.get().policy_in_force == before


def test_a_push_that_comes_while_a_look_is_under_way_is_looked_at_after_it(tmp_path: Path) -> None:
    work, _legacy, _ported = ferry(tmp_path / "ferry")
    project = track(work)
    row = intake.receive_look(project)
    pushed = []

    def push_meanwhile(what: str, done: int, _all: int) -> None:
        if (what, done) == ("fetch", 1) and not pushed:
            pushed.append(work.commit({"later.txt": "x"}))
            intake.receive_look(project)

    assert row.pk in intake.process(row.pk, push_meanwhile)
    assert intake.process(row.pk) == []
    project.refresh_from_db()
    row.refresh_from_db()
    assert (project.sha, row.state) == (pushed[0], "done")


@pytest.mark.parametrize(
    "text", [b"\x00\x01\xff", b"\xff\xfe[\x00", b"x = ", b"[migration]\nname = '" + b"n" * 900 + b"'\n"]
)
def test_a_policy_that_is_binary_or_broken_or_long_ends_in_a_sentence(tmp_path: Path, text: bytes) -> None:
    work = Work(tmp_path / "odd")
    work.commit({"migration.toml": text})
    state, sentence = looked_at(work)
    assert state == "done" or sentence.startswith("migration.toml: line 1"), sentence


def test_an_empty_repository_and_a_detached_head_end_in_a_sentence(tmp_path: Path) -> None:
    work = Work(tmp_path / "empty")
    assert looked_at(work)[0] == "failed"
    sha = work.commit({"README.md": "x"})
    assert looked_at(work)[0] == "done"
    work.repo.git.checkout(sha)
    state, sentence = looked_at(work)
    assert (state, "--default-branch" in sentence) == ("failed", True)
