"""Speed of parity: `python -m benchmarks.parity`. Routes against the parse alone."""

from __future__ import annotations

import random
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


if __name__ == "__main__":
    routes(service(300))
