"""The project page in words: each standing, each kind of unknown, what to do next."""

from __future__ import annotations

import html as markup
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from milestones import facts
from milestones.models import Delivery, Evidence, Judgement, Membership, Role
from milestones.services import evaluate
from milestones.services.overview import stamp_of
from tests.makers import (
    make_commit,
    make_criterion,
    make_delivery,
    make_evidence,
    make_judgement,
    make_member,
    make_migration,
    make_milestone,
    make_project,
    make_promotion,
    make_tests,
    sha_of,
)
from tests.web.pages import HTMX, member_client, page, row_of, text

pytestmark = pytest.mark.django_db


def stops(html: str) -> list[tuple[str, str]]:
    """(shape, words) of each stop on the line."""
    found = re.findall(r'<li class="stop is-(\w+)[^"]*">(.*?)</li>', html, re.DOTALL)
    return [(shape, text(re.sub(r"<svg.*</svg>", "", body, flags=re.DOTALL)).strip()) for shape, body in found]


def test_every_stop_has_its_own_shape_and_word() -> None:
    found = stops(page(make_migration()))
    assert [shape for shape, _ in found] == ["proven", "proven", "claimed", "blocked", "dropped", "later"]
    said = ["proven", "proven", "claimed, not proven", "blocked", "optional", "later"]
    assert all(word in words for word, (_, words) in zip(said, found, strict=True)), found


def test_why_it_is_blocked_says_what_where_and_what_to_do() -> None:
    said = text(page(make_migration()))
    assert "Why M3 is blocked @signe" in said
    assert "Fails: tests.failed is 1; it has to be == 0." in said
    assert "tests/test_api.py:10 test_0 expected 400, got 422" in said
    assert "server/shim.py:3 imports flask" in said
    assert "Unknown, missing here: no ruff results" in said
    assert "curl -H" in said
    assert "2 criteria await a person's word" in said
    assert "M3 blocked by 2 gates, 1 unknown, 2 to sign off" in said


def test_what_never_came_what_is_missing_and_what_is_unusable_are_told_apart() -> None:
    project = make_project()
    make_evidence(project, "ruff", {"lint.ruff.findings": 0, "lint.ruff.files": 3}, sha=sha_of(2))
    make_tests(project, passed=0, skipped=4, vacuous="every test was skipped")
    gates = ["coverage.lines >= 80%", "lint.ruff.findings == 0", "tests.failed == 0"]
    make_milestone(project, "1", criteria=[make_criterion(gate, gate=gate) for gate in gates])
    make_judgement(project)
    html = page(project)
    for kind in ("never connected", "missing here", "unusable"):
        assert f"Unknown, {kind}:" in text(html)
    assert {"is-never-connected", "is-missing-here", "is-unusable"} <= set(re.findall(r"is-[a-z-]+", html))
    assert "Fails:" not in text(html)


def test_a_milestone_that_nothing_blocks_says_so_and_can_be_promoted() -> None:
    project = make_project()
    make_tests(project)
    make_milestone(project, "1", criteria=[make_criterion("All green.", gate="tests.failed == 0")])
    make_judgement(project)
    html = page(project)
    assert "Nothing blocks M1" in text(html)
    assert "it can be promoted" in text(html)
    assert re.search(r'class="btn btn-primary" id="promote"', html)
    assert "all 1 proven" in text(html)


def test_a_promoted_milestone_that_fails_now_has_regressed() -> None:
    project = make_project()
    make_promotion(make_milestone(project, "1", criteria=[make_criterion("Green.", gate="tests.failed == 0")]))
    make_tests(project, failed=2)
    make_judgement(project)
    html = page(project)
    assert [shape for shape, _ in stops(html)] == ["regressed"]
    assert "Why M1 has regressed" in text(html)


