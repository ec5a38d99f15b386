"""What a plan says may not change is held against every commit, and each breach names file, line, commit and author."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from milestones.audit.rules import counts
from milestones.clients.git import open_repository
from milestones.facts import ParseError
from milestones.gates.frozen import Frozen, Messages
from milestones.gates.policy import read_policy
from milestones.services.auditing import audit_range
from tests.repositories import Work

TEXT = "".join(f"line {n}\n" for n in range(40))


@pytest.fixture
def work(tmp_path: Path) -> Work:
    made = Work(tmp_path / "work")
    made.commit(
        {
            "legacy/a.py": TEXT,
            "keep/t.mak": "a\nb\nc\n",
            "app/http/x.py": "x = 1\n",
            "requirements.txt": "flask==2.0\nattrs\n",
        }
    )
    return made


def broken(work: Work, frozen: Frozen, span: str = "main~1..main"):
    old, new = span.split("..")
    with open_repository(str(work.folder)) as repo:
        found = audit_range(repo, repo.resolve(old), repo.resolve(new), frozen)
    return found.breaches


def told(found) -> list[tuple[str, str, int]]:
    return [(one.rule, one.path, one.line) for one in found]


def test_a_read_only_file_that_was_edited_is_told_at_its_line_with_commit_and_author(work: Work) -> None:
    sha = work.commit({"legacy/a.py": TEXT.replace("line 30\n", "line thirty\n")})
    [one] = broken(work, Frozen(read_only=("legacy/**",)))
    assert (one.rule, one.path, one.line, one.commit, one.author) == ("read_only", "legacy/a.py", 31, sha, "Ada")


def test_a_frozen_file_that_was_moved_away_changed_and_moved_back_is_found(work: Work) -> None:
    work.commit({"legacy/a.py": None, "app/a.py": TEXT}, "Move away")
    work.commit({"app/a.py": TEXT.replace("line 7\n", "line seven\n")}, "Change")
    work.commit({"app/a.py": None, "legacy/a.py": TEXT.replace("line 7\n", "line seven\n")}, "Move back")
    work.commit({"legacy/a.py": TEXT}, "As if nothing had been")
    rules = Frozen(read_only=("legacy/**",))
    found = broken(work, rules, "main~4..main")
    assert [(one.path, one.text.split(";")[0]) for one in found] == [
        ("app/a.py", "renamed from legacy/a.py"), ("app/a.py", "modified"), ("legacy/a.py", "renamed from app/a.py"),
        ("legacy/a.py", "modified"),
    ]  # fmt: skip
    assert found[1].line == 8
    assert counts(found, rules) == {"audit.read_only_touched": 1}
    with open_repository(str(work.folder)) as repo:
        assert not audit_range(repo, repo.resolve("main~4"), repo.resolve("main")).audit.files


def test_what_is_kept_may_be_edited_but_not_deleted_or_renamed(work: Work) -> None:
    rules = Frozen(keep=("keep/**",))
    work.commit({"keep/t.mak": "a\nb\nc\nd\n"})
    assert not broken(work, rules)
    work.commit({"keep/t.mak": None, "keep/u.mak": "a\nb\nc\nd\n"})
    work.commit({"keep/u.mak": None})
    assert [one.text for one in broken(work, rules, "main~2..main")] == ["renamed to keep/u.mak", "deleted"]


def test_changes_outside_the_hotspots_and_new_files_where_none_may_be_are_listed(work: Work) -> None:
    work.commit({"app/http/x.py": "x = 2\n", "app/store.py": "y = 1\n", "app/routes/new.py": "z = 1\n"})
    found = broken(work, Frozen(hotspots=("app/http/**",), no_new=("app/routes/**",)))
    assert sorted(told(found)) == [
        ("hotspots", "app/routes/new.py", 1), ("hotspots", "app/store.py", 1), ("no_new", "app/routes/new.py", 1),
    ]  # fmt: skip


def test_a_dependency_that_may_not_change_is_told_with_both_versions(work: Work) -> None:
    work.commit({"requirements.txt": "attrs==1\nFlask==3.0\n"})
    [one] = broken(work, Frozen(dependencies=("flask",)))
    assert (one.path, one.line, one.text) == ("requirements.txt", 2, "flask ==2.0 → ==3.0")


def test_a_commit_touches_one_scope(work: Work) -> None:
    scopes = Frozen(one_scope=("app/**", "legacy/**"))
    work.commit({"app/http/x.py": "x = 3\n", "legacy/a.py": "no\n"})
    assert [one.text for one in broken(work, scopes)] == ["touches app/**, legacy/**"]
    work.commit({"app/http/x.py": "x = 4\n", "README": "y\n"})
    assert not broken(work, scopes)


@pytest.mark.parametrize(
    ("message", "faults"),
    [
        ("feat(api): port the berths\n\nSo that it goes on.\n", 0),
        ("port the berths", 1),
        ("feat: port the berths", 1),
        ("magic(api): port the berths", 1),
        ("feat(api): " + "x" * 70, 1),
        ("feat(api): port\nno blank line", 1),
        ("feat(api): port\n\n" + "y" * 81, 1),
        ("feat(api): port\n\nhttps://example.org/" + "y" * 81, 0),
    ],
)
def test_commit_messages_are_held_to_rules_only_where_asked(work: Work, message: str, faults: int) -> None:
    work.commit({"README": "x\n"}, message)
    assert not broken(work, Frozen(keep=("none",)))
    assert len(broken(work, Frozen(messages=Messages()))) == faults


def test_what_only_a_merge_changed_is_seen(work: Work) -> None:
    git = work.repo.git
    git.checkout("-b", "side")
    work.commit({"app/y.py": "y\n"})
    git.checkout("main")
    work.commit({"app/z.py": "z\n"})
    git.merge("side", "--no-commit", "--no-ff")
    (work.folder / "legacy/a.py").write_text(TEXT + "evil\n")
    git.add("--all")
    git.commit("-m", "Merge", "--author", "Eve <eve@example.org>")
    found = broken(work, Frozen(read_only=("legacy/**",)), "main~1..main")
    assert [(one.path, one.author, one.line) for one in found] == [("legacy/a.py", "Eve", 41)]


def test_the_command_takes_the_rules_of_a_file_or_of_the_repository_itself(work: Work, tmp_path: Path) -> None:
    work.commit({"legacy/a.py": "x\n", "migration.toml": '[frozen]\nread_only = ["legacy/**"]\n'})

    def rules(*more: str) -> list[dict[str, object]]:
        out = StringIO()
        call_command("audit", str(work.folder), "HEAD~1..HEAD", "--json", *more, stdout=out)
        return json.loads(out.getvalue())["rules"]

    [own] = rules()
    assert (own["rule"], own["measure"], own["path"]) == ("read_only", "audit.read_only_touched", "legacy/a.py")
    other = tmp_path / "other.toml"
    other.write_text('[frozen]\nno_new = ["*.toml"]\n')
    assert [one["path"] for one in rules("--policy", str(other))] == ["migration.toml"]
    other.write_text("[frozen]\nno_news = 1\n")
    with pytest.raises(CommandError, match='did you mean "no_new"'):
        rules("--policy", str(other))


def test_the_policy_reads_every_rule() -> None:
    frozen = read_policy(
        '[frozen]\nhotspots = ["a/**"]\nno_new = ["b/**"]\ndependencies = ["flask"]\none_scope = ["a/**", "b/**"]\n'
        'legacy = { job = "tests-flask" }\nmessages = { types = ["feat"], subject = 50 }\n'
    ).frozen
    assert (frozen.hotspots, frozen.no_new, frozen.legacy_job) == (("a/**",), ("b/**",), "tests-flask")
    assert frozen.messages == Messages(types=("feat",), subject=50)
    assert read_policy("[frozen]\nmessages = true").frozen.messages == Messages()
    assert read_policy("[frozen]\nmessages = false").frozen.messages is None
    for wrong in ('hotspots = ["../x"]', "messages = 3", "messages = { subject = -1 }", "legacy = { jobs = 'x' }"):
        with pytest.raises(ParseError):
            read_policy(f"[frozen]\n{wrong}\n")
