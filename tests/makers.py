"""Rows for tests, each whole by default: a person names only what the test is about."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User

from milestones import facts
from milestones.codec import to_plain
from milestones.models import (
    Channel,
    Commit,
    Delivery,
    Evidence,
    Judgement,
    Measurement,
    Membership,
    Milestone,
    Project,
    Promotion,
    Role,
)
from milestones.services import evaluate, measuring
from milestones.services.statics import KINDS

_numbers = itertools.count(1)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def sha_of(number: int) -> str:
    """A full commit id that differs in its first digits."""
    return f"{number * 2654435761 % 16**8:08x}" + f"{number:032x}"


def make_user(name: str = "", *, superuser: bool = False) -> User:
    people = get_user_model().objects
    name = name or f"person-{next(_numbers)}"
    return people.create_superuser(name) if superuser else people.create_user(name, password="correct horse")


def make_project(slug: str = "harbour", *, policy: str = "", sha: str = sha_of(1), **fields: Any) -> Project:
    """A project that stands at a commit; an empty `sha` leaves it never fetched."""
    named = {
        "name": slug.capitalize(),
        "source": f"https://git.example/{slug}.git",
        "policy_in_force": policy,
        **fields,
    }
    project = Project.objects.create(slug=slug, sha=sha, docs_sha=sha, policy_sha=sha_of(7) if policy else "", **named)
    if sha:
        make_commit(project, sha)
    return project


def make_member(project: Project, role: Role = Role.DEVELOPER, name: str = "") -> User:
    user = make_user(name)
    Membership.objects.create(project=project, user=user, role=role)
    return user


def make_commit(project: Project, sha: str, days: int = 0, tree: str = "") -> Commit:
    """A commit, `days` after the start of the story."""
    when = START + timedelta(days=days)
    row, _ = Commit.objects.update_or_create(
        project=project, sha=sha,
        defaults={"tree": tree or sha[::-1], "author": "Marit", "subject": f"Commit {sha[:7]}", "committed_at": when},
    )  # fmt: skip
    return row


def make_criterion(text: str, *, checked: bool | None = None, gate: str = "", line: int = 0) -> facts.Criterion:
    line = line or 10 + next(_numbers)
    kind = facts.CriterionKind.DEFINITION_OF_DONE
    return facts.Criterion(
        f"c{line}-{abs(hash(text)) % 1000}", kind, text, "docs/roadmap.md", line, line, 0, checked, gate
    )


def make_milestone(
    project: Project, key: str, title: str = "", *, criteria: Iterable[facts.Criterion | str] = (),
    status: facts.Status = facts.Status.NONE, kind: facts.MilestoneKind = facts.MilestoneKind.MILESTONE,
) -> Milestone:  # fmt: skip
    """A milestone as its document has it; a criterion may be given as its text."""
    position = Milestone.objects.filter(project=project).count()
    listed = tuple(make_criterion(one) if isinstance(one, str) else one for one in criteria)
    said = "" if status is facts.Status.NONE else status.value.replace("_", " ").capitalize()
    read = facts.Milestone(
        key, kind, title or f"Part {key}", "docs/roadmap.md", 5 + 10 * position, 12 + 10 * position, status, said,
        criteria=listed,
    )  # fmt: skip
    return Milestone.objects.create(
        project=project, key=key, kind=kind.value, title=read.title, position=position, path=read.path, line=read.line,
        status=status.value, status_text=said, facts=to_plain(read),
    )  # fmt: skip


def make_evidence(
    project: Project, kind: str, numbers: Mapping[str, float], *, sha: str = "", job: str = "ci", vacuous: str = "",
    findings: Iterable[facts.Finding] = (),
) -> Evidence:  # fmt: skip
    """One piece of evidence with its numbers, by their whole names."""
    static = kind in KINDS
    digest = measuring.static_digest(kind, evaluate.basis_of(project)) if static else f"{next(_numbers):064x}"
    row = Evidence.objects.create(
        project=project, sha=sha or project.sha, kind=kind, job="" if static else job, digest=digest, vacuous=vacuous,
        findings=to_plain(list(findings)),
    )  # fmt: skip
    known = facts.Known.STATIC if static else facts.Known.MEASURED
    unit = "ratio" if kind == "similarity" else "count"
    Measurement.objects.bulk_create(
        Measurement(evidence=row, name=name, value=value, unit=unit, known=known.value)
        for name, value in numbers.items()
    )
    return row


def make_tests(project: Project, *, passed: int = 10, failed: int = 0, skipped: int = 0, **fields: Any) -> Evidence:
    """JUnit results with so many tests."""
    total = passed + failed + skipped
    named = {"total": total, "passed": passed, "failed": failed, "skipped": skipped}
    bad = [
        facts.Finding(f"test_{n} expected 400, got 422", "tests/test_api.py", 10 + n, "failed") for n in range(failed)
    ]
    return make_evidence(project, "junit", {f"tests.{name}": n for name, n in named.items()}, findings=bad, **fields)


def make_judgement(project: Project, sha: str = "") -> Judgement:
    """What the gates say of what is there."""
    return evaluate.judge(project.pk, sha or project.sha)


def make_promotion(
    milestone: Milestone, *, approved: bool = True, sha: str = "", reasons: Iterable[str] = ()
) -> Promotion:
    return Promotion.objects.create(
        milestone=milestone, sha=sha or milestone.project.sha, approved=approved, reasons=list(reasons), by="signe",
        policy_hash=f"{next(_numbers):064x}", evidence_hash="0" * 64, day=START.date(),
    )  # fmt: skip


def make_delivery(
    project: Project, kind: str = "junit", state: str = "done", sentence: str = "", **fields: Any
) -> Delivery:
    number = next(_numbers)
    return Delivery.objects.create(
        project=project, channel=Channel.UPLOAD, guid=f"delivery-{number}", kind=kind, state=state, sentence=sentence,
        digest=f"{number:064x}", **fields,
    )  # fmt: skip


# --- a whole migration ----------------------------------------------------------------------------------------------

POLICY = """[migration]
name = "Harbour: Flask to FastAPI"

