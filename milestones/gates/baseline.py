"""What a policy says of the point that gates compare with, and of tests that are gone for a reason."""

from __future__ import annotations

from dataclasses import dataclass

from milestones.gates.sections import Section
from milestones.globs import matches


@dataclass(frozen=True, slots=True)
class Baseline:
    """The named point of `<= baseline`: a commit, or the last promotion of a milestone; empty: the start."""

    commit: str = ""
    milestone: str = ""


THE_START = Baseline()


@dataclass(frozen=True, slots=True)
class Removal:
    """Tests that are gone, by a pattern of `suite::name`, and what covers them or why that is right."""

    pattern: str
    said: str
    line: int | None = None

    def explains(self, label: str) -> bool:
        """Whether a test fits; `*` stands for any text."""
        return matches(label.replace("/", ":"), [self.pattern.replace("/", ":")])


def read_baseline(section: Section) -> Baseline:
    """The table [baseline]: commit = "v1.0" or milestone = "2"."""
    section.only("commit", "milestone")
    commit, milestone = section.text("commit").strip(), section.text("milestone").strip()
    if commit and milestone:
        raise section.error("[baseline] names a commit and a milestone; keep one of them", "milestone")
    if commit.startswith("-") or not commit.isprintable() or " " in commit:
        raise section.error(f"{section.name('commit')} is no revision; write a commit, tag or branch", "commit")
    return Baseline(commit, milestone)


def read_removals(section: Section) -> tuple[Removal, ...]:
    """The table [removed_tests]: "tests.test_old::*" = "covered by tests.test_new"."""
    return tuple(
        Removal(pattern, section.needed(pattern), section.line(pattern))
        for pattern in section.values
        if pattern.strip()
    )  # fmt: skip
