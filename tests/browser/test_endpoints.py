"""The pages of endpoints in a real browser: nobody is shut out, nothing scrolls sideways, filters work in place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from milestones.models import Project
from milestones.services import accounts, keys
from tests.example import send, track
from tests.repositories import Work
from tests.road.test_endpoint_states import ALL, FLASK_DUMP, NEW, OLD, POLICY, TESTS, junit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    work = Work(tmp_path / "ferry")
    start = work.commit({"old.py": OLD, "tests/test_ferry.py": TESTS}, "As it was")
    work.commit({"migration.toml": POLICY.format(start=start)}, "The plan")
    work.commit({"new.py": NEW + "\n\n@api.get(made())\ndef odd(): ...\n", "old.py": None}, "Port two, lose one")
    tracked = track(work)
    send(tracked, "junit", tracked.start_sha, junit(*ALL))
    send(tracked, "flask-routes", tracked.sha, FLASK_DUMP.encode())
    yield tracked
    work.repo.close()


def opened(chromium: Any, live_server: Any, path: str, **looks: Any) -> Any:
    context = chromium.new_context(base_url=live_server.url, **looks)
    page = context.new_page()
    page.said = []
    page.on("console", lambda one: page.said.append(one.text) if one.type in {"error", "warning"} else None)
    page.goto(f"/enter/{keys.new_entry_link(accounts.operator())}/")
    page.goto(path)
    return page


@pytest.mark.parametrize("looks", [("light", 1280), ("light", 390), ("dark", 1280), ("dark", 390)])
@pytest.mark.parametrize("path", ["", "GET/times", "POST/tickets"])
def test_nobody_is_shut_out(chromium: Any, live_server: Any, project: Project, looks: Any, path: str) -> None:
    view = {"color_scheme": looks[0], "viewport": {"width": looks[1], "height": 900}}
    page = opened(chromium, live_server, f"/projects/{project.slug}/endpoints/{path}", **view)
    found = [one for one in Axe().run(page).response["violations"] if one["impact"] in {"serious", "critical"}]
    assert [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page scrolls sideways"
    assert page.said == []
    page.context.close()


def test_a_filter_draws_the_table_anew_and_leaves_the_page(chromium: Any, live_server: Any, project: Project) -> None:
    page = opened(chromium, live_server, f"/projects/{project.slug}/endpoints/")
    page.evaluate("window.stayed = true")
    page.fill("#ep-q", "post")
    page.wait_for_selector("text=1 of 3 endpoints")
    assert page.evaluate("window.stayed"), "the page was loaded again"
    assert "q=post" in page.url
    page.select_option("#ep-state", "ported")
    page.wait_for_selector("text=No endpoint fits.")
    page.click("text=show all")
    page.wait_for_selector("text=3 endpoints")
    page.click("#endpoint-table >> text=/times")
    page.wait_for_selector("h1 >> text=/times")
    assert page.said == []
    page.context.close()


def test_the_filters_work_without_any_script(chromium: Any, live_server: Any, project: Project) -> None:
    page = opened(chromium, live_server, f"/projects/{project.slug}/endpoints/", java_script_enabled=False)
    page.fill("#ep-q", "post")
    page.click("text=Show")
    assert page.locator("text=1 of 3 endpoints").is_visible()
    page.context.close()
