"""The pages of documents in a real browser: nobody is shut out, nothing runs, the margin lies beside the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from milestones.models import Binding, Dismissal
from milestones.services import accounts, keys
from tests.documents.lighthouse import begin, plan
from tests.example import track
from tests.repositories import Work

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Open = Callable[..., Any]
EVIL = "# E\n\n<script>alert(1)</script>\n\n![x](https://tracker.example/p.png)\n\n```\n" + "x" * 900


@pytest.fixture
def opened(chromium: Any, live_server: Any, tmp_path: Path) -> Iterator[Open]:
    """`opened("plan.md", width=390)` is that page of a project; what the console says against it fails the test."""
    work = Work(tmp_path / "lighthouse")
    begin(work)
    work.commit({"docs/plan.md": plan("The door is green.").replace("The keeper has seen it.", "The keeper saw it.")})
    work.commit({"docs/evil.md": EVIL})
    project = track(work)
    contexts: list[Any] = []
    said: list[str] = []

    def visit(path: str, **looks: Any) -> Any:
        context = chromium.new_context(base_url=live_server.url, **looks)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if message.type in {"error", "warning"} else None)
        page.on("pageerror", lambda problem: said.append(str(problem)))
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.on("request", lambda asked: said.append(asked.url) if live_server.url not in asked.url else None)
        page.goto(f"/enter/{keys.new_entry_link(accounts.operator())}/")
        page.goto(f"/projects/{project.slug}/{path}")
        return page

    yield visit
    for context in contexts:
        context.close()
    work.repo.close()
    assert [one for one in said if not one.startswith("data:")] == []


def serious(page: Any) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found if one["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", ["documents/", "documents/docs/plan.md", "documents/docs/evil.md", "?milestone=1"])
def test_nobody_is_shut_out_and_nothing_scrolls_sideways(opened: Open, scheme: Any, width: int, path: str) -> None:
    page = opened(path, color_scheme=scheme, viewport={"width": width, "height": 900})
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"


def test_notes_lie_in_the_margin_beside_their_lines_and_on_a_phone_among_them(opened: Open) -> None:
    wide = opened("documents/docs/plan.md", viewport={"width": 1280, "height": 900})
    note = wide.locator(".note", has_text="Rule 1").bounding_box()
    table = wide.locator(".document table").bounding_box()
    assert note["x"] > table["x"] + table["width"]
    assert abs(note["y"] - table["y"]) < 60
    narrow = opened("documents/docs/plan.md", viewport={"width": 390, "height": 900})
    note = narrow.locator(".note", has_text="Rule 1").bounding_box()
    assert note["x"] >= 0
    assert note["x"] + note["width"] <= 390


def test_the_switch_shows_another_version(opened: Open) -> None:
    page = opened("documents/docs/plan.md")
    page.select_option("#version", index=1)
    page.click("text=Show >> nth=0")
    page.wait_for_selector("text=version 1 of 2")
    assert page.locator(".document", has_text="The keeper has seen it.").is_visible()


def test_a_finding_is_dismissed_and_a_gate_accepted_by_clicks(opened: Open) -> None:
    page = opened("documents/")
    page.locator("#rule-1 .dismiss summary").click()
    page.fill("#reason-1-1", "the landings are counted elsewhere")
    page.click("#rule-1 button")
    page.wait_for_selector("text=dismissed 1 time")
    assert Dismissal.objects.get().by == "operator"
    page.goto(page.url.split("documents/")[0] + "?milestone=1")
    page.click("text=1 gate proposed >> nth=0")
    page.click("text=Accept >> nth=0")
    page.wait_for_selector("text=Bound by operator")
    assert Binding.objects.get().gate == "leftovers.import.oldlamp == 0"
