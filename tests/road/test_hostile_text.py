"""Text that no database takes as it is: NUL, halves of surrogate pairs, names longer than a column."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from milestones.clients import git
from milestones.models import Commit, Criterion, Evidence, Measurement, Milestone, Verdict
from milestones.services import intake, promote, tracking
from tests.example import POLICY, ferry, send, track
from tests.repositories import Work

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place(tmp_path: Path) -> tuple[Work, str, str]:
    return ferry(tmp_path / "ferry")


def test_documents_with_control_characters_and_endless_names_are_read(place: tuple[Work, str, str]) -> None:
    work, _legacy, _ported = place
    long = "long " * 120
    work.commit(
        {
            "plan/nul.md": b"# Plan\n\n## Milestone 7 - N\0ul \xff\xed\xa0\x80\n\n- [ ] a\0b\n"
            b"- [ ] a\0b\n\nStatus: do\0ne\n",
            "plan/long.md": f"## Milestone 5\n\n- [ ] {long * 200}\n\n## Milestone 8 - {long}\n\n- [ ] one\n",
            "plan/twice.md": "## Milestone 8 - once\n\n- [ ] one\n\n## Milestone 8 - again\n\n- [ ] one\n- [ ] one\n",
        },
        "Odd words",
    )
    project = track(work)
    assert Milestone.objects.filter(project=project, key="7").exists()
    texts = Criterion.objects.filter(milestone__project=project).values_list("text", flat=True)
    assert max(map(len, texts)) > 10_000


def test_file_names_that_are_not_utf_8_or_very_long_are_read(place: tuple[Work, str, str]) -> None:
    work, legacy, _ported = place
    deep = "plan/" + "/".join(["d" * 200] * 4) + "/deep.md"
    work.commit({"migration.toml": POLICY.format(start=legacy).replace("plan/*.md", "plan/**")})
    files = {
        b"plan/\xff\xfe.md": "## Milestone 5 - odd\n\n- [ ] x\n",
        b"ferry/\xff.py": "import flask\n",
        b"plan/new\nline.md": "## Milestone 6 - line\n\n- [ ] x\n",
        deep.encode(): "## Milestone 4 - deep\n\n- [ ] x\n",
    }
    for name, content in files.items():
        path = Path(os.fsdecode(os.fsencode(work.folder) + b"/" + name))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    git.run(["-C", str(work.folder), "add", "--all"])
    git.run(["-C", str(work.folder), "-c", "user.name=Ada", "-c", "user.email=a@b", "commit", "-qm", "Odd names"])
    project = track(work)
    assert {"4", "5", "6"} <= set(Milestone.objects.filter(project=project).values_list("key", flat=True))
    json.dumps(tracking.summary(project)).encode()


def test_a_commit_of_strange_words_and_an_impossible_day_is_remembered(place: tuple[Work, str, str]) -> None:
    work, _legacy, ported = place
    body = work.repo.git.cat_file("commit", ported).encode()
    body = body.replace(b"Port the timetable", b"Por\xff\xed\xa0\x80 " + b"y" * 900)
    lines = [
        line.rpartition(b"> ")[0] + b"> 99999999999999 +0000" if line.startswith((b"committer", b"author")) else line
        for line in body.split(b"\n")
    ]
    raw = work.folder / "raw"
    raw.write_bytes(b"\n".join(lines) + b"\n")
    made = work.repo.git.hash_object("-t", "commit", "-w", "--literally", str(raw))
    work.repo.git.update_ref("refs/heads/main", made)
    assert track(work).sha == made
    assert Commit.objects.get(sha=made).subject.startswith("Por")


def test_results_with_nul_surrogates_and_endless_names_become_evidence(place: tuple[Work, str, str]) -> None:
    work, _legacy, ported = place
    project = track(work)
    one = {
        "code": "F\u0000",
        "filename": "a.py",
        "message": "no\u0000",
        "location": {"row": 1, "column": 1},
        "end_location": {"row": 1, "column": 1},
        "url": None,
        "fix": None,
    }
    row = send(project, "ruff", ported, json.dumps([one]).encode())
    assert row.state == "done", row.sentence
    named = [
        {"name": "a.b", "subject": "s\u0000" + "t" * 700, "value": 1},
        {"name": "a.b", "subject": "s\u0000" + "t" * 701, "value": 2},
    ]
    row = send(project, "metrics", ported, json.dumps(named).encode())
    assert row.state == "done", row.sentence
    case = f'<testcase classname="c" name="{"n" * 9000}"><failure message="m">x</failure></testcase>'
    names = "".join(f'<testsuite name="{"n" * 700}{i}" tests="1">{case}</testsuite>' for i in (1, 2))
    row = send(project, "junit", ported, f"<testsuites>{names}</testsuites>".encode())
    assert row.state == "done", row.sentence
    assert Evidence.objects.filter(kind="metrics").exists()
    assert sum(Measurement.objects.filter(name="a.b").values_list("value", flat=True)) == 3


def test_a_policy_of_endless_names_is_in_force(place: tuple[Work, str, str]) -> None:
    work, legacy, ported = place
    pair = "p" * 150
    policy = (
        POLICY.format(start=legacy)
        + f"""
[milestones.{"K" * 100}]
done = ["similarity.{pair} > 0.1", "leftovers.imports == 0"]
""".replace("\n\n", "\n")
    )
    policy = policy.replace('times = "ferry', f'{pair} = "ferry/times.py"\ntimes = "ferry')
    work.commit({"migration.toml": policy})
    project = track(work)
    verdicts = Verdict.objects.filter(judgement__project=project, milestone_key__startswith="KKK")
    assert {one.state for one in verdicts} == {"pass"}, [one.sentence for one in verdicts]
    assert promote.resolve(project, ported[:9]) == ported


def test_a_hook_that_names_a_branch_in_no_text_is_worked_on(place: tuple[Work, str, str]) -> None:
    project = track(place[0])
    row = intake.receive_hook(
        project, "push", "g-1", json.dumps({"ref": "refs/heads/\u0000\ud800" + "r" * 300}).encode()
    )
    intake.process(row.pk)
    row.refresh_from_db()
    assert row.state == "done", row.sentence


def test_a_policy_with_nul_in_it_is_refused_with_its_line(place: tuple[Work, str, str]) -> None:
    work, legacy, _ported = place
    work.commit({"migration.toml": POLICY.format(start=legacy).replace("Ferry: Flask", "Fer\\u0000ry")})
    row = tracking.look_now(tracking.register(tracking.Wish(source=str(work.folder))))
    assert (row.state, "migration.toml: line 2" in row.sentence) == ("failed", True), row.sentence
