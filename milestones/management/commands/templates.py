"""`manage.py templates REPO LEGACY_REV[:PATH] NEW_REV[:PATH] [--json]`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from milestones.clients.git import Repository, TreeEntry, split_revision
from milestones.codec import to_plain
from milestones.facts import Problem
from milestones.management.modules import problem_json
from milestones.management.repository import RepositoryCommand, files_at, repository_at, wrong_usage
from milestones.parity.templates.contexts import Filling, filled_by, fillings_of
from milestones.parity.templates.matching import Matched, TemplatePair, match_templates
from milestones.parity.templates.reading import Template, may_be_template, read_template, usual_language


class Command(RepositoryCommand):
    help = "Which legacy template became which (Mako, Jinja2, Django, ERB), and what each takes, decides and lets out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("repo", help="a git work tree or bare mirror")
        parser.add_argument("legacy", help="a revision, or REV:folder with the legacy templates")
        parser.add_argument("new", help="a revision, or REV:folder with the new templates")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, repo: str, legacy: str, new: str, as_json: bool, **_options: Any) -> None:
        with repository_at(repo) as repository:
            sides = [_templates(repository, place) for place in (legacy, new)]
            fillings = [_fillings(repository, split_revision(place)[0]) for place in (legacy, new)]
        problems = [problem for side in sides for one in side for problem in one.problems]
        read = [[one for one in side if one.language] for side in sides]
        for place, side in zip((legacy, new), read, strict=True):
            if not side:
                raise wrong_usage(f"no template was found at {place}; name the folder that holds them")
        found = match_templates(*read)
        if as_json:
            self.print_json(_as_json(found, fillings, problems))
        else:
            self._print(found, read)

    def _print(self, found: Matched, sides: list[list[Template]]) -> None:
        for pair in found.pairs:
            how = "" if pair.by == "name" else " (by content)"
            self.stdout.write(f"{pair.legacy.path} -> {pair.new.path}{how}")
            for word, names in (("no longer uses", pair.dropped), ("uses as well", pair.added)):
                if names:
                    self.stdout.write(f"    {word} {', '.join(names)}")
        for word, ones in (("missing", found.missing), ("extra", found.extra)):
            for one in ones:
                self.stdout.write(f"{word} {one.path}")
        for name, side in zip(("legacy", "new"), sides, strict=True):
            self.stdout.write(f"{name}: {_sentence(side)}")
        self.stdout.write(f"{len(found.pairs)} matched, {len(found.missing)} missing, {len(found.extra)} extra")


def _sentence(side: list[Template]) -> str:
    counts = _totals(side)
    return ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in counts.items())


def _totals(side: list[Template]) -> dict[str, int]:
    return {
        "templates": len(side),
        "lines": sum(one.lines for one in side),
        "statements": sum(one.statements for one in side),
        "code": sum(one.code for one in side),
        "expressions": sum(one.expressions for one in side),
        "score": sum(one.score for one in side),
        "nesting_max": max((one.nesting for one in side), default=0),
        "unescaped": sum(len(one.unescaped) for one in side),
        "in_script": sum(len(one.in_script) for one in side),
    }


def _templates(repository: Repository, place: str) -> list[Template]:
    """The templates at a revision or in its folder; in a folder that was named any file may be one."""
    folder = split_revision(place)[1]
    entries = [one for one in files_at(repository, place) if may_be_template(one.path) or _in_named(one, folder)]
    blobs = dict(repository.blobs(sorted({one.sha for one in entries})))
    texts = ((one.path, blobs.get(one.sha, b"").decode("utf-8", "replace")) for one in entries)
    usual = usual_language(texts)
    read = (read_template(one.path, blobs.get(one.sha, b""), usual) for one in entries)
    return [one for one in read if one is not None]


def _in_named(one: TreeEntry, folder: str) -> bool:
    return bool(folder) and one.path.lower().endswith((".html", ".htm", ".xml", ".txt"))


def _fillings(repository: Repository, revision: str) -> list[Filling]:
    entries = [one for one in files_at(repository, revision) if one.path.endswith(".py")]
    paths: dict[str, list[str]] = {}
    for one in entries:
        paths.setdefault(one.sha, []).append(one.path)
    return [
        filling for sha, data in repository.blobs(paths) for path in paths[sha] for filling in fillings_of(path, data)
    ]


def _as_json(found: Matched, fillings: list[list[Filling]], problems: list[Problem]) -> dict[str, Any]:
    legacy, new = fillings
    return {
        "totals": {
            "legacy": _totals([*(pair.legacy for pair in found.pairs), *found.missing]),
            "new": _totals([*(pair.new for pair in found.pairs), *found.extra]),
        },
        "matched": [_pair_json(pair, legacy, new) for pair in found.pairs],
        "missing": [_template_json(one, legacy) for one in found.missing],
        "extra": [_template_json(one, new) for one in found.extra],
        "problems": [problem_json(problem) for problem in problems],
    }


def _pair_json(pair: TemplatePair, legacy: list[Filling], new: list[Filling]) -> dict[str, Any]:
    return {
        "legacy": _template_json(pair.legacy, legacy),
        "new": _template_json(pair.new, new),
        "by": pair.by,
        "dropped": list(pair.dropped),
        "added": list(pair.added),
    }


def _template_json(one: Template, fillings: list[Filling]) -> dict[str, Any]:
    plain = {key: value for key, value in to_plain(one).items() if key not in ("words", "problems")}
    filled = [{"path": f.place.path, "line": f.place.line, "names": list(f.names), "whole": f.whole}
              for f in filled_by(one.path, fillings)]  # fmt: skip
    return plain | {"score": one.score, "filled": filled}
