"""Routes of both systems as measurements: a lost one is found, named, and turns its gate."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from milestones import demo
from milestones.models import Evidence
from milestones.services import judging, tracking
from tests.example import POLICY, ferry, track

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_route_that_the_example_lost_is_named_with_its_place(tmp_path: Path) -> None:
    repository = demo.build(tmp_path / "harbour", datetime(2026, 5, 29, tzinfo=UTC))
    project = tracking.register(tracking.Wish(str(repository.path), slug="harbour"))
    tracking.look_now(project)
    gate = judging.judge_commit(project, repository.commits[-1].sha).verdicts.get(gate="routes.missing == 0")
    assert gate.state == "fail"
    assert "GET /api/bookings/{booking_id}/calendar is answered no more" in gate.sentence
    before = judging.judge_commit(project, repository.commits[3].sha).verdicts.get(gate="routes.missing == 0")
    assert before.state != "fail", "nothing is missing while Flask answers behind the front door"


def test_a_comparison_with_nothing_is_unknown_and_never_a_pass(tmp_path: Path) -> None:
    work, legacy, _ported = ferry(tmp_path / "ferry")
    policy = POLICY.format(start=legacy).replace('done = ["tests.failed == 0",', 'done = ["routes.missing == 0",')
    head = work.commit({"migration.toml": policy})
    project = track(work)
    gate = judging.judge_commit(project, head).verdicts.get(gate="routes.missing == 0")
    assert gate.state == "pass", gate.sentence
    none = work.commit({"migration.toml": policy.replace(legacy, head), "ferry/times.py": "x = 1\n"})
    bare = work.commit({"migration.toml": policy.replace(legacy, none)})
    project = track(work)
    gate = judging.judge_commit(project, bare).verdicts.get(gate="routes.missing == 0")
    assert (gate.state, gate.lack) == ("unknown", "unusable")
    assert "no route of the legacy system was found" in gate.sentence
    assert Evidence.objects.filter(project=project, sha=bare, kind="routes").exists()
    work.repo.close()
