"""The stages of the example service: folders of changed files, each with the message of its commit."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

SERVICE = Path(__file__).parent / "service"
ABOUT_THE_STAGE = ("message.txt", "remove.txt")


@dataclass(frozen=True, slots=True)
class Stage:
    """One commit to be: `number` is "01" and on, `days` how long before the end it was made, `time` "HH:MM" UTC."""

    number: str
    folder: Path
    author: str
    email: str
    days: int
    time: str
    message: str

    @property
    def subject(self) -> str:
        return self.message.splitlines()[0]

    def made_at(self, until: datetime) -> datetime:
        """The weekday moment of the commit; a weekend's is moved to the Friday before."""
        day = _in_utc(until).date() - timedelta(days=self.days)
        weekday = day - timedelta(days=max(0, day.weekday() - 4))
        return datetime.fromisoformat(f"{weekday}T{self.time}:00+00:00")

    def lay_over(self, work_tree: Path) -> None:
        """Put this stage's files over those of the stages before it."""
        # copyfile, not copy2: an old time kept on a new text of the same size hides the change from git's index
        shutil.copytree(
            self.folder, work_tree, dirs_exist_ok=True, ignore=_not_of_the_service, copy_function=shutil.copyfile
        )
        for name in self._removed():
            (work_tree / name).unlink()

    def _removed(self) -> list[str]:
        listed = self.folder / "remove.txt"
        return listed.read_text().split() if listed.exists() else []


def stages() -> tuple[Stage, ...]:
    """All stages, oldest first."""
    return tuple(_read(folder) for folder in sorted(SERVICE.iterdir()) if folder.is_dir())


def _read(folder: Path) -> Stage:
    head, message = (folder / "message.txt").read_text().split("\n\n", 1)
    fields = dict(line.split(": ", 1) for line in head.splitlines())
    author, email = fields["author"].rstrip(">").split(" <")
    number = folder.name.partition("-")[0]
    return Stage(number, folder, author, email, int(fields["days"]), fields["time"], message)


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _not_of_the_service(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in ABOUT_THE_STAGE or name in ("__pycache__", ".ruff_cache")}