[similarity]
api = "server/api.py"

[milestones.3]
owner = "@signe"
done = ["tests.failed == 0", "leftovers.imports == 0", "similarity.api in 0.60..0.85", "lint.ruff.findings == 0"]
proves = { "nothing imports Flask" = "leftovers.imports" }
"""


def make_migration(slug: str = "harbour") -> Project:
    """A project in the middle of its road: every standing, every kind of unknown, and a little history."""
    project = make_project(slug, policy=POLICY, sha=sha_of(40), name="Harbour: Flask to FastAPI")
    make_commit(project, project.sha, days=50)
    box = make_criterion
    reached = facts.Status.REACHED
    tested = box("Every answer has a test.", checked=True, gate="tests.total >= 30")
    taken = box("FastAPI takes every request.", checked=True, gate="tests.total >= 10")
    read = box("The port was read by a second person.", checked=True)
    zero = make_milestone(project, "0", "Freeze the baseline", status=reached, criteria=[tested])
    one = make_milestone(project, "1", "One front door", status=reached, criteria=[taken])
    make_milestone(project, "2", "The booking API and all its neighbours", status=reached, criteria=[read])
    make_milestone(project, "3", "Farewell to Flask", status=facts.Status.IN_PROGRESS, criteria=[
        box("The frozen tests pass as they were written.", checked=True, gate="tests.failed == 0"),
        box("So far nothing imports Flask in `server/`."),
        box("There are tests for everything.", checked=True, gate="tests.total >= 30"),
        box("Ruff is silent about the port.", checked=True, gate="lint.ruff.findings == 0"),
        box("The rollback drill was executed once."),
        box("The harbour master has seen it."),
    ])  # fmt: skip
    make_milestone(project, "4", "Workers", status=facts.Status.OPTIONAL)
    make_milestone(project, "5", "Cut over", criteria=["Nothing answers on the old port."])
    _history(project)
    make_evidence(project, "leftovers", {"leftovers.imports": 2}, findings=[
        facts.Finding("imports flask", "server/shim.py", 3, "import"),
        facts.Finding("imports werkzeug.exceptions", "server/pages.py", 9, "import"),
    ])  # fmt: skip
    make_evidence(project, "similarity", {"similarity.api": 0.7121})
    make_tests(project, passed=41, failed=1)
    make_judgement(project)
    make_promotion(zero, sha=sha_of(36))
    make_promotion(one, sha=sha_of(38))
    make_promotion(
        Milestone.objects.get(project=project, key="3"),
        approved=False,
        reasons=["tests.failed is 1; the bound is == 0"],
    )
    make_delivery(
        project, "junit", "done", "judged as number 1: tests.total 42, tests.failed 1", sha=project.sha, job="ci"
    )
    make_delivery(
        project, "ruff", "failed", "line 3: the file breaks off; send what `ruff check --output-format json` writes"
    )
    make_delivery(
        project, "junit", "waiting", "waits for commit 1c9ae1f0, which is not fetched yet; a fetch was asked for"
    )
    return project


def _history(project: Project) -> None:
    for number in range(30, 40):
        sha = sha_of(number)
        make_commit(project, sha, days=(number - 30) * 5)
        make_tests(project, passed=24 + (number - 30) * 2, skipped=2, sha=sha)
        make_evidence(project, "leftovers", {"leftovers.imports": 40 - number}, sha=sha)
        make_evidence(project, "similarity", {"similarity.api": 0.99 - (number - 30) * 0.03}, sha=sha)
        if number == 33:
            make_evidence(project, "ruff", {"lint.ruff.findings": 4, "lint.ruff.files": 12}, sha=sha)
        make_judgement(project, sha)
