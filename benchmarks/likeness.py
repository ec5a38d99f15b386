"""Speed of likeness: `python -m benchmarks.likeness`.

Ratios, and best matches of functions, against difflib; one changed file of many against measuring all of them.
"""

from __future__ import annotations

import difflib
import os
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from milestones.parity.functions import best_pairs
from milestones.parity.similarity import similarity
from milestones.source.definitions import read_module


def seconds(act: Callable[[], object], runs: int = 5) -> float:
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return min(taken)


def texts_of(size: int, chance: random.Random, repeated: float) -> tuple[str, str]:
    """A file and what a port made of it; `repeated` of its lines are such as every file repeats."""
    common = ["    else:", "    try:", "        pass", "    return None", "    )"]

    def line() -> str:
        return chance.choice(common) if chance.random() < repeated else f"line {chance.randrange(size)}"

    a = [line() for _ in range(size)]
    b = [old if chance.random() < 0.8 else f"other {chance.randrange(size)}" for old in a]
    return "\n".join(a), "\n".join(b)


def lines_as_published(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def published(legacy: str, new: str, junks: tuple[bool, ...]) -> list[float]:
    """The ratios as a team's own script computes them."""
    a, b = lines_as_published(legacy), lines_as_published(new)
    return [difflib.SequenceMatcher(None, a, b, junk).ratio() for junk in junks]


def ratios() -> None:
    """The same figures from both: where autojunk makes no difference one search gives them, else it takes two."""
    chance = random.Random(1)
    for size in (50, 200, 2_000, 10_000, 20_000, 50_000):
        for repeated in (0.0, 0.12):
            texts = texts_of(size, chance, repeated)
            found = similarity(*texts)
            if found.problems:
                continue
            assert [found.ratio, found.ratio_without_autojunk] == published(*texts, (True, False))
            junks = (True,) if found.ratio == found.ratio_without_autojunk else (True, False)
            ours = seconds(partial(similarity, *texts))
            theirs = seconds(partial(published, *texts, junks), 3)
            which = "both ratios" if len(junks) == 2 else "the ratio"
            print(f"{which} of {size:,} lines: {ours * 1000:.2f} ms, {theirs / ours:.1f} times as fast as difflib")


def functions_of(count: int, lines: int, chance: random.Random) -> list[list[str]]:
    """The tokens of `count` functions in a file of `lines` lines."""
    text = []
    for number in range(count):
        text.append(f"def handler_{number}(request, key_{number % 7}):")
        for _ in range(lines // count - 1):
            name, other = f"value_{chance.randrange(90)}", f"part_{chance.randrange(90)}"
            text.append(f"    {name} = compute({other}, key={chance.randrange(50)}) + request.{other}[{name}]")
    module = read_module("\n".join(text).encode(), "a.py")
    return [[word for word, _ in module.tokens(one.name)] for one in module.definitions]


def matches() -> None:
    chance = random.Random(3)
    old = functions_of(100, 2_500, chance)
    new = [[word if chance.random() < 0.9 else f"new_{chance.randrange(50)}" for word in words] for words in old]
    chance.shuffle(new)
    ours = seconds(lambda: best_pairs(old, new), 3)

    def every_pair() -> list[float]:
        return [difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() for a in old[:10] for b in new]

    theirs = seconds(every_pair, 1) * len(old) / 10
    said = f"best matches of {len(old)} functions in 2,500 lines with as many"
    print(f"{said}: {ours:.2f} s, {theirs / ours:.0f} times as fast as difflib on every pair (a tenth of them timed)")


# --- one changed file of 300, in a database and a repository of their own ---------------------------------------------


def file_of(number: int, chance: random.Random, changed: int = 0) -> str:
    """A file of ten functions, `changed` of them not as they were."""
    text = ["import os", "from app.web import route"]
    for at in range(10):
        text.append(f"@route('/f{number}/{at}')\ndef handler_{number}_{at}(request, key):")
        text += [f"    value_{line} = request.part_{chance.randrange(90)} + {line}" for line in range(8)]
        text.append(f"    return value_1 {'-' if at < changed else '+'} value_2")
    return "\n".join(text) + "\n"


def remeasured(files: int = 300, ported: int = 40) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "migrator.settings")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MIGRATOR_VAR"] = folder
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        _remeasured(Path(folder) / "work", files, ported)


def _remeasured(folder: Path, files: int, ported: int) -> None:
    from git import Repo

    from milestones.clients.git import open_repository
    from milestones.gates.policy import read_policy
    from milestones.services.reader import Reader
    from milestones.services.statics import KINDS, Case

    work = Repo.init(folder)

    def commit(changes: dict[str, str]) -> str:
        for name, text in changes.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        work.git.add("--all")
        return str(work.index.commit("change").hexsha)

    names = [f"app/part{number}.py" for number in range(files)]
    start = commit({name: file_of(at, random.Random(at)) for at, name in enumerate(names)})
    before = commit({name: file_of(at, random.Random(at), 2) for at, name in enumerate(names[:ported])})
    after = commit({names[0]: file_of(0, random.Random(0), 3)})
    policy = read_policy(f'[migration]\nstart = "{start}"\n[similarity]\n' + "".join(
        f'part{at} = "{name}"\n' for at, name in enumerate(names[:ported])))  # fmt: skip
    with open_repository(str(folder)) as repo:
        reader: Any = Reader(repo)
        for kind in ("similarity", "functions", "templates", "inventory"):
            act = partial(KINDS[kind].read, Case(reader, before, start, policy))
            first = seconds(act, 1)
            again = seconds(partial(KINDS[kind].read, Case(reader, after, start, policy)), 1)
            print(
                f"{kind}, one changed file of {files}: {again:.3f} s, {first / again:.0f} times as fast as all of them"
            )


if __name__ == "__main__":
    ratios()
    matches()
    remeasured()
