"""A whole history listed and stored against bare `git log`, and patches against unidiff, in one run.

python -m benchmarks.history [REPOSITORY]: without one, a history of 8,000 commits is made for the purpose.
"""

# ruff: noqa: E402 - Django is set up before its models are imported
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import django

django.setup()

from django.test.utils import setup_databases, teardown_databases
from unidiff import PatchSet

from milestones.audit.patches import read_patch
from milestones.clients.git import Repository, find_git_dir
from milestones.models import CommitPack, Project
from milestones.services import commit_history

COMMITS, FILES = 8_000, 400
ROUNDS = 5


def made(folder: Path) -> Path:
    """A bare repository of 8,000 commits, written by git's own importer: files edited, renamed, added and deleted."""
    subprocess.run(["git", "init", "--quiet", "--bare", str(folder)], check=True)
    draw = random.Random(1)
    texts = {f"src/part_{n % 20}/file_{n}.py": _text(draw) for n in range(FILES)}
    parts = [_commit(0, "".join(_modify(path, text) for path, text in texts.items()))]
    parts += [
        _commit(number, "".join(_change(draw, texts, number) for _ in range(draw.randint(1, 5))))
        for number in range(1, COMMITS)
    ]
    subprocess.run(
        ["git", f"--git-dir={folder}", "fast-import", "--quiet"],
        input="".join(parts).encode(), check=True,
    )  # fmt: skip
    subprocess.run(["git", f"--git-dir={folder}", "repack", "-adq"], check=True)
    return folder


def _text(draw: random.Random) -> str:
    return "".join(f"value_{draw.randint(0, 9999)} = {draw.randint(0, 9999)}\n" for _ in range(draw.randint(20, 200)))


def _modify(path: str, text: str) -> str:
    return f"M 100644 inline {path}\ndata {len(text)}\n{text}\n"


def _change(draw: random.Random, texts: dict[str, str], number: int) -> str:
    path = draw.choice(list(texts))
    if draw.random() < 0.03:
        new = f"src/moved/{number}_{draw.randint(0, 999)}.py"
        texts[new] = texts.pop(path)
        return f"R {path} {new}\n"
    lines = texts[path].split("\n")
    lines[draw.randrange(len(lines))] = f"value = {number}"
    texts[path] = "\n".join(lines)
    return _modify(path, texts[path])


def _commit(number: int, body: str) -> str:
    who = f"Ada <ada@example.org> {1_700_000_000 + number} +0000"
    return f"commit refs/heads/main\ncommitter {who}\ndata 6\nChange\n{body}\n"


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def least(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The least time of each of several, run in turn, so that a busy machine is fair to all."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(ROUNDS):
        for name, work in works.items():
            found[name].append(timed(work))
    return {name: min(times) for name, times in found.items()}


def listing(git_dir: Path, project: Project) -> None:
    repository = Repository(git_dir)
    bare = ["git", f"--git-dir={git_dir}", "log", "--all", "--numstat", "-M", "-z", "--format=%H"]

    def whole(shards: int) -> None:
        CommitPack.objects.filter(project=project).delete()
        commit_history.sync(project, repository, shards=shards)

    best = least(
        {
            "git": lambda: subprocess.run(bare, stdout=subprocess.DEVNULL, check=True),
            "one": lambda: whole(1),
            "two": lambda: whole(2),
        }
    )
    second = timed(lambda: commit_history.sync(project, repository))
    total = commit_history.sync(project, repository).total
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ratios = {name: best[name] / best["git"] for name in ("one", "two")}
    print(
        f"{total:,} commits listed and stored: {ratios['one']:.2f} of git log --numstat, {ratios['two']:.2f} with two "
        f"shards; again: {second / best['git']:.2f}; peak {memory:.0f} MB"
    )


def patches(git_dir: Path) -> None:
    out = subprocess.run(
        ["git", f"--git-dir={git_dir}", "log", "--all", "-p", "-n", "400", "--format="],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    text = out.decode("utf-8", "replace")
    best = least({"ours": lambda: read_patch(out), "unidiff": lambda: PatchSet(text)})
    ours, theirs = read_patch(out), PatchSet(text)
    agree = [(one.added, one.removed) for one in ours] == [(one.added, one.removed) for one in theirs]
    print(f"patches of {len(out) / 1e6:.1f} MB: {best['unidiff'] / best['ours']:.1f} times as fast as unidiff; "
          f"counts {'agree' if agree else 'DIFFER'}")  # fmt: skip


def main() -> None:
    names = setup_databases(verbosity=0, interactive=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            git_dir = find_git_dir(sys.argv[1]) if len(sys.argv) > 1 else made(Path(folder) / "made.git")
            project = Project.objects.create(slug="history", name="History", source="none")
            listing(git_dir, project)
            patches(git_dir)
    finally:
        teardown_databases(names, verbosity=0)


if __name__ == "__main__":
    main()
