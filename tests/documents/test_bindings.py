"""Claimed against proven: what is proposed, what a person accepts, and what a promotion makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from milestones import facts
from milestones.codec import from_plain
from milestones.gates.criteria import criteria_of
from milestones.gates.policy import read_policy
from milestones.models import Binding, Decision, Judgement, Milestone, Project, Role
from milestones.services import bindings, promote
from milestones.services.promote import NotAllowedError
from tests.documents.lighthouse import POLICY, begin, plan
from tests.example import track
from tests.makers import make_member
from tests.repositories import Work
from tests.web.pages import HTMX, member_client, row_of, text

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    made = Work(tmp_path / "lighthouse")
    begin(made)
    yield made
    made.repo.close()


def criterion(project: Project, key: str, words: str) -> facts.Criterion:
    row = Milestone.objects.get(project=project, key=key)
    return next(one for one, _ in criteria_of(from_plain(facts.Milestone, row.facts)) if words in one.text)


def proposed(project: Project, key: str, words: str) -> list[bindings.Proposal]:
    row = Milestone.objects.get(project=project, key=key)
    known = bindings.known_of(project, read_policy(POLICY))
    return bindings.proposals_of(row, known, {}).get(criterion(project, key, words).id, [])


def state(project: Project, key: str, words: str) -> tuple[str, str]:
    judged = Judgement.objects.latest_at(project, project.sha)
    assert judged is not None
    milestone = next(one for one in judged.milestones if one["key"] == key)
    found = next(one for one in milestone["criteria"] if one["identity"] == criterion(project, key, words).id)
    return found["state"], found["sentence"]


def accept(project: Project, key: str, words: str, name: str = "signe") -> None:
    (one,) = proposed(project, key, words)
    row = Milestone.objects.get(project=project, key=key)
    identity = criterion(project, key, words).id
    bindings.accept(row, identity, one.gates, by=make_member(project, Role.MAINTAINER, name))


def test_gates_are_proposed_from_the_words_with_the_reason_and_a_line_for_policy(work: Work) -> None:
    project = track(work)
    (one,) = proposed(project, "1", "oldlamp")
    assert one.gates == ("leftovers.import.oldlamp == 0",)
    assert one.why == "it says that nothing imports oldlamp"
    assert proposed(project, "1", "wick")[0].gates == ("files.lamp/wick.py == 0",)
    assert proposed(project, "2", "_Ladder")[0].gates == (
        "leftovers.symbol._Ladder == 0",
        "leftovers.symbol.climb_up == 0",
    )
    assert proposed(project, "2", "tests pass")[0].gates == ("tests.failed == 0",)
    assert proposed(project, "1", "keeper") == []


def test_an_accepted_gate_that_fails_blocks_at_once_and_names_the_place(work: Work) -> None:
    project = track(work)
    assert state(project, "1", "oldlamp")[0] == "unknown"
    accept(project, "1", "oldlamp")
    found, sentence = state(project, "1", "oldlamp")
    assert found == "fail"
    assert "lamp/light.py:1" in sentence
    assert [(row.actor, row.verb) for row in Decision.objects.all()][-1] == ("signe", "bound")


def test_an_accepted_gate_that_passes_is_shown_and_counts_once_it_stands_in_policy(work: Work) -> None:
    project = track(work)
    accept(project, "1", "wick")
    found, sentence = state(project, "1", "wick")
    assert found == "unknown"
    assert "by a gate that a person accepted; it is not in policy" in sentence
    (one,) = proposed(project, "1", "wick")
    work.commit({"migration.toml": f"{POLICY}\n{one.table}\n{one.line}\n"})
    assert state(track(work), "1", "wick")[0] == "pass"


def test_a_gate_accepted_for_words_that_were_changed_binds_them_no_more(work: Work) -> None:
    project = track(work)
    accept(project, "1", "oldlamp")
    work.commit({"docs/plan.md": plan().replace("imports remain.", "imports are left at all.")})
    found, sentence = state(track(work), "1", "oldlamp")
    assert found == "unknown"
    assert "awaits sign-off" in sentence


def test_a_comment_beside_the_criterion_binds_a_condition_on_the_tree(work: Work) -> None:
    beside = "- [x] No `oldlamp` imports remain. <!-- gate: leftovers.import.oldlamp <= 1 -->"
    work.commit({"docs/plan.md": plan().replace("- [x] No `oldlamp` imports remain.", beside)})
    assert state(track(work), "1", "oldlamp")[0] == "pass"
    work.commit({"lamp/more.py": "from oldlamp import wick\n"})
    assert state(track(work), "1", "oldlamp")[0] == "fail"


def test_a_file_that_does_not_parse_leaves_a_symbol_unknown(work: Work) -> None:
    work.commit({"lamp/light.py": "def light():\n    return 1\n"})
    project = track(work)
    accept(project, "2", "_Ladder")
    assert state(project, "2", "_Ladder")[1].startswith("leftovers.symbol._Ladder is 0")
    work.commit({"lamp/web.ts": "const ladder = new _Ladder();\n"})
    assert state(track(work), "2", "_Ladder")[0] == "fail", "other languages are read as text"


def test_a_path_said_to_be_gone_is_looked_for_at_any_depth(work: Work) -> None:
    project = track(work)
    accept(project, "1", "wick")
    work.commit({"server/lamp/wick.py": ""})
    assert state(track(work), "1", "wick")[0] == "fail"


def test_one_click_accepts_and_one_takes_back(work: Work) -> None:
    project = track(work)
    client = member_client(project, name="signe")
    page = client.get(f"/projects/{project.slug}/?milestone=1").content.decode()
    row = row_of(page, "oldlamp")
    assert "because it says that nothing imports oldlamp" in text(row)
    assert "[milestones.1.proves]" in row
    value = re.search(r'name="accept" value="([^"]+)"', row)
    assert value
    address = f"/projects/{project.slug}/milestones/1/bind"
    answer = client.post(address, {"accept": value[1]}, headers=HTMX)
    assert answer.status_code == 200
    assert "Bound by signe" in text(answer)
    again = client.post(address, {"accept": value[1]})
    assert again.status_code == 302
    assert Binding.objects.count() == 1
    undone = client.post(address, {"undo": criterion(project, "1", "oldlamp").id}, headers=HTMX)
    assert "Bound by signe" not in text(undone)
    assert not Binding.objects.exists()
    assert [row.verb for row in Decision.objects.filter(actor="signe")] == ["bound", "unbound"]


def test_only_what_is_proposed_can_be_accepted_and_only_by_a_maintainer(work: Work) -> None:
    project = track(work)
    row = promote.milestone_of(project, "1")
    identity = criterion(project, "1", "oldlamp").id
    maintainer = make_member(project, Role.MAINTAINER)
    for gates in (["tests.total >= 0"], ["nonsense"], []):
        with pytest.raises(NotAllowedError, match="not proposed"):
            bindings.accept(row, identity, gates, by=maintainer)
    with pytest.raises(NotAllowedError, match="a maintainer may"):
        bindings.accept(row, identity, ["leftovers.import.oldlamp == 0"], by=make_member(project, Role.DEVELOPER))
    assert not Binding.objects.exists()


def test_a_criterion_without_proof_says_that_it_waits_for_a_person(work: Work) -> None:
    project = track(work)
    page = member_client(project).get(f"/projects/{project.slug}/?milestone=1").content.decode()
    assert "awaits sign-off" in text(row_of(page, "The keeper has seen it."))
