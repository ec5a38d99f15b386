"""The pages in a real browser: nothing refused by the policy, every button works, nobody is shut out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from milestones.models import Delivery, Membership, Promotion, Role, SignOff
from milestones.services import accounts, keys
from tests.example import ferry, junit, send, track
from tests.makers import make_judgement, make_migration, make_milestone, make_project, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Open = Callable[..., Any]


@pytest.fixture
def opened(chromium: Any, live_server: Any) -> Iterator[Open]:
    """`opened("/path")` is that page, as the operator sees it; whatever the console says against it fails the test."""
    contexts: list[Any] = []
    said: list[str] = []

    def visit(path: str, **looks: Any) -> Any:
        context = chromium.new_context(base_url=live_server.url, **looks)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda problem: said.append(str(problem)))
        page.goto(f"/enter/{keys.new_entry_link(accounts.operator())}/")
        page.goto(path)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert said == []


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def serious(page: Any) -> list[str]:
    """What axe-core finds that keeps somebody out."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0].get('failureSummary', '')[:300]}"
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("path", ["/projects/harbour/", "/projects/harbour/?milestone=2", "/projects/harbour/report/"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nobody_is_shut_out(opened: Open, scheme: Any, width: int, path: str) -> None:
    make_migration()
    page = opened(path, color_scheme=scheme, viewport={"width": width, "height": 900})
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"


@pytest.mark.parametrize("path", ["/login/", "/enter/none/", "/", "/projects/none/"])
def test_the_small_pages_shut_nobody_out_either(chromium: Any, live_server: Any, scheme: Any, path: str) -> None:
    context = chromium.new_context(base_url=live_server.url, color_scheme=scheme)
    page = context.new_page()
    page.goto(path)
    assert serious(page) == []
    context.close()


def test_light_and_dark_follow_the_system(opened: Open, scheme: Any) -> None:
    make_migration()
    page = opened("/projects/harbour/", color_scheme=scheme)
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(247, 248, 250)", "dark": "rgb(16, 20, 27)"}[scheme]
    assert page.evaluate("document.fonts.check('14px Inter')")


@pytest.mark.parametrize("count", [1, 7, 15, 30])
def test_labels_on_the_line_never_overlap(opened: Open, count: int) -> None:
    project = make_project()
    for number in range(count):
        make_milestone(project, str(number), "Averyveryverylongwordwithoutanybreak and some more words", criteria=["x"])
    make_judgement(project)
    for width in (1280, 390):
        page = opened("/projects/harbour/", viewport={"width": width, "height": 900})
        boxes = [box.bounding_box() for box in page.locator(".stop-name").all()]
        assert len(boxes) == count
        pairs = itertools.pairwise(boxes)
        assert all(left["x"] + left["width"] <= right["x"] + 0.5 for left, right in pairs)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert page.locator(".is-current").is_visible()


def test_a_milestone_opens_in_place_and_back_leads_back(opened: Open) -> None:
    make_migration()
    page = opened("/projects/harbour/")
    page.evaluate("window.stayed = true")
    page.click("text=Cut over")
    page.wait_for_selector("text=What M5 will take")
    assert page.url.endswith("?milestone=5")
    assert page.evaluate("window.stayed"), "the page was loaded again"
    page.go_back()
    page.wait_for_selector("text=Why M3 is blocked")


def test_the_keyboard_alone_opens_a_milestone(opened: Open) -> None:
    make_migration()
    page = opened("/projects/harbour/")
    page.focus("#stop-6")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=What M5 will take")
    assert page.evaluate("document.activeElement.id") == "stop-6", "focus was lost"
    assert outline in {"solid", "auto"}


def test_a_dry_run_then_blocked_then_approved(opened: Open, tmp_path: Path) -> None:
    work, _, ported = ferry(tmp_path / "ferry")
    project = track(work)
    page = opened(f"/projects/{project.slug}/?milestone=1")
    page.click("#dry-run")
    page.wait_for_selector("text=It would be blocked")
    assert not Promotion.objects.exists()
    page.click("#promote")
    page.wait_for_selector("#answer >> text=asked by operator")
    assert "no JUnit results have ever come" in page.inner_text("#answer")
    send(project, "junit", ported, junit())
    page.reload()
    page.click("#promote")
    page.wait_for_selector("#answer >> text=Approved")
    assert Promotion.objects.approved().count() == 1
    work.repo.close()


def test_a_sign_off_with_a_note_that_a_change_under_it_does_not_wipe(opened: Open) -> None:
    project = make_project()
    make_milestone(project, "1", criteria=["The drill was held."])
    make_judgement(project)
    Delivery.objects.create(project=project, channel="upload", guid="a", kind="junit", digest="a", state="stored")
    page = opened("/projects/harbour/")
    page.fill("#note", "Held on Friday.")
    Delivery.objects.update(state="done", sentence="judged as number 2")
    page.wait_for_selector("text=judged as number 2", timeout=8000)
    assert page.input_value("#note") == "Held on Friday."
    page.check("input[name=identity]")
    page.click("#sign-off")
    page.wait_for_selector("text=Nothing blocks M1")
    assert SignOff.objects.get().note == "Held on Friday."


def test_it_works_without_any_script(opened: Open) -> None:
    project = make_project()
    make_milestone(project, "1", criteria=["The drill was held."])
    make_milestone(project, "2", "Second", criteria=["The other drill was held."])
    make_judgement(project)
    page = opened("/projects/harbour/", java_script_enabled=False)
    page.click(".stop >> text=Second")
    page.locator("h2", has_text="What M2 will take").wait_for()
    page.check("input[name=identity]")
    page.click("#sign-off")
    page.locator("h2", has_text="Nothing blocks M2").wait_for()
    with page.expect_navigation():
        page.click("#fetch-now")
    assert Delivery.objects.get().kind == "look"


def test_a_session_that_ended_leads_to_the_login_and_not_into_the_fragment(opened: Open) -> None:
    make_migration()
    page = opened("/projects/harbour/")
    page.context.clear_cookies()
    page.click("text=Cut over")
    page.wait_for_url("**/login/**")
    assert page.locator("#overview").count() == 0


def test_a_member_logs_in_with_a_password(chromium: Any, live_server: Any) -> None:
    Membership.objects.create(project=make_migration(), user=make_user("marit"), role=Role.VIEWER)
    context = chromium.new_context(base_url=live_server.url)
    page = context.new_page()
    page.goto("/")
    page.fill("#id_username", "marit")
    page.fill("#id_password", "correct horse")
    page.click("main button")
    page.wait_for_selector("text=Why M3 is blocked")
    context.close()
