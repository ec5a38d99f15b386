"""What a person mistypes: exit 2 and one sentence, never a traceback, and nothing half-written."""

from __future__ import annotations

from pathlib import Path

import pytest

from milestones.models import Decision, Project
from tests.example import ferry, track
from tests.road.test_commands import run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "words",
    [
        ["x" * 5000], ["https://[bad"], ["https://" + "a" * 70 + ".example/x"], ["https://"], ["https:///x"], ["", ],
        ["{work}", "--rev", "r" * 300], ["{work}", "--rev", "r" * 200_000], ["{work}", "--default-branch", "b" * 300],
        ["{work}", "--docs-ref", "d" * 300], ["{work}", "--policy", "{work}"], ["{work}", "--policy", "p" * 5000],
        ["{work}", "--name", "n" * 300], ["https://example.invalid/" + "p" * 2000], ["https://h:99999999/x"],
        ["{work}/ferry/times.py"], ["a\0b"],
    ],
    ids=range(17),
)  # fmt: skip
def test_track_ends_in_one_sentence(tmp_path: Path, words: list[str]) -> None:
    work, _legacy, _ported = ferry(tmp_path / "ferry")
    status, _out, err = run("track", *(word.replace("{work}", str(work.folder)) for word in words))
    assert status == 2, err
    assert len(err) < 6000
    assert "Traceback" not in err


def test_a_wrong_revision_is_not_remembered(tmp_path: Path) -> None:
    work, _legacy, ported = ferry(tmp_path / "ferry")
    project = track(work)
    assert run("track", str(work.folder), "--rev", "nope")[0] == 2
    assert run("track", str(work.folder))[0] == 0, "the slip of before does not stop every look from now on"
    project.refresh_from_db()
    assert (project.sha, project.pinned_revision) == (ported, "")


@pytest.mark.parametrize(
    "words", [["--days", "99999999999"], ["--days", "-3"], ["--days", "0"], ["--label", "l" * 300]]
)
def test_upload_token_ends_in_one_sentence(tmp_path: Path, words: list[str]) -> None:
    Project.objects.create(slug="ferry", name="Ferry", source="/nowhere")
    assert run("upload_token", "ferry", *words)[0] == 2
    assert not Decision.objects.exists()


def test_a_report_that_cannot_be_written_names_the_file(tmp_path: Path) -> None:
    slug = track(ferry(tmp_path / "ferry")[0]).slug
    for out in (tmp_path, tmp_path / "no" / "such.html", "o" * 5000):
        assert run("report", slug, "--out", str(out))[0] == 2


def test_a_judge_of_odd_revisions_ends_in_one_sentence(tmp_path: Path) -> None:
    slug = track(ferry(tmp_path / "ferry")[0]).slug
    for sha in ("HEAD", "r" * 200_000, "f" * 40, "main:plan", "a\0b"):
        assert run("judge", slug, "--sha", sha)[0] == 2, sha
    assert run("judge", "s" * 5000)[0] == 2
    assert run("promote", slug, "k" * 5000, "--sha", "f" * 40, "--as", "u" * 5000)[0] == 2
