"""Verdicts as a page of text, and a progress bar for whoever watches a terminal."""

from __future__ import annotations

import shutil
import textwrap
from typing import Any, Protocol

from milestones.models import Project

NO_MILESTONES = (
    "none found: headings such as `## Milestone 1 — …` or `## Phase 1: …` make them; "
    "say where the documents are with docs (and docs_ref, for another branch) in migration.toml"
)
# measures that stand in the JSON and would be a page of their own: one a rule, one a name that documents speak of
PARTS = ("docs.contradictions.", "leftovers.symbol.", "leftovers.import.", "files.")
SIGNS = {"pass": "●", "fail": "■", "unknown": "◆"}


class Stream(Protocol):
    def write(self, msg: str, style_func: Any = None, ending: str | None = None) -> None: ...
    def flush(self) -> None: ...


class Bar:
    """One line that is drawn over itself; silent where there is no terminal."""

    def __init__(self, stream: Stream | None) -> None:
        self.stream = stream
        self.drawn = False

    def __call__(self, what: str, done: int, total: int) -> None:
        if self.stream is None or (done % 20 and done != total):
            return
        full = round(24 * done / max(total, 1))
        self.stream.write(f"\r{what:<10} {'█' * full}{'·' * (24 - full)} {done}/{total}   ", ending="")
        self.stream.flush()
        self.drawn = True

    def end(self) -> None:
        if self.stream is not None and self.drawn:
            self.stream.write("\r" + " " * 60 + "\r", ending="")


def _wrapped(text: str, indent: str) -> str:
    width = min(shutil.get_terminal_size().columns, 110)
    return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False)


def of_verdict(one: dict[str, Any]) -> str:
    """One verdict: sign and gate, its sentence, and what to do next."""
    note = "" if one["strict"] else "  (informational)"
    head = f"  {SIGNS[one['state']]} {one['state']:<8} {one['gate']}{note}"
    rest = [_wrapped(one["sentence"], " " * 13)] + ([_wrapped(f"→ {one['next']}", " " * 13)] if one["next"] else [])
    return "\n".join([head, *rest])


def of_verdicts(found: list[dict[str, Any]]) -> list[str]:
    """All verdicts, each milestone's under its name."""
    keys = dict.fromkeys(one["milestone"] for one in found)
    return [
        line
        for key in keys
        for line in (f"  milestone {key}", *(of_verdict(one) for one in found if one["milestone"] == key))
    ]


def of_change(answer: dict[str, Any]) -> list[str]:
    """What a change made worse and better, where, and which rules it touches."""
    lines = [f"{answer['project']} {answer['base'][:8]}..{answer['sha'][:8]}: {answer['state']}"]
    for one in answer["worse"]:
        lines.append(f"  {SIGNS['fail']} worse    {one['sentence']}")
        lines += [f"             {_place(place)}" for place in one["places"]]
        lines += [f"             and {one['more']} more"] if one["more"] else []
    lines += [f"  {SIGNS['pass']} better   {sentence}" for sentence in answer["better"]]
    for one in answer["verdicts"]:
        if one["state"] == "unknown":
            lines.append(f"  {SIGNS['unknown']} unknown  {one['sentence']}")
            lines += [_wrapped(f"→ {one['next']}", " " * 13)] if one["next"] else []
    told = {"fail", "unknown"}
    kept = [one["sentence"] for one in answer["verdicts"] if one["state"] not in told]
    lines += [f"  {SIGNS['pass']} no worse {one}" for one in kept if one not in answer["better"]]
    lines += [f"    not asked: {', '.join(answer['not_asked'])} (its evidence has never come)"] * bool(
        answer["not_asked"]
    )
    for name, paths in answer["touches"].items():
        if paths and name != "proposed":
            lines.append(f"  touches {name}: {', '.join(paths[:5])}{f' and {len(paths) - 5} more' * (len(paths) > 5)}")
    return lines + [_wrapped(one, "    ") for one in answer["touches"]["proposed"]]


def _place(place: dict[str, Any]) -> str:
    at = ":".join(str(part) for part in (place["path"], place["line"]) if part)
    return " ".join(part for part in (at, place["text"].strip().split("\n")[0][:120]) if part)


def of_answer(what: str, one: dict[str, Any]) -> list[str]:
    """What a promotion answers: the word, every reason, what is waived, and what everybody should know."""
    lines = [f"{what}{': ' if not what.endswith('be') else ' '}{'approved' if one['approved'] else 'blocked'}"]
    lines += [f"  - {reason}" for reason in one["reasons"]]
    lines += [f"  ~ waived: {sentence}" for sentence in one["waived"]]
    return lines + [f"  note: {sentence}" for sentence in one["notes"]]


def of_project(project: Project, found: dict[str, Any]) -> str:
    """What a look found, top down: where it stands, milestones, numbers, verdicts, problems."""
    policy = f"policy {found['policy_sha'][:8]}" if found["policy_sha"] else "no migration.toml"
    lines = [
        f"{project.name}  ({project.slug})",
        f"at {found['sha'][:8]}, documents at {found['docs_sha'][:8]}, {policy}",
        "",
        f"Milestones ({len(found['milestones'])})",
        *([_milestone(one) for one in found["milestones"]] or [_wrapped(NO_MILESTONES, "  ")]),
    ]
    measured = [one for one in found["measurements"] if not one["name"].startswith(PARTS)]
    if measured:
        lines += ["", "Measured", *(f"  {_value(one):>10}  {one['name']}" for one in measured)]
    if found["verdicts"]:
        lines += ["", "Verdicts", *of_verdicts(found["verdicts"])]
    if found["problems"]:
        lines += ["", f"Problems ({len(found['problems'])})", *(_problem(one) for one in found["problems"][:20])]
    return "\n".join(lines)


def _milestone(one: dict[str, Any]) -> str:
    count = sum(item["kind"] == "definition_of_done" for item in one["criteria"])
    said = f", {count} to be done" if count else ""
    return f"  {one['key']:>5}  {one['title'][:70]}  [{one['status'].replace('_', ' ')}{said}]"


def _value(one: dict[str, Any]) -> str:
    return f"{one['value']:.4f}" if one["unit"] == "ratio" else f"{one['value']}"


def _problem(one: dict[str, Any]) -> str:
    place = ":".join(str(part) for part in (one["path"], one["line"]) if part)
    return _wrapped(f"{place}: {one['reason']}" if place else one["reason"], "  ")
