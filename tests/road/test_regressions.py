"""What was proven and fails later: traced to its commit, written down once, closed when it is mended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milestones.facts import State
from milestones.models import Decision, Promotion, Regression
from milestones.services import regress
from milestones.services.overview import line_of
from tests.attacks.places import Town
from tests.example import PORTED, junit, send, track


@pytest.fixture
def town(tmp_path: Path, transactional_db: None) -> Iterator[Town]:
    made = Town(tmp_path)
    yield made
    made.work.repo.close()


def test_the_commit_that_did_it_is_found_by_the_evidence_there_is(town: Town) -> None:
    town.green()
    assert town.promote().approved
    line = [town.work.commit({"ferry/times.py": f"{PORTED}\n# {number}\n"}, f"Step {number}") for number in range(12)]
    town.project = track(town.work)
    for number, sha in enumerate(line):
        if number not in {5, 6}:  # two commits of which nothing is known
            send(town.project, "junit", sha, junit(failed=1 if number >= 7 else 0))
    row = Regression.objects.get()
    assert (row.sha, row.after, row.unjudged) == (line[7], line[4], 2)
    assert row.promotion == Promotion.objects.get()
    assert "tests.failed is 1" in row.sentence
    stop = next(one for one in line_of(town.project).stops if one.key == "1")
    assert stop.word == "regressed"
    regress.notice(town.project)
    assert Decision.objects.filter(verb="regressed").count() == 1, "it is told once"

    mended = town.push({"ferry/times.py": f"{PORTED}\n# mended\n"})
    send(town.project, "junit", mended, junit())
    row.refresh_from_db()
    assert row.mended_sha == mended
    assert Promotion.objects.get().approved, "history is not rewritten"


states = st.lists(st.sampled_from([State.PASS, State.UNKNOWN]), max_size=12)
later = st.lists(st.sampled_from([State.FAIL, State.UNKNOWN]), max_size=12)


@given(states, later)
def test_bisecting_finds_the_first_that_is_known_to_fail(before: list[State], after: list[State]) -> None:
    line = [State.PASS, *before, *after, State.FAIL]
    names = [str(place) for place in range(len(line))]
    found = regress.bisect(names, lambda sha: line[int(sha)], lambda _sha: True)
    first = next(place for place, one in enumerate(line) if one is State.FAIL)
    last = max(place for place, one in enumerate(line) if one is State.PASS)
    assert (found.sha, found.after) == (str(first), str(last))
    assert found.unjudged == first - last - 1
