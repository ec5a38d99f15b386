"""The weekly report: one self-contained file, and the same in plain text."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from milestones.services import log, report
from tests.makers import make_judgement, make_migration, make_milestone, make_project
from tests.web.pages import member_client, text

pytestmark = pytest.mark.django_db


def written(tmp_path: Path) -> str:
    out = tmp_path / "week.html"
    call_command("report", "harbour", "--out", str(out), stderr=io.StringIO())
    return out.read_text()


def test_the_file_needs_nothing_beside_it(tmp_path: Path) -> None:
    make_migration()
    html = written(tmp_path)
    assert not re.search(r"<link|<script|src=|@import|url\(", html)
    assert [path.name for path in tmp_path.iterdir()] == ["week.html"]
    links = re.findall(r'href="([^"]+)"', html)
    assert links == ["http://127.0.0.1:8000/projects/harbour/"]


def test_its_styles_survive_a_mail_client_and_the_dark(tmp_path: Path) -> None:
    make_migration()
    html = written(tmp_path)
    assert re.search(r'<td class="report-mark is-fail"[^>]*style="[^"]*color: ?#b92c24', html)
    assert "@media (prefers-color-scheme: dark)" in html
    assert "!important" in html
    assert "var(--" not in html


def test_it_says_what_moved_where_it_stands_and_what_is_in_the_way(tmp_path: Path) -> None:
    make_migration()
    said = text(written(tmp_path))
    assert "M3 blocked by 2 gates, 1 unknown, 2 to sign off" in said
    assert "M2 The booking API and all its neighbours claimed, not proven 0/1" in said
    assert "Why M3 is blocked" in said
    assert "tests.failed == 0 tests.failed is 1" in said
    assert "pass → fail" in said
    assert "Milestone 3 at" in said
    assert "claimed without proof" in said
    assert log.head() in said


def test_the_plain_part_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    make_migration()
    out = io.StringIO()
    call_command("report", "harbour", "--text", stdout=out)
    plain = out.getvalue()
    assert plain.startswith("# Harbour: Flask to FastAPI\n")
    assert "- M3 Farewell to Flask: blocked (1 of 6 shown)" in plain
    assert "pass -> fail" in plain
    assert "&" not in plain.replace("&sha", "")
    assert "\n\n\n" not in plain


def test_the_browser_shows_the_same_week() -> None:
    project = make_migration()
    page = text(member_client(project).get("/projects/harbour/report/"))
    assert "Why M3 is blocked" in page
    assert "pass → fail" in page


def test_a_first_week_has_a_report_too() -> None:
    project = make_project()
    make_milestone(project, "1", criteria=["It is done."])
    make_judgement(project)
    mail = report.mail_of(report.weekly(project))
    assert "no earlier commit to compare with" in mail.text
    assert "None was tried this week" in mail.html
    empty = report.mail_of(report.weekly(make_project("empty", sha="")))
    assert "no milestone yet" in empty.subject


def test_strangers_words_stay_words() -> None:
    project = make_project(name="<script>x</script> <b>bold</b>\nBcc: everybody")
    make_milestone(project, "1", "<img src=x onerror=y>", criteria=["<script>z</script>"])
    make_judgement(project)
    mail = report.mail_of(report.weekly(project))
    assert "<script>" not in mail.html
    assert "<img" not in mail.html
    assert "\n" not in mail.subject


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["harbour"], "--out FILE.html"),
        (["nowhere", "--text"], "there is no project 'nowhere'"),
        (["harbour", "--out", "/nonexistent/folder/week.html"], "cannot be written"),
    ],
)
def test_wrong_usage_is_one_sentence(arguments: list[str], said: str) -> None:
    make_migration()
    with pytest.raises(CommandError, match=re.escape(said)) as refused:
        call_command("report", *arguments)
    assert refused.value.returncode == 2
