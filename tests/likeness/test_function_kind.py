"""The functions of a tracked repository, measured at its commit."""

from __future__ import annotations

import pytest

from milestones.models import Evidence, Measurement, Project, Verdict
from tests.example import LEGACY, POLICY, ROADMAP, track
from tests.repositories import Work, repository

pytestmark = pytest.mark.django_db

PLANS = """
def fare(zone):
    return zone * 3

def lost(zone):
    raise KeyError(zone)
"""
PORTED = """
def fare(zone):
    return zone * 4
"""


def measured(project: Project) -> dict[str, float]:
    rows = Measurement.objects.filter(evidence__project=project, evidence__sha=project.sha)
    return {row.name: row.value for row in rows if row.name.startswith("functions.")}


def judged(project: Project) -> str:
    """What the gate says that policy sets on drift."""
    row = Verdict.objects.filter(judgement__project=project, gate="functions.drift == 0").latest("pk")
    return str(row.sentence.partition(";")[0])


def evidence(project: Project) -> Evidence:
    return Evidence.objects.filter(project=project, kind="functions", sha=project.sha).latest("pk")


def begun(work: Work, pairs: str = "", accept: str = "") -> str:
    legacy = work.commit({"ferry/times.py": LEGACY, "ferry/fares.py": PLANS}, "As it was")
    policy = POLICY.format(start=legacy).replace('times = "ferry/times.py"\n', pairs) + accept
    policy = policy.replace('lint.ruff.findings == 0", "similarity.times in 0.2..0.9', "functions.drift == 0")
    policy = policy.replace(
        '"linter finds nothing" = "lint.ruff.findings"', '"linter finds nothing" = "functions.drift"'
    )
    work.commit({"plan/roadmap.md": ROADMAP, "migration.toml": policy, "ferry/fares.py": PORTED}, "Port the fares")
    return legacy


def test_without_pairs_every_file_that_is_no_test_is_compared(tmp_path):
    with repository(tmp_path / "ferry") as work:
        begun(work)
        project = track(work)
    found = measured(project)
    assert found["functions.identical"] == 1  # times, which nobody touched
    assert (found["functions.changed"], found["functions.missing"], found["functions.drift"]) == (1, 1, 2)
    rules = {(one["rule"], one["path"], one["line"]) for one in evidence(project).findings}
    assert ("functions.missing", "ferry/fares.py", 5) in rules


def test_a_pair_s_new_file_stands_where_its_legacy_file_did_even_beside_it(tmp_path):
    pairs = 'fares = { legacy = "ferry/fares.py", new = "ferry/http/fares.py" }\n'
    with repository(tmp_path / "ferry") as work:
        begun(work, pairs)
        work.commit({"ferry/http/fares.py": PORTED, "ferry/fares.py": PLANS}, "Keep the legacy twin")
        project = track(work)
    found = measured(project)
    assert (found["functions.legacy"], found["functions.changed"], found["functions.missing"]) == (2, 1, 1)
    row = next(row for row in evidence(project).details["rows"] if row[0] == "changed")
    assert (row[1][0], row[2][0]) == ("ferry/fares.py", "ferry/http/fares.py")


def test_an_accepted_difference_is_drift_again_after_a_second_change(tmp_path):
    pairs = 'fares = "ferry/fares.py"\n'
    with repository(tmp_path / "ferry") as work:
        begun(work, pairs)
        project = track(work)
        what = "functions.drift ferry/fares.py::fare"
        pin = next(row[6] for row in evidence(project).details["rows"] if row[5] == what)
        entries = [(what, pin), ("functions.drift ferry/fares.py::nobody", pin)]
        accept = "".join(f'\n[[accept]]\nwhat = "{w}"\nwhy = "dearer fuel"\ncontent = "{c}"\n' for w, c in entries)
        policy = (work.folder / "migration.toml").read_text() + accept
        work.commit({"migration.toml": policy}, "Expect the dearer fare")
        project = track(work)
        assert (judged(project), measured(project)["functions.expected"]) == ("functions.drift is 1", 1)
        assert measured(project)["functions.stale"] == 1
        assert "ferry/fares.py::nobody" in evidence(project).details["stale"][0]["what"]
        work.commit({"ferry/fares.py": PORTED.replace("* 4", "* 5")}, "Dearer still")
        project = track(work)
        assert (judged(project), measured(project)["functions.expected"]) == ("functions.drift is 2", 0)


def test_an_expectation_ends_with_its_day(tmp_path):
    with repository(tmp_path / "ferry") as work:
        begun(work, 'fares = "ferry/fares.py"\n')
        project = track(work)
        row = next(row for row in evidence(project).details["rows"] if row[0] == "changed")
        entry = f'\n[[accept]]\nwhat = "{row[5]}"\nwhy = "for now"\ncontent = "{row[6]}"\nuntil = '
        policy = (work.folder / "migration.toml").read_text()
        for until, said in (("2999-01-01", "functions.drift is 1"), ("2020-01-01", "functions.drift is 2")):
            work.commit({"migration.toml": f"{policy}{entry}{until}\n"}, "Expect it for a while")
            assert judged(track(work)) == said


def test_a_file_that_cannot_be_read_leaves_the_numbers_unresolved(tmp_path):
    with repository(tmp_path / "ferry") as work:
        begun(work)
        work.commit({"ferry/broken.py": b"\0\1\2"}, "Something else under a name of code")
        project = track(work)
    row = Measurement.objects.get(evidence=evidence(project), name="functions.drift")
    assert row.unresolved == 1
