"""Sources that nobody meant to be read: a table or a named problem, never an exception or a hang."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from milestones.parity.reading import read_routes
from milestones.parity.routes import RouteTable

FIXTURES = Path(__file__).parents[1] / "fixtures" / "parity"
SERVICES = ("flask_service", "fastapi_service", "pyramid_service", "django_site", "express_service")
FUZZ = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"  # `make fuzz`
MUTANTS = int(os.environ.get("MUTANTS", "20000" if FUZZ else "1000"))  # of each service


def table(files: dict[str, bytes]) -> RouteTable:
    return read_routes({path: path for path in files}, lambda path: files[path])


def tree(name: str) -> dict[str, bytes]:
    root = FIXTURES / name
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*.*")) if path.is_file()}


def mutated(data: bytes, chance: random.Random) -> bytes:
    made = bytearray(data)
    for _ in range(chance.randrange(1, 6)):
        start, end = sorted(chance.randrange(len(made) + 1) for _ in range(2))
        piece = made[start : min(end, start + 40)]
        act = chance.randrange(4)
        if act == 0:
            del made[start : start + len(piece)]
        elif act == 1:
            made[start:start] = piece * chance.randrange(1, 4)
        elif act == 2 and start < len(made):
            made[start] = chance.randrange(256)
        else:
            made[start:start] = chance.choice(
                [b"(", b"{", b"\n", b'"""', b"*", b"%", b"None", b"[0]", b".x", b"lambda: ", b"**"]
            )
    return bytes(made)


@pytest.mark.hypothesis
@pytest.mark.parametrize("name", SERVICES)
def test_mutated_sources_give_a_table(name):
    chance = random.Random(name)
    files = tree(name)
    for _ in range(MUTANTS):
        path = chance.choice([path for path in files if files[path]])
        found = table({**files, path: mutated(files[path], chance)})
        assert isinstance(found, RouteTable)
        slips = [problem.reason for problem in found.unresolved if problem.reason.startswith("could not be worked out")]
        assert not slips, (path, slips)


@pytest.mark.parametrize(
    "source",
    [
        "from flask import Flask\napp = Flask(__name__)\n" + "x = " + "(" * 3000 + ")" * 3000,
        "from flask import Flask\nx = 'a'\n" + "x = x + x\n" * 200,
        "from flask import Flask\nx = [1]\n" + "x = x + x\n" * 100,
        "from flask import Flask\nx = 'a' * 10\n" + "for a in range(9999):\n" * 6 + " " * 6 + "pass",
        "from flask import Flask\n" + "".join(f"def f{n}(): return f{n + 1}()\n" for n in range(3000)) + "f0()\n",
        "from flask import Flask\ndef f(n): return f(n) + f(n)\nf(1)\n",
        "from flask import Flask\nclass A(A): pass\nA().x\n",
        "from flask import Flask\nx = '%999999999d' % 1\ny = '{:999999999}'.format(1)\nz = 'a'.zfill(10 ** 9)\n",
        "from flask import Flask\nx = 'a'.replace('', 'b' * 1)\nreturn 1\nbreak\n",
        "from flask import Flask\nx = []\nx.append(x)\nprint(x)\ny = {x: 1}\nx == x\n",
        "from flask import Flask\n" + "a." * 5000 + "b\n",
        "from flask import Flask\nx = 1" + " + 1" * 5000 + "\n",
        "\udcff".encode("utf-8", "surrogateescape").decode("latin-1") + "from flask import Flask\n",
    ],
)
def test_sources_that_would_take_for_ever_end(source):
    assert table({"a.py": source.encode()}).application == ()


def test_ten_thousand_functions_and_as_many_routes_are_read():
    lines = [f"@app.route('/r{n}')\ndef f{n}(): pass" for n in range(5000)]
    found = table({"a.py": ("from flask import Flask\napp = Flask(__name__)\n" + "\n".join(lines)).encode()})
    assert len(found.application) == 5000


def test_a_path_with_a_newline_is_a_path_like_any_other():
    source = b"from flask import Flask\napp = Flask(__name__)\n@app.route('/x')\ndef x(): pass\n"
    assert [route.handler.place.path for route in table({"a\nb.py": source}).application] == ["a\nb.py"]
