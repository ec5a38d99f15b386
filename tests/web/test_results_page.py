"""The page of results: what failed with its text, what is other than at the base, and the word that explains a test."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from milestones.models import Project, RemovedTest, Role
from tests.example import send
from tests.makers import make_member, make_project, make_user
from tests.reconciling.story import AFTER, junit, moved_tests

pytestmark = pytest.mark.django_db(transaction=True)
COVERAGE = b"""<coverage><packages><package><classes><class filename="tests/test_b.py"><lines>
<line number="1" hits="%d"/></lines></class></classes></package></packages></coverage>"""
RUFF = b'[{"filename": "tests/test_b.py", "code": "F401", "message": "os is unused", "location": {"row": 1}}]'


@pytest.fixture
def moved(tmp_path: Path) -> tuple[Project, str, str]:
    return moved_tests(tmp_path / "ferry")


def page(client: Client, project: Project, role: Role = Role.MAINTAINER, query: str = "") -> str:
    client.force_login(make_member(project, role))
    answer = client.get(f"/projects/{project.slug}/results/{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_shows_what_failed_what_changed_and_a_table_that_adds_up(
    client: Client, moved: tuple[Project, str, str]
) -> None:
    text = page(client, moved[0])
    assert "1 failing" in text
    assert "tests.test_a::test_breaks" in text
    assert "1 newly failing" in text
    assert "1 fixed" in text
    assert "1 gone without a word" in text
    assert "tests.test_a::test_old_name</code> → <code>tests.test_a::test_new_name" in text


def test_a_removed_test_is_explained_on_the_page_and_stays_so(client: Client, moved: tuple[Project, str, str]) -> None:
    project, base, head = moved
    gone = "tests.test_a::test_is_dropped"
    assert f'name="test" value="{gone}"' in page(client, project)
    told = {"test": gone, "at": head, "base": base}
    refused = client.post(f"/projects/{project.slug}/results/explain", told)
    assert refused.status_code == 422
    assert "name the test that covers them or the reason" in refused.content.decode()
    answer = client.post(f"/projects/{project.slug}/results/explain", told | {"reason": "the feature is gone"})
    assert answer.status_code == 302
    assert RemovedTest.objects.get().said == "the feature is gone"
    text = client.get(answer["Location"]).content.decode()
    assert "none unexplained" in text
    assert "the feature is gone" in text


def test_only_a_maintainer_explains_and_another_team_sees_nothing(
    client: Client, moved: tuple[Project, str, str]
) -> None:
    project = moved[0]
    assert 'name="test"' not in page(client, project, Role.DEVELOPER)
    address = f"/projects/{project.slug}/results/explain"
    assert client.post(address, {"test": "x", "reason": "y"}).status_code == 403
    client.force_login(make_user())
    assert client.post(address, {"test": "x", "reason": "y"}).status_code == 404
    assert client.get(f"/projects/{project.slug}/results/").status_code == 404
    assert not RemovedTest.objects.exists()


def test_lint_is_new_by_its_code_and_coverage_is_told_of_the_change(
    client: Client, moved: tuple[Project, str, str]
) -> None:
    project, base, head = moved
    for sha, body in ((base, b"[]"), (head, RUFF)):
        assert send(project, "ruff", sha, body).state == "done"
    assert send(project, "cobertura", head, COVERAGE % 0).state == "done"
    text = page(client, project)
    assert '<b class="n">1</b> new' in text
    assert "os is unused" in text
    assert "(0 of 1)" in text
    assert "Changed and not run" in text


def test_what_is_missing_of_a_set_is_said_at_the_top(client: Client, moved: tuple[Project, str, str]) -> None:
    project, _base, head = moved
    send(project, "junit", head, junit(*AFTER), job="unit", shard="1/3")
    assert "shards 2/3, 3/3 of job &#x27;unit&#x27; have not come" in page(client, project)


def test_without_results_it_says_how_to_send_them(client: Client) -> None:
    text = page(client, make_project())
    assert "No results have come yet" in text
    assert "manage.py upload_token harbour" in text
    assert "send.py" in text


def test_a_commit_that_is_not_there_is_not_found(client: Client, moved: tuple[Project, str, str]) -> None:
    client.force_login(make_member(moved[0]))
    assert client.get(f"/projects/{moved[0].slug}/results/?at={'0' * 40}").status_code == 404


def test_a_delivery_shows_how_far_it_has_come(client: Client, moved: tuple[Project, str, str]) -> None:
    project, _base, head = moved
    good = send(project, "junit", head, junit("test_x"), job="other")
    bad = send(project, "junit", head, b"<testsuite>\n<testcase name='a'>")
    client.force_login(make_member(project))
    text = client.get(f"/projects/{project.slug}/deliveries/{good.pk}/").content.decode()
    assert text.count('<li class="is-pass">') == 3
    assert "tests.total" in text
    text = client.get(f"/projects/{project.slug}/deliveries/{bad.pk}/").content.decode()
    assert "line 2:" in text
    assert "Try again" in text
    assert client.get(f"/projects/{project.slug}/deliveries/{good.pk + 999}/").status_code == 404


def test_the_page_asks_the_database_as_often_for_many_tests_as_for_few(
    client: Client, moved: tuple[Project, str, str], django_assert_max_num_queries: object
) -> None:
    project, _base, head = moved
    send(project, "junit", head, junit(*(f"test_{n}" for n in range(500)), bad=tuple(f"test_{n}" for n in range(99))))
    client.force_login(make_member(project))
    with django_assert_max_num_queries(48):  # type: ignore[operator]
        assert client.get(f"/projects/{project.slug}/results/").status_code == 200
