"""The page of likeness in a real browser, full, light and dark, wide and narrow: nobody is shut out."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from milestones.services import accounts, keys
from tests.repositories import repository
from tests.web.test_likeness_page import ferried

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = ("likeness/", "likeness/function?old=ferry/fares.py::fare&new=ferry/http/fares.py::fare")


def test_nobody_is_shut_out_of_likeness(chromium: Any, live_server: Any, tmp_path: Any) -> None:
    with repository(tmp_path / "ferry") as work:
        project = ferried(work)
    for scheme, width in (("light", 1280), ("dark", 390)):
        looks = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
        context = chromium.new_context(base_url=live_server.url, **looks)
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message, said=said: said.append(message.text) if message.type == "error" else None)
        page.goto(f"/enter/{keys.new_entry_link(accounts.operator())}/")
        for address in PAGES:
            page.goto(f"/projects/{project.slug}/{address}")
            found = Axe().run(page).response["violations"]
            assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []
            wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider == 0
        context.close()
        assert said == []
