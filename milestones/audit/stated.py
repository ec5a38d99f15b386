"""Rules about change that documents state in their own words, as lines of `[frozen]` to start from."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from milestones.facts import Document

KEYS = {"read_only": "read_only", "keep": "keep", "hotspot": "hotspots"}
_TESTS = re.compile(
    r"no tests? (?:modifications?|changes?)|tests? (?:must not|may not|are not to) be (?:modified|changed)",
    re.IGNORECASE,
)
_WITHOUT_PATH = (
    ("tests", _TESTS),
    ("no_new", re.compile(r"no new\W.{0,40}?\b(?:folder|directory|director|tree|route module)", re.IGNORECASE)),
    ("dependencies", re.compile(r"no (?:new|changed?|version) .{0,20}dependenc", re.IGNORECASE)),
)
_STRONG = re.compile(r"(?:not|never|n't) (?:be )?(?:delete|remove|rename)|may not go", re.IGNORECASE)
_PLACE = re.compile(r":\d+(?:-\d+)?$")


@dataclass(frozen=True, slots=True)
class Stated:
    """One rule: the key of the policy, the pattern ("" where the words name none), and where it is said.

    `sure` where the words leave no doubt and the path is there; the others are written as comments.
    """

    key: str
    pattern: str
    path: str
    line: int
    sure: bool = True


def stated_rules(documents: Iterable[Document], tree: Collection[str], texts: Mapping[str, str]) -> list[Stated]:
    """Return what documents say of paths, each once; `texts` are the documents themselves, by path."""
    folders = {parent for path in tree for parent in _parents(path)}
    found: dict[tuple[str, str], Stated] = {}
    for document in documents:
        lines = texts.get(document.path, "").split("\n")
        for one in document.paths:
            pattern = _pattern(one.path, document.path, tree, folders) if one.rule in KEYS else ""
            if pattern:
                sure = _exists(pattern, tree, folders) or one.path.endswith("/")
                if one.rule == "keep":
                    sure = sure and _STRONG.search(" ".join(lines[max(0, one.line - 2) : one.line + 1])) is not None
                known = found.get((one.rule, pattern))
                if known is None or (sure and not known.sure):
                    found[one.rule, pattern] = Stated(KEYS[one.rule], pattern, document.path, one.line, sure)
    return list(found.values())


def said_without_path(path: str, text: str) -> Iterator[Stated]:
    """Yield the rules that a document states without naming a path, the first of each sort."""
    for key, words in _WITHOUT_PATH:
        found = words.search(text)
        if found:
            yield Stated(key, "", path, text.count("\n", 0, found.start()) + 1)


def as_toml(rules: Iterable[Stated]) -> list[str]:
    """The rules as commented lines of `[frozen]`; those without a path as comments to be filled in."""
    listed = list(rules)
    lines: list[str] = []
    for key in dict.fromkeys(one.key for one in listed if one.pattern):
        lines.append(f"{key} = [")
        lines += [
            f"  {'' if one.sure else '# '}{_quoted(one.pattern)},  # {_place(one)}"
            for one in sorted(listed, key=lambda one: not one.sure)
            if one.key == key and one.pattern
        ]
        lines.append("]")
    return lines + [f"# {_place(one)} states a rule for {one.key}" for one in listed if not one.pattern]


def _place(one: Stated) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", "?", f"{one.path}:{one.line}")


def _quoted(text: str) -> str:
    safe = text.encode("utf-8", "replace").decode("utf-8").replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found[0]):04x}", safe) + '"'


def _parents(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path


def _pattern(named: str, document: str, tree: Collection[str], folders: Collection[str]) -> str:
    """A path as a document names it, from the root of the repository; a folder stands for all that is in it."""
    bare = _PLACE.sub("", named)
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(document), bare))
    plain = posixpath.normpath(bare).lstrip("./") if bare.startswith(".") else posixpath.normpath(bare)
    for path in (beside, plain):
        if path in tree:
            return path
        if path in folders:
            return f"{path}/**"
    rest = re.sub(r"^(?:\.\./)+", "", plain)
    if not rest or rest.startswith(("/", "..")):
        return ""
    return f"{rest}/**" if named.endswith("/") or "." not in rest.rpartition("/")[2] else rest


def _exists(pattern: str, tree: Collection[str], folders: Collection[str]) -> bool:
    return pattern in tree or pattern.removesuffix("/**") in folders or "*" in pattern.removesuffix("/**")