def test_a_claim_that_a_gate_contradicts_says_so() -> None:
    project = make_project()
    green = make_criterion("Green.", gate="tests.failed == 0", checked=True)
    make_milestone(project, "1", status=facts.Status.COMPLETE, criteria=[green])
    make_tests(project, failed=1)
    make_judgement(project)
    html = page(project)
    assert [shape for shape, _ in stops(html)] == ["claimed"]
    assert "claimed, contradicted" in text(html)
    assert "Its document says complete; a gate says otherwise" in text(html)
    assert 'class="cross"' in html


def test_claimed_stands_beside_proven_with_value_bound_and_source() -> None:
    html = page(make_migration())
    row = row_of(html, "Ruff is silent")
    assert 'aria-label="claimed"' in row
    assert "unknown" in text(row)
    assert "last came for" in text(row)
    row = row_of(html, "So far nothing imports Flask")
    assert 'aria-label="not claimed"' in row
    assert "<code>server/</code>" in row
    assert "fail" in text(row)
    assert "leftovers.imports == 0" in text(row)
    assert "static, leftovers at" in text(row)
    assert "docs/roadmap.md:" in text(row)


def test_any_milestone_can_be_opened_and_one_that_is_not_there_is_404() -> None:
    project = make_migration()
    assert "What M5 will take" in text(page(project, "?milestone=5"))
    client = member_client(project)
    assert client.get(f"/projects/{project.slug}/?milestone=99").status_code == 404


def test_the_trends_are_those_that_have_data_up_to_where_the_project_stands() -> None:
    project = make_migration()
    make_tests(project, passed=999, sha=sha_of(41))
    make_commit(project, sha_of(41), days=90)
    make_judgement(project, sha_of(41))
    html = page(project)
    said = text(html)
    assert "Tests 41 pass, 1 fail, 0 skipped" in said
    assert "Leftovers 2 imports left" in said
    assert "Similarity, api 0.712 wanted in 0.6..0.85" in said
    assert html.count('class="band"') == 1
    assert "over 11 commits" in html


def test_a_project_with_no_result_has_no_chart_of_tests() -> None:
    project = make_project()
    make_milestone(project, "1", criteria=["It is done."])
    make_judgement(project)
    assert "Tests" not in re.findall(r"<h3[^>]*>(.*?)</h3>", page(project))


@pytest.mark.parametrize("count", [1, 7, 15, 30])
def test_the_line_holds_any_number_of_milestones(count: int) -> None:
    project = make_project()
    for number in range(count):
        make_milestone(
            project, str(number), f"A part with <b>{number}</b> & a name that is rather long", criteria=["x"]
        )
    make_judgement(project)
    html = page(project)
    assert len(stops(html)) == count
    assert "&lt;b&gt;0&lt;/b&gt;" in html


def test_a_key_of_any_kind_has_its_page() -> None:
    project = make_project()
    for key in ("N-1", "A/B", "1.2", "a b?&"):
        make_milestone(project, key, criteria=["It is done."])
    make_judgement(project)
    client = member_client(project)
    html = client.get(f"/projects/{project.slug}/").content.decode()
    for link in re.findall(r'href="(\?milestone=[^"]+)"', html):
        opened = client.get(f"/projects/{project.slug}/{markup.unescape(link)}")
        assert opened.status_code == 200, link
        dry = re.findall(r'href="([^"]+/dry-run\?[^"]+)"', opened.content.decode())
        assert client.get(markup.unescape(dry[0])).status_code in {200, 422}, dry


def test_words_of_a_document_never_become_markup() -> None:
    project = make_project()
    bad = "<script>alert(1)</script> `<img src=x>` **bold** [link](javascript:alert(1)) <!-- gate: x -->"
    make_milestone(project, "1", bad, criteria=[make_criterion(bad)])
    make_judgement(project)
    html = page(project)
    assert "<script>alert" not in html
    assert "<img" not in html
    assert not re.search(r'(href|src)="javascript:', html)
    assert "<code>&lt;img src=x&gt;</code>" in html


