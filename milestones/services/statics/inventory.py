"""Named lists of both systems, compared, so that none of them drifts unseen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from milestones.clients import git
from milestones.clients.history import file_history
from milestones.codec import to_plain
from milestones.facts import Finding, Known, Measurement, Problem
from milestones.gates.policy import Policy
from milestones.parity.inventories import INVENTORIES, VERSION, Inventory
from milestones.parity.inventories.comparing import Compared, compare
from milestones.parity.inventories.finders import Item
from milestones.parity.inventories.sightings import sightings_of
from milestones.source.paths import is_test

from ..reader import Reader, bounded
from .kind import FINDINGS_KEPT, Case, Kind, Static

FAMILY = "inventory"
READER = f"inventory/{VERSION}"
ITEMS_KEPT = 400
AGED_KEPT = 60
SECONDS_A_DAY = 86_400

Side = dict[str, list[Item]]


def _wanted(policy: Policy) -> bool:
    return bool(policy.start)


def _read(case: Case) -> Static:
    policy = case.policy
    legacy, broken = side_at(case.reader, case.start, policy.legacy_folder, policy.new_folder)
    new, broken_now = side_at(case.reader, case.sha, policy.new_folder, policy.legacy_folder)
    unread = [*broken, *broken_now]
    accepted = {" ".join(one.what.split()): one.why for one in policy.accept if one.what.startswith(f"{FAMILY}.")}
    measured: list[Measurement] = []
    findings: list[Finding] = []
    details: dict[str, Any] = {}
    for name, inventory in INVENTORIES.items():
        found = compare(name, legacy[name], new[name], ordered=inventory.ordered)
        ages = _ages(case, [*found.kept, *found.added]) if inventory.aged else {}
        open_ = len(unread) + found.untold
        measured += (
            Measurement(f"{FAMILY}.{name}.{what}", value, "days" if what == "oldest_days" else "count", "",
                        Known.STATIC, open_)
            for what, value in _numbers(found, inventory, ages).items()
        )  # fmt: skip
        findings += _findings(found)
        details[name] = _details(found, inventory, accepted, ages)
    return Static(FAMILY, tuple(measured), tuple(findings[:FINDINGS_KEPT]), (), {"lists": details, "unread": unread})


def side_at(reader: Reader, sha: str, folder: str = "", hidden: str = "") -> tuple[Side, list[Any]]:
    """Every inventory of a commit's source, tests left out, in the order of paths and lines; what could not be read."""
    python = [
        one for one in reader.files(sha) if one.path.endswith(".py") and not is_test(one.path)
        and (not folder or one.path.startswith(f"{folder}/")) and not (hidden and one.path.startswith(f"{hidden}/"))
    ]  # fmt: skip
    sources, large = bounded(python)
    facts = _facts(reader, sources)
    side: Side = {name: [] for name in INVENTORIES}
    for path in sorted(facts):
        for name, rows in facts[path]["items"].items():
            side[name] += (Item(said, path, line, untold) for said, line, untold in rows)
    broken = [Problem("part of it could not be read", path) for path in sorted(facts) if facts[path]["problems"]]
    return side, to_plain([*large, *broken])


def _facts(reader: Reader, entries: Iterable[git.TreeEntry]) -> Mapping[str, Any]:
    return reader.cached(READER, entries, lambda _path, data: _rows(data))


def _rows(data: bytes) -> dict[str, Any]:
    seen = sightings_of(data)
    items = {
        name: [[to_plain(item.name[:300]), item.line, item.untold] for item in inventory.find("", seen)]
        for name, inventory in INVENTORIES.items()
    }
    return {"items": {name: rows for name, rows in items.items() if rows}, "problems": seen.problems}


def _numbers(found: Compared, inventory: Inventory, ages: Mapping[str, int]) -> dict[str, int]:
    numbers = {
        "count": len(found.kept) + len(found.added),
        "added": len(found.added),  # judging takes out what is accepted that day
        "removed": len(found.removed),
        "untold": found.untold,
    }
    if inventory.ordered:
        numbers["moved"] = len(found.moved)
    if inventory.aged:
        numbers["oldest_days"] = max(ages.values(), default=0)
    return numbers


def _what(found: Compared, change: str, item: Item) -> str:
    """How an entry of the policy names a difference."""
    return " ".join(f"{FAMILY}.{found.name}.{change} {item.name}".split())


def _findings(found: Compared) -> Iterable[Finding]:
    for change, items, said in (("added", found.added, "is new"), ("removed", found.removed, "is there no more")):
        for item in items:
            yield Finding(f"{item.name} {said}", item.path, item.line, f"{FAMILY}.{found.name}.{change}")
    for item in found.moved:
        yield Finding(f"{item.name} has another place in the order", item.path, item.line, f"{FAMILY}.middleware.moved")


def _details(
    found: Compared, inventory: Inventory, accepted: Mapping[str, str], ages: Mapping[str, int]
) -> dict[str, Any]:
    moved = {item.name for item in found.moved}

    def rows(items: Iterable[Item], change: str) -> list[dict[str, Any]]:
        return [
            {
                "name": to_plain(item.name), "path": to_plain(item.path), "line": item.line, "untold": item.untold,
                "age": ages.get(item.name), "accepted": accepted.get(_what(found, change, item), ""),
                "moved": item.name in moved, "what": to_plain(_what(found, change, item)),
            }
            for item in items
        ][:ITEMS_KEPT]  # fmt: skip

    return {
        "title": inventory.title, "ordered": inventory.ordered, "kept": rows(found.kept, "kept"),
        "added": rows(found.added, "added"), "removed": rows(found.removed, "removed"),
    }  # fmt: skip


def _ages(case: Case, items: Iterable[Item]) -> dict[str, int]:
    """How many days before the commit each item first stood in its file; what was there at the start, since then."""
    listed = [item for item in items if item.path][:AGED_KEPT]
    if not listed or case.sha == case.start:
        return {}
    paths = {item.path for item in listed}
    now = case.reader.repo.commit(case.sha).committed_at
    history = file_history(case.reader.repo, case.sha, paths.__contains__, known=case.start)
    versions = [one for one in history.versions if one.blob]
    entries = [git.TreeEntry(f"{one.blob}.py", one.blob, "100644", "blob", None) for one in versions]
    facts = {path.removesuffix(".py"): plain for path, plain in _facts(case.reader, entries).items()}
    began = case.reader.repo.commit(case.start).committed_at
    first = {item.name: now for item in listed}
    for version in versions:
        for said, _line, _untold in facts.get(version.blob, {"items": {}})["items"].get("shims", ()):
            if said in first:
                first[said] = min(first[said], version.committed_at)
    before = {item.name for item in side_at(case.reader, case.start)[0]["shims"]}
    return {name: max(0, now - (began if name in before else at)) // SECONDS_A_DAY for name, at in first.items()}


KIND = Kind(1, _wanted, _read)
