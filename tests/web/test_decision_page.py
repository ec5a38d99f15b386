"""The page of decisions: everything decided is on it, and everything on it can be decided by those who may."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from milestones.models import Circumstance, Decision, Role, SignOff, Waiver
from milestones.services import log
from tests.makers import make_judgement, make_member, make_migration, make_milestone, make_project
from tests.web.pages import member_client, text

pytestmark = pytest.mark.django_db
FAILS = "3\ttests.failed == 0"


def address(project, verb: str = "") -> str:  # type: ignore[no-untyped-def]
    return f"/projects/{project.slug}/decisions/{verb}"


def test_an_empty_page_says_what_it_will_hold() -> None:
    project = make_project(sha="")
    page = text(member_client(project).get(address(project)))
    for said in ("Nobody has asked for a waiver", "Nobody has signed anything off", "Nothing was decided yet",
                 "Nothing is held, frozen or staged", "the log holds"):  # fmt: skip
        assert said in page


def test_a_waiver_is_asked_for_by_one_and_approved_by_another() -> None:
    project = make_migration()
    asking, approving = member_client(project, Role.DEVELOPER, "mats"), member_client(project, Role.MAINTAINER, "signe")
    form = {"what": FAILS, "why": "The counter is moved last.", "days": "5"}
    assert asking.post(address(project, "ask-waiver"), form).status_code == 302
    row = Waiver.objects.get()
    page = text(asking.get(address(project)))
    assert "asked for" in page
    assert "The counter is moved last." in page
    refused = asking.post(address(project, "approve-waiver"), {"pk": row.pk})
    assert refused.status_code == 422
    assert "it takes the role maintainer" in text(refused)
    assert approving.post(address(project, "approve-waiver"), {"pk": row.pk}).status_code == 302
    page = text(approving.get(address(project)))
    assert "in force, 4 days left" in page
    assert "mats, approved by signe" in page
    assert approving.post(address(project, "end-waiver"), {"pk": row.pk}).status_code == 302
    assert "ended by signe" in text(approving.get(address(project)))
    assert list(Decision.objects.values_list("verb", flat=True)) == [
        "asked for a waiver", "approved a waiver", "ended a waiver",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"what": FAILS, "why": "", "days": "5"}, "a waiver needs a reason"),
        ({"what": FAILS, "why": "x", "days": "90"}, "a waiver lasts 1 to 30 days (longest_days"),
        ({"what": FAILS, "why": "x", "days": "many"}, "days is a whole number"),
        ({"what": "3\ttests.total >= 0", "why": "x", "days": "5"}, "is not in the way of milestone 3 now"),
        ({"what": "77\tx", "why": "x", "days": "5"}, "there is no milestone '77'"),
    ],
)
def test_a_waiver_that_cannot_be_is_refused_with_a_sentence(form: dict[str, str], said: str) -> None:
    project = make_migration()
    answer = member_client(project).post(address(project, "ask-waiver"), form)
    assert answer.status_code == 422
    assert said in text(answer)
    assert not Waiver.objects.exists()


def test_a_word_comes_with_its_note_its_file_and_its_paths() -> None:
    project = make_project()
    make_milestone(project, "1", criteria=["The drill was held."])
    identity = make_judgement(project).milestones[0]["criteria"][0]["identity"]
    client = member_client(project, name="signe")
    note = "Held, see **below**.\n\n<script>alert(1)</script> [x](javascript:alert(1))"
    form = {"identity": identity, "note": note, "file": SimpleUploadedFile("../log.html", b"<script>1</script>")}
    client.post(f"/projects/{project.slug}/milestones/1/sign-off", form)
    row = SignOff.objects.get()
    assert (row.by, row.role, row.file_name) == ("signe", "maintainer", "log.html")
    page = client.get(address(project)).content.decode()
    assert "<strong>below</strong>" in page
    assert "<script>alert" not in page
    assert "javascript:" not in page
    file = client.get(address(project, f"files/{row.pk}"))
    assert file.content == b"<script>1</script>"
    assert file["Content-Type"] == "application/octet-stream"
    assert 'attachment; filename="log.html"' in file["Content-Disposition"]
    assert client.post(address(project, "take-back"), {"pk": row.pk}).status_code == 302
    assert "taken back by signe" in text(client.get(address(project)))
    assert make_judgement(project).milestones[0]["state"] == "unknown"


def test_a_hold_is_set_and_lifted() -> None:
    project = make_migration()
    client = member_client(project)
    form = {"kind": "hold", "why": "The office moves.", "ends": "2099-01-01"}
    assert client.post(address(project, "hold"), form).status_code == 302
    assert "The office moves." in text(client.get(address(project)))
    assert client.post(address(project, "lift"), {"pk": Circumstance.objects.get().pk}).status_code == 302
    assert "Nothing is held" in text(client.get(address(project)))
    wrong = client.post(address(project, "hold"), {"kind": "hold", "why": "x", "ends": "soon"})
    assert "'soon' is no day; write it as 2026-12-31" in text(wrong)


@pytest.mark.parametrize("verb", ["ask-waiver", "approve-waiver", "end-waiver", "hold", "lift", "stage", "correct",
                                  "end-correction", "take-back", "complete"])  # fmt: skip
def test_a_stranger_finds_nothing_and_a_viewer_decides_nothing(verb: str) -> None:
    project, other = make_migration(), make_project("other")
    stranger, viewer = member_client(other), member_client(project, Role.VIEWER)
    form = {"what": FAILS, "why": "x", "days": "3", "pk": "1", "kind": "hold", "sha": project.sha, "stage": "x"}
    assert stranger.post(address(project, verb), form).status_code == 404
    assert viewer.post(address(project, verb), form).status_code == 422
    assert not Decision.objects.exists()


def test_a_log_that_was_altered_is_seen_at_once() -> None:
    project = make_migration()
    for number in range(4):
        log.record("ola", "tried", f"thing {number}", project, {})
    client = member_client(project)
    assert "the log holds" in text(client.get(address(project)))
    Decision.objects.filter(number=4).delete()
    assert "the log breaks at 4" in text(client.get(address(project)))


@pytest.mark.parametrize(("tamper", "number"), [
    (lambda rows: rows.filter(number=2).update(actor="eve"), 2),
    (lambda rows: rows.filter(number=2).delete(), 2),
    (lambda rows: rows.filter(number__gte=3).delete(), 3),
    (lambda rows: rows.create(number=5, actor="eve", verb="approved", subject="all", at="2026-01-01T00:00:00Z"), 5),
    (lambda rows: rows.all().delete(), 1),
])  # fmt: skip
def test_a_row_altered_removed_or_added_by_sql_is_detected(tamper, number: int) -> None:  # type: ignore[no-untyped-def]
    for one in range(4):
        log.record("ola", "tried", f"thing {one}", None, {})
    printed = log.head()
    assert log.first_break(printed) is None
    tamper(Decision.objects)
    found = log.first_break()
    assert found is not None
    assert found.number == number
    log.record("ola", "tried", "to hide it", None, {})
    assert log.first_break() is not None, "a line more does not heal it"


def test_a_head_that_a_report_once_printed_is_missed() -> None:
    log.record("ola", "tried", "one", None, {})
    printed = log.head()
    log.record("ola", "tried", "two", None, {})
    assert log.first_break(printed) is None
    found = log.first_break("f" * 64)
    assert found is not None
    assert "is not in it" in found.why
    assert make_member
