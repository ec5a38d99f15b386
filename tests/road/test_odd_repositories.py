"""Repositories as strangers have them: a look says what is wrong with one, and goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from milestones.clients import git
from milestones.models import BlobFact, Evidence, Measurement
from milestones.services import tracking
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
