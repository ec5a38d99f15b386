"""What changed since the legacy system's last commit: classes of change, rules broken, and what became of its tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings

from milestones.audit.frozen import AssertionChange, Frozen, compare_tests
from milestones.audit.report import FileChange
from milestones.audit.rules import MEASURES, Breach, counts
from milestones.audit.verified import standings
from milestones.codec import storable, to_plain
from milestones.facts import Finding, Known, Measurement
from milestones.gates.policy import Policy
from milestones.globs import matches
from milestones.source.definitions import Definition

from ..auditing import Audited, audit_range
from ..suites import Suites, read_suites
from .kind import FINDINGS_KEPT, Case, Kind, Static

FILES_KEPT, TESTS_KEPT, PLACES_KEPT, STANDINGS_KEPT = 5000, 2000, 2000, 50_000
Plain = dict[str, Any]


def _wanted(policy: Policy) -> bool:
    return bool(policy.start)


def _read(case: Case) -> Static:
    repo, frozen = case.reader.repo, case.policy.frozen
    audited = audit_range(repo, case.start, case.sha, frozen if frozen.has_rules else None)
    suites = read_suites(
        repo, (case.start, case.sha), lambda path: not frozen.tests or matches(path, frozen.tests),
        settings.MIGRATOR_SOURCE_BYTES,
    )  # fmt: skip
    tests = compare_tests(*suites.modules, dict(frozen.rewrite), suites.lines, tests=suites.tests)
    measured = [*_of_change(audited, case.policy), *_of_tests(tests, suites)]
    findings = tuple([*_findings(audited, tests)][:FINDINGS_KEPT])
    # what is not classified is counted by its own measure, and says nothing against the others
    return Static("audit", tuple(measured), findings, (), details=details_of(audited, tests, suites))


def _of_change(audited: Audited, policy: Policy) -> Iterator[Measurement]:
    classes = audited.audit.count("sort")
    unseen = len(audited.gaps)
    numbers = {
        "audit.files": len(audited.audit.files),
        "audit.behaviour": classes.get("behaviour", 0) + classes.get("moved_changed", 0),
        "audit.unclassified": classes.get("unclassified", 0),
        **(counts(audited.breaches, policy.frozen) if policy.frozen.has_rules else {}),
    }
    for name, value in numbers.items():
        yield Measurement(name, value, "count", "", Known.STATIC, unseen)


def _of_tests(tests: Frozen, suites: Suites) -> Iterator[Measurement]:
    unread = len(set(suites.problems))
    numbers = {
        "frozen.unchanged": len(tests.unchanged),
        "frozen.plumbing": len(tests.plumbing),
        "frozen.assertions_changed": len(tests.assertions),
        "frozen.changed_otherwise": len(tests.other),
        "frozen.removed": len(tests.removed),
        "frozen.added": len(tests.added),
        "frozen.moved": len(tests.moved) + len(tests.renamed),
        "tests.assertions_changed": len(tests.assertions),
        "tests.changed_otherwise": len(tests.other),
    }
    for name, value in numbers.items():
        yield Measurement(name, value, "count", "", Known.STATIC, unread)


def _findings(audited: Audited, tests: Frozen) -> Iterator[Finding]:
    for one in tests.assertions:
        where = one.where.path if one.where else one.test.path
        for rule in ("tests.assertions_changed", "frozen.assertions_changed"):
            yield Finding(f"{one.test.name} expects something else", where, one.line, rule)
    for test in tests.other:
        line = tests.differs[test.key].line if test.key in tests.differs else test.line
        for rule in ("tests.changed_otherwise", "frozen.changed_otherwise"):
            yield Finding(f"{test.name} changed", test.path, line, rule)
    for breach in audited.breaches:
        said = f"{breach.text} ({breach.commit[:8]}, {storable(breach.author)})"
        yield Finding(storable(said), storable(breach.path), breach.line, MEASURES[breach.rule])
    for change in audited.audit.unclassified:
        yield Finding(storable(change.note), storable(change.entry.path), None, "audit.unclassified")


# --- what the page shows


def details_of(audited: Audited, tests: Frozen, suites: Suites) -> Plain:
    """An audit and the fate of the tests as plain JSON, bounded; what was left out is counted."""
    return {"old": audited.old, "new": audited.new, **change_details(audited), "tests": test_details(tests, suites)}


def change_details(audited: Audited) -> Plain:
    """The changed files with what is to be said of each."""
    files, told = audited.audit.files, _callers(audited)
    return {
        "commits": audited.commits,
        "limited": audited.limited,
        "gaps": to_plain([[gap.sha, gap.reason] for gap in audited.gaps][:50]),
        "by_kind": audited.audit.count("kind"),
        "by_class": audited.audit.count("sort"),
        "by_area": audited.audit.count("area"),
        "insertions": sum(one.entry.insertions for one in files),
        "deletions": sum(one.entry.deletions for one in files),
        "files": [{**_file(one), "callers": told.get(one.entry.path, [])} for one in files[:FILES_KEPT]],
        "left_out": max(0, len(files) - FILES_KEPT),
        "moved": [[storable(new.name), storable(old.path), storable(new.path), new.line]
                  for old, new in audited.audit.moved[:500]],
        "breaches": [_breach(one) for one in audited.breaches[:PLACES_KEPT]],
    }  # fmt: skip


def _callers(audited: Audited) -> dict[str, list[str]]:
    """path -> a sentence for each function that ends otherwise, with the callers that do not handle it."""
    told: dict[str, list[str]] = {}
    for one in audited.reached:
        asked = [caller for caller in one.callers if caller.handled is not None]
        if not one.shift or not asked:
            continue
        wrong = [caller for caller in asked if not caller.handled]
        places = "; ".join(f"{c.path}:{c.line} {c.handling}" for c in wrong[:5])
        said = places if wrong else f"{len(asked)} caller{'s' * (len(asked) != 1)}, each handles it"
        sentence = f"{one.definition.name} {one.shift.sentence}: {said}"
        told.setdefault(one.definition.path, []).append(storable(sentence))
    return told


def _file(one: FileChange) -> Plain:
    entry = one.entry
    return {
        "path": storable(entry.path),
        "old_path": storable(entry.old_path) if entry.old_path != entry.path else "",
        "kind": entry.kind,
        "class": one.sort,
        "area": one.area,
        "insertions": entry.insertions,
        "deletions": entry.deletions,
        "definitions": [[storable(d.name), d.sort, d.line] for d in one.definitions[:60]],
        "note": storable(one.note),
    }


def _breach(one: Breach) -> Any:
    return to_plain(
        {"rule": one.rule, "path": one.path, "line": one.line, "commit": one.commit, "author": one.author,
         "text": one.text}
    )  # fmt: skip


def test_details(tests: Frozen, suites: Suites) -> Plain:
    """The fate of every test, with the changed expectations side by side."""
    groups = {"unchanged": tests.unchanged, "plumbing": tests.plumbing, "removed": tests.removed, "added": tests.added}
    return {
        "counts": {
            **{name: len(found) for name, found in groups.items()},
            "assertions": len(tests.assertions), "other": len(tests.other),
            "moved": len(tests.moved), "renamed": len(tests.renamed),
        },
        **{name: [_test(one) for one in found[:TESTS_KEPT]] for name, found in groups.items() if name != "unchanged"},
        "assertions": [_assertion(tests, one) for one in tests.assertions[:TESTS_KEPT]],
        "other": [_other(tests, one) for one in tests.other[:TESTS_KEPT]],
        "moved": [[*_test(new), storable(old.path)] for old, new in tests.moved[:TESTS_KEPT]],
        "renamed": [[*_test(new), storable(old.name)] for old, new in tests.renamed[:TESTS_KEPT]],
        "proposed": [[storable(was), storable(now), tests.explained.get(was, 0)]
                     for was, now in tests.proposed_rewrite.items()],
        "standings": [[*map(storable, one.old), *map(storable, one.new), one.sort]
                      for one in standings(tests)][:STANDINGS_KEPT],
        "unread": to_plain(list(dict.fromkeys(suites.problems))[:50]),
    }  # fmt: skip


def _test(one: Definition) -> list[Any]:
    return [storable(one.path), storable(one.name), one.line]


def _assertion(tests: Frozen, one: AssertionChange) -> Plain:
    where = one.where
    return {
        "test": _test(one.test),
        "line": one.line,
        "before": storable(one.before),
        "after": storable(one.after),
        "in": [where.sort, storable(where.name), storable(where.path)] if where else None,
        "reached": _reached(tests, one.test),
    }


def _other(tests: Frozen, one: Definition) -> Plain:
    differs = tests.differs.get(one.key)
    return {
        "test": _test(one),
        "line": differs.line if differs else one.line,
        "before": storable(differs.before) if differs else "",
        "after": storable(differs.after) if differs else "",
        "reached": _reached(tests, one),
    }


def _reached(tests: Frozen, one: Definition) -> list[list[Any]]:
    """The fixtures, helpers and constants around a test that changed."""
    return [[x.sort, storable(x.name or x.old_name), storable(x.path or x.old_path), x.line or x.old_line]
            for x in _first(tests.reached.get(one.key, ()), 8)]  # fmt: skip


def _first(found: Iterable[Any], count: int) -> list[Any]:
    return [*found][:count]


KIND = Kind(2, _wanted, _read)
