"""The project page as one read model: where it stands, why it is blocked, what moved, what came in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from milestones.codec import from_plain
from milestones.facts import Lack, Problem, State
from milestones.models import (
    Commit,
    CriterionEvent,
    CriterionStory,
    Delivery,
    Evidence,
    Judgement,
    Milestone,
    Project,
    Promotion,
    Regression,
)

from . import evaluate, promote
from .judged import JudgedMilestone, read_back
from .shown import Reason, Row, Witness, reasons_of, rows_of
from .standing import Standing, Stop, stops_of
from .told import told_of
from .trends import Trend, trends_of

PROMOTIONS = 5
DELIVERIES = 8


_QUESTIONS = {
    Standing.PROVEN: "{} was proven",
    Standing.CLAIMED: "Why {} is only claimed",
    Standing.REGRESSED: "Why {} has regressed",
    Standing.BLOCKED: "Why {} is blocked",
    Standing.OPEN: "Why {} cannot be promoted yet",
    Standing.LATER: "What {} will take",
    Standing.SET_ASIDE: "{} is set aside",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The milestone that the page has open."""

    stop: Stop
    owner: str
    goal: str
    status_text: str
    rows: tuple[Row, ...]
    reasons: tuple[Reason, ...]
    promotions: tuple[Promotion, ...]
    removed: tuple[CriterionStory, ...] = ()
    weakened: tuple[CriterionEvent, ...] = ()
    regressed: Regression | None = None
    disagreeing: tuple[Mapping[str, Any], ...] = ()  # documents that state another status of it

    @property
    def awaiting(self) -> list[Row]:
        return [row for row in self.rows if row.awaits_sign_off]

    @property
    def passes(self) -> bool:
        return self.stop.judged.state is State.PASS

    @property
    def tone(self) -> str:
        return self.stop.tone if self.reasons else "pass"

    @property
    def question(self) -> str:
        """What the reasons beneath answer."""
        label = self.stop.label
        if not self.reasons:
            return f"{label} is proven" if self.stop.promotion else f"Nothing blocks {label}"
        standing = Standing.BLOCKED if self.stop.contradicted else self.stop.standing
        return _QUESTIONS[standing].format(label)

    @property
    def comment(self) -> str:
        """How claim, promotion and evidence stand to each other, where that needs saying."""
        stop, promotion = self.stop, self.stop.promotion
        if promotion and stop.standing is Standing.REGRESSED:
            since = f" since {self.regressed.sha[:7]}" if self.regressed else " now"
            return f"It was approved at {promotion.sha[:7]}; what was proven then fails{since}."
        if promotion:
            here = " Here it is not shown again:" if self.reasons else ""
            return f"Approved at {promotion.sha[:7]} by {promotion.by}.{here}"
        if stop.contradicted:
            return f"Its document says {stop.status}; a gate says otherwise."
        if stop.standing is Standing.CLAIMED:
            return f"Its document says {stop.status}; nothing has shown it yet."
        return "" if self.reasons else "Every criterion and every gate passes at this commit; it can be promoted."


@dataclass(frozen=True, slots=True)
class Line:
    """Where a project's milestones stand at its commit."""

    project: Project
    judgement: Judgement | None
    stops: tuple[Stop, ...]

    @property
    def current(self) -> Stop | None:
        return next((stop for stop in self.stops if stop.current), None)

    @property
    def proven(self) -> int:
        return self._count(Standing.PROVEN)

    @property
    def claimed(self) -> int:
        return self._count(Standing.CLAIMED)

    def _count(self, standing: Standing) -> int:
        return sum(stop.standing is standing for stop in self.stops)

    @property
    def tone(self) -> str:
        if self.current is not None:
            return self.current.tone
        return "claimed" if self.claimed else "pass"

    @property
    def headline(self) -> str:
        """The state of things in a few words."""
        if not self.stops:
            return "no milestone yet"
        if self.current is None:
            return f"nothing open, {self.claimed} only claimed" if self.claimed else f"all {self.proven} proven"
        return f"{self.current.label} {_counted(self.current)}"


