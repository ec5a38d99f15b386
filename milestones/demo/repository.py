"""Builds the example repository, commit by commit, the same shas for the same day."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from milestones.demo.stages import Stage, stages

NAME = "Harbour: Flask to FastAPI"
SLUG = "harbour"
RESULTS = Path(__file__).parent / "results"
KINDS = {"junit": "junit.xml", "ruff": "ruff.json", "recording": "recording.jsonl"}
WITH_MARKS = (".md", ".toml")
SECONDS_FOR_GIT = 30


@dataclass(frozen=True, slots=True)
class DemoCommit:
    """A commit and what its CI would have uploaded: pairs of kind ("junit", "ruff", ...) and the file's bytes."""

    sha: str
    subject: str
    results: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class DemoRepository:
    """The built repository; `blocked` and `approved` name the milestone and commit of two attempts to promote."""

    path: Path
    name: str
    slug: str
    commits: tuple[DemoCommit, ...]
    blocked: tuple[str, str]
    approved: tuple[str, str]


def build(folder: Path, until: datetime) -> DemoRepository:
    """Make the repository in `folder`, which must be new or empty, ending in the days before `until`.

    Only the day of `until` counts, in UTC (a naive one is taken as UTC). Raises FileExistsError if files are there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; the example repository needs a folder of its own")
    _git(folder, "init", "--quiet", "--template=", "--object-format=sha1", "--initial-branch=main")
    shas: dict[str, str] = {}
    dates = {stage.number: stage.made_at(until).date().isoformat() for stage in stages()}
    for stage in stages():
        stage.lay_over(folder)
        _fill_in_marks(stage, folder, shas, dates)
        shas[stage.number] = _commit(folder, stage, until)
    commits = tuple(DemoCommit(shas[s.number], s.subject, recorded_results(s.number)) for s in stages())
    return DemoRepository(folder, NAME, SLUG, commits, blocked=("3", commits[-1].sha), approved=("1", shas["04"]))


def recorded_results(number: str) -> tuple[tuple[str, bytes], ...]:
    """What was recorded for a stage; nothing where the service's CI did not run."""
    files = [(kind, RESULTS / number / name) for kind, name in KINDS.items()]
    return tuple((kind, path.read_bytes()) for kind, path in files if path.exists())


def _fill_in_marks(stage: Stage, folder: Path, shas: dict[str, str], dates: dict[str, str]) -> None:
    """Documents name commits and days that are known only now: `@sha:02@`, `@date:04@`."""
    for source in sorted(stage.folder.rglob("*")):
        if source.suffix in WITH_MARKS:
            text = re.sub(r"@sha:(\d\d)@", lambda mark: shas[mark[1]][:12], source.read_text())
            text = re.sub(r"@date:(\d\d)@", lambda mark: dates[mark[1]], text)
            (folder / source.relative_to(stage.folder)).write_text(text)


def _commit(folder: Path, stage: Stage, until: datetime) -> str:
    when = stage.made_at(until).isoformat()
    person = {"NAME": stage.author, "EMAIL": stage.email, "DATE": when}
    signed = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in person.items()}
    _git(folder, "add", "--all", "--force")
    _git(folder, "commit", "--quiet", "--no-gpg-sign", "--file=-", env=signed, stdin=stage.message)
    return _git(folder, "rev-parse", "HEAD").strip()


def _git(folder: Path, *words: str, env: dict[str, str] | None = None, stdin: str = "") -> str:
    """Run git without the user's configuration, so that the same stages give the same shas everywhere."""
    clean = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    clean |= {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_ATTR_NOSYSTEM": "1"}
    plain = ("-c", "core.autocrlf=false", "-c", "core.fileMode=false", "-c", "core.hooksPath=" + os.devnull)
    done = subprocess.run(  # noqa: S603 - our own words, no shell
        ["git", *plain, *words],  # noqa: S607 - the git on the path is the one meant
        cwd=folder,
        env=clean | (env or {}),
        input=stdin,
        text=True,
        capture_output=True,
        check=True,
        timeout=SECONDS_FOR_GIT,
    )
    return done.stdout
