"""The weekly report: what moved, where the milestones stand, what is in the way; as one HTML file and as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import css_inline
import markdown
import nh3
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from milestones.facts import State
from milestones.models import Commit, Judgement, Milestone, Project, Promotion, Regression, Waiver

from . import log
from .judged import JudgedMilestone, read_back
from .overview import Overview, overview
from .standing import Standing, Stop, label_of

WEEK = timedelta(days=7)
PROSE = {"p", "ul", "ol", "li", "strong", "em", "code", "br"}


@dataclass(frozen=True, slots=True)
class Move:
    """One gate that says something else than a week ago; `before` is empty where it said nothing."""

    milestone: str
    gate: str
    before: str
    now: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Report:
    """One week of one project."""

    project: Project
    overview: Overview
    since: datetime
    until: datetime
    compared_with: str
    moves: tuple[Move, ...]
    promotions: tuple[Promotion, ...]
    waivers: tuple[Waiver, ...]
    regressions: tuple[Regression, ...]
    log_head: str

    @property
    def only_claimed(self) -> list[Stop]:
        """Milestones that their documents call done and nothing has proven."""
        return [stop for stop in self.overview.line.stops if stop.standing is Standing.CLAIMED]

    @property
    def criteria_claimed(self) -> int:
        """Ticked boxes without a passing proof, over all milestones."""
        every = [one for stop in self.overview.line.stops for one in stop.judged.criteria]
        return sum(one.claimed and one.state is not State.PASS for one in every)


@dataclass(frozen=True, slots=True)
class Mail:
    """A report as it is sent."""

    subject: str
    text: str
    html: str


def weekly(project: Project, until: datetime | None = None) -> Report:
    """What moved in the seven days up to `until`, by default now."""
    until = until or timezone.now()
    since = until - WEEK
    before, now = _before(project, since), Judgement.objects.latest_at(project, project.sha)
    return Report(
        project=project,
        overview=overview(project),
        since=since,
        until=until,
        compared_with=before.sha if before else "",
        moves=tuple(_moves(project, before, now)),
        promotions=tuple(Promotion.objects.of_project(project).filter(at__gt=since, at__lte=until)[:50]),
        waivers=tuple(Waiver.objects.in_force(project).order_by("until")),
        regressions=tuple(Regression.objects.open(project)),
        log_head=log.head(),
    )


def _before(project: Project, since: datetime) -> Judgement | None:
    """The verdicts of the newest commit made before the week, of the oldest known where all are of this week."""
    judged = Judgement.objects.filter(project=project).values("sha")
    others = Commit.objects.filter(project=project, sha__in=judged).exclude(sha=project.sha)
    ordered = others.order_by("committed_at", "sha")
    found = ordered.filter(committed_at__lte=since).last() or ordered.first()
    return Judgement.objects.latest_at(project, found.sha) if found else None


def _moves(project: Project, before: Judgement | None, now: Judgement | None) -> Iterable[Move]:
    then, here = read_back(before) if before else {}, read_back(now) if now else {}
    names = {one.key: label_of(one.kind, one.key) for one in Milestone.objects.filter(project=project).in_order()}
    for key, said in here.items():
        yield from _moved(names.get(key, key), then.get(key, JudgedMilestone(key)), said)


def _moved(name: str, then: JudgedMilestone, said: JudgedMilestone) -> Iterable[Move]:
    was = {gate.gate: str(gate.state) for gate in then.gates}
    for gate in said.gates:
        if was.get(gate.gate, "") != gate.state and was:
            yield Move(name, gate.gate, was.get(gate.gate, ""), str(gate.state), gate.sentence)


# --- as mail --------------------------------------------------------------------------------------------------------


def mail_of(report: Report) -> Mail:
    """Subject, plain text and one self-contained HTML document."""
    context = context_of(report)
    subject = " ".join(render_to_string("emails/weekly_report.subject.txt", context).split())
    page = render_to_string("emails/weekly_report.html", {**context, "subject": subject})
    return Mail(subject, context["text"], _inliner().inline(page))


def context_of(report: Report) -> dict[str, Any]:
    """What the templates of a report are drawn from, in a mail and in the browser; `text` is its plain part."""
    known = {"report": report, "overview": report.overview, "project": report.project, "site": settings.SITE_URL}
    text = _tidied(render_to_string("emails/weekly_report.md", known))
    return {**known, "text": text, "lead": lead_of(text)}


def _tidied(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def lead_of(text: str) -> SafeString:
    """What stands between the title and the first heading of the plain text, as HTML."""
    lead = text.partition("\n## ")[0].partition("\n")[2]
    return mark_safe(nh3.clean(markdown.markdown(lead), tags=PROSE, attributes={}))  # noqa: S308 - cleaned by nh3


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def write(mail: Mail, out: Path) -> None:
    """The HTML in a file, whole or not at all."""
    draft = out.with_name(f".{out.name}.draft")
    draft.write_text(mail.html, encoding="utf-8")
    draft.replace(out)
