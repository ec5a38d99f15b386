"""The example migration, taken in by the same road as anyone's: tracked, its results uploaded, two promotions tried."""

from __future__ import annotations

import dataclasses
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from milestones import demo
from milestones.models import Project

from . import accounts, intake, judging, looking, promote, tracking

FOLDER = "harbour"


def _built(folder: Path) -> demo.DemoRepository:
    """The repository under `var/`, built once: what a person has committed to it since then stays."""
    note = _note(".day")
    if not note.exists():
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(timezone.now().astimezone(UTC).replace(microsecond=0).isoformat())
    with tempfile.TemporaryDirectory(dir=folder.parent) as draft:
        built = demo.build(Path(draft) / folder.name, datetime.fromisoformat(note.read_text()))
        if not folder.exists():
            built.path.rename(folder)
    return dataclasses.replace(built, path=folder)


def load(progress: looking.Progress = looking.quiet) -> Project:
    """Build, track, upload and promote; done twice it is done once."""
    repository = _built(Path(settings.VAR_DIR) / "demo" / FOLDER)
    project = tracking.register(tracking.Wish(str(repository.path), name=repository.name, slug=repository.slug))
    tracking.look_now(project, progress)
    uploads = [(commit.sha, kind, body) for commit in repository.commits for kind, body in commit.results]
    for number, (sha, kind, body) in enumerate(uploads, start=1):
        row = intake.receive_upload(project, intake.Upload(kind=kind, sha=sha, body=body, job="ci"))
        intake.process(row.pk)
        progress("results", number, len(uploads))
    for key, sha in (repository.approved, repository.blocked):
        judging.judge_commit(project, sha)
        promote.promote(promote.milestone_of(project, key), sha, by=accounts.operator())
    _note(".loaded").touch()
    project.refresh_from_db()
    return project


def is_half_loaded() -> bool:
    """Whether somebody stopped the first loading on its way: it is to be gone on with."""
    return _note(".day").exists() and not _note(".loaded").exists()


def _note(suffix: str) -> Path:
    return (Path(settings.VAR_DIR) / "demo" / FOLDER).with_suffix(suffix)
