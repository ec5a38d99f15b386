"""The plain facts that cross the layers: frozen, comparable, free of Django."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class ParseError(ValueError):
    """Something that arrived cannot be read: `reason` says what and how to mend it, `line` where (1-based)."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason if line is None else f"line {line}: {reason}")
        self.reason = reason
        self.line = line


class State(StrEnum):
    """What a gate says of one commit. Worst wins: fail, then unknown, then pass."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


class Lack(StrEnum):
    """Why a verdict is unknown."""

    NEVER_CONNECTED = "never connected"
    MISSING_HERE = "missing here"
    UNUSABLE = "unusable"


class Known(StrEnum):
    """How a fact is known."""

    MEASURED = "measured"
    STATIC = "static"
    SUGGESTED = "suggested"


class Status(StrEnum):
    """A milestone's status as its document states it."""

    REACHED = "reached"
    COMPLETE = "complete"
    IN_PROGRESS = "in_progress"
    PENDING = "pending"
    NOT_STARTED = "not_started"
    OPTIONAL = "optional"
    DROPPED = "dropped"
    NONE = "none"

    @property
    def claims_done(self) -> bool:
        return self in (Status.REACHED, Status.COMPLETE)


class MilestoneKind(StrEnum):
    MILESTONE = "milestone"
    PHASE = "phase"
    STAGE = "stage"
    STEP = "step"
    SPRINT = "sprint"
    ITERATION = "iteration"
    TASK = "task"
    STOP_POINT = "stop_point"


class CriterionKind(StrEnum):
    """What sort of label an item stands under."""

    DEFINITION_OF_DONE = "definition_of_done"
    ACCEPTANCE = "acceptance"
    SUCCESS = "success"
    VERIFICATION_GATE = "verification_gate"
    CHECKLIST = "checklist"
    DELIVERABLE = "deliverable"
    REQUIREMENT = "requirement"
    GOAL = "goal"
    NON_GOAL = "non_goal"
    SCOPE_EXCLUSION = "scope_exclusion"
    CONSTRAINT = "constraint"
    STOP_THE_LINE = "stop_the_line"
    METRIC = "metric"
    RISK = "risk"
    OPEN_QUESTION = "open_question"
    ACTION_ITEM = "action_item"
    DECISION = "decision"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read or resolved, and where."""

    reason: str
    path: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    path: str
    line: int


# --- what a document says -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Criterion:
    """One item of a team's document. Lines are 1-based and inclusive; `checked` is None where there is no box."""

    id: str
    kind: CriterionKind
    text: str
    path: str
    line: int
    last_line: int
    depth: int = 0
    checked: bool | None = None
    gate: str = ""  # the bound of a `<!-- gate: ... -->` comment beside it


@dataclass(frozen=True, slots=True)
class StopPoint:
    """A gate of a phase: its label, its items and the commands it says to run."""

    label: str
    line: int
    items: tuple[Criterion, ...] = ()
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """A number that a document sets itself, e.g. measure "hop count", expect "<= 1"."""

    text: str
    measure: str
    expect: str
    line: int


@dataclass(frozen=True, slots=True)
class Milestone:
    """A milestone or its kin as one document has it; `key` is bare ("12", "N-1", "A")."""

    key: str
    kind: MilestoneKind
    title: str
    path: str
    line: int
    last_line: int
    status: Status = Status.NONE
    status_text: str = ""
    date: str | None = None
    goal: str = ""
    criteria: tuple[Criterion, ...] = ()
    gates: tuple[StopPoint, ...] = ()
    targets: tuple[Target, ...] = ()
    non_goals: tuple[Criterion, ...] = ()
    children: tuple[Milestone, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its cells as text; row lines are 1-based, `total` is the row that states sums, if any."""

    line: int
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    row_lines: tuple[int, ...]
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Command:
    text: str
    line: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class PathRule:
    """A path that a document names; `rule` is "" or what the text makes of it: read_only, keep, delete, hotspot."""

    path: str
    line: int
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Checkboxes:
    total: int = 0
    checked: int = 0
    by_depth: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """One Markdown document, read."""

    path: str
    title: str = ""
    status: Status = Status.NONE
    status_text: str = ""
    criteria: tuple[Criterion, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    checkboxes: Checkboxes = Checkboxes()
    tables: tuple[Table, ...] = ()
    commands: tuple[Command, ...] = ()
    paths: tuple[PathRule, ...] = ()
    problems: tuple[Problem, ...] = ()


# --- what was measured ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measurement:
    """A named number at a commit. `unresolved` counts parts that a static reader could not settle."""

    name: str
    value: float
    unit: str = "count"
    subject: str = ""
    known: Known = Known.MEASURED
    unresolved: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that a measurement counted: a leftover import, a lint finding, a failed test."""

    text: str
    path: str = ""
    line: int | None = None
    rule: str = ""
    tool: str = ""
    severity: str = ""


class Result(StrEnum):
    """How one test case ended; a failure is an assertion's, an error anything else's."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"


class Outcome(NamedTuple):
    """One test case of a result file; a tuple, because a million of them stream through."""

    result: Result
    suite: str
    name: str
    parameters: str = ""  # what stands in the brackets of a parametrised name
    seconds: float | None = None
    text: str = ""  # the failure's message or the reason of a skip, bounded
    path: str = ""
    line: int | None = None
    flaky: bool = False  # it both failed and passed in this very run


class CoveredFile(NamedTuple):
    """The lines of one file that a run executed and missed; a file may come in several parts.

    `units` is (covered, all) in what the format itself counts where that is not lines: a Go profile counts statements.
    """

    path: str
    covered: tuple[int, ...] = ()
    missed: tuple[int, ...] = ()
    branches: tuple[int, int] = (0, 0)
    units: tuple[int, int] | None = None


class Scope(NamedTuple):
    """What a tool says of its own run: how many files it looked at, and why it is no proof, if so."""

    files: int | None = None
    incomplete: str = ""


Fact = Outcome | CoveredFile | Finding | Measurement | Scope


@dataclass(frozen=True, slots=True)
class Covers:
    """What a result file says that it is about; suites and skip reasons are (text, count), most frequent first."""

    suites: tuple[tuple[str, int], ...] = ()
    skips: tuple[tuple[str, int], ...] = ()
    files: int | None = None
    repeated: tuple[str, ...] = ()  # names of test cases that came more than once, the first few
    paths: tuple[str, ...] = ()  # the files that a coverage is of, the first ten thousand


@dataclass(frozen=True, slots=True)
class Summary:
    """A result file in short. `findings` is bounded, `findings_total` is not; `vacuous` says why it proves nothing."""

    kind: str
    measurements: tuple[Measurement, ...] = ()
    findings: tuple[Finding, ...] = ()
    findings_total: int = 0
    covers: Covers = Covers()
    vacuous: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one gate says, with the sentence and the next step that a person reads."""

    gate: str
    state: State
    sentence: str
    next: str = ""
    value: float | None = None
    expect: str = ""
    lack: Lack | None = None
    informational: bool = False  # it tells and does not block
    evidence: str = ""  # the kind of evidence it rests on, "junit"
