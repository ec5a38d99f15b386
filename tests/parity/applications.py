"""Small applications that tests start, and how the frameworks themselves tell their tables."""

from __future__ import annotations

import random
import re
from pathlib import Path

from milestones.parity.reading import read_routes
from milestones.parity.routes import RouteTable

FIXTURES = Path(__file__).parents[1] / "fixtures" / "parity"
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")


def table(files: dict[str, str]) -> RouteTable:
    return read_routes({path: path for path in files}, lambda path: files[path].encode())


def tree(name: str) -> dict[str, str]:
    root = FIXTURES / name
    return {str(path.relative_to(root)): path.read_text() for path in sorted(root.rglob("*.py"))}


def pairs(found: RouteTable, static: bool = True) -> set[tuple[str, str]]:
    return {(method, route.path) for route in found.routes if static or not route.static for method in route.methods}


def renamed(files: dict[str, str], words: list[str], seed: int) -> dict[str, str]:
    """The same program under other identifiers, file names and prefixes."""
    chance = random.Random(seed)
    letters = "abcdefghijklmnopqrstuvwxyz"
    names = {word: "n" + "".join(chance.choices(letters, k=9)) for word in words}
    rule = re.compile(r"\b(" + "|".join(map(re.escape, words)) + r")\b")
    return {
        rule.sub(lambda m: names[m[1]], path): rule.sub(lambda m: names[m[1]], text) for path, text in files.items()
    }


def flask_pairs(app) -> set[tuple[str, str]]:
    plain = re.compile(r"<(?:[^:<>]*(?:\([^)]*\))?:)?([^<>]+)>")
    rules = ((plain.sub(r"{\1}", rule.rule), rule.methods - {"HEAD", "OPTIONS"}) for rule in app.url_map.iter_rules())
    return {(method, path) for path, methods in rules for method in methods}


def fastapi_pairs(app, prefix: str = "") -> set[tuple[str, str]]:
    """What an application's own schema lists, with that of the applications mounted in it."""
    listed = app.openapi()["paths"].items()
    found = {(verb.upper(), prefix + path) for path, verbs in listed for verb in verbs if verb in METHODS}
    for route in app.routes:
        inner = getattr(route, "app", None)
        if type(route).__name__ == "Mount" and hasattr(inner, "openapi"):
            found |= fastapi_pairs(inner, prefix + route.path)
    return found