def _counted(stop: Stop) -> str:
    """The word of a stop and how much is in its way: "blocked by 2 gates, 1 unknown"."""
    strict = stop.judged.strict
    fails = sum(gate.state is State.FAIL for gate in strict)
    unknown = sum(gate.state is State.UNKNOWN for gate in strict)
    unsigned = sum(one.awaits_sign_off for one in stop.judged.criteria)
    by = f"{stop.word} by {fails} gate{'s' * (fails != 1)}" if fails else stop.word
    more = [f"{unknown} unknown" if unknown else "", f"{unsigned} to sign off" if unsigned else ""]
    return ", ".join([by, *(part for part in more if part)])


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the project page shows; `seen` names policy and evidence, `stamp` everything."""

    line: Line
    commit: Commit | None
    seen: str
    chosen: Chosen | None
    trends: tuple[Trend, ...]
    problems: tuple[Problem, ...]
    deliveries: tuple[Delivery, ...]
    under_way: int
    stamp: str


def line_of(project: Project) -> Line:
    """The line of milestones, without the rest of the page."""
    judgement = promote.latest(project)
    judged = read_back(judgement) if judgement else {}
    milestones = Milestone.objects.filter(project=project).in_order()
    return Line(project, judgement, stops_of(milestones, judged, Promotion.objects.standing(project)))


def overview(project: Project, key: str = "") -> Overview:
    """The page with the milestone `key` open, by default the current one. Raises Milestone.DoesNotExist."""
    line = line_of(project)
    stop = _opened(line, key)
    deliveries = Delivery.objects.filter(project=project)
    return Overview(
        line=line,
        commit=Commit.objects.filter(project=project, sha=project.sha).first(),
        seen=promote.seen_of(line.judgement, stop.key) if line.judgement and stop else "",
        chosen=_chosen(project, stop) if stop else None,
        trends=trends_of(project, evaluate.policy_of(project), stop.key if stop else ""),
        problems=(*_strays(line), *(from_plain(Problem, one) for one in project.problems)),
        deliveries=tuple(deliveries.recent(DELIVERIES)),
        under_way=deliveries.under_way().count(),
        stamp=stamp_of(project),
    )


def _strays(line: Line) -> list[Problem]:
    """Milestones that policy sets bounds for and no document has: they are judged, and stand nowhere on the line."""
    judged = line.judgement.milestones if line.judgement else []
    known = {stop.key for stop in line.stops}
    said = "sets bounds for milestone {}, and no document has it; correct its key, or write the milestone"
    return [Problem(said.format(one["key"]), "migration.toml") for one in judged if one["key"] not in known]


def _opened(line: Line, key: str) -> Stop | None:
    """The milestone asked for, else the current one, else the first whose proof is missing, else the last."""
    if key:
        found = next((stop for stop in line.stops if stop.key == key), None)
        if found is None:
            raise Milestone.DoesNotExist(key)
        return found
    unproven = next((stop for stop in line.stops if stop.standing is Standing.CLAIMED), None)
    return line.current or unproven or (line.stops[-1] if line.stops else None)


def _chosen(project: Project, stop: Stop) -> Chosen:
    row = Milestone.objects.get(project=project, key=stop.key)
    policy = evaluate.policy_of(project)
    rule = policy.milestone(stop.key)
    rows = rows_of(row, stop.judged, witness_of(project))
    told = told_of(project, row, rows, policy)
    return Chosen(
        stop=stop,
        owner=rule.owner if rule else "",
        goal=row.goal,
        status_text=row.status_text,
        rows=told.rows,
        removed=told.removed,
        weakened=told.weakened,
        disagreeing=tuple(one for one in row.sources if one["status_text"] and one["status"] != row.status),
        reasons=_reasons(stop.judged, rows, judged=bool(project.sha)),
        promotions=tuple(Promotion.objects.of_project(project).filter(milestone=row)[:PROMOTIONS]),
        regressed=Regression.objects.open(project).filter(promotion__milestone=row).first(),
    )


def _reasons(said: JudgedMilestone, rows: tuple[Row, ...], *, judged: bool) -> tuple[Reason, ...]:
    if not judged:
        return (Reason(State.UNKNOWN, "nothing was judged yet", "fetch the repository", lack=Lack.NEVER_CONNECTED),)
    return reasons_of(said, rows) if said.state is not State.PASS else ()


def witness_of(project: Project) -> Witness:
    """Where every number at the project's commit comes from."""
    rows = evaluate.evidence_in_force(project, project.sha)
    return Witness(rows, Evidence.objects.last_of_each_kind(project))


def stamp_of(project: Project) -> str:
    """Changes whenever something that the page shows does; asked for every two seconds, so it is cheap."""
    judged = Judgement.objects.filter(project=project).order_by("-pk").values_list("pk", "number").first()
    came = Delivery.objects.filter(project=project).recent(DELIVERIES).values_list("pk", "state", "sentence")
    busy = Delivery.objects.filter(project=project).under_way().count()
    newest = Judgement.objects.latest_at(project, project.sha)
    answered = Promotion.objects.of_project(project).values_list("pk", flat=True).first()
    said = [project.sha, project.docs_sha, project.policy_sha, project.name, judged, list(came), busy, answered]
    said.append(newest.number if newest else None)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]
