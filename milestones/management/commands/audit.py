"""`manage.py audit REPO BASE..HEAD [--json] [--markdown]`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from milestones.audit.callers import Reach
from milestones.audit.report import FileChange
from milestones.audit.rules import MEASURES, Breach
from milestones.clients.diff import range_ends
from milestones.clients.git import GitError, Repository
from milestones.facts import ParseError
from milestones.gates.frozen import Frozen
from milestones.gates.policy import read_policy
from milestones.management.audit_markdown import markdown_of
from milestones.management.repository import RepositoryCommand, repository_at, wrong_usage
from milestones.services.auditing import Audited, audit_range
from milestones.services.mirror import POLICY_FILE, policy_file


class Command(RepositoryCommand):
    help = "Give every file that changed in a range exactly one class of change."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("repo", help="a git work tree or bare mirror")
        parser.add_argument("range", help="BASE..HEAD, BASE...HEAD or one commit")
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument("--markdown", action="store_true")

        parser.add_argument("--policy", help="a migration.toml whose [frozen] counts, not the repository's")

    def handle(self, *, repo: str, as_json: bool, markdown: bool, **options: Any) -> None:
        with repository_at(repo) as repository:
            ends = range_ends(repository, options["range"])
            found = audit_range(repository, *ends, _rules(repository, options["policy"]))
        if found.limited:
            self.say("git's rename limit was hit: some renames stand here as a deletion and an addition")
        for gap in found.gaps:
            self.say(f"{gap.sha[:10]} {gap.reason}".strip())
        if as_json:
            self.print_json(_as_json(found))
        else:
            self.stdout.write(markdown_of(found) if markdown else _lines(found))


def _rules(repository: Repository, path: str | None) -> Frozen | None:
    """The rules of a file, else of the policy on the repository's own branch; None where neither states any."""
    try:
        text = Path(path).read_text() if path else policy_file(repository, "HEAD")
        rules = read_policy(text).frozen if text else None
    except (OSError, UnicodeDecodeError) as unreadable:
        raise wrong_usage(f"{path} cannot be read: {unreadable}") from None
    except ParseError as problem:
        raise wrong_usage(f"{path or POLICY_FILE}: {problem}") from None
    except GitError:
        return None  # a bare copy whose HEAD names nothing has no policy
    return rules if rules is not None and rules.has_rules else None


def _file_json(change: FileChange, reached: Mapping[tuple[str, str], Reach]) -> dict[str, Any]:
    entry = change.entry
    return {
        "path": _shown(entry.path),
        "old_path": _shown(entry.old_path),
        "kind": entry.kind,
        "class": change.sort,
        "area": change.area,
        "insertions": entry.insertions,
        "deletions": entry.deletions,
        "definitions": [
            {"name": one.name, "class": one.sort, "line": one.line, **_reach_json(reached.get((entry.path, one.name)))}
            for one in change.definitions
        ],
        **({"note": change.note} if change.note else {}),
    }


def _reach_json(one: Reach | None) -> dict[str, Any]:
    """How a function ends otherwise, and its callers; `handled` is null where nothing has to be handled."""
    if one is None:
        return {}
    callers = [
        {"path": _shown(c.path), "line": c.line, "function": c.function, "sure": c.sure, "handles": c.handling,
         "handled": c.handled}
        for c in one.callers
    ]  # fmt: skip
    return {"ends": one.shift.sentence, "callers": callers, **({"more_callers": one.more} if one.more else {})}


def _shown(path: str) -> str:
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _as_json(found: Audited) -> dict[str, Any]:
    result = found.audit
    reached = {one.definition.key: one for one in found.reached}
    return {
        "files": [_file_json(change, reached) for change in result.files],
        "by_kind": result.count("kind"),
        "by_class": result.count("sort"),
        "by_area": result.count("area"),
        "insertions": sum(change.entry.insertions for change in result.files),
        "deletions": sum(change.entry.deletions for change in result.files),
        "moved": [{"name": new.name, "from": old.path, "to": new.path, "line": new.line} for old, new in result.moved],
        "unclassified": [_shown(change.entry.path) for change in result.unclassified],
        "tests": dict(result.tests),
        "rules": [_breach_json(one) for one in found.breaches],
        "rename_limit_hit": found.limited,
        "gaps": [{"commit": gap.sha, "reason": gap.reason} for gap in found.gaps],
    }


def _breach_json(one: Breach) -> dict[str, Any]:
    return {
        "rule": one.rule, "measure": MEASURES[one.rule], "path": _shown(one.path), "line": one.line,
        "commit": one.commit, "author": one.author, "text": one.text,
    }  # fmt: skip


def _lines(found: Audited) -> str:
    result = found.audit
    lines = [
        f"{change.sort:28} {change.area:9} {_shown(change.entry.path)}" + (f" ({change.note})" if change.note else "")
        for change in result.files
    ]
    lines += [f"{one.rule}: {_shown(one.path)}:{one.line} {one.commit[:10]} {one.author}: {one.text}"
              for one in found.breaches]  # fmt: skip
    lines += [f"{one.definition.path}:{one.definition.line} {one.definition.name} {one.shift.sentence}: "
              f"{caller.path}:{caller.line} {caller.function} {caller.handling}"
              for one in found.reached if one.shift for caller in one.callers if caller.handled is False]  # fmt: skip
    counts = ", ".join(f"{count} {kind}" for kind, count in result.count("kind").items())
    return "\n".join([*lines, f"{len(result.files)} files: {counts or 'nothing changed'}"])
