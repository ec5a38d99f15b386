"""What a person decides on the page: dry runs, promotions and sign-offs, each answered with a sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from milestones.models import Decision, Evidence, Judgement, Promotion, Role, SignOff
from milestones.services import log, promote, sign_off
from tests.example import ferry, junit, send, track
from tests.makers import make_judgement, make_member, make_migration, make_milestone, make_project
from tests.web.pages import HTMX, member_client, row_of, text


@pytest.mark.django_db(transaction=True)
def test_a_promotion_goes_from_dry_run_over_blocked_to_approved(tmp_path: Path) -> None:
    work, _, ported = ferry(tmp_path / "ferry")
    project = track(work)
    client = member_client(project, name="signe")
    base = f"/projects/{project.slug}/milestones/1"

    dry = client.get(f"{base}/dry-run?sha={ported}", headers=HTMX)
    assert "It would be blocked" in text(dry)
    assert not Promotion.objects.exists()

    blocked = client.post(f"{base}/promote", {"sha": ported}, headers=HTMX)
    assert blocked.status_code == 200
    assert "Blocked: milestone 1" in text(blocked)
    assert "no JUnit results have ever come" in text(blocked)
    assert "blocked" in text(blocked).split("Last promotions")[1]

    send(project, "junit", ported, junit())
    seen = re.search(
        r'name="seen" value="(\w+)"', client.get(f"/projects/{project.slug}/?milestone=1").content.decode()
    )
    assert seen
    approved = client.post(f"{base}/promote", {"sha": ported, "seen": seen[1]})
    assert approved.status_code == 302, text(approved)
    shown = client.get(approved["Location"])
    assert "Approved: milestone 1" in text(shown)
    assert "M1 is proven" in text(shown)
    assert Promotion.objects.approved().get().by == "signe"
    work.repo.close()


@pytest.mark.django_db(transaction=True)
def test_a_promotion_of_what_has_changed_since_it_was_seen_is_not_done(tmp_path: Path) -> None:
    work, _, ported = ferry(tmp_path / "ferry")
    project = track(work)
    client = member_client(project)
    html = client.get(f"/projects/{project.slug}/").content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', html)
    assert seen
    send(project, "junit", ported, junit())
    base = f"/projects/{project.slug}/milestones/1/promote"
    for headers in (HTMX, None):
        answer = client.post(base, {"sha": ported, "seen": seen[1]}, headers=headers)
        assert answer.status_code == 409
        assert "changed since you looked" in text(answer)
    assert not Promotion.objects.exists()
    work.repo.close()


@pytest.mark.django_db
@pytest.mark.parametrize("sha", ["", "main", "0" * 40, "b" * 39, "<script>"])
def test_a_commit_that_is_not_there_is_refused_with_a_sentence(sha: str) -> None:
    project = make_migration()
    client = member_client(project)
    answers = [
        client.post(f"/projects/{project.slug}/milestones/3/promote", {"sha": sha}),
        client.get(f"/projects/{project.slug}/milestones/3/dry-run", {"sha": sha}),
    ]
    for answer in answers:
        assert answer.status_code == 422
        assert "is no commit that was fetched; give all 40 digits" in text(answer)
        assert b"<script>" not in answer.content.replace(b"<script src", b"")
    assert Promotion.objects.count() == 3


@pytest.mark.django_db
def test_a_milestone_that_is_not_there_is_404() -> None:
    project = make_migration()
    client = member_client(project)
    for answer in (
        client.get(f"/projects/{project.slug}/milestones/99/dry-run"),
        client.post(f"/projects/{project.slug}/milestones/99/promote", {"sha": project.sha}),
        client.post(f"/projects/{project.slug}/milestones/99/sign-off", {"identity": "x"}),
    ):
        assert answer.status_code == 404


@pytest.mark.django_db
def test_many_criteria_are_signed_off_at_once_and_judged_again() -> None:
    project = make_project()
    make_milestone(project, "1", criteria=["The drill was held.", "The master has seen it."])
    make_judgement(project)
    client = member_client(project, name="signe")
    html = client.get(f"/projects/{project.slug}/").content.decode()
    wanted = re.findall(r'name="identity" value="([^"]+)"', html)
    assert len(wanted) == 2
    answer = client.post(
        f"/projects/{project.slug}/milestones/1/sign-off", {"identity": wanted, "note": "Held on Friday."}, headers=HTMX
    )
    assert "signed off by signe" in text(answer)
    assert "Nothing blocks M1" in text(answer)
    assert set(SignOff.objects.values_list("sha", "by", "note")) == {(project.sha, "signe", "Held on Friday.")}
    assert list(Decision.objects.values_list("verb", flat=True)) == ["signed off", "signed off"]
    assert log.first_broken() is None
    newest = Judgement.objects.latest_at(project, project.sha)
    assert newest is not None
    assert newest.milestones[0]["state"] == "pass"


@pytest.mark.django_db
def test_a_decision_that_was_put_to_another_project_breaks_the_chain() -> None:
    project, other = make_project(slug="ours"), make_project(slug="theirs")
    row = log.record("ada", "signed off", "milestone 1", project, {})
    for place in (other, None):
        Decision.objects.filter(pk=row.pk).update(project=place)
        assert log.first_broken() == row.number
    Decision.objects.filter(pk=row.pk).update(project=project)
    assert log.first_broken() is None
    project.delete()
    assert log.first_broken() is None
    make_project(slug="ours")
    assert log.first_broken() is None


@pytest.mark.django_db
def test_a_criterion_with_a_gate_takes_nobodys_word() -> None:
    project = make_migration()
    client = member_client(project)
    judged = Judgement.objects.latest_at(project, project.sha)
    assert judged is not None
    milestone = next(one for one in judged.milestones if one["key"] == "3")
    gated = next(one["identity"] for one in milestone["criteria"] if not one["awaits_sign_off"])
    address = f"/projects/{project.slug}/milestones/3/sign-off"
    for identities, said in (([gated], "does not await a person's word"), ([], "no criterion was chosen")):
        answer = client.post(address, {"identity": identities})
        assert answer.status_code == 422
        assert said in text(answer)
    assert not SignOff.objects.exists()
    assert not Decision.objects.exists()


@pytest.mark.django_db
def test_the_verb_itself_refuses_a_developer() -> None:
    project = make_migration()
    milestone = promote.milestone_of(project, "3")
    with pytest.raises(promote.NotAllowedError, match="a maintainer may"):
        sign_off.sign_off(milestone, ["x"], by=make_member(project, Role.DEVELOPER))


@pytest.mark.django_db
def test_the_page_never_shows_a_pass_once_the_evidence_is_gone() -> None:
    project = make_migration()
    Evidence.objects.filter(project=project, kind="junit", sha=project.sha).delete()
    make_judgement(project)
    client = member_client(project)
    html = client.get(f"/projects/{project.slug}/").content.decode()
    row = row_of(html, "There are tests for everything")
    assert "unknown" in row
    assert "is-pass" not in row
