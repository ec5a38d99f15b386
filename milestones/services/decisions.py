"""The page of decisions as one read model: what is in force, who said what, and the log of it all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models.functions import Now
from django.utils.safestring import SafeString

from milestones.gates.judgement import obstacles
from milestones.models import (
    Circumstance,
    Correction,
    Decision,
    Milestone,
    PolicyChange,
    Project,
    Promotion,
    Regression,
    SignOff,
    Waiver,
)

from . import correct, evaluate, log, waivers, words
from .prose import prose
from .standing import label_of

LOG_SHOWN, WORDS_SHOWN, PROMOTIONS_SHOWN, CHANGES_SHOWN = 40, 200, 40, 20
NEAR = waivers.WARNED_BEFORE


@dataclass(frozen=True, slots=True)
class WaiverShown:
    """A waiver with what its state is now."""

    row: Waiver
    word: str
    tone: str
    left: timedelta
    may_approve: bool
    open: bool


@dataclass(frozen=True, slots=True)
class WordShown:
    """A sign-off with whether it stands at the project's commit."""

    row: SignOff
    note: SafeString
    ended: str
    label: str

    @property
    def tone(self) -> str:
        return "later" if self.ended else "pass"


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that blocks a milestone, to ask a waiver for."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Decisions:
    """All that the page shows; `broken` says where the log does not hold."""

    waivers: tuple[WaiverShown, ...]
    choices: tuple[Choice, ...]
    longest_days: int
    words: tuple[WordShown, ...]
    standing: tuple[Circumstance, ...]
    stages: tuple[str, ...]
    promotions: tuple[Promotion, ...]
    regressions: tuple[Regression, ...]
    policy_changes: tuple[PolicyChange, ...]
    corrections: tuple[Correction, ...]
    doubtful: tuple[correct.Doubtful, ...]
    toml: str
    entries: tuple[Decision, ...]
    log_count: int
    head: str
    broken: log.Break | None


def decisions_of(project: Project, person: str) -> Decisions:
    """The page, as a person sees it."""
    now = Project.objects.annotate(now=Now()).values_list("now", flat=True).get(pk=project.pk)
    case = evaluate.case_of(project, project.sha, now) if project.sha else None
    labels = {row.key: label_of(row.kind, row.key) for row in Milestone.objects.filter(project=project)}
    entries = Decision.objects.filter(project=project).order_by("-number")
    return Decisions(
        waivers=tuple(_waivers(project, person, now)),
        choices=tuple(_choices(case, labels)) if case else (),
        longest_days=evaluate.policy_of(project).waivers.longest_days,
        words=tuple(_words(case, labels)) if case else (),
        standing=tuple(Circumstance.objects.standing(project)),
        stages=tuple(one.name for one in evaluate.policy_of(project).stages),
        promotions=tuple(Promotion.objects.of_project(project).select_related("judgement__project")[:PROMOTIONS_SHOWN]),
        regressions=tuple(Regression.objects.open(project)),
        policy_changes=tuple(PolicyChange.objects.filter(project=project).order_by("-pk")[:CHANGES_SHOWN]),
        corrections=tuple(Correction.objects.filter(project=project).order_by("-pk")[:WORDS_SHOWN]),
        doubtful=tuple(correct.correctable(project)),
        toml=correct.toml_of(project),
        entries=tuple(entries[:LOG_SHOWN]),
        log_count=entries.count(),
        head=log.head(),
        broken=log.recent_break(),
    )


def _waivers(project: Project, person: str, now: datetime) -> Iterable[WaiverShown]:
    policy = evaluate.policy_of(project)
    for row in Waiver.objects.listed(project):
        word, tone = _state(row, now)
        open_ = row.ended_at is None and row.until > now
        may = open_ and row.approved_at is None and not waivers.why_not(project, policy, row.requested_by, person)
        yield WaiverShown(row, word, tone, row.until - now, may, open_)


def _state(row: Waiver, now: datetime) -> tuple[str, str]:
    if row.ended_at is not None or row.until <= now:
        by = f" by {row.ended_by}" if row.ended_by else ""
        return f"ended{by}", "later"
    if row.approved_at is None:
        return "asked for", "unknown"
    days = (row.until - now).days
    if row.until - now <= NEAR:
        return f"ends in {days} days" if days > 1 else "ends within a day" if days < 1 else "ends in a day", "unknown"
    return f"in force, {days} days left", "pass"


def _choices(case: evaluate.Case, labels: Mapping[str, str]) -> Iterable[Choice]:
    for judged in case.judged:
        if judged.key in labels:
            for one in obstacles(judged):
                short = one.text if len(one.text) <= 90 else f"{one.text[:87]}..."
                yield Choice(f"{judged.key}\t{one.name}", f"{labels[judged.key]}: {short}")


def _words(case: evaluate.Case, labels: Mapping[str, str]) -> Iterable[WordShown]:
    moment = words.Moment(case.project, case.sha, case.inputs.same, case.now)
    rows = SignOff.objects.filter(project=case.project).defer("attachment").order_by("-pk")[:WORDS_SHOWN]
    for row in rows:
        gone = f"taken back by {row.withdrawn_by}" if row.withdrawn_at else words.why_ended(moment, row)
        yield WordShown(row, prose(row.note), gone, labels.get(row.milestone_key, row.milestone_key))
