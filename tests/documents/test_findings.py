"""Contradictions of a tracked project: found, stored, dismissed once, counted, and a gate where policy makes one."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from milestones.models import Decision, Dismissal, DocumentFinding, Judgement, Project, Role
from milestones.services import dismissals, log
from milestones.services.promote import NotAllowedError
from tests.documents.lighthouse import POLICY, begin, plan
from tests.example import track
from tests.makers import make_member
from tests.repositories import Work
from tests.web.pages import member_client, text

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    made = Work(tmp_path / "lighthouse")
    begin(made)
    yield made
    made.repo.close()


def rules(project: Project) -> list[int]:
    return sorted(DocumentFinding.objects.standing(project).values_list("rule", flat=True))


def gate(project: Project, name: str) -> tuple[str, float | None]:
    judged = Judgement.objects.latest_at(project, project.sha)
    assert judged is not None
    row = judged.verdicts.get(gate=name)
    return row.state, row.value


def claims(*arguments: str) -> tuple[int, Any]:
    out = io.StringIO()
    try:
        call_command("claims", *arguments, "--json", stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def test_what_contradicts_is_found_with_its_places_and_a_gate_where_policy_says_so(work: Work) -> None:
    project = track(work)
    found = DocumentFinding.objects.get(project=project, rule=1)
    assert found.places[0] == {"path": "docs/plan.md", "line": 28}
    assert 8 in rules(project)
    assert gate(project, "docs.contradictions == 0") == ("fail", float(len(rules(project))))


def test_without_such_a_gate_findings_are_advice_and_block_nothing(work: Work) -> None:
    work.commit({"migration.toml": POLICY.replace("docs.contradictions == 0", "docs.documents >= 1")})
    project = track(work)
    assert rules(project)
    assert gate(project, "docs.documents >= 1") == ("pass", 2.0)


def test_the_command_prints_those_of_a_project_and_ends_with_one(work: Work) -> None:
    project = track(work)
    code, answer = claims(project.slug)
    assert code == 1
    assert {
        "rule": 1,
        "message": answer["findings"][0]["message"],
        "places": answer["findings"][0]["places"],
    } in answer["findings"]
    other, same = claims(str(work.folder), "--rev", "HEAD:docs")
    assert (other, same["findings"]) == (code, answer["findings"])


def test_a_finding_that_was_dismissed_stays_away_until_its_text_changes(work: Work) -> None:
    project = track(work)
    member = make_member(project, Role.MAINTAINER, "signe")
    before = rules(project)
    finding = DocumentFinding.objects.get(project=project, rule=1)
    dismissals.dismiss(project, finding.fingerprint, by=member, reason="two landings are counted elsewhere")
    assert rules(project) == before[1:]
    assert gate(project, "docs.contradictions == 0")[1] == len(before) - 1

    work.commit({"docs/plan.md": plan().replace("## Milestone 1", "Words that move all lines.\n\n## Milestone 1")})
    project = track(work)
    assert rules(project) == before[1:], "a line further down is the same finding"

    work.commit({"docs/plan.md": plan(total=8)})
    project = track(work)
    assert 1 in rules(project)
    assert dismissals.counts(project) == {1: 1}
    assert [row.verb for row in Decision.objects.filter(actor="signe")] == ["dismissed"]
    assert log.first_broken() is None


def test_nobody_dismisses_without_the_role_or_without_a_reason(work: Work) -> None:
    project = track(work)
    print_ = DocumentFinding.objects.get(project=project, rule=1).fingerprint
    with pytest.raises(NotAllowedError, match="a maintainer may"):
        dismissals.dismiss(project, print_, by=make_member(project, Role.DEVELOPER), reason="no")
    maintainer = make_member(project, Role.MAINTAINER)
    with pytest.raises(NotAllowedError, match="with a reason"):
        dismissals.dismiss(project, print_, by=maintainer, reason="  ")
    with pytest.raises(NotAllowedError, match="not there any more"):
        dismissals.dismiss(project, "0" * 64, by=maintainer, reason="none")
    assert not Dismissal.objects.exists()


def test_a_person_dismisses_on_the_page_and_reads_how_often(work: Work) -> None:
    project = track(work)
    client = member_client(project, name="signe")
    page = client.get(f"/projects/{project.slug}/documents/")
    assert "the rows add up to 7, the total row says 9" in text(page)
    finding = DocumentFinding.objects.get(project=project, rule=1)
    address = f"/projects/{project.slug}/findings/{finding.fingerprint}/dismiss"
    refused = client.post(address, {"reason": ""})
    assert (refused.status_code, "say in a sentence why" in text(refused)) == (422, True)
    done = client.post(address, {"reason": "counted <b>elsewhere</b>"})
    assert done.status_code == 302
    after = client.get(f"/projects/{project.slug}/documents/")
    assert "dismissed 1 time" in text(after)
    assert "counted &lt;b&gt;elsewhere&lt;/b&gt;" in after.content.decode()
    assert 1 not in rules(project)


def test_somebody_elses_findings_cannot_be_dismissed(work: Work, tmp_path: Path) -> None:
    project = track(work)
    finding = DocumentFinding.objects.get(project=project, rule=1)
    other = Project.objects.create(slug="other", name="Other", source="x")
    stranger = Client()
    stranger.force_login(make_member(other, Role.OWNER))
    theirs = f"/projects/{project.slug}/findings/{finding.fingerprint}/dismiss"
    own = f"/projects/other/findings/{finding.fingerprint}/dismiss"
    assert stranger.post(theirs, {"reason": "x"}).status_code == 404
    assert stranger.post(own, {"reason": "x"}).status_code == 422
    viewer = member_client(project, Role.VIEWER)
    assert viewer.post(theirs, {"reason": "x"}).status_code == 403
    assert not Dismissal.objects.exists()


def test_a_document_that_cannot_be_read_leaves_unknown_and_never_a_pass(work: Work) -> None:
    deep = "".join(f"{'  ' * depth}- item\n" for depth in range(300))
    work.commit({"docs/plan.md": "# Plan\n\n## Milestone 2 — Stairs\n\nDefinition of done:\n\n- It is.\n",
                 "docs/report.md": deep})  # fmt: skip
    project = track(work)
    assert gate(project, "docs.contradictions == 0")[0] == "unknown"


def test_a_milestone_that_lost_a_promise_fails_the_gate_on_it(work: Work) -> None:
    assert gate(track(work), "docs.weakened == 0") == ("pass", 0.0)
    work.commit({"docs/plan.md": plan().replace("- [ ] The keeper has seen it.", "")})
    project = track(work)
    assert gate(project, "docs.weakened == 0") == ("fail", 1.0)
    page = text(member_client(project).get(f"/projects/{project.slug}/?milestone=1"))
    assert "Weakened: a promise was taken out after the milestone was claimed" in page
    assert "The keeper has seen it." in page
    work.commit({"docs/plan.md": plan()})
    assert gate(track(work), "docs.weakened == 0") == ("pass", 0.0), "it was given back"
