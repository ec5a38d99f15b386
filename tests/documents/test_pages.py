"""The Documents page and the page of one document, as a member reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from milestones.models import BlobFact, Document, Role
from tests.documents.lighthouse import begin, plan
from tests.example import track
from tests.makers import make_member, make_project
from tests.repositories import Work
from tests.web.pages import member_client, text

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    made = Work(tmp_path / "lighthouse")
    begin(made)
    yield made
    made.repo.close()


def page(work: Work, path: str = "", query: str = "") -> str:
    project = track(work)
    answer = member_client(project, Role.VIEWER).get(f"/projects/{project.slug}/documents/{path}{query}")
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def item(html: str, words: str) -> str:
    """The list item of a drawn document that holds these words."""
    return next(one for one in html.split('class="card document')[1].split("<li") if words in one)


def test_each_document_has_its_row_with_what_it_claims_and_what_is_proven(work: Work) -> None:
    html = page(work)
    row = text(next(one for one in html.split("<tr>") if "docs/plan.md" in one))
    assert "Lighthouse: the move" in row
    assert "M1, M2" in row
    assert "2/3" in row, "boxes"
    assert "2/5 0/5" in row, "claimed and proven"
    assert "Ada, 1 version" in row


def test_the_bar_leads_to_the_documents_and_each_row_to_its_document(work: Work) -> None:
    project = track(work)
    home = member_client(project).get(f"/projects/{project.slug}/").content.decode()
    assert f'href="/projects/{project.slug}/documents/"' in home
    assert f'href="/projects/{project.slug}/documents/docs/plan.md"' in page(work)


def test_a_criterion_has_its_verdict_at_its_own_line_and_a_finding_stands_in_the_margin(work: Work) -> None:
    html = page(work, "docs/plan.md")
    assert "claimed, awaits sign-off" in item(html, "oldlamp")
    assert "awaits sign-off" in item(html, "The keeper has seen it.")
    assert "claimed," not in item(html, "The keeper has seen it.")
    assert "the rows add up to 7, the total row says 9" in html.split("<table")[0], "before its table"
    assert 'href="/projects/' in item(html, "oldlamp"), "the verdict leads to its milestone"


def test_links_between_documents_lead_to_their_pages(work: Work) -> None:
    html = page(work, "docs/plan.md")
    assert re.search(r'href="/projects/[\w-]+/documents/docs/report.md#h-what-was-done"', html)
    assert '<span class="inert" title="../lamp/light.py: no page here">the code</span>' in html
    assert "tracker.example" not in re.sub(r'title="[^"]*"', "", page(work, "docs/report.md"))


def test_a_switch_between_versions_says_what_changed_in_criteria(work: Work) -> None:
    first = work.repo.head.commit.hexsha
    second = work.commit({"docs/plan.md": plan("The door is green.").replace("- [ ] The keeper", "- [x] The keeper")})
    work.commit({"docs/plan.md": plan("The door is painted green.", total=7)})
    html = page(work, "docs/plan.md")
    assert "version 3 of 3" in text(html)
    assert "reworded The door is green. The door is painted green." in text(html)
    assert "unticked The keeper has seen it." in text(html)
    old = page(work, "docs/plan.md", f"?version={second}&against={first}")
    assert "version 2 of 3" in text(old)
    assert "appeared The door is green." in text(old)
    assert "ticked The keeper has seen it." in text(old)
    assert "The door is green." in item(old, "The door")
    assert "add up to" not in old, "findings are of the version that stands"
    assert "show the newest" in text(old)
    same = page(work, "docs/plan.md", f"?version={second[:10]}&against={second}")
    assert "No criterion changed since version 2" in text(same)


def test_a_promise_taken_back_stands_in_the_margin(work: Work) -> None:
    work.commit({"docs/plan.md": plan().replace("- [ ] The keeper has seen it.", "")})
    assert "“The keeper has seen it.” was taken out" in text(page(work, "docs/plan.md"))


def test_a_document_that_went_can_still_be_read_in_its_versions(work: Work) -> None:
    first = work.repo.head.commit.hexsha
    work.commit({"docs/report.md": None})
    html = page(work, "docs/report.md")
    assert "has it no more" in text(html)
    old = page(work, "docs/report.md", f"?version={first}")
    assert "Milestone 2 is complete." in old


def test_a_document_is_drawn_once_by_its_hash(work: Work) -> None:
    page(work, "docs/plan.md")
    page(work, "docs/plan.md")
    drawn = BlobFact.objects.filter(reader__startswith="drawn/")
    assert drawn.count() == 1
    drawn.update(facts="<p>remembered</p>")
    assert "remembered" in page(work, "docs/plan.md")


def test_a_document_that_cannot_be_read_says_so_on_its_page(work: Work) -> None:
    work.commit({"docs/blank.md": "", "docs/zero.md": "# Zero\n\n\0\n"})
    assert "card document" in page(work, "docs/blank.md")
    assert "holds a NUL byte" in text(page(work, "docs/zero.md"))


def test_a_document_over_the_limit_is_listed_and_its_page_names_the_limit(work: Work, settings: Any) -> None:
    settings.MIGRATOR_DOC_BYTES = 3000
    first = work.repo.head.commit.hexsha
    large = work.commit({"docs/report.md": "# Report\n" + "x" * 4000})
    assert "docs/report.md" in page(work)
    shown = text(page(work, "docs/report.md"))
    assert "MIGRATOR_DOC_BYTES" in shown
    assert "has it no more" not in shown
    assert "MIGRATOR_DOC_BYTES" in text(page(work, "docs/report.md", f"?version={large}"))
    assert "Milestone 2 is complete." in page(work, "docs/report.md", f"?version={first}")


def test_documents_that_state_another_status_are_named_at_the_milestone(work: Work) -> None:
    other = "# Iteration plan (Milestone 1 — Lamp)\n\nStatus: in progress\n\nSee [it](plan.md).\n"
    work.commit({"docs/1-lamp.md": other})
    project = track(work)
    html = text(member_client(project).get(f"/projects/{project.slug}/?milestone=1"))
    assert "docs/1-lamp.md:1 says in progress" in html
    assert "milestone 1 is reached here and in progress there" in text(page(work))


def test_odd_names_have_a_page_too(work: Work) -> None:
    work.commit({"docs/a b #1?.md": "# Odd\n", "docs/ünï.md": "# Dots\n"})
    project = track(work)
    client = member_client(project)
    for path in Document.objects.filter(project=project).in_order().values_list("path", flat=True):
        assert client.get(reverse("document", args=[project.slug, path])).status_code == 200, path


def test_what_is_not_there_is_404(work: Work) -> None:
    project = track(work)
    client = member_client(project)
    for tail in ("docs/none.md", "../../etc/passwd", "docs/plan.md?version=0000000",
                 "docs/plan.md?version=%3Cscript%3E", "docs/plan.md?against=main", "lamp/light.py"):  # fmt: skip
        assert client.get(f"/projects/{project.slug}/documents/{tail}").status_code == 404, tail


def test_another_teams_documents_are_not_there(work: Work) -> None:
    project = track(work)
    stranger = Client()
    stranger.force_login(make_member(make_project("other"), Role.OWNER))
    for tail in ("", "docs/plan.md"):
        assert stranger.get(f"/projects/{project.slug}/documents/{tail}").status_code == 404
        assert stranger.get(f"/projects/other/documents/{tail}").status_code == (404 if tail else 200)
        assert Client().get(f"/projects/{project.slug}/documents/{tail}").status_code == 302


def test_an_empty_project_says_what_to_do() -> None:
    assert "was not fetched yet" in text(member_client(make_project(sha="")).get("/projects/harbour/documents/"))
    assert 'docs = ["docs/**/*.md"]' in text(member_client(make_project("b")).get("/projects/b/documents/"))


def test_a_document_of_script_does_nothing_on_its_page(work: Work) -> None:
    work.commit(
        {"docs/evil.md": "# E <script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[k](javascript:alert(1))\n"}
    )
    html = page(work, "docs/evil.md").split("<main")[1]
    assert "<script" not in html
    assert "onerror" not in html
    assert "javascript:" not in html


def test_the_history_of_a_criterion_is_told_on_the_page_of_its_milestone(work: Work) -> None:
    work.commit({"docs/plan.md": plan().replace("The keeper has seen it.", "The keeper has really seen it.")})
    project = track(work)
    html = member_client(project).get(f"/projects/{project.slug}/?milestone=1").content.decode()
    row = next(one for one in html.split("<tr>") if "really seen" in one)
    assert "reworded 3 Mar 2026, 2 changes" in text(row)
    assert "<del" in row
    assert "Burn-up" in text(html)
    work.commit({"docs/plan.md": plan().replace("- [ ] The keeper has seen it.", "")})
    html = text(member_client(track(work)).get(f"/projects/{project.slug}/?milestone=1"))
    assert "1 criterion that is there no more" in html
