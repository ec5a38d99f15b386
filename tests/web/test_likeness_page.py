"""The page of likeness, empty and full, and one function side by side."""

from __future__ import annotations

import json
from typing import Any

import pytest

from milestones.models import Evidence, Measurement, Project, Role
from tests.example import LEGACY, POLICY, ROADMAP, send, track
from tests.makers import make_project
from tests.repositories import Work, repository
from tests.web.pages import member_client, text

pytestmark = pytest.mark.django_db

OLD = """
def fare(zone):
    if zone < 0:
        raise ValueError(zone)
    return zone * 3

def lost(zone):
    return "".join(reversed(zone))
"""
NEW = OLD.partition("def lost")[0].replace("ValueError", "FareError").replace("* 3", "* 4")
MAKO = "% if user:\n<p>${user} ${fares | n}</p>\n% endif\n"
JINJA = "{% if user %}<p>{{ user }}</p>{% endif %}<script>{{ zones|tojson }}</script>\n"
PAIRS = 'times = "ferry/times.py"\nfares = { legacy = "ferry/fares.py", new = "ferry/http/fares.py" }\n'


def ferried(work: Work) -> Project:
    legacy = work.commit(
        {"ferry/times.py": LEGACY, "ferry/fares.py": OLD, "ferry/templates/fares.mak": MAKO}, "As it was"
    )
    policy = POLICY.format(start=legacy).replace('times = "ferry/times.py"\n', PAIRS)
    policy = policy.replace("similarity.times in 0.2..0.9", "similarity.fares in 0.9..1")
    work.commit({"plan/roadmap.md": ROADMAP, "migration.toml": policy, "ferry/http/fares.py": OLD}, "Move the fares")
    work.commit({"ferry/http/fares.py": NEW}, "Change the fares")
    work.commit(
        {"ferry/fares.py": None, "ferry/templates/fares.mak": None, "ferry/templates/fares.html.j2": JINJA}, "End"
    )
    return track(work)


def page(project: Project, query: str = "") -> str:
    answer = member_client(project, Role.VIEWER).get(f"/projects/{project.slug}/likeness/{query}")
    assert answer.status_code == 200
    return text(answer)


def test_a_project_that_compares_nothing_says_what_to_write():
    assert "[similarity]" in page(make_project())
    assert "not fetched yet" in page(make_project("empty", sha=""))


def test_every_part_is_shown_for_what_was_measured(tmp_path):
    with repository(tmp_path / "ferry") as work:
        project = ferried(work)
    found = page(project)
    assert "below its range, 0.9..1" in found
    assert "1 change of level" in found  # when the fares changed
    assert "fare ferry/fares.py:2 → ferry/http/fares.py" in found
    assert "no longer raises ValueError, now raises FareError" in found
    assert "missing lost" in found
    assert "1 → 0" in found  # what went out unescaped
    assert "Settings read" not in found  # nothing is read: an empty list takes no room
    whole = Evidence.objects.get(project=project, kind="similarity", sha=project.sha).details["pairs"][1]
    assert [point[2] for point in whole["history"]] == [1.0, whole["ratio"]]


def test_the_functions_are_filtered_by_state_and_words(tmp_path):
    with repository(tmp_path / "ferry") as work:
        project = ferried(work)
    assert "lost" in page(project, "?state=missing")
    assert "FareError" not in page(project, "?state=missing")
    assert "No function in this state holds these words" in page(project, "?state=changed&words=nobody")
    assert "times" in page(project, "?state=identical&words=times.py")


def test_one_function_stands_side_by_side_with_the_entry_that_would_expect_it(tmp_path):
    with repository(tmp_path / "ferry") as work:
        project = ferried(work)
    client = member_client(project, Role.VIEWER)
    address = f"/projects/{project.slug}/likeness/function"
    found = text(client.get(f"{address}?old=ferry/fares.py::fare&new=ferry/http/fares.py::fare"))
    assert "signature" not in found
    assert "no longer raises ValueError, now raises FareError" in found
    assert "functions.drift ferry/fares.py::fare" in found
    assert "not in the new system" in text(client.get(f"{address}?old=ferry/fares.py::lost"))
    assert client.get(f"{address}?old=ferry/fares.py::nobody").status_code == 404
    assert client.get(address).status_code == 404


def test_another_team_s_likeness_is_not_there(tmp_path):
    other, mine = make_project("other"), make_project("mine")
    client = member_client(mine, Role.OWNER)
    assert client.get(f"/projects/{other.slug}/likeness/").status_code == 404
    assert client.get(f"/projects/{other.slug}/likeness/function?old=a::b").status_code == 404


def test_rendered_pairs_that_a_team_sends_are_shown_with_their_normalisations(tmp_path):
    with repository(tmp_path / "ferry") as work:
        project = ferried(work)
    pairs: list[dict[str, Any]] = [
        {"name": "/fares", "legacy": "<p class='b a'>3</p>", "new": '<p class="a b">3</p>'},
        {"name": "/zones", "legacy": "<p>1</p>", "new": "<p>2</p>"},
    ]
    body = "\n".join(json.dumps(one) for one in pairs).encode()
    row = send(project, "html-pairs", project.sha, body)
    assert row.state == "done", row.sentence
    found = page(project)
    assert "names in class and rel in order" in found
    assert "/zones" in found
    assert send(project, "html-pairs", project.sha, b"{").state == "failed"


def test_a_shim_that_outlived_its_milestone_is_told_with_its_age(tmp_path):
    work = Work(tmp_path / "ferry")
    start = work.commit({"pages.py": "def serve():\n    return 1\n"})
    work.commit({"migration.toml": f'[migration]\nstart = "{start}"\n', "app.py": "class SessionBridge:\n    pass\n"})
    plan = "# Milestone 4 - The end\n\nStatus: {}\n\nDefinition of done:\n\n- Remove SessionBridge.\n"
    work.commit({"plan.md": plan.format("in progress")})
    assert "outlived" not in page(track(work))
    work.commit({"plan.md": plan.format("complete")})
    work.commit({"notes.txt": "later"})
    shown = page(track(work))
    assert "1 shim outlived the milestone that takes it away" in shown
    assert "overdue class SessionBridge app.py:1" in shown
    assert "milestone 4 is called complete, for" in shown
    assert "plan.md:7" in shown
    values = Measurement.objects.filter(name="inventory.shims_overdue").order_by("pk").values_list("value", flat=True)
    assert list(values)[-1] == 1
    work.commit({"app.py": None})
    assert "outlived" not in page(track(work))
