"""Attacks with commits: another's evidence, names that move, history that is rewritten."""

from __future__ import annotations

import pytest

from milestones.models import Promotion
from milestones.services import intake, promote
from milestones.services.keys import new_upload_token
from tests.attacks.places import Town
from tests.example import PORTED, junit, send
from tests.makers import make_project


def test_evidence_for_one_commit_promotes_no_other_tree(town: Town) -> None:
    other = town.push({"ferry/times.py": PORTED + "\n# other\n"})
    town.green(other)
    blocked = town.promote()
    assert not blocked.approved
    assert any("no JUnit results for" in reason for reason in blocked.reasons), blocked.reasons
    assert town.promote(other).approved


def test_evidence_counts_for_a_commit_of_the_same_tree(town: Town) -> None:
    town.green()
    same = town.push({}, "Say it again")
    assert town.promote(same).approved


@pytest.mark.parametrize("name", ["{sha:.8}", "v1", "main", "HEAD", "{sha}x"])
def test_anything_but_the_full_id_is_refused_by_name(town: Town, name: str) -> None:
    town.green()
    town.work.repo.create_tag("v1", town.ported)
    with pytest.raises(promote.NotAllowedError, match="give all 40 digits"):
        town.promote(name.format(sha=town.ported))
    assert not Promotion.objects.exists()


def test_a_tag_that_moved_moves_no_decision(town: Town) -> None:
    town.green()
    town.work.repo.create_tag("release", town.ported)
    approved = town.promote()
    other = town.push({"ferry/times.py": PORTED + "\n# other\n"})
    town.work.repo.create_tag("release", other, force=True)
    approved.refresh_from_db()
    assert (approved.sha, approved.approved) == (town.ported, True)
    assert promote.resolve(town.project, "release") in {town.ported, other}
    assert not town.promote(other).approved, "the tag's new commit is judged by its own evidence"


def test_a_commit_that_was_pushed_away_by_force_is_not_promoted(town: Town) -> None:
    gone = town.push({"ferry/times.py": PORTED + "\n# other\n"})
    town.green(gone)
    town.work.repo.git.reset("-q", "--hard", town.ported)
    town.push({"ferry/more.py": "MORE = 1\n"})
    with pytest.raises(promote.NotAllowedError, match="on no branch any more: it was pushed away by force"):
        town.promote(gone)


def test_a_revert_is_judged_by_what_it_holds(town: Town) -> None:
    town.green()
    assert town.promote().approved
    town.work.repo.git.checkout("-q", town.legacy, "--", "ferry/times.py")
    reverted = town.push({}, "Revert the port")
    send(town.project, "junit", reverted, junit())
    blocked = town.promote(reverted)
    assert any("leftovers.imports is 1" in reason for reason in blocked.reasons)


def test_a_token_of_one_project_says_nothing_of_another(town: Town, client) -> None:  # type: ignore[no-untyped-def]
    other = make_project("other")
    token = new_upload_token(other, "ci")
    body = {
        "data": junit(),
        "content_type": "application/octet-stream",
        "headers": {"Authorization": f"Bearer {token}"},
    }
    refused = client.post(f"/api/projects/{town.project.slug}/evidence/junit?sha={town.ported}", **body)
    assert refused.status_code == 404
    assert "use the token of that project" in refused.json()["detail"]
    # naming the other's commit under one's own name waits for a commit that never comes, and proves nothing there
    taken = client.post(f"/api/projects/other/evidence/junit?sha={town.ported}", **body)
    assert taken.status_code == 202
    assert not town.promote().approved


def test_a_short_commit_in_an_upload_is_refused(town: Town) -> None:
    with pytest.raises(intake.RefusedError, match="no full commit id"):
        intake.receive_upload(town.project, intake.Upload("junit", town.ported[:8], junit()))
