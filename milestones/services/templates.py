"""The templates of a commit, each read once by its content, and where Python fills them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from milestones.clients import git
from milestones.codec import from_plain, to_plain
from milestones.facts import Problem
from milestones.parity.templates import LANGUAGES, contexts, reading
from milestones.parity.templates.contexts import Filling
from milestones.parity.templates.matching import MOST_WORDS
from milestones.parity.templates.reading import Template
from milestones.source.paths import is_test

from .reader import ABSENT, Reader, bounded


@dataclass(frozen=True, slots=True)
class Side:
    """The templates of one commit, the places that render them, and what could not be read."""

    templates: tuple[Template, ...]
    fillings: tuple[Filling, ...]
    problems: tuple[Problem, ...]


def side_at(reader: Reader, sha: str, folder: str = "", *, hidden: str = "") -> Side:
    """The templates in a folder, or all; `hidden` is a folder of the other system, which stands beside."""
    files = [entry for entry in reader.files(sha) if not is_test(entry.path)]
    files = [one for one in files if not (hidden and one.path.startswith(f"{hidden}/"))]
    places = [one for one in files if reading.may_be_template(one.path) and one.path.startswith(folder)]
    listed, large = bounded(places)
    read = _read(reader, listed, _usual(reader, listed))
    absent = [Problem(ABSENT, one.path) for one in listed if one.path not in read]
    templates = [replace(_template(read[one.path]), path=one.path) for one in listed if read.get(one.path)]
    broken = [replace(problem, path=one.path) for one in templates for problem in one.problems if not one.language]
    python = [one for one in files if one.path.endswith(".py")]
    kept = tuple(one for one in templates if one.language)
    return Side(kept, _fillings(reader, bounded(python)[0]), (*large, *absent, *broken))


def _usual(reader: Reader, entries: Iterable[git.TreeEntry]) -> str:
    """The language that most show to be theirs; what a file shows is remembered."""
    shown = reader.cached(f"template-hints/{reading.VERSION}", entries, lambda _path, data: _hints(data))
    votes = dict.fromkeys(LANGUAGES, 0)
    for path, names in shown.items():
        for one in LANGUAGES.values():
            votes[one.name] += path.endswith(one.sure) or one.name in names
    return max(votes, key=lambda name: (votes[name], name == "jinja2"))


def _hints(data: bytes) -> list[str]:
    text = data[: reading.LARGEST].decode("utf-8", "replace")
    return [one.name for one in LANGUAGES.values() if any(re.search(hint, text) for hint in one.hints)]


def _read(reader: Reader, entries: Iterable[git.TreeEntry], usual: str) -> dict[str, Any]:
    by_end: dict[str, list[git.TreeEntry]] = {}
    for entry in entries:  # one content may stand under names of two languages
        by_end.setdefault(
            next((one.name for one in LANGUAGES.values() if entry.path.endswith(one.sure)), ""), []
        ).append(entry)
    found: dict[str, Any] = {}
    for name, some in by_end.items():
        found |= reader.cached(
            f"template/{reading.VERSION}/{name or usual}{'' if name else '?'}", some,
            lambda path, data: _plain(reading.read_template(path, data, usual)),
        )  # fmt: skip
    return found


def _plain(template: Template | None) -> Any:
    return None if template is None else to_plain(replace(template, words=(" ".join(template.words[:MOST_WORDS]),)))


def _template(plain: Any) -> Template:
    template = from_plain(Template, plain)
    return replace(template, words=tuple(template.words[0].split(" ")) if template.words else ())


def _fillings(reader: Reader, entries: list[git.TreeEntry]) -> tuple[Filling, ...]:
    facts = reader.cached(
        f"fillings/{contexts.VERSION}", entries, lambda _path, data: to_plain(contexts.fillings_of("", data))
    )
    found = [(path, from_plain(Filling, plain)) for path, rows in facts.items() for plain in rows]
    return tuple(replace(one, place=replace(one.place, path=path)) for path, one in found)
