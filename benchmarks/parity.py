"""Speed of parity: `python -m benchmarks.parity`. Routes against the parse alone."""

from __future__ import annotations

import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable

from milestones.parity.leftovers import file_facts, imports_left
from milestones.parity.reading import Shelf, read_routes
from milestones.source.parsing import parse_python


def seconds(act: Callable[[], object], runs: int = 3) -> float:
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return min(taken)


def service(files: int, seed: int = 0) -> dict[str, bytes]:
    """A generated Flask service: a blueprint of ten routes a file, each with a body of some lines."""
    chance = random.Random(seed)
    body = "\n".join(f"    value{n} = compute({n}, key='k{n}')" for n in range(20))
    made = {"svc/__init__.py": b""}
    lines = ["from flask import Flask", "app = Flask(__name__)"]
    for number in range(files):
        routes = [f"@bp.route('/r{n}/<int:x>')\ndef f{n}_{chance.randrange(99)}(x):\n{body}\n" for n in range(10)]
        text = (
            f"from flask import Blueprint\nbp = Blueprint('b{number}', __name__, url_prefix='/b{number}')\n"
            + "\n".join(routes)
        )
        made[f"svc/b{number}.py"] = text.encode()
        lines.append(f"from svc import b{number}\napp.register_blueprint(b{number}.bp)")
    return {**made, "main.py": "\n".join(lines).encode()}


def routes(files: dict[str, bytes]) -> None:
    paths = {path: path for path in files}
    shelf = Shelf()
    cold = seconds(lambda: read_routes(paths, files.__getitem__), 1)
    table = read_routes(paths, files.__getitem__, shelf)
    changed = {**paths, "svc/b7.py": "changed"}
    more = {**files, "changed": files["svc/b7.py"] + b"\n@bp.route('/new')\ndef new(): pass\n"}
    warm = seconds(lambda: read_routes(changed, more.__getitem__, shelf), 1)
    floor = seconds(lambda: [parse_python(data) for data in files.values()], 1)
    left = seconds(lambda: imports_left(((p, file_facts(d)) for p, d in files.items()), ["flask"]), 1)
    times = cold / floor
    print(f"routes of {len(files)} files, {len(table.routes)} routes: cold {cold:.2f} s, {times:.1f} times the parse")
    print(f"routes, one file changed: {warm:.2f} s; leftovers cold: {left:.2f} s")


def memory(files: int) -> None:
    """The peak of a process of its own that reads as many files, without what it took to begin with."""
    command = [sys.executable, "-c", f"from benchmarks.parity import peak; peak({files})"]
    print(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())


def peak(files: int) -> None:
    """Reads a generated service from files that are made when they are asked for, as a mirror gives them."""
    chance_of = {f"svc/b{number}.py": number for number in range(files)}
    parts = service(2)
    sample = parts["svc/b0.py"].decode()

    def load(path: str) -> bytes:
        if path == "main.py":
            imports = "".join(f"from svc import b{n}\napp.register_blueprint(b{n}.bp)\n" for n in range(0, files, 10))
            return f"from flask import Flask\napp = Flask(__name__)\n{imports}".encode()
        number = chance_of.get(path)
        return b"" if number is None else sample.replace("b0", f"b{number}").encode()

    paths = {path: path for path in ("svc/__init__.py", "main.py", *chance_of)}
    start = time.perf_counter()
    table = read_routes(paths, load)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    taken = time.perf_counter() - start
    print(f"routes of {files:,} files: {len(table.routes):,} routes, peak {megabytes:.0f} MB, {taken:.1f} s")


if __name__ == "__main__":
    routes(service(300))
    memory(20_000)
