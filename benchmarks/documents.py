"""The history of documents against `git log --follow` file by file, and drawing them against Python-Markdown.

Both sides of a line do their work in this process, on input made here, so that a loaded machine slows both.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import markdown
from git import Actor, Repo

from milestones.clients.git import Repository
from milestones.clients.history import file_history
from milestones.services.rendering import Mark, draw, marked

FILES, COMMITS = 60, 600
WHO = Actor("Ada", "ada@example.org")
ITEM = "- [ ] an item of `some` **words** and [a link](other.md)\n"


def best(work: Callable[[], object], times: int = 3) -> float:
    found = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)


def build(folder: Path) -> Repo:
    """Documents that are edited one after the other, in a repository with as much else going on."""
    repo = Repo.init(folder)
    for number in range(COMMITS):
        name = f"docs/{number % FILES}.md" if number % 2 else f"src/{number % FILES}.py"
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(f"# {name}\n\n" + f"line {number}\n" * 20)
        repo.index.add([name])
        repo.index.commit(f"Change {name}", author=WHO, committer=WHO)
    return repo


def by_file(folder: Path) -> int:
    """What a program does that asks git for each document in turn."""
    found = 0
    for path in sorted((folder / "docs").iterdir()):
        command = ["git", "log", "--follow", "--format=%H %an %ct", "--raw", "--", str(path.relative_to(folder))]
        found += len(subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout)
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with build(folder) as repo:
            tip = repo.head.commit.hexsha
        reader = Repository(folder / ".git")
        ours = best(lambda: file_history(reader, tip, lambda path: path.endswith(".md")))
        theirs = best(lambda: by_file(folder))
    print(f"history of {FILES // 2} documents, {COMMITS} commits: {ours:.2f} s, git log --follow each {theirs:.2f} s, "
          f"{theirs / ours:.1f} times as fast")  # fmt: skip
    for size in (100_000, 1_000_000):
        text = "# T\n\n" + ITEM * (size // len(ITEM))
        marks = [Mark(3 + at, "verdict", "pass", "proven") for at in range(500)]
        ours = best(lambda text=text, marks=marks: marked(draw(text.encode()), "a.md", marks, lambda _path: ""), 2)
        theirs = best(lambda text=text: markdown.markdown(text), 1)
        print(f"drawing {size:,} bytes, cleaned and marked: {ours:.2f} s, Python-Markdown alone {theirs:.2f} s, "
              f"{theirs / ours:.1f} times as fast")  # fmt: skip


if __name__ == "__main__":
    main()
