"""Who sees what: another team's object is not there, one's own without the role is refused."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from milestones.models import Delivery, EntryLink, Project, Promotion, Role, SignOff
from milestones.services import keys
from tests.makers import make_delivery, make_member, make_migration, make_project, make_user

pytestmark = pytest.mark.django_db


def client_of(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


def addresses(project: Project) -> list[tuple[str, str, Role]]:
    """Every address of a project: how it is asked, where it is, and the role that it takes."""
    delivery = make_delivery(project, "junit", "failed", "line 3: it breaks off")
    return [
        ("get", reverse("project", args=[project.slug]), Role.VIEWER),
        ("get", reverse("report", args=[project.slug]), Role.VIEWER),
        ("get", reverse("documents", args=[project.slug]), Role.VIEWER),
        ("get", reverse("document", args=[project.slug, "docs/roadmap.md"]), Role.VIEWER),
        ("post", reverse("dismiss", args=[project.slug, "0" * 64]), Role.MAINTAINER),
        ("post", reverse("bind", args=[project.slug, "3"]), Role.MAINTAINER),
        ("get", reverse("dry_run", args=[project.slug, "3"]), Role.VIEWER),
        ("post", reverse("look", args=[project.slug]), Role.DEVELOPER),
        ("post", reverse("retry", args=[project.slug, delivery.pk]), Role.DEVELOPER),
        ("post", reverse("promote", args=[project.slug, "3"]), Role.MAINTAINER),
        ("post", reverse("sign_off", args=[project.slug, "3"]), Role.MAINTAINER),
    ]


def test_another_teams_project_is_not_there() -> None:
    project = make_migration()
    other = make_project("other")
    stranger = client_of(make_member(other, Role.OWNER))
    found = {address: getattr(stranger, how)(address).status_code for how, address, _ in addresses(project)}
    assert set(found.values()) == {404}, found
    assert b"nothing here that you may see" in stranger.get(f"/projects/{project.slug}/").content


@pytest.mark.parametrize("role", list(Role))
def test_ones_own_project_without_the_role_is_refused(role: Role) -> None:
    project = make_migration()
    member = client_of(make_member(project, role))
    for how, address, needed in addresses(project):
        status = getattr(member, how)(address).status_code
        assert (status == 403) == (role.rank < needed.rank), (role, address, status)


def test_a_refusal_says_which_role_it_takes() -> None:
    project = make_migration()
    answer = client_of(make_member(project, Role.VIEWER)).post(f"/projects/{project.slug}/milestones/3/promote")
    assert answer.status_code == 403
    assert "this takes a maintainer" in answer.content.decode()
    assert Promotion.objects.count() == 3
    assert not SignOff.objects.exists()


def test_the_operator_sees_every_project() -> None:
    project = make_migration()
    assert client_of(make_user(superuser=True)).get(f"/projects/{project.slug}/").status_code == 200


def test_nobody_gets_in_without_logging_in() -> None:
    project = make_migration()
    for how, address, _ in [*addresses(project), ("get", "/", Role.VIEWER)]:
        answer = getattr(Client(), how)(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/?next=")


def test_a_fragments_request_without_a_session_sends_the_whole_page_to_the_login() -> None:
    answer = Client().get(f"/projects/{make_migration().slug}/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/login/"


def test_a_one_time_link_lets_its_person_in_once() -> None:
    project = make_project()
    person = make_member(project)
    link = f"/enter/{keys.new_entry_link(person)}/"
    first, second = Client(), Client()
    assert first.get(link)["Location"] == "/"
    assert first.get(f"/projects/{project.slug}/").status_code == 200
    answer = second.get(link)
    assert answer.status_code == 410
    assert "manage.py login_link" in answer.content.decode()
    assert second.get(f"/projects/{project.slug}/").status_code == 302


def test_an_expired_link_and_one_of_somebody_who_left_let_nobody_in() -> None:
    person = make_user()
    old, left = keys.new_entry_link(person), keys.new_entry_link(make_user("gone"))
    EntryLink.objects.filter(digest=keys.digest(old)).update(expires_at="2020-01-01T00:00:00Z")
    type(person).objects.filter(username="gone").update(is_active=False)
    assert {Client().get(f"/enter/{token}/").status_code for token in (old, left, "nonsense")} == {410}


def test_the_password_way_in_says_how_to_get_a_link() -> None:
    make_user("marit")
    page = Client().get("/login/").content.decode()
    assert "manage.py login_link" in page
    wrong = Client().post("/login/", {"username": "marit", "password": "guess"})
    assert "do not go together" in wrong.content.decode()
    assert Client().post("/login/", {"username": "marit", "password": "correct horse"})["Location"] == "/"


def test_logging_out_takes_a_post() -> None:
    client = client_of(make_user())
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/")["Location"] == "/login/"
    assert client.get("/").status_code == 302


def test_a_delivery_of_another_project_cannot_be_tried_again_from_ones_own() -> None:
    project, other = make_project(), make_project("other")
    foreign = make_delivery(other, "junit", "failed")
    member = client_of(make_member(project, Role.OWNER))
    assert member.post(f"/projects/{project.slug}/deliveries/{foreign.pk}/retry").status_code == 404
    assert Delivery.objects.get(pk=foreign.pk).state == "failed"


def test_a_form_from_another_site_is_refused_with_what_to_do() -> None:
    project = make_project()
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_member(project, Role.OWNER))
    answer = client.post(f"/projects/{project.slug}/look")
    assert answer.status_code == 403
    assert "load the page again" in answer.content.decode()
    assert not Delivery.objects.exists()


def test_health_is_answered_to_anybody() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")
