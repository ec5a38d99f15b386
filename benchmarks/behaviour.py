"""Comparing 100,000 pairs of recorded answers, and what recording costs a request."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PAIRS = 100_000
SECONDS, MEGABYTES = 20, 200
ROOT = Path(__file__).resolve().parent.parent


def recording(path: Path, system: str) -> None:
    """2 KB an answer; the new system's tests ran in another order, and one answer in a thousand differs."""
    tests = list(range(PAIRS // 5))
    if system == "new":
        random.Random(5).shuffle(tests)
    with path.open("w") as out:
        for test in tests:
            for number in range(test * 5, test * 5 + 5):
                body = {
                    "id": number,
                    "items": [{"k": j, "v": "x" * 20, "p": j * 1.5} for j in range(38)],
                    "n": number % 7,
                }
                if system == "new" and number % 1000 == 0:
                    body["n"] = -1
                request = {"method": "GET", "path": f"/x/{number % 50}/{number}", "route": "/x/<int:a>/<b>"}
                headers = {"content-type": "application/json", "date": system}
                out.write(json.dumps({
                    "test": f"t.py::test_{test}", "system": system, "framework": "flask", "request": request,
                    "response": {"status": 200, "headers": headers, "body": body},
                }) + "\n")  # fmt: skip


def comparison() -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{system}.jsonl" for system in ("legacy", "new")]
        for path in files:
            recording(path, path.stem)
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "manage.py", "contract", *map(str, files)],
            cwd=ROOT,
            check=False,
            stdout=subprocess.DEVNULL,
        )
        took = time.perf_counter() - began
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        for path in files:
            for line in path.open("rb"):
                json.loads(line)
        floor = time.perf_counter() - began
    size = used.ru_maxrss / 1024
    print(f"{PAIRS:,} pairs: {took:.1f} s (asked: {SECONDS}), {size:.0f} MB (asked: {MEGABYTES}), "
          f"{used.ru_utime:.1f} s of one core; {took / floor:.2f} times json.loads of every line once")  # fmt: skip


def overhead() -> None:
    sys.path.insert(0, str(ROOT / "recorder"))
    from flask import Flask, jsonify
    from migrator_recorder import Recorder
    from migrator_recorder.clients import listen

    app = Flask(__name__)
    rows = [{"id": number, "name": f"row {number}", "free": True} for number in range(20)]

    @app.get("/rows/<int:page>")
    def listed(page: int) -> object:
        return jsonify(rows=rows, page=page)

    def seconds(requests: int = 300) -> float:
        """Of the processor, which other work on the machine does not stretch; the waiting comes on top."""
        client = app.test_client()
        began = time.process_time()
        for number in range(requests):
            client.get(f"/rows/{number}")
        return time.process_time() - began

    with tempfile.TemporaryDirectory() as folder:
        plain, recorded = [], []
        for _ in range(3):
            plain.append(seconds())
            end = listen(Recorder(Path(folder) / "out.jsonl", "legacy"))
            recorded.append(seconds())
            end()
    extra, own = (min(recorded) - min(plain)) / 300, min(plain) / 300
    print(f"recording costs {extra * 1e6:.0f} microseconds a request on top of {own * 1e6:.0f}: "
          f"{extra / (own + 0.010):.1%} of one that also waits 10 ms for its database")  # fmt: skip


if __name__ == "__main__":
    comparison()
    overhead()
