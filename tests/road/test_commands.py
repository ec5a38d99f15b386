"""The commands as a person types them: what they print, and how they end."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from milestones.models import Delivery, Evidence, Judgement, Measurement, Project, Verdict
from milestones.services import accounts
from tests.example import POLICY, ferry, junit, send, track
from tests.repositories import Work

pytestmark = pytest.mark.django_db(transaction=True)


def run(*words: str) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of one command."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command(*words, stdout=out, stderr=err)
    except CommandError as refused:
        return refused.returncode, out.getvalue(), str(refused)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def place(tmp_path: Path) -> tuple[Work, str, str]:
    return ferry(tmp_path / "ferry")


class TestTrack:
    def test_it_prints_what_it_found_with_unrounded_numbers(self, place: tuple[Work, str, str]) -> None:
        work, _legacy, ported = place
        status, out, _err = run("track", str(work.folder), "--json")
        found = json.loads(out)
        assert status == 0
        assert list(found) == [
            "project", "sha", "docs_sha", "policy_sha", "milestones", "measurements", "verdicts", "problems",
        ]  # fmt: skip
        assert (found["sha"], found["docs_sha"]) == (ported, ported)
        assert found["policy_sha"] == work.repo.git.rev_parse("HEAD:migration.toml")
        values = {one["name"]: one["value"] for one in found["measurements"]}
        assert values["leftovers.imports"] == 0
        assert values["leftovers.imports_before"] == 1
        assert 0 < values["similarity.times"] < 1
        assert [one["key"] for one in found["milestones"]] == ["1", "2"]

    def test_a_second_run_changes_nothing_and_a_push_brings_only_what_is_new(
        self, place: tuple[Work, str, str]
    ) -> None:
        work, _legacy, _ported = place
        tables = (Project, Delivery, Evidence, Measurement, Judgement, Verdict)
        first = run("track", str(work.folder), "--json")[1]
        counts = [table.objects.count() for table in tables]
        assert run("track", str(work.folder), "--json")[1] == first
        assert [table.objects.count() for table in tables] == counts
        pushed = work.commit({"plan/roadmap.md": "# Plan\n\n## Milestone 1 - Boats\n"}, "Plan anew")
        assert json.loads(run("track", str(work.folder), "--json")[1])["sha"] == pushed
        assert Project.objects.count() == 1
        assert Judgement.objects.count() == 2

    def test_a_page_of_text_names_milestones_verdicts_and_next_steps(self, place: tuple[Work, str, str]) -> None:
        out = run("track", str(place[0].folder))[1]
        assert "Milestone 1 — Timetable service (reached)  [reached, 2 to be done]" in out
        assert "◆ unknown  tests.failed == 0" in out
        assert "→ upload JUnit results" in out

    def test_a_repository_without_a_policy_still_shows_its_milestones(self, tmp_path: Path) -> None:
        work = Work(tmp_path / "bare")
        work.commit({"TODO.md": "# Plan\n\n## Phase 1: begin\n\n- [ ] Start\n"})
        found = json.loads(run("track", str(work.folder), "--json")[1])
        assert found["policy_sha"] is None
        assert [one["key"] for one in found["milestones"]] == ["1"]

    def test_a_policy_given_by_hand_is_in_force(self, place: tuple[Work, str, str], tmp_path: Path) -> None:
        work, legacy, _ported = place
        mine = tmp_path / "mine.toml"
        mine.write_text(POLICY.format(start=legacy).replace("Ferry: Flask to FastAPI", "Mine"))
        run("track", str(work.folder), "--policy", str(mine))
        assert Project.objects.get().name == "Mine"

    def test_a_revision_pins_where_the_project_stands(self, place: tuple[Work, str, str]) -> None:
        work, legacy, ported = place
        found = json.loads(run("track", str(work.folder), "--rev", legacy[:10], "--docs-ref", "main", "--json")[1])
        assert (found["sha"], found["docs_sha"]) == (legacy, ported)
        assert {one["name"]: one["value"] for one in found["measurements"]}["leftovers.imports"] == 1

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["/nowhere/at/all"], "/nowhere/at/all is no folder on this machine"),
            (["gopher://example.org/x"], "gopher:// addresses are not allowed here"),
            (["https://127.0.0.1/x.git"], "MIGRATOR_PRIVATE_ADDRESSES=1"),
            (["git@example.org:team/x.git"], "give the https address"),
            (["https://ada:secret@example.org/x.git"], "kept in the open; give it without"),
            (["{work}", "--rev", "nope"], "there is no commit 'nope'"),
            (["{work}", "--docs-ref", "nope"], "there is no commit 'nope'"),
            (["{work}", "--default-branch", "nope"], "there is no commit 'nope'"),
            (["{work}", "--policy", "/nowhere.toml"], "the policy file /nowhere.toml cannot be read"),
        ],
    )
    def test_what_cannot_be_is_refused_in_one_sentence(
        self, place: tuple[Work, str, str], words: list[str], said: str
    ) -> None:
        status, _out, err = run("track", *(word.format(work=place[0].folder) for word in words))
        assert status == 2
        assert said in err

    @pytest.mark.parametrize(
        ("broken", "said"),
        [
            ('[migration]\nform = "flask"\n', "line 2"),
            ('[milestones.1]\ndone = [\n  "tests.failed == 0",\n  "tests.failed ~ 1",\n]\n', "line 4"),
            ('[migration\nname = "x"\n', "line 1"),
        ],
    )
    def test_a_broken_policy_is_refused_with_its_line(
        self, place: tuple[Work, str, str], tmp_path: Path, broken: str, said: str
    ) -> None:
        mine = tmp_path / "mine.toml"
        mine.write_text(broken)
        status, _out, err = run("track", str(place[0].folder), "--policy", str(mine))
        assert (status, said in err, str(mine) in err) == (2, True, True), err
        assert not Project.objects.exists(), "nothing is half-written"

    def test_a_broken_policy_in_the_repository_leaves_the_one_before_in_force(
        self, place: tuple[Work, str, str]
    ) -> None:
        work, _legacy, _ported = place
        before = track(work).policy_in_force
        work.commit({"migration.toml": '[migration]\nform = "x"\n'}, "Break it")
        status, _out, err = run("track", str(work.folder))
        assert status == 2
        assert "migration.toml: line 2" in err
        project = Project.objects.get()
        assert project.policy_in_force == before
        assert Delivery.objects.get(kind="look").state == "failed"


class TestJudge:
    def test_it_ends_with_1_while_a_gate_is_unknown_and_0_once_all_pass(self, place: tuple[Work, str, str]) -> None:
        work, _legacy, ported = place
        project = track(work)
        assert run("judge", project.slug)[0] == 1
        send(project, "junit", ported, junit())
        send(project, "ruff", ported, b"[]")
        status, out, _err = run("judge", project.slug, "--json")
        assert json.loads(out)["state"] == "pass", out
        assert status == 0

    def test_a_project_without_gates_is_never_a_pass(self, tmp_path: Path) -> None:
        work = Work(tmp_path / "bare")
        work.commit({"README.md": "# Nothing\n"})
        project = track(work)
        status, out, _err = run("judge", project.slug)
        assert status == 1
        assert "no gate is set" in out

    def test_wrong_usage_ends_with_2(self, place: tuple[Work, str, str]) -> None:
        slug = track(place[0]).slug
        assert run("judge", "nope")[0] == 2
        assert run("judge", slug, "--sha", "nope")[0] == 2
        assert run("judge", slug, "--milestone", "99")[0] == 2


class TestPromote:
    @pytest.fixture
    def boss(self) -> Any:
        return accounts.operator()

    def test_it_ends_with_1_when_blocked_and_0_when_approved(self, place: tuple[Work, str, str], boss: Any) -> None:
        work, _legacy, ported = place
        project = track(work)
        words = ("promote", project.slug, "1", "--sha", ported, "--as", boss.get_username())
        status, out, _err = run(*words)
        assert status == 1
        assert "blocked" in out
        send(project, "junit", ported, junit())
        assert run(*words)[0] == 0

    def test_wrong_usage_ends_with_2(self, place: tuple[Work, str, str], boss: Any, django_user_model: Any) -> None:
        work, _legacy, ported = place
        slug = track(work).slug
        django_user_model.objects.create_user("guest")
        name = boss.get_username()
        assert run("promote", slug, "1", "--sha", ported[:12], "--as", name)[0] == 2
        assert run("promote", slug, "1", "--sha", "f" * 40, "--as", name)[0] == 2
        assert run("promote", slug, "9", "--sha", ported, "--as", name)[0] == 2
        assert run("promote", slug, "1", "--sha", ported, "--as", "nobody")[0] == 2
        status, _out, err = run("promote", slug, "1", "--sha", ported, "--as", "guest")
        assert status == 2
        assert "a maintainer may" in err

    def test_it_ends_with_3_when_evidence_changed_since_it_was_seen(
        self, place: tuple[Work, str, str], boss: Any
    ) -> None:
        from milestones.services import promote

        work, _legacy, ported = place
        project = track(work)
        seen = promote.dry_run(promote.milestone_of(project, "1"), ported).seen
        words = ("promote", project.slug, "1", "--sha", ported, "--as", boss.get_username(), "--seen", seen)
        assert run(*words)[0] == 1
        send(project, "junit", ported, junit())
        assert run(*words)[0] == 3