def test_the_fragment_is_what_the_page_contains() -> None:
    project = make_migration()
    client = member_client(project)
    whole = client.get(f"/projects/{project.slug}/").content.decode()
    part = client.get(f"/projects/{project.slug}/", headers=HTMX).content.decode()
    token = r'name="csrfmiddlewaretoken" value="\w+"'
    assert part.lstrip().startswith('<div id="overview"')
    assert re.sub(token, "", part).strip() in re.sub(token, "", whole)


def test_the_page_asks_every_two_seconds_while_work_is_under_way_and_slowly_when_it_is_quiet() -> None:
    project = make_migration()
    assert 'hx-trigger="every 30s"' in page(project)
    make_delivery(project, "junit", "stored")
    assert 'hx-trigger="every 2s"' in page(project)
    assert "1 delivery under way" in text(page(project))


def test_nothing_is_sent_while_nothing_changes() -> None:
    project = make_migration()
    client = member_client(project)
    html = client.get(f"/projects/{project.slug}/").content.decode()
    poll = re.search(r'hx-get="([^"]+stamp=[^"]+)"', html)
    assert poll
    address = poll[1].replace("&amp;", "&")
    assert client.get(address, headers=HTMX).status_code == 204
    Delivery.objects.filter(state="waiting").update(state="done")
    changed = client.get(address, headers=HTMX)
    assert changed.status_code == 200
    assert changed.content.lstrip().startswith(b'<div id="overview"')


def test_evidence_that_comes_in_changes_the_stamp() -> None:
    project = make_migration()
    client = member_client(project)
    html = client.get(f"/projects/{project.slug}/").content.decode()
    poll = re.search(r'hx-get="([^"]+stamp=[^"]+)"', html)
    assert poll
    make_evidence(project, "ruff", {"lint.ruff.findings": 0, "lint.ruff.files": 9})
    evaluate.judge(project.pk, project.sha)
    assert client.get(poll[1].replace("&amp;", "&"), headers=HTMX).status_code == 200


def test_a_delivery_shows_its_state_its_sentence_and_another_try() -> None:
    project = make_migration()
    said = text(page(project))
    assert "failed ruff by upload" in said
    assert "line 3: the file breaks off" in said
    failed = Delivery.objects.get(project=project, state="failed")
    client = member_client(project)
    assert client.post(f"/projects/{project.slug}/deliveries/{failed.pk}/retry").status_code == 302
    failed.refresh_from_db()
    assert (failed.state, failed.attempts, failed.sentence) == ("stored", 0, "")


def test_a_look_can_be_asked_for_and_is_asked_for_once() -> None:
    project = make_migration()
    client = member_client(project)
    for _ in range(2):
        answer = client.post(f"/projects/{project.slug}/look", {"milestone": "5"}, headers=HTMX)
        assert "under way" in answer.content.decode()
        assert "What M5 will take" in text(answer.content.decode())
    assert Delivery.objects.filter(project=project, kind="look").count() == 1


def test_a_viewer_sees_no_button_that_would_be_refused() -> None:
    html = page(make_migration(), role=Role.VIEWER)
    assert "a maintainer promotes" in text(html)
    for button in ('id="promote"', 'id="sign-off"', 'id="fetch-now"', 'id="retry-'):
        assert button not in html


def test_a_project_that_was_never_fetched_says_what_to_do() -> None:
    said = text(page(make_project(sha="")))
    assert "not fetched yet" in said
    assert "manage.py track https://git.example/harbour.git" in said


def test_a_project_whose_documents_hold_no_milestone_says_what_to_write() -> None:
    said = text(page(make_project()))
    assert "No milestone was found" in said
    assert "migration.toml" in said


def test_the_list_goes_to_the_only_project_and_tells_a_newcomer_what_to_type() -> None:
    first = make_project("first")
    member = make_member(first)
    client = Client()
    client.force_login(member)
    assert client.get("/")["Location"] == "/projects/first/"
    Membership.objects.create(project=make_project("second"), user=member)
    said = text(client.get("/").content.decode())
    assert "First" in said
    assert "Second" in said
    Membership.objects.all().delete()
    said = text(client.get("/").content.decode())
    assert "No project yet" in said
    assert "manage.py demo" in said
    assert "manage.py track" in said


def test_the_page_takes_few_queries_however_long_the_history(django_assert_max_num_queries: object) -> None:
    project = make_migration()
    client = member_client(project)
    with django_assert_max_num_queries(45):  # type: ignore[operator]
        client.get(f"/projects/{project.slug}/")
    assert Judgement.objects.filter(project=project).count() > 10
    assert Evidence.objects.filter(project=project).count() > 30


def test_the_legacy_commit_starts_the_trends_though_there_is_nothing_to_judge_at_it() -> None:
    project = make_project(start_sha=sha_of(9))
    make_commit(project, sha_of(9), days=-9)
    make_milestone(project, "1", criteria=["It is done."])
    make_evidence(project, "leftovers", {"leftovers.imports": 21}, sha=sha_of(9))
    make_evidence(project, "leftovers", {"leftovers.imports": 0})
    make_judgement(project)
    html = page(project)
    assert "Leftovers 0 imports left, 21 at most" in text(html)
    assert "Leftovers: 0 imports left, 21 at most, over 2 commits" in html
    assert "Criteria: 0 of 1 proven, 0 only claimed, over 1 commit" in html


def test_findings_that_name_a_measure_are_the_places_of_that_one_alone() -> None:
    project = make_project()
    gates = ["routes.missing == 0", "guards.lost == 0"]
    make_milestone(project, "1", criteria=[make_criterion(gate, gate=gate) for gate in gates])
    make_evidence(project, "routes", {"routes.missing": 1, "guards.lost": 1, "routes.legacy": 9}, findings=[
        facts.Finding("GET /berths is answered no more", "server/api.py", 88, "routes.missing"),
        facts.Finding("POST /berths had login_required and has no guard", "server/api.py", 99, "guards.lost"),
    ])  # fmt: skip
    make_judgement(project)
    reasons = page(project).split('<li class="reason">')[1:3]
    assert ["api.py:88" in reasons[0], "api.py:99" in reasons[0]] == [True, False]
    assert ["api.py:88" in reasons[1], "api.py:99" in reasons[1]] == [False, True]


def test_a_milestone_that_only_policy_knows_is_named() -> None:
    project = make_project(policy='[milestones.77]\ndone = ["tests.failed == 0"]\n')
    make_milestone(project, "1", criteria=["It is done."])
    make_judgement(project)
    assert "migration.toml sets bounds for milestone 77, and no document has it" in text(page(project))


def test_evidence_that_is_taken_away_changes_the_stamp_though_the_verdict_is_an_old_one() -> None:
    project = make_project()
    make_milestone(project, "1", criteria=[make_criterion("Green.", gate="tests.failed == 0")])
    make_judgement(project)
    make_tests(project)
    make_judgement(project)
    before = stamp_of(project)
    Evidence.objects.filter(project=project).delete()
    make_judgement(project)
    first, _, again = Judgement.objects.filter(project=project).order_by("number")
    assert (again.number, again.evidence_hash) == (3, first.evidence_hash), "what was said first is the newest again"
    assert stamp_of(project) != before


def test_a_look_that_is_asked_for_again_stands_first_and_its_end_is_noticed() -> None:
    project = make_migration()
    client = member_client(project)
    client.post(f"/projects/{project.slug}/look")
    for _ in range(12):
        make_delivery(project, "ruff", "done", "judged", received_at=timezone.now() - timedelta(days=1))
    Delivery.objects.filter(kind="look").update(state="done")
    client.post(f"/projects/{project.slug}/look")
    listed = client.get(f"/projects/{project.slug}/").content.decode().split('id="deliveries"')[1]
    assert text(listed).index("look") < text(listed).index("ruff")
    before = stamp_of(project)
    Delivery.objects.filter(kind="look").update(state="running", received_at=timezone.now() - timedelta(days=9))
    running = stamp_of(project)
    Delivery.objects.filter(kind="look").update(state="done")
    assert len({before, running, stamp_of(project)}) == 3, "work far down the list counts, too"
